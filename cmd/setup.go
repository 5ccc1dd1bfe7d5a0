package cmd

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/provision"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
	"github.com/mcpauth-cli/mcpauth/internal/verify"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

// setupOptions are the flags of setup as they were typed.
type setupOptions struct {
	urls           []string
	name           string
	scopes         []string
	connections    []string
	connectionIDs  []string
	registration   string
	audienceMode   string
	tokenLifetime  string
	noOffline      bool
	replaceDefault bool
	besideNearMiss bool
	file           string
	out            string
	gatewayDir     string
	resourceName   string
	policyName     string
	route          string
	replacePolicy  bool
	verify         bool
	consent        consent
	changed        func(flag string) bool
}

func (a *app) setupCommand() *cobra.Command {
	var o setupOptions
	command := &cobra.Command{
		Use:   "setup",
		Short: "Make a tenant ready for MCP clients to log in",
		Example: "  mcpauth setup --mcp-url https://my-gateway.zuplo.dev/mcp \\\n" +
			"    --connection Username-Password-Authentication --scope tool:whoami --dry-run\n" +
			"  mcpauth setup --mcp-url https://my-gateway.zuplo.dev/mcp \\\n" +
			"    --connection google-oauth2 --gateway-dir ../my-gateway   # and the gateway\n" +
			"  mcpauth setup --file mcpauth.yaml --yes --json             # in CI",
		Long: "Looks at the tenant, shows what has to change and what that means for others, asks, and changes it:\n" +
			"the API that stands for the MCP server, the default grant for third-party applications, the\n" +
			"connections at domain level, and last, in one request, the tenant's settings.",
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			o.changed = c.Flags().Changed
			return a.setup(c.Context(), &o, c.Flags())
		},
	}
	f := command.Flags()
	f.StringArrayVar(&o.urls, "mcp-url", nil, "the MCP server's URL, as clients use it (repeatable)")
	f.StringVar(&o.name, "name", "", "the API's name (default \"MCP Server\" for a new one)")
	f.StringArrayVar(&o.scopes, "scope", nil, "a scope of the API, VALUE or VALUE=DESCRIPTION (repeatable)")
	f.StringArrayVar(&o.connections, "connection", nil, "a connection to log in through, by name (repeatable)")
	f.StringArrayVar(&o.connectionIDs, "connection-id", nil, "the same by id, con_… (repeatable)")
	f.StringVar(&o.registration, "registration", "dcr", "how clients register: dcr, cimd, both or none")
	f.StringVar(&o.audienceMode, "audience-mode", "both", "how tokens get their audience: both, resource or default")
	f.BoolVar(&o.replaceDefault, "replace-default-audience", false, "replace another default audience of the tenant")
	f.BoolVar(&o.besideNearMiss, "beside-near-miss", false, "create an API next to one that differs by a slash or by case")
	f.StringVar(&o.tokenLifetime, "token-lifetime", "", "lifetime of access tokens, such as 24h or a number of seconds")
	f.BoolVar(&o.noOffline, "no-offline-access", false, "give out no refresh tokens")
	f.StringVar(&o.file, "file", "", "read the answers from mcpauth.yaml; flags win over it")
	f.StringVar(&o.out, "out", "", "also write a new Zuplo project's files into this folder")
	f.StringVar(&o.gatewayDir, "gateway-dir", "", "also merge the configuration into the Zuplo project in this folder")
	f.BoolVar(&o.verify, "verify", false, "then verify each URL as an MCP client would, up to the login")
	gatewayFlags(f, &o.resourceName, &o.policyName, &o.route, &o.replacePolicy)
	f.BoolVar(&o.consent.dryRun, "dry-run", false, "only show what would change")
	f.BoolVar(&o.consent.detailedExitcode, "detailed-exitcode", false, "with --dry-run: exit 2 if changes are pending")
	f.BoolVar(&o.consent.yes, "yes", false, "consent to the changes")
	return command
}

func (a *app) setup(ctx context.Context, options *setupOptions, flags *pflag.FlagSet) error {
	r, err := a.settle(ctx, options, flags)
	if err != nil {
		return err
	}
	defer func() {
		if r.client != nil {
			a.tally(r.client)
		}
	}()
	err = a.setUp(ctx, &r, options, flags)
	if err != nil && !errors.As(err, &pendingError{}) {
		a.sayAnswers(r, flags)
		return err
	}
	a.sayTheSame(r, flags)
	if err == nil && options.verify && !options.consent.dryRun {
		return a.verifyAll(ctx, r.spec, r.client)
	}
	return err
}

// setUp plans, asks what only the plan could tell to be missing, gets consent and carries it out.
func (a *app) setUp(ctx context.Context, r *settled, options *setupOptions, flags *pflag.FlagSet) error {
	files, err := a.planFiles(r.spec, *options)
	if err != nil {
		return err
	}
	if r.client == nil {
		if r.client, err = a.open(r.spec.Domain, r.credentials); err != nil {
			return err
		}
	}
	for _, note := range r.notes {
		a.warn(note.Text)
	}
	c := options.consent
	c.again = func(ctx context.Context) (plan.Plan, error) {
		defer a.working("looking at the tenant")()
		return provision.Prepare(ctx, r.client, r.spec)
	}
	p, err := c.again(ctx)
	if err == nil && p.NoConnection && !r.asked && a.canAsk() {
		var complete settled
		if complete, err = a.settleConnection(ctx, options, flags, *r); err == nil {
			*r = complete
			p, err = c.again(ctx)
		}
	}
	if err != nil {
		return untouched(err)
	}
	files.show(a)
	asked := p.Pending() > 0 // one question is for both
	if asked {
		c.question = files.question(r.client.Domain())
	}
	proceed, err := a.carryOut(ctx, r.client, p, c)
	if err != nil {
		return err
	}
	if !proceed {
		if c.detailedExitcode && files.changes() {
			return pendingError{}
		}
		return nil
	}
	if err := files.write(ctx, a, c.yes || asked); err != nil {
		a.sayUndo()
		return err
	}
	a.nextSteps(r.spec, *options, p)
	a.sayUndo()
	return nil
}

// verifyAll verifies every server of the spec, and the tenant behind them.
func (a *app) verifyAll(ctx context.Context, s spec.Spec, client *tenant.Client) error {
	base, err := a.network()
	if err != nil {
		return err
	}
	var all verify.Report
	for i, server := range s.Servers {
		asked := s
		asked.Servers = s.Servers[i : i+1]
		if i > 0 && s.AudienceMode == spec.AudienceBoth {
			asked.AudienceMode = spec.AudienceResource // the default audience is the first server's
		}
		if !a.global.json {
			a.outf("\n%s\n", a.outPalette().Strong("Verifying "+view.Clean(server.URL)))
		}
		run := verify.Options{URL: server.URL, Transport: base, Domain: client.Domain().String(), CAFile: a.global.caFile}
		report, err := a.runChecks(ctx, run)
		all.Checks = append(all.Checks, report.Checks...)
		if err == nil {
			all.Checks = append(all.Checks, (&auditor{app: a, client: client, asked: &asked}).checks(ctx, run, report)...)
			err = ctx.Err()
		}
		a.doc.Checks = checks(all)
		if err != nil {
			return stopped(err)
		}
	}
	return a.concluded(all)
}

func (a *app) missingForSetup(s spec.Spec, noDomain bool, o setupOptions) []missing {
	var lacking []missing
	if noDomain {
		lacking = append(lacking, a.missingDomain())
	}
	if len(s.Servers) == 0 {
		lacking = append(lacking, missing{"--mcp-url", "give the URL that MCP clients use, such as https://my-gateway.zuplo.dev/mcp"})
		if len(s.Connections) == 0 {
			lacking = append(lacking, missing{"--connection", "name what users log in through, such as Username-Password-Authentication; not needed if one is at domain level already"})
		}
	}
	if !a.given(o.consent) {
		lacking = append(lacking, missingConsent)
	}
	return lacking
}

func (a *app) nextSteps(s spec.Spec, o setupOptions, p plan.Plan) {
	if p.Pending() == 0 && o.out == "" && o.gatewayDir == "" {
		return
	}
	palette := a.errPalette()
	switch {
	case p.NoConnection && a.passes():
		a.say("\n%s\n", palette.Warn("The tenant is prepared, but nobody can log in yet: name a connection with --connection."))
		return
	case a.passes():
		a.say("\n%s\n", palette.Strong("The tenant is ready, and lasts as long as the sandbox around this command."))
		return
	case p.NoConnection:
		a.say("\n%s\n", palette.Warn("The tenant is prepared, but nobody can log in yet. First:"))
		a.say("  mcpauth promote-connection --domain %s --name NAME\n", s.Domain)
		return
	}
	a.say("\n%s\n", palette.Strong("The tenant is ready. Next:"))
	if o.out == "" && o.gatewayDir == "" {
		a.say("  mcpauth render-gateway-config --domain %s%s --out DIR\n", s.Domain, urlFlags(s))
	} else {
		a.say("  deploy the gateway, then point an MCP client at %s\n", view.Clean(s.Servers[0].URL))
	}
}

func urlFlags(s spec.Spec) string {
	var b strings.Builder
	for _, server := range s.Servers {
		b.WriteString(" --mcp-url " + shellQuote(server.URL))
	}
	return b.String()
}
