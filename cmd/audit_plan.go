package cmd

import (
	"context"
	"slices"
	"strings"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/provision"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
	"github.com/mcpauth-cli/mcpauth/internal/verify"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

// specFor is what setup would be asked for a server whose client introduces itself so.
func specFor(domain spec.Domain, o verify.Options) spec.Spec {
	s := spec.Spec{
		Domain: domain, Servers: []spec.Server{{URL: o.URL}}, AudienceMode: spec.AudienceBoth, Registration: spec.RegistrationDCR,
	}
	if canonical, _, err := spec.CanonicalURL(o.URL); err == nil {
		s.Servers[0].URL = canonical
	}
	switch {
	case o.ClientID != "":
		s.Registration = spec.RegistrationNone
	case o.ClientMetadataURL != "":
		s.Registration = spec.RegistrationCIMD
	}
	return s
}

// auditPlan holds the tenant against the plan for the server. Nothing is asked for a server that was not found: its URL may
// be mistyped, and the tenant's API for it would be of no use.
func auditPlan(ctx context.Context, client *tenant.Client, s spec.Spec, o verify.Options, serverFound bool) []gap {
	if _, _, err := spec.CanonicalURL(o.URL); err != nil {
		return []gap{{Check: verify.Check{ID: verify.TenantAPI, Title: "the tenant's API", Status: verify.Skip, Got: "the URL has no canonical form"}}}
	}
	observed, err := provision.Look(ctx, client, s)
	if err != nil {
		return []gap{{Check: verify.Check{ID: "tenant", Title: "the tenant is ready", Status: verify.Skip, Open: true, Got: err.Error(), Hint: judge(err).hint}}}
	}
	server, p := s.Servers[0], plan.Diff(s, observed)
	if !serverFound && lacksAPI(p) {
		return []gap{{Check: unknownServer(ctx, client, o, server.URL)}, connectionCheck(ctx, client, p)}
	}
	var found []gap
	command := setupFor(server.URL, client.Domain(), s.Registration)
	for _, c := range p.Changes {
		if c.Kind == plan.KindConnection { // connectionCheck looks at all of them
			continue
		}
		check := asCheck(c, mending(p, command))
		if flags := chosen(s, observed, c); c.Writes() && flags != "" {
			check.Status, check.Cause = verify.Warn, "setup makes it so with "+flags+", and would change it without"
			check.Hint = mending(p, command, "where nobody chose that")
		}
		if c.Consent != "" { // the hint is for setup, which has such a flag
			check.Hint = c.Hint + ": " + setupFor(server.URL, client.Domain(), s.Registration) + " " + c.Consent
		}
		found = append(found, gap{check, c.Bars})
	}
	if len(p.NearMisses) > 0 {
		found = append(found, gap{Check: verify.Check{
			ID: "tenant-near-miss", Title: "no API that is nearly the server's", Status: verify.Warn, Got: strings.Join(p.NearMisses, "; "), Want: server.URL,
			Cause: "Auth0 compares identifiers byte for byte", Hint: "delete the other API if nothing uses it",
		}})
	}
	if scopes := observed.Ungranted(server); len(scopes) > 0 {
		found = append(found, gap{Check: verify.Check{
			ID: "tenant-scopes", Title: "the default grant allows scopes of the API", Status: verify.Warn, Got: "none", Want: "some of those of the API",
			Cause: "whatever scopes a registered client asks for, its tokens have none of the API's",
			Hint:  mending(p, command, "name those that third-party applications may have") + " --scope " + shellQuote(scopes[0].Value),
		}})
	}
	return append(found, connectionCheck(ctx, client, p))
}

// mending is the command that makes the tenant ready, after what has to be so first.
func mending(p plan.Plan, command string, conditions ...string) string {
	if len(p.Blocked()) > 0 {
		conditions = append(conditions, "once what stands in the way is decided")
	}
	if len(conditions) == 0 {
		return command
	}
	return strings.Join(conditions, ", ") + ": " + command
}

// chosen are the flags with which setup would leave this object as it is: it may have been made so on purpose. There are none
// where clients couldn't log in so, however setup is asked.
func chosen(s spec.Spec, observed plan.Observed, pending plan.Change) string {
	if alone := s; pending.Kind == plan.KindAPI {
		alone.NoOfflineAccess = true
		return leaves(alone, observed, pending, "--no-offline-access")
	}
	registrations := []spec.Registration{s.Registration}
	if s.Registration == spec.RegistrationDCR {
		registrations = append(registrations, spec.RegistrationCIMD) // with none only a client that was named could log in
	}
	for _, mode := range []spec.AudienceMode{s.AudienceMode, spec.AudienceResource, spec.AudienceDefault} {
		for _, registration := range registrations {
			other, flags := s, []string(nil)
			if other.AudienceMode = mode; mode != s.AudienceMode {
				flags = append(flags, "--audience-mode "+string(mode))
			}
			if other.Registration = registration; registration != s.Registration {
				flags = append(flags, "--registration "+string(registration))
			}
			if found := leaves(other, observed, pending, strings.Join(flags, " ")); found != "" {
				return found
			}
		}
	}
	return ""
}

// leaves gives the flags back where a setup with them leaves the object as it is.
func leaves(s spec.Spec, observed plan.Observed, pending plan.Change, flags string) string {
	if slices.ContainsFunc(plan.Diff(s, observed).Changes, func(c plan.Change) bool {
		return c.Kind == pending.Kind && c.Key == pending.Key && (c.Writes() || c.Blocking)
	}) {
		return ""
	}
	return flags
}

func lacksAPI(p plan.Plan) bool {
	return slices.ContainsFunc(p.Changes, func(c plan.Change) bool { return c.Kind == plan.KindAPI && c.Action == plan.Create })
}

var auditIDs = map[plan.Kind]string{
	plan.KindAPI: verify.TenantAPI, plan.KindGrant: verify.TenantGrant, plan.KindConnection: verify.TenantConnection, plan.KindSettings: "tenant-settings",
}

// asCheck is a change that setup would make, as the gap that it is, with the command that makes it.
func asCheck(c plan.Change, mend string) verify.Check {
	check := verify.Check{ID: auditIDs[c.Kind], Title: c.Address(), Status: verify.Pass}
	if c.Action == plan.None {
		return check
	}
	check.Status, check.Cause, check.Hint = verify.Fail, "the tenant is not set up for this server", mend
	if c.Action == plan.Conflict {
		check.Cause, check.Hint = c.Reason, c.Hint
		if c.Kind == plan.KindSettings { // beside the change of the other settings
			check.ID, check.Title = "tenant-default-audience", "default audience of "+c.Key
		}
		if !c.Blocking {
			check.Status = verify.Warn
		}
	}
	var got, want []string
	for _, f := range c.Fields {
		got = append(got, f.Path+" "+view.Value(f.Before))
		want = append(want, f.Path+" "+view.Value(f.After))
	}
	check.Got, check.Want = strings.Join(got, ", "), strings.Join(want, ", ")
	if c.Action == plan.Create {
		check.Got = "there is none"
	}
	return check
}
