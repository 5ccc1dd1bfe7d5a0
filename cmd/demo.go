package cmd

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

func (a *app) demoCommand() *cobra.Command {
	return &cobra.Command{
		Use: "demo", Short: "Show the whole story on this machine, with nothing needed", Args: noArgs,
		Example: "  mcpauth demo",
		Long:    "Starts a sandbox tenant and an MCP server behind it, sets the tenant up, does it again to show that\nnothing changes, renders the gateway's files, logs in as an MCP client would, and takes it all back.\nNothing outside this machine is touched.",
		RunE:    func(c *cobra.Command, _ []string) error { return a.demo(c.Context()) },
	}
}

// demo runs the very commands that a user would type, against a tenant of its own.
func (a *app) demo(ctx context.Context) error {
	out := a.env.Out
	server, err := sandbox.Start(ctx, sandbox.Options{AutoApprove: true}, sandbox.Listen{})
	if err != nil {
		return err
	}
	defer func() { _ = server.Close() }()
	gateway, err := server.StartGateway(ctx, sandbox.GatewayOptions{}, sandbox.Listen{})
	if err != nil {
		return err
	}
	defer func() { _ = gateway.Close() }()
	records, err := temporaryFolder("mcpauth-demo-") // the demo's runs are nobody's to undo
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(records) }()
	vars := map[string]string{"XDG_STATE_HOME": records}
	for _, pair := range append(server.Env(), passing(server.Env())) {
		name, value, _ := strings.Cut(pair, "=")
		vars[name] = value
	}
	setup := []string{"setup", "--mcp-url", gateway.URL, "--connection", "Username-Password-Authentication", "--scope", "tool:whoami=Who am I?", "--yes"}
	steps := []struct {
		title string
		args  []string
	}{
		{"An Auth0 tenant as it is on the first day. Make it ready for an MCP server:", setup},
		{"The same again: everything is as wanted, so nothing is written.", setup},
		{"What the Zuplo gateway needs to match, byte for byte:", []string{"render-gateway-config", "--mcp-url", gateway.URL}},
		{"The proof: log in as an MCP client would, and list the tools.", []string{"verify", gateway.URL, "--follow"}},
		{"And back again: the run is taken back, and registration closes first.", []string{"undo", "--yes"}},
	}
	if a.global.json { // the story is for people; the document tells machines how it ended
		a.env.Out = a.env.Err
		defer func(out io.Writer) { a.env.Out = out }(out)
		a.doc.Tenant = server.URL
	}
	palette := a.outPalette()
	tell := func(format string, args ...any) { a.outf("%s", a.folded(a.env.Out, fmt.Sprintf(format, args...))) }
	tell("A sandbox tenant runs at %s, and an MCP server at %s; nothing leaves this machine.\n", server.URL, gateway.URL)
	for i, step := range steps {
		typed := view.FoldCommand("$ mcpauth "+commandLine(step.args), a.foldAt(a.env.Out))
		tell("\n%s\n", palette.Strong(fmt.Sprintf("%d. %s", i+1, step.title)))
		if a.unwritten != nil && !a.global.json { // nobody listens to the rest
			return nil
		}
		a.outf("%s\n\n", palette.Faint(typed))
		if code := Main(a.demoEnv(ctx, vars), append(step.args, a.passedOn()...)); code != exitDone {
			return childError{code}
		}
	}
	tell("\n%s\n\n", palette.Strong("For a real tenant:"))
	tell("  export AUTH0_DOMAIN=my-tenant.eu.auth0.com\n  export AUTH0_CLIENT_ID=…\n  export AUTH0_CLIENT_SECRET=…\n")
	tell("  mcpauth setup --mcp-url https://my-gateway.zuplo.dev/mcp --connection Username-Password-Authentication --dry-run\n")
	return nil
}

// passedOn are the global flags that change how a command speaks.
func (a *app) passedOn() []string {
	var flags []string
	for flag, given := range map[string]bool{"--no-color": a.global.noColor, "--verbose": a.global.verbose, "--debug": a.global.debug} {
		if given {
			flags = append(flags, flag)
		}
	}
	return flags
}

// demoEnv points a command at the demo's tenant, with all it says on one stream, in order.
func (a *app) demoEnv(ctx context.Context, vars map[string]string) Env {
	env := a.env
	env.Err = env.Out
	outer := env.Getenv
	env.Getenv = func(name string) string {
		if value, ok := vars[name]; ok {
			return value
		}
		if strings.HasPrefix(name, "AUTH0_") || strings.HasPrefix(name, "MCPAUTH_") {
			return ""
		}
		return outer(name)
	}
	env.Transport = nil
	env.Interrupted = func(context.Context) (context.Context, context.CancelFunc) { return context.WithCancel(ctx) }
	return env
}

func commandLine(args []string) string {
	quoted := make([]string, len(args))
	for i, arg := range args {
		quoted[i] = shellQuote(arg)
	}
	return strings.Join(quoted, " ")
}
