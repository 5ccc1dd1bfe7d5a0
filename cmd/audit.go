package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/provision"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
	"github.com/mcpauth-cli/mcpauth/internal/verify"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

// audit holds the tenant against what setup would make true, by the same observation and the same plan, and shows each
// gap as a check.
func (a *app) audit(ctx context.Context, client *tenant.Client, o verify.Options, issuer string) []verify.Check {
	var found []verify.Check
	add := func(c verify.Check) { found = append(found, c); a.showCheck(c) }
	if issuer != "" && issuer != client.Domain().Issuer() {
		add(verify.Check{
			ID: "tenant-issuer", Title: "the tenant is the server's", Status: verify.Warn, Got: client.Domain().Issuer(), Want: issuer,
			Cause: "the MCP server names another authorization server", Hint: "name its tenant with --domain",
		})
		return found
	}
	for _, c := range a.auditPlan(ctx, client, o) {
		add(c)
	}
	add(counted("tenant-rules", "no active Rules", func() (int, error) { return client.ActiveRules(ctx) }, func(n int) (verify.Status, string) {
		if n > 0 {
			return verify.Warn, "active Rules make the login of a strict third-party application fail: move them to Actions"
		}
		return verify.Pass, ""
	}))
	add(counted("tenant-clients", "third-party applications", func() (int, error) { return client.ThirdPartyClients(ctx) }, func(n int) (verify.Status, string) {
		const many = 20
		if n >= many {
			return verify.Warn, "open registration fills the tenant with applications: delete what nobody uses, or use --registration cimd"
		}
		return verify.Pass, ""
	}))
	return found
}

func (a *app) auditPlan(ctx context.Context, client *tenant.Client, o verify.Options) []verify.Check {
	canonical, _, err := spec.CanonicalURL(o.URL)
	if err != nil {
		return []verify.Check{{ID: "tenant-api", Title: "the tenant's API", Status: verify.Skip, Got: "the URL has no canonical form"}}
	}
	s := spec.Spec{
		Domain: client.Domain(), Servers: []spec.Server{{URL: canonical}}, AudienceMode: spec.AudienceBoth,
		Registration: spec.RegistrationDCR,
	}
	switch {
	case o.ClientID != "":
		s.Registration = spec.RegistrationNone
	case o.ClientMetadataURL != "":
		s.Registration = spec.RegistrationCIMD
	}
	p, err := provision.Prepare(ctx, client, s)
	if err != nil {
		return []verify.Check{{ID: "tenant", Title: "the tenant can be looked at", Status: verify.Skip, Got: err.Error()}}
	}
	var found []verify.Check
	for _, c := range p.Changes {
		found = append(found, asCheck(c, canonical))
	}
	for _, near := range p.NearMisses {
		found = append(found, verify.Check{
			ID: "tenant-near-miss", Title: "no API that is nearly the server's", Status: verify.Warn, Got: near, Want: canonical,
			Cause: "Auth0 compares identifiers byte for byte", Hint: "delete the other API if nothing uses it",
		})
	}
	connection := verify.Check{ID: "tenant-connection", Title: "a connection at domain level", Status: verify.Pass}
	if p.NoConnection {
		connection.Status, connection.Got, connection.Want = verify.Fail, "none among the first hundred", "one at least"
		connection.Cause = "third-party clients log users in only through connections at domain level"
		connection.Hint = "mcpauth promote-connection --name NAME"
	}
	return append(found, connection)
}

var auditIDs = map[plan.Kind]string{
	plan.KindAPI: "tenant-api", plan.KindGrant: "tenant-grant", plan.KindConnection: "tenant-connection", plan.KindSettings: "tenant-settings",
}

// asCheck is a change that setup would make, as the gap that it is.
func asCheck(c plan.Change, url string) verify.Check {
	check := verify.Check{ID: auditIDs[c.Kind], Title: c.Address(), Status: verify.Pass}
	if c.Action == plan.None {
		return check
	}
	check.Status, check.Cause, check.Hint = verify.Fail, "the tenant is not set up for this server", "mcpauth setup --mcp-url "+shellQuote(url)
	if c.Action == plan.Conflict {
		check.Cause, check.Hint = c.Reason, c.Hint
		if !c.Blocking {
			check.Status = verify.Warn
		}
	}
	var got, want []string
	for _, f := range c.Fields {
		got = append(got, f.Path+" "+fmt.Sprint(f.Before))
		want = append(want, f.Path+" "+fmt.Sprint(f.After))
	}
	check.Got, check.Want = strings.ReplaceAll(strings.Join(got, ", "), "<nil>", "(not set)"), strings.Join(want, ", ")
	if c.Action == plan.Create {
		check.Got = "there is none"
	}
	return check
}

// counted is a check of something that is counted; one that the credentials may not read is skipped.
func counted(id, title string, count func() (int, error), judge func(int) (verify.Status, string)) verify.Check {
	n, err := count()
	var lacking *tenant.ScopeError
	switch {
	case errors.As(err, &lacking):
		return verify.Check{ID: id, Title: title, Status: verify.Skip, Got: "the credentials lack " + strings.Join(lacking.Missing, ", ")}
	case err != nil:
		return verify.Check{ID: id, Title: title, Status: verify.Skip, Got: err.Error()}
	}
	status, hint := judge(n)
	return verify.Check{ID: id, Title: title, Status: status, Got: fmt.Sprint(n), Hint: hint}
}

func (a *app) showCheck(c verify.Check) {
	if a.global.json {
		return
	}
	if c.Status == verify.Skip { // a reason that many share is told once
		reason := c.Got
		if reason == a.lastSkip {
			c.Got = ""
		}
		a.lastSkip = reason
	}
	const beside = 6 // under the text, not under its name
	a.outf("%s", view.Fold(checkLines(c, a.outPalette()), a.foldAt(a.env.Out), beside))
}

// checkLines is a check as a person reads it; one that isn't passed says all it knows.
func checkLines(c verify.Check, palette view.Palette) string {
	sign := map[verify.Status]string{verify.Pass: palette.Good("✓"), verify.Fail: palette.Bad("✗"), verify.Warn: palette.Warn("!"), verify.Skip: palette.Faint("-")}[c.Status]
	var b strings.Builder
	title := view.Clean(c.Title)
	if c.Status == verify.Pass || c.Status == verify.Skip {
		if c.Got != "" {
			title += palette.Faint("  " + view.Clean(c.Got))
		}
		fmt.Fprintf(&b, "%s %s\n", sign, title)
		return b.String()
	}
	fmt.Fprintf(&b, "%s %s %s\n", sign, title, palette.Faint("["+c.ID+"]"))
	for _, line := range []struct{ name, text string }{{"got", c.Got}, {"want", c.Want}, {"why", c.Cause}, {"spec", c.Spec}, {"do", c.Hint}} {
		if line.text != "" {
			fmt.Fprintf(&b, "    %-4s  %s\n", line.name, view.Clean(line.text))
		}
	}
	return b.String()
}
