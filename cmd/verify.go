package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
	"github.com/mcpauth-cli/mcpauth/internal/verify"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

type verifyOptions struct {
	run     verify.Options
	reports []string
}

func (a *app) verifyCommand() *cobra.Command {
	var o verifyOptions
	command := &cobra.Command{
		Use:   "verify [URL]",
		Short: "Log in as an MCP client would, and say exactly what is wrong",
		Example: "  mcpauth verify https://my-gateway.zuplo.dev/mcp           # up to the login\n" +
			"  mcpauth verify https://my-gateway.zuplo.dev/mcp --login   # in the browser\n" +
			"  mcpauth verify https://my-gateway.zuplo.dev/mcp --login --report login.html\n" +
			"  mcpauth sandbox --gateway --auto-approve -- sh -c '\n" +
			"    mcpauth setup --mcp-url $MCPAUTH_MCP_URL --connection google-oauth2 --yes &&\n" +
			"    mcpauth verify $MCPAUTH_MCP_URL --follow'",
		Long: "Goes through what an MCP client does, step by step, on any MCP server behind OAuth: challenge, metadata,\n" +
			"registration, authorization, token, MCP itself, and what must be refused. A failed check says what was\n" +
			"seen, what is wanted, why that happens, and the command that mends it.\n\n" +
			"Without --login or --follow it registers nothing. With credentials for the tenant it also looks whether\n" +
			"anything is missing there, and deletes the client that it registered.",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				return &usageError{What: "verify takes one URL", Hint: "see " + c.CommandPath() + " --help"}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.run.URL = args[0]
			}
			if c.Flags().Changed("timeout") {
				o.run.Timeout = a.global.timeout
			}
			return a.verify(c.Context(), o)
		},
	}
	f := command.Flags()
	f.BoolVar(&o.run.Login, "login", false, "complete a login in the browser")
	f.BoolVar(&o.run.Follow, "follow", false, "follow redirects without a browser, for tenants that approve by themselves")
	f.StringVar(&o.run.ClientID, "client-id", "", "a client that is registered already")
	f.StringVar(&o.run.ClientMetadataURL, "client-metadata-url", "", "the URL of a client ID metadata document")
	f.IntVar(&o.run.CallbackPort, "callback-port", 0, "the port of the callback on 127.0.0.1 (default a free one)")
	f.StringVar(&o.run.Scope, "scope", "", "the scope to ask for, in the place of what the server names")
	f.StringArrayVar(&o.reports, "report", nil, "write a report: FILE.html, FILE.json or FILE.xml (JUnit) (repeatable)")
	return command
}

func (a *app) verify(ctx context.Context, o verifyOptions) error {
	if o.run.URL == "" {
		o.run.URL = a.env.Getenv("MCPAUTH_MCP_URL")
	}
	if o.run.URL == "" {
		return &usageError{What: "verify needs the URL of an MCP server", Hint: "write it like mcpauth verify https://my-gateway.zuplo.dev/mcp"}
	}
	if err := checkReportNames(o.reports); err != nil {
		return err
	}
	if err := a.conformance(&o.run); err != nil {
		return err
	}
	base, err := a.network()
	if err != nil {
		return err
	}
	o.run.Transport = base
	auditor, err := a.auditor(ctx)
	if err != nil {
		return err
	}
	report, runErr := a.runChecks(ctx, o.run)
	var option *verify.OptionError
	if errors.As(runErr, &option) {
		return runErr
	}
	if auditor != nil && runErr == nil {
		report.Checks = append(report.Checks, a.audit(ctx, auditor, o.run, report.Issuer)...)
	}
	a.cleanUp(ctx, auditor, report)
	a.doc.Checks = checks(report)
	if err := errors.Join(runErr, writeReports(o.reports, report)); err != nil {
		return err
	}
	return a.concluded(report)
}

// runChecks runs the verification and shows it live.
func (a *app) runChecks(ctx context.Context, o verify.Options) (verify.Report, error) {
	if o.Login {
		o.OpenBrowser = a.env.OpenBrowser
	}
	list := a.newCheckList()
	o.Progress = list.event
	report, err := verify.Run(ctx, o)
	list.stop()
	return report, err
}

// concluded sums up, and is an error where a check failed.
func (a *app) concluded(report verify.Report) error {
	if len(report.Tools) > 0 && !a.global.json {
		a.outf("tools: %s\n", view.Clean(fmt.Sprint(report.Tools)))
	}
	failed := report.Count(verify.Fail)
	if !a.global.json {
		a.outf("%s\n", a.outPalette().Strong(fmt.Sprintf("%d passed, %d failed, %d warnings, %d skipped",
			report.Count(verify.Pass), failed, report.Count(verify.Warn), report.Count(verify.Skip))))
	}
	if failed > 0 {
		return &verifyError{failed: failed, of: len(report.Checks)}
	}
	return nil
}

// The variables that verify takes a client's secret from.
const (
	envVerifySecret = "MCPAUTH_CLIENT_SECRET"   // #nosec G101 -- a variable's name
	envConformance  = "MCP_CONFORMANCE_CONTEXT" // #nosec G101 -- a variable's name
)

// conformance reads what a conformance harness hands to a client: registered credentials, where it has some.
func (a *app) conformance(o *verify.Options) error {
	if secret := a.env.Getenv(envVerifySecret); secret != "" && o.ClientID != "" {
		o.ClientSecret = secret
	}
	raw := a.env.Getenv(envConformance)
	if raw == "" {
		return nil
	}
	var given struct {
		ClientID     string `json:"client_id"`
		ClientSecret string `json:"client_secret"`
	}
	if err := json.Unmarshal([]byte(raw), &given); err != nil {
		// The error would quote the text, which may hold a secret.
		return spec.Invalid{{Field: envConformance, What: "is not a JSON object", Hint: "leave it unset outside a conformance harness"}}
	}
	if o.ClientID == "" {
		o.ClientID, o.ClientSecret = given.ClientID, given.ClientSecret
	}
	return nil
}

// auditor is a client for the tenant, where credentials and a domain are there; nil where not.
func (a *app) auditor(ctx context.Context) (*tenant.Client, error) {
	domain, missing, problems := a.parseDomain("")
	if len(problems) > 0 {
		return nil, problems
	}
	credentials, err := a.credentials(ctx, domain, tenant.SetupScopes())
	if missing || errors.Is(err, tenant.ErrNoCredentials) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	client, err := a.open(domain, credentials)
	if err != nil {
		return nil, err
	}
	return client, client.SignIn(ctx)
}

// cleanUp deletes the client that the run registered, also when it was interrupted; where it can't, it says which it was.
func (a *app) cleanUp(ctx context.Context, auditor *tenant.Client, report verify.Report) {
	id := report.ClientID
	if id == "" {
		return
	}
	if auditor == nil {
		a.warn(fmt.Sprintf("the client %s was registered and stays: without credentials for the tenant it can't be deleted", id))
		return
	}
	// An id is deleted only from the tenant that gave it out: another server could name any application of the tenant's.
	if !registeredAt(auditor.Domain(), report.RegisteredAt) {
		a.warn(fmt.Sprintf("the client %s was registered at %s, not at %s, and stays", id, report.RegisteredAt, auditor.Domain()))
		return
	}
	const most = 5 * time.Second
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), most)
	defer cancel()
	if err := auditor.DeleteClient(ctx, id); err != nil {
		a.warn(fmt.Sprintf("the client %s was registered and could not be deleted: %v", id, err))
		return
	}
	a.say("deleted the registered client %s\n", view.Clean(id))
}

// registeredAt tells whether a registration endpoint is the tenant's own.
func registeredAt(domain spec.Domain, endpoint string) bool {
	u, err := url.Parse(endpoint)
	return err == nil && u.User == nil && strings.EqualFold(u.Scheme+"://"+u.Host, domain.URL())
}

func checks(report verify.Report) []view.Check {
	list := make([]view.Check, len(report.Checks))
	for i, c := range report.Checks {
		list[i] = view.Check{ID: c.ID, Status: string(c.Status), Title: c.Title, Got: c.Got, Want: c.Want, Spec: c.Spec, Cause: c.Cause, Hint: c.Hint}
	}
	return list
}
