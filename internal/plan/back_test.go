package plan_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
)

// made is what a run on the untouched tenant has done: its changes, and the tenant as it is then.
func made(t *testing.T) ([]plan.Past, plan.Observed) {
	t.Helper()
	o := untouched()
	var pasts []plan.Past
	for _, c := range plan.Diff(wanted(t), o).Changes {
		past := plan.Past{Change: c}
		switch c.Kind {
		case plan.KindAPI:
			past.ID, past.Made = "api1", apiMade()
		case plan.KindGrant:
			past.ID, past.Made = "cgr_1", grantMade()
		case plan.KindConnection, plan.KindSettings:
		}
		pasts = append(pasts, past)
	}
	o.APIs = []plan.Object{{ID: "api1", Values: apiMade()}}
	o.Grants[url] = []plan.Object{{ID: "cgr_1", Values: grantMade()}}
	o.OwnGrants = map[string][]plan.Object{}
	domain := plan.Object{ID: "con_1", Values: plan.Values{"name": database.Name, "is_domain_connection": true}}
	o.Connections = map[spec.Connection]*plan.Object{{ID: "con_1"}: &domain}
	o.Settings.Values = plan.Values{
		"flags.enable_dynamic_client_registration": true, "default_audience": url, "resource_parameter_profile": "compatibility",
		"authorization_response_iss_parameter_supported": true,
	}
	return pasts, o
}

func apiMade() plan.Values {
	return plan.Values{
		"identifier": url, "name": "MCP Server", "signing_alg": "RS256", "allow_offline_access": true, "token_lifetime": 86400,
		"scopes": []plan.Scope{{Value: "tool:whoami", Description: "Who am I?"}}, "enforce_policies": false,
	}
}

func grantMade() plan.Values {
	return plan.Values{
		"audience": url, "subject_type": "user", "default_for": "third_party_clients", "scope": []string{"tool:whoami"}, "allow_all_scopes": false,
	}
}

// told is a plan in lines: what each change does and, where it writes, what it sends.
func told(t *testing.T, p plan.Plan) string {
	t.Helper()
	var lines []string
	for _, c := range p.Changes {
		line := string(c.Action) + " " + string(c.Kind)
		switch c.Action {
		case plan.Update:
			body, err := json.Marshal(c.Body())
			if err != nil {
				t.Fatal(err)
			}
			line += " " + string(body)
		case plan.Conflict:
			for _, f := range c.Fields {
				line += " " + f.Path
			}
		case plan.Create, plan.Delete, plan.None:
		}
		if c.Reason != "" {
			line += " (" + c.Reason + ")"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

const (
	settingsBack = `update tenant_settings {"authorization_response_iss_parameter_supported":null,"default_audience":"",` +
		`"flags":{"enable_dynamic_client_registration":false},"resource_parameter_profile":"audience"}`
	grantBack      = "delete client_grant"
	connectionBack = `update connection {"is_domain_connection":false}`
	apiBack        = "delete api"
)

func whole(lines ...string) string { return strings.Join(lines, "\n") }

// Each case changes what is on the tenant since a first run, or what is known of that run, and says the way back.
func TestBack(t *testing.T) {
	const asBefore, gone = "(it is as it was before the run)", "(it is gone already)"
	for name, c := range map[string]struct {
		pasts    func([]plan.Past) []plan.Past
		observed func(*plan.Observed)
		want     string
	}{
		"unchanged": {want: whole(settingsBack, grantBack, connectionBack, apiBack)},
		"all taken back already": {
			observed: func(o *plan.Observed) {
				o.APIs, o.Grants[url] = nil, nil
				o.Connections[spec.Connection{ID: "con_1"}].Values["is_domain_connection"] = false
				o.Settings.Values = plan.Values{"default_audience": "", "flags.enable_dynamic_client_registration": false}
			},
			want: whole("none tenant_settings "+asBefore, "none client_grant "+gone, "none connection "+asBefore, "none api "+gone),
		},
		"the connection was deleted": {
			observed: func(o *plan.Observed) { clear(o.Connections) },
			want:     whole(settingsBack, grantBack, "none connection "+gone, apiBack),
		},
		"someone set another default audience": {
			observed: func(o *plan.Observed) { o.Settings.Values["default_audience"] = "https://theirs" },
			want: whole(strings.Replace(settingsBack, `"default_audience":"",`, "", 1),
				"conflict tenant_settings default_audience (someone changed default_audience since)", grantBack, connectionBack, apiBack),
		},
		"the API got a scope": {
			observed: func(o *plan.Observed) {
				o.APIs[0].Values["scopes"] = append(slices.Clone(o.APIs[0].Values["scopes"].([]plan.Scope)), plan.Scope{Value: "theirs"})
			},
			want: whole(settingsBack, grantBack, connectionBack, "conflict api scopes (someone changed its scopes since)"),
		},
		"the API got what was never set": {
			observed: func(o *plan.Observed) { o.APIs[0].Values["token_dialect"] = "rfc9068_profile" },
			want:     whole(settingsBack, grantBack, connectionBack, "conflict api token_dialect (someone changed its token_dialect since)"),
		},
		"an attribute that a newer version reads": {
			observed: func(o *plan.Observed) { o.APIs[0].Values["brand_new"] = false },
			want:     whole(settingsBack, grantBack, connectionBack, apiBack),
		},
		"a later answer says what Auth0 makes an attribute": {
			observed: func(o *plan.Observed) {
				o.APIs[0].Values["token_lifetime_for_web"], o.Grants[url][0].Values["organization_usage"] = "7200", `"deny"`
			},
			want: whole(settingsBack, grantBack, connectionBack, apiBack),
		},
		"a later answer leaves out what Auth0 makes an attribute": {
			pasts: func(p []plan.Past) []plan.Past {
				p[0].Made["token_lifetime_for_web"] = "7200"
				return p
			},
			want: whole(settingsBack, grantBack, connectionBack, apiBack),
		},
		"a later answer leaves out what Auth0 doesn't make an attribute": {
			pasts: func(p []plan.Past) []plan.Past {
				p[0].Made["token_lifetime_for_web"] = "600"
				return p
			},
			want: whole(settingsBack, grantBack, connectionBack, "conflict api token_lifetime_for_web (someone changed its token_lifetime_for_web since)"),
		},
		"scopes in another order": {
			pasts: func(p []plan.Past) []plan.Past {
				p[0].Made["scopes"] = []plan.Scope{{Value: "b"}, {Value: "a"}}
				return p
			},
			observed: func(o *plan.Observed) { o.APIs[0].Values["scopes"] = []plan.Scope{{Value: "a"}, {Value: "b"}} },
			want:     whole(settingsBack, grantBack, connectionBack, apiBack),
		},
		"the grant allows all scopes now": {
			observed: func(o *plan.Observed) { o.Grants[url][0].Values["allow_all_scopes"] = true },
			want: whole(settingsBack, "conflict client_grant allow_all_scopes (someone changed its allow_all_scopes since)", connectionBack,
				"conflict api (1 grant that others made would go with it)"),
		},
		"the API was made anew by someone": {
			observed: func(o *plan.Observed) { o.APIs[0].ID = "api2" },
			want:     whole(settingsBack, grantBack, connectionBack, "conflict api (it was deleted since, and another stands in its place)"),
		},
		"applications have grants on the API": {
			observed: func(o *plan.Observed) { o.OwnGrants[url] = []plan.Object{{ID: "cgr_2"}, {ID: "cgr_3"}} },
			want:     whole(settingsBack, grantBack, connectionBack, "conflict api (2 grants that others made would go with it)"),
		},
		"the default audience stays at the API": {
			pasts: func(p []plan.Past) []plan.Past { return slices.Delete(p, 3, 4) },
			want:  whole(grantBack, connectionBack, "conflict api (it is the tenant's default audience, and logins fail where that names no API)"),
		},
		"the answers were lost, and all took effect": {
			pasts: func(p []plan.Past) []plan.Past {
				p[0].ID, p[0].Made, p[1].ID, p[1].Made = "", nil, "", nil
				return p
			},
			want: whole(settingsBack, grantBack, connectionBack, apiBack),
		},
		"the answer was lost, and the API differs": {
			pasts:    func(p []plan.Past) []plan.Past { p[0].ID, p[0].Made = "", nil; return p[:1] },
			observed: func(o *plan.Observed) { o.APIs[0].Values["name"] = "theirs" },
			want:     "conflict api name (someone changed its name since)",
		},
		"a later run relies on the API and changed a setting": {
			pasts: func(p []plan.Past) []plan.Past {
				p[0].Later = map[string]string{"": "R2"}
				p[2].Later = map[string]string{"": "R2", "is_domain_connection": "R2"}
				p[3].Later = map[string]string{"": "R2", "resource_parameter_profile": "R2"}
				return p
			},
			want: whole(strings.Replace(settingsBack, `,"resource_parameter_profile":"audience"`, "", 1),
				"conflict tenant_settings resource_parameter_profile (run R2 changed resource_parameter_profile as well)", grantBack,
				"conflict connection is_domain_connection (run R2 changed is_domain_connection as well)", "conflict api (run R2 changed it or relies on it)"),
		},
		"the former default audience is gone": {
			pasts: func(p []plan.Past) []plan.Past {
				p[3].Fields = []plan.Field{{Path: "default_audience", Before: "https://former", After: url}}
				return p[3:]
			},
			want: "conflict tenant_settings default_audience (the API that default_audience named before is gone)",
		},
		"the former default audience is there": {
			pasts: func(p []plan.Past) []plan.Past {
				p[3].Fields = []plan.Field{{Path: "default_audience", Before: "https://former", After: url}}
				return p[3:]
			},
			observed: func(o *plan.Observed) {
				o.APIs = append(o.APIs, plan.Object{ID: "f", Values: plan.Values{"identifier": "https://former"}})
			},
			want: `update tenant_settings {"default_audience":"https://former"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			pasts, o := made(t)
			if c.pasts != nil {
				pasts = c.pasts(pasts)
			}
			if c.observed != nil {
				c.observed(&o)
			}
			p, from := plan.Back(pasts, o)
			if got := told(t, p); got != c.want {
				t.Errorf("the way back is\n%s\nwant\n%s", got, c.want)
			}
			for i, change := range p.Changes {
				if past := pasts[from[i]]; past.Kind != change.Kind || past.Key != change.Key {
					t.Errorf("%s comes from %s", change.Address(), past.Address())
				}
				if change.Action == plan.Conflict && !slices.ContainsFunc(p.Warnings, func(w string) bool { return strings.Contains(w, change.Address()) }) {
					t.Errorf("%s is left alone without a word", change.Address())
				}
			}
		})
	}
}

// Registration closes first, and the API goes last.
func TestTheWayBackIsTheOtherWayRound(t *testing.T) {
	p, _ := plan.Back(made(t))
	var kinds []string
	for _, stage := range p.Stages() {
		for _, c := range stage {
			kinds = append(kinds, string(c.Kind))
		}
		kinds = append(kinds, "|")
	}
	if got := strings.Join(kinds, " "); got != "tenant_settings | client_grant connection | api |" {
		t.Errorf("the stages are %s", got)
	}
}

// What was there before a run keeps what others did to it since, and loses what the run put in.
func TestBackOfUpdates(t *testing.T) {
	scopes := func(list ...string) []plan.Scope {
		var out []plan.Scope
		for _, s := range list {
			value, description, _ := strings.Cut(s, "=")
			out = append(out, plan.Scope{Value: value, Description: description})
		}
		return out
	}
	update := func(path string, before, after any) plan.Past {
		kind := plan.KindAPI
		if path == "scope" {
			kind = plan.KindGrant
		}
		return plan.Past{Change: plan.Change{Action: plan.Update, Kind: kind, Key: url, ID: "x", Fields: []plan.Field{{Path: path, Before: before, After: after}}}}
	}
	for name, c := range map[string]struct {
		past plan.Past
		now  any
		want string
	}{
		"scopes exactly as before":    {update("scopes", scopes("b", "a=A"), scopes("b", "a=A", "n")), scopes("b", "a=A", "n"), `update api {"scopes":[{"value":"b"},{"value":"a","description":"A"}]}`},
		"scopes that were not set":    {update("scopes", nil, scopes("n")), scopes("n"), `update api {"scopes":[]}`},
		"others' scopes are kept":     {update("scopes", scopes("a"), scopes("a", "n")), scopes("a", "n", "x"), `update api {"scopes":[{"value":"a"},{"value":"x"}]} (added since by others, so it stays: x)`},
		"a description goes back":     {update("scopes", scopes("a=old"), scopes("a=new")), scopes("a=new"), `update api {"scopes":[{"value":"a","description":"old"}]}`},
		"one changed since stays":     {update("scopes", scopes("a=old"), scopes("a=new")), scopes("a=third"), `none api (it is as it was before the run)`},
		"a scope that others took":    {update("scopes", scopes("a", "b"), scopes("a", "b", "n")), scopes("b", "n"), `update api {"scopes":[{"value":"b"}]}`},
		"scopes all gone":             {update("scopes", scopes("a"), scopes("a", "n")), nil, `none api (it is as it was before the run)`},
		"a grant's scope":             {update("scope", []string{"a"}, []string{"a", "n"}), []string{"n", "a", "x"}, `update client_grant {"scope":["a","x"]} (added since by others, so it stays: x)`},
		"a grant's scope to none":     {update("scope", []string{}, []string{"n"}), []string{"n"}, `update client_grant {"scope":[]}`},
		"a name":                      {update("name", "By hand", "Mine"), "Mine", `update api {"name":"By hand"}`},
		"a name that others changed":  {update("name", "By hand", "Mine"), "Theirs", `conflict api name (someone changed name since)`},
		"a lifetime as before":        {update("token_lifetime", 7200, 3600), 7200, `none api (it is as it was before the run)`},
		"refresh tokens are off then": {update("allow_offline_access", false, true), true, `update api {"allow_offline_access":false}`},
	} {
		t.Run(name, func(t *testing.T) {
			path := c.past.Fields[0].Path
			values := plan.Values{"identifier": url, path: c.now}
			if c.now == nil {
				delete(values, path)
			}
			o := plan.Observed{APIs: []plan.Object{{ID: "x", Values: values}}, Grants: map[string][]plan.Object{url: {{ID: "x", Values: values}}}}
			p, _ := plan.Back([]plan.Past{c.past}, o)
			if got := told(t, p); got != c.want {
				t.Errorf("the way back is\n%s\nwant\n%s", got, c.want)
			}
			for _, change := range p.Changes {
				wrong := plan.Values{path: append(scopes(), scopes("a", "b", "x", "n")...)}
				if change.Action == plan.Update && path == "scopes" && len(change.Untaken(wrong)) == 0 {
					t.Error("an answer that still holds the scope passes for taken back")
				}
			}
		})
	}
}

func TestAnotherDisplayNameIsSentAlong(t *testing.T) {
	past := plan.Past{Change: plan.Change{Action: plan.Update, Kind: plan.KindConnection, Key: "staff", ID: "con_1", Fields: []plan.Field{
		{Path: "is_domain_connection", Before: false, After: true}, {Path: "display_name", Before: "Then", After: "Then"},
	}}}
	object := plan.Object{ID: "con_1", Values: plan.Values{"name": "staff", "is_domain_connection": true, "display_name": "Now"}}
	p, _ := plan.Back([]plan.Past{past}, plan.Observed{Connections: map[spec.Connection]*plan.Object{{ID: "con_1"}: &object}})
	if got, want := told(t, p), `update connection {"display_name":"Now","is_domain_connection":false}`; got != want {
		t.Errorf("the way back is %s, want %s", got, want)
	}
}

func TestAnUpdatedObjectThatWasMadeAnewStays(t *testing.T) {
	past := plan.Past{Change: plan.Change{Action: plan.Update, Kind: plan.KindAPI, Key: url, ID: "x", Fields: []plan.Field{{Path: "name", Before: "a", After: "b"}}}}
	o := plan.Observed{APIs: []plan.Object{{ID: "y", Values: plan.Values{"identifier": url, "name": "b"}}}}
	p, _ := plan.Back([]plan.Past{past}, o)
	if got, want := told(t, p), "conflict api (it was deleted since, and another stands in its place)"; got != want {
		t.Errorf("the way back is %s, want %s", got, want)
	}
}

// Where it isn't known how the API was made, one that has what its creation didn't name is left alone: someone changed it
// since, or it is someone else's.
func TestAnAPIOfUnknownMakingIsDeletedOnlyAsItWasAsked(t *testing.T) {
	for _, c := range []struct {
		path  string
		value any
		want  plan.Action
	}{
		{"token_lifetime", 86400, plan.Delete},
		{"token_lifetime", 60, plan.Conflict},
		{"enforce_policies", true, plan.Conflict},
	} {
		pasts, o := made(t)
		for i := range pasts {
			if pasts[i].Kind == plan.KindAPI {
				pasts[i].ID, pasts[i].Made = "", nil
			}
		}
		o.APIs[0].Values[c.path] = c.value
		p, _ := plan.Back(pasts, o)
		i := slices.IndexFunc(p.Changes, func(c plan.Change) bool { return c.Kind == plan.KindAPI })
		if p.Changes[i].Action != c.want {
			t.Errorf("with %s %v it is to %s, want %s", c.path, c.value, p.Changes[i].Action, c.want)
		}
	}
}

// A scope that a later run asked for as well stays until that run is taken back.
func TestScopesThatALaterRunNeedsStay(t *testing.T) {
	_, o := made(t)
	past := plan.Past{
		Change: plan.Change{Action: plan.Update, Kind: plan.KindGrant, Key: url, ID: "cgr_1", Fields: []plan.Field{{Path: "scope", Before: []string{}, After: []string{"tool:whoami"}}}},
		Later:  map[string]string{"scope": "20260102T030405-abcdef"},
	}
	p, _ := plan.Back([]plan.Past{past}, o)
	if len(p.Changes) != 1 || p.Changes[0].Action != plan.Conflict {
		t.Errorf("the way back is %+v", p.Changes)
	}
}
