package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

type sandboxOptions struct {
	port      int
	portGiven bool
	gateway   bool
	tls       bool
	seed      string
	envFile   string
	tenant    sandbox.Options
	command   []string
}

func (a *app) sandboxCommand() *cobra.Command {
	var o sandboxOptions
	command := &cobra.Command{
		Use:   "sandbox [flags] [-- COMMAND…]",
		Short: "Run a local tenant that behaves like Auth0",
		Example: "  mcpauth sandbox -- mcpauth setup --mcp-url https://my-gateway.zuplo.dev/mcp \\\n" +
			"    --connection Username-Password-Authentication --yes\n" +
			"  mcpauth sandbox --env-file sandbox.env &          # then: . ./sandbox.env\n" +
			"  mcpauth sandbox --gateway --auto-approve          # and an MCP server\n" +
			"  mcpauth sandbox --rate-limit free --fault 429@3   # Auth0 on a bad day",
		Long: "Serves a tenant on this machine alone, for trying things and for tests. It prints the lines that point\n" +
			"mcpauth, and Auth0's own tools, at it; with a command it runs that with them set, and ends with its\n" +
			"exit code. What it holds is at /sandbox/state, what it was asked at /sandbox/requests.\n\n" +
			"A fault is KIND@WHERE: 429@3 (the third request), reset@5, lost@POST:/client-grants (it acts, but the\n" +
			"answer is lost), 500@PATCH:/tenants/settings, timeout@2, 503@/oidc/register. Only /sandbox/ has no faults.",
		RunE: func(c *cobra.Command, args []string) error {
			if dash := c.ArgsLenAtDash(); dash != 0 && len(args) > 0 {
				return &usageError{What: fmt.Sprintf("sandbox takes no argument, but got %q", args[0]), Hint: "put a command to run behind --"}
			}
			o.command, o.portGiven = args, c.Flags().Changed("port")
			return a.sandbox(c.Context(), o)
		},
	}
	f := command.Flags()
	f.IntVar(&o.port, "port", 9400, "the port to listen on; 0 takes a free one")
	f.BoolVar(&o.gateway, "gateway", false, "also serve a protected MCP server, on the next port, at /mcp")
	f.BoolVar(&o.tls, "tls", false, "serve https, with a certificate authority made for this run")
	f.BoolVar(&o.tenant.AutoApprove, "auto-approve", false, "log in and consent without a person")
	f.StringVar(&o.tenant.Mode, "mode", "strict", "how registered clients are treated: strict or permissive")
	f.StringVar(&o.tenant.RateLimit, "rate-limit", "none", "free (as on Auth0's Free plan), none, or requests a second")
	f.DurationVar(&o.tenant.Latency, "latency", 0, "add this to every answer, such as 50ms")
	f.StringVar(&o.seed, "seed", "", "start with what this JSON file holds, in the shape of /sandbox/state")
	f.StringArrayVar(&o.tenant.Faults, "fault", nil, "fail as KIND@WHERE (repeatable)")
	f.StringVar(&o.tenant.StateFile, "state", "", "keep the tenant in this file from run to run")
	f.StringVar(&o.envFile, "env-file", "", "write the export lines into this file, not to stdout, once it is ready")
	return command
}

func (a *app) sandbox(ctx context.Context, o sandboxOptions) error {
	server, err := a.startSandbox(ctx, o)
	if err != nil {
		return err
	}
	defer func() { _ = server.Close() }()
	env := server.Env()
	if o.gateway {
		gateway, err := a.startGateway(ctx, server, o)
		if err != nil {
			return err
		}
		defer func() { _ = gateway.Close() }()
		env = append(env, "MCPAUTH_MCP_URL="+gateway.URL)
	}
	if o.tls {
		trust, err := a.writeTrust(server.CAPEM)
		if err != nil {
			return err
		}
		defer trust.remove()
		a.errf("certificate authority: %s\n", trust.file(authorityFile))
		env = append(env, trust.env()...)
	}
	if o.envFile != "" {
		if err := writeEnv(o.envFile, env); err != nil {
			return err
		}
	}
	defer a.sayIdle(server.Tenant)
	if len(o.command) > 0 {
		return a.runIn(ctx, append(env, passing(env)), o.command)
	}
	a.pointAt(server.URL, env, o.envFile)
	if a.unwritten == nil { // else nobody could find it
		<-ctx.Done()
	}
	a.say("sandbox stopped\n")
	return nil
}

// sayIdle names the faults that were never met: what was to be tried with them was not. By then the document of --json is
// written, or stdout is the command's.
func (a *app) sayIdle(t *sandbox.Tenant) {
	for _, fault := range t.IdleFaults() {
		a.errf("%s\n", a.errPalette().Warn("no request met the fault "+view.Clean(fault)))
	}
}

// pointAt tells how to use a sandbox that runs: by the lines on stdout or, where they are in a file, by that. The secret is in
// the file then, and nowhere else.
func (a *app) pointAt(url string, env []string, envFile string) {
	if a.global.json {
		a.doc.Tenant, a.doc.Command, a.done = url, "sandbox", true
		if envFile == "" {
			a.doc.Env = env
		}
		a.wrote(a.doc.Write(a.env.Out))
		return
	}
	if envFile == "" {
		a.outf("%s", exports(env))
	}
	a.say("sandbox tenant at %s; stop it with Ctrl-C\n", url)
	if envFile != "" {
		a.say("To point a shell at it:\n  . %s\n", posixQuote(view.Clean(sourced(envFile))))
	}
}

func (a *app) startSandbox(ctx context.Context, o sandboxOptions) (*sandbox.Server, error) {
	if o.seed != "" {
		content, err := os.ReadFile(o.seed)
		if err != nil {
			return nil, spec.Invalid{{Field: "--seed", What: fmt.Sprintf("%s can't be read", o.seed), Hint: "give a JSON file in the shape of /sandbox/state"}}
		}
		if len(content) == 0 {
			return nil, spec.Invalid{{Field: "--seed", What: fmt.Sprintf("there is nothing in %s", o.seed), Hint: "give JSON in the shape of /sandbox/state"}}
		}
		o.tenant.Seed = content
		if _, err := os.Stat(o.tenant.StateFile); err == nil {
			a.errf("%s\n", a.errPalette().Warn(view.Clean(fmt.Sprintf("--seed is left out: the tenant goes on as %s has it", o.tenant.StateFile))))
		}
	}
	if o.port < 0 || o.port > 65535 {
		return nil, spec.Invalid{{Field: "--port", What: fmt.Sprintf("%d is not a port", o.port), Hint: "choose one from 0 to 65535"}}
	}
	listen := sandbox.Listen{Addr: net.JoinHostPort("127.0.0.1", strconv.Itoa(o.port)), TLS: o.tls}
	server, err := sandbox.Start(ctx, o.tenant, listen)
	if sandbox.PortTaken(err) && !o.portGiven && len(o.command) > 0 {
		listen.Addr = "127.0.0.1:0" // the command learns the port from its environment
		server, err = sandbox.Start(ctx, o.tenant, listen)
	}
	return server, a.sandboxError(err, o)
}

// startGateway serves the MCP server on the port after the tenant's, or on a free one where the tenant's was not chosen.
func (a *app) startGateway(ctx context.Context, server *sandbox.Server, o sandboxOptions) (*sandbox.Gateway, error) {
	at, err := url.Parse(server.URL)
	if err != nil {
		return nil, err
	}
	port, err := strconv.Atoi(at.Port())
	if err != nil {
		return nil, err
	}
	listen := sandbox.Listen{Addr: net.JoinHostPort("127.0.0.1", strconv.Itoa(port+1)), TLS: o.tls}
	if o.port == 0 || port == 65535 {
		listen.Addr = "127.0.0.1:0"
	}
	gateway, err := server.StartGateway(ctx, sandbox.GatewayOptions{}, listen)
	if sandbox.PortTaken(err) && !o.portGiven && len(o.command) > 0 {
		listen.Addr = "127.0.0.1:0"
		gateway, err = server.StartGateway(ctx, sandbox.GatewayOptions{}, listen)
	}
	o.port = port + 1
	return gateway, a.sandboxError(err, o)
}

const otherPort = "choose another with --port, or --port 0 for a free one"

func (a *app) sandboxError(err error, o sandboxOptions) error {
	var option *sandbox.OptionError
	var fault *sandbox.FaultError
	var seed *sandbox.SeedError
	var listen *sandbox.ListenError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &fault):
		return spec.Invalid{{Field: "--fault", What: fault.Error(), Hint: "write it like 429@3 or lost@POST:/client-grants"}}
	case errors.As(err, &option):
		return spec.Invalid{{Field: "--" + strings.ReplaceAll(option.Option, " ", "-"), What: fmt.Sprintf("%q can't be used", option.Value), Hint: "give " + option.Want}}
	case errors.As(err, &seed) && seed.From != "seed":
		return spec.Invalid{{Field: "--state", What: fmt.Sprintf("%s: %v", seed.From, seed.Err), Hint: "name a file that a sandbox wrote, or one that isn't there yet"}}
	case o.tenant.StateFile != "" && errors.Is(err, fs.ErrNotExist):
		return spec.Invalid{{Field: "--state", What: fmt.Sprintf("the folder of %s isn't there", o.tenant.StateFile), Hint: "make it first"}}
	case errors.As(err, &seed):
		return spec.Invalid{{Field: "--seed", What: fmt.Sprintf("%s: %v", o.seed, seed.Err), Hint: "give JSON in the shape of /sandbox/state"}}
	case sandbox.PortTaken(err):
		return &usageError{What: fmt.Sprintf("port %d is taken", o.port), Hint: otherPort}
	case errors.As(err, &listen):
		return &localError{fmt.Errorf("port %d can't be listened on: %w", o.port, listen.Err), otherPort}
	}
	return err
}
