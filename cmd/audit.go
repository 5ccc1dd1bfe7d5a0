package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/suggest"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

// gap is what the tenant shows in one thing; bars says that for certain nobody logs in while it is so.
type gap struct {
	verify.Check
	bars bool
}

// audit holds the tenant against what setup would make true, by the same observation and the same plan: each gap is a check.
// mine is false where the server's tenant is another.
func audit(ctx context.Context, client *tenant.Client, s spec.Spec, o verify.Options, report verify.Report) (found []gap, mine bool) {
	if issuer := report.Issuer; issuer != "" && issuer != client.Domain().Issuer() {
		return []gap{{Check: verify.Check{
			ID: "tenant-issuer", Title: "the tenant is the server's", Status: verify.Warn, Got: client.Domain().Issuer(), Want: issuer,
			Cause: "the MCP server names another authorization server, so this tenant was not looked at", Hint: "name the server's tenant with --domain, and give credentials for that",
		}}}, false
	}
	rules := counted(verify.TenantRules, "no active Rules", func() (int, error) { return client.ActiveRules(ctx) }, func(n int) (verify.Status, string, string) {
		if n > 0 {
			return verify.Warn, "active Rules make the login of a strict third-party application fail", "move them to Actions"
		}
		return verify.Pass, "", ""
	})
	found = append(auditPlan(ctx, client, s, o, report.Found()), gap{rules, rules.Status == verify.Warn && strict(o, report)})
	if !o.ThirdParty() {
		forOthers(found)
	}
	return found, true
}

// strict tells whether the client of a run is a strict third-party application, and not a permissive one, which has another id.
func strict(o verify.Options, report verify.Report) bool {
	o.ClientID = cmp.Or(o.ClientID, report.ClientID)
	return o.ThirdParty()
}

// clientsCheck counts the applications, once this run's own is gone.
func clientsCheck(ctx context.Context, client *tenant.Client, o verify.Options) verify.Check {
	return counted("tenant-clients", "there is room for more third-party applications", func() (int, error) { return client.ThirdPartyClients(ctx) }, func(n int) (verify.Status, string, string) {
		return room(n, client.Domain(), o.URL)
	})
}

// freeApps is how many applications a tenant of Auth0's Free plan may have. No answer of the Management API tells a tenant's
// plan, so that its own quota can't be known; what can be is how much of any is used.
const freeApps = 10

func room(n int, domain spec.Domain, url string) (status verify.Status, cause, hint string) {
	if n < freeApps {
		return verify.Pass, "", ""
	}
	return verify.Warn, fmt.Sprintf("each client that registers is one more, and a Free plan has room for %d applications in all", freeApps),
		"delete what nobody uses in the dashboard (Applications), or let clients use a metadata document: " + setupFor(url, domain, spec.RegistrationCIMD)
}

// setupFor is the command that makes a tenant ready for a server whose clients introduce themselves so.
func setupFor(url string, domain spec.Domain, registration spec.Registration) string {
	command := "mcpauth setup --mcp-url " + shellQuote(url) + " --domain " + shellQuote(domain.String())
	if registration != spec.RegistrationDCR {
		command += " --registration " + string(registration)
	}
	return command
}

// unknownServer is an API that is neither there nor asked for. The URLs of the tenant's other APIs may be what was meant.
func unknownServer(ctx context.Context, client *tenant.Client, o verify.Options, canonical string) verify.Check {
	check := verify.Check{
		ID: auditIDs[plan.KindAPI], Title: "the tenant's API for this server", Status: verify.Skip, Open: true,
		Got:  "no MCP server was found at this URL, and the tenant has no API for it: the URL may be mistyped",
		Hint: "check the URL, and verify again once the server answers there",
	}
	known, err := client.GrantedAPIs(ctx)
	if err != nil {
		return check // that the URL may be wrong is all that is known
	}
	var commands []string
	for _, near := range suggest.Nearest(canonical, known) {
		o.URL = near
		commands = append(commands, o.CommandLine())
	}
	if len(commands) > 0 {
		check.Hint = "the tenant has an API whose URL looks like it: " + strings.Join(commands, "\nor ")
	}
	return check
}

// connectionCheck says which connections there are where none is open to registered clients: one of them has to be. The plan
// looked at the first hundred, so the others are looked at here.
func connectionCheck(ctx context.Context, client *tenant.Client, p plan.Plan) gap {
	check := verify.Check{ID: verify.TenantConnection, Title: "a connection at domain level", Status: verify.Pass}
	promote := "mcpauth promote-connection --domain " + shellQuote(client.Domain().String()) + " --name "
	for _, c := range p.Changes {
		if c.Kind == plan.KindConnection && c.Writes() { // one that was named, and taken down since
			return gap{Check: asCheck(c, promote+shellQuote(c.Key))}
		}
	}
	if !p.NoConnection {
		return gap{Check: check}
	}
	all, err := client.Connections(ctx)
	if slices.ContainsFunc(all, func(c plan.Object) bool { return c.Values["is_domain_connection"] == true }) {
		return gap{Check: check}
	}
	certain := err == nil && len(all) < tenant.MostConnections
	check.Status, check.Got, check.Want = verify.Fail, fmt.Sprintf("none among %d", len(all)), "one at least"
	check.Cause = "no connection is at domain level, and third-party clients log users in through no others"
	if !certain {
		check.Status, check.Got = verify.Warn, "none among the first hundred, at least"
		check.Cause = "where none of the others is at domain level either, third-party clients can't log users in"
	}
	check.Hint = promote + "NAME"
	const most = 3
	var commands []string
	for _, c := range all[:min(len(all), most)] {
		name, _ := c.Values["name"].(string)
		commands = append(commands, promote+shellQuote(name))
	}
	if len(commands) > 0 {
		check.Hint = strings.Join(commands, "\nor ")
	}
	return gap{check, certain}
}

// forOthers makes warnings of what the tenant lacks for third-party clients alone: an application of its own logs in without.
func forOthers(found []gap) {
	for i := range found {
		g := &found[i]
		if g.Status == verify.Fail && (g.ID == verify.TenantGrant || g.ID == verify.TenantConnection) {
			g.Status, g.bars = verify.Warn, false
			g.Cause = "this concerns third-party clients alone, and the application that was named is none by its id: " + g.Cause
		}
	}
}

// counted is a check of something that is counted; one that the credentials may not read is skipped.
func counted(id, title string, count func() (int, error), judge func(int) (status verify.Status, cause, hint string)) verify.Check {
	n, err := count()
	var lacking *tenant.ScopeError
	switch {
	case errors.As(err, &lacking):
		return verify.Check{ID: id, Title: title, Status: verify.Skip, Open: true, Got: "the credentials lack " + strings.Join(lacking.Missing, ", ")}
	case err != nil:
		return verify.Check{ID: id, Title: title, Status: verify.Skip, Open: true, Got: err.Error()}
	}
	status, cause, hint := judge(n)
	return verify.Check{ID: id, Title: title, Status: status, Got: fmt.Sprintf("there are %d", n), Cause: cause, Hint: hint}
}
