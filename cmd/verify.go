package cmd

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/mcpauth-cli/mcpauth/internal/verify"
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
			"seen, what is wanted, why that happens, and the command that mends it. What could not be checked is\n" +
			"counted and said.\n\n" +
			"Without --login or --follow it registers nothing. With credentials for the tenant it also looks whether\n" +
			"anything is missing there, and deletes the client that it registered, or that a run before it left.\n\n" +
			"--timeout is the time of each check, 15s if it isn't given; the wait for a person comes on top. A server\n" +
			"that lets a check's time pass is not asked again, so that one that answers nothing costs its time once.\n\n" +
			"--login opens the system's browser, or what BROWSER names; where that fails, open the printed address in any.\n" +
			"Its answer comes to a port of this machine: for a browser elsewhere, forward that port with ssh -L.\n\n" +
			"It can be the client of a conformance harness, with --follow: where MCP_CONFORMANCE_SCENARIO or\n" +
			"MCP_CONFORMANCE_CONTEXT is set, it does what a client does and nothing else.",
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
	f.DurationVar(&o.run.LoginTimeout, "login-timeout", verify.DefaultLoginTimeout, "how long a person may take to log in")
	f.StringVar(&o.run.Scope, "scope", "", "the scope to ask for, in the place of what the server names")
	f.StringVar(&o.run.OtherResource, "other-resource", "", "another API of the same tenant: a token for it is sent to the server, which must refuse it")
	f.StringArrayVar(&o.reports, "report", nil, "write a report: FILE.html, FILE.json or FILE.xml (JUnit) (repeatable)")
	return command
}

func (a *app) verify(ctx context.Context, o verifyOptions) error {
	from := "URL"
	if o.run.URL == "" {
		from, o.run.URL = envServer, a.env.Getenv(envServer)
	}
	if o.run.URL == "" {
		return &usageError{What: "verify needs the URL of an MCP server", Hint: "name it, here or in " + envServer + ": mcpauth verify https://my-gateway.zuplo.dev/mcp"}
	}
	if err := a.asClient(&o.run); err != nil {
		return err
	}
	if err := a.checkVerify(o, from); err != nil {
		return err
	}
	base, err := a.network()
	if err != nil {
		return err
	}
	o.run.Transport, o.run.CAFile = base, a.global.caFile
	audit, err := a.auditor(ctx, &o.run)
	if err != nil && ctx.Err() != nil {
		return stopped(err)
	}
	if err != nil {
		return err
	}
	report, runErr := a.runChecks(ctx, o.run)
	audit.cleanUp(ctx, o.run.Login || o.run.Follow, report) // before the applications are counted
	if runErr == nil {
		report.Checks = append(report.Checks, audit.checks(ctx, o.run, report)...)
		audit.suggest(ctx, o.run, &report)
		runErr = ctx.Err() // what the tenant was not asked for any more is no result
	}
	a.doc.Checks = checks(report)
	if err := writeReports(o.reports, report); err != nil {
		return errors.Join(stopped(runErr), err)
	}
	if runErr != nil {
		return stopped(runErr)
	}
	return a.concluded(report)
}

// stopped is a verification that was interrupted: unlike a change, it does not go on from where it stopped.
func stopped(err error) error {
	if err == nil {
		return nil
	}
	return &interruptedError{err: err, hint: "what was seen until then stands above; run it again to see the rest"}
}

// runChecks runs the verification and shows it live.
func (a *app) runChecks(ctx context.Context, o verify.Options) (verify.Report, error) {
	o.OpenBrowser, o.Unattended = a.env.OpenBrowser, a.nobodyReads()
	o.Version = a.env.Version
	list := a.newCheckList()
	o.Progress = list.event
	report, err := verify.Run(ctx, o)
	list.stop()
	a.showSkips()
	return report, err
}

// concluded sums up, and is an error where a check failed.
func (a *app) concluded(report verify.Report) error {
	failed := report.Count(verify.Fail)
	if !a.global.json {
		a.outf("%s", summary(report, a.outPalette(), a.foldAt(a.env.Out)))
	}
	if failed > 0 {
		return &verifyError{failed: failed, of: len(report.Checks)}
	}
	return nil
}
