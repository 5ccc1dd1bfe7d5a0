package plan

import "fmt"

func apiConflict(identifier string, object Object) (Change, bool) {
	c := Change{Action: Conflict, Kind: KindAPI, Key: identifier, ID: object.ID, Blocking: true}
	if alg := object.Values["signing_alg"]; alg != "RS256" {
		c.Fields = []Field{{Path: "signing_alg", Before: alg, After: "RS256"}}
		c.Reason = fmt.Sprintf("it signs with %v, but the gateway checks RS256", alg)
		if alg == nil {
			c.Reason = "the tenant doesn't say with which algorithm it signs, and the gateway checks RS256"
			c.Hint = "set the algorithm in the dashboard (Applications > APIs > Settings), then run again; or serve MCP at another URL"
			return c, true
		}
		c.Hint = "whoever validates its tokens today would stop: change the algorithm in the dashboard (Applications > APIs > " +
			"Settings) when they are ready, or serve MCP at another URL"
		return c, true
	}
	if policy := object.Values[pathUserPolicy]; policy == "deny_all" {
		c.Fields = []Field{{Path: pathUserPolicy, Before: policy, After: "require_client_grant"}}
		c.Bars = true
		c.Reason = "the API's policy for user access is deny_all: no client gets a token for a user"
		c.Hint = "someone closed it on purpose: set user access to \"per-application\" (require_client_grant) in the dashboard (Applications > APIs > Settings), then run again"
		return c, true
	}
	return Change{}, false
}

// pathUserPolicy is the API's policy for access on behalf of a user.
const pathUserPolicy = "subject_type_authorization.user.policy"

func nearMissConflict(identifier, other string) Change {
	return Change{
		Action: Conflict, Kind: KindAPI, Key: identifier, Blocking: true, Bars: true,
		Fields: []Field{{Path: "identifier", Before: other, After: identifier}},
		Reason: fmt.Sprintf("an API %s exists, which differs only by a slash or by case", other),
		Hint: "Auth0 compares identifiers byte for byte and cannot change one: delete that API if nothing uses it, " +
			"or create a second one beside it with --beside-near-miss",
		Consent: "--beside-near-miss",
	}
}

func grantConflict(audience string, grant Object) Change {
	return Change{
		Action: Conflict, Kind: KindGrant, Key: audience, ID: grant.ID, Blocking: true, Bars: true,
		Fields: []Field{{Path: "subject_type", Before: grant.Values["subject_type"], After: "user"}},
		Reason: fmt.Sprintf("the default grant %s is for machine-to-machine access (subject_type client), so users can't log in, "+
			"and an API has one default grant", grant.ID),
		Hint: fmt.Sprintf("run again once it is deleted, if nothing relies on it: auth0 api delete client-grants/%s", grant.ID),
	}
}
