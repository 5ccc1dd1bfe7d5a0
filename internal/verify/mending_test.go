package verify_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/mcpauth-cli/mcpauth/cmd"
	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

// mending is a broken world in which commands are run as a user would.
type mending struct {
	*testing.T
	world *world
	setup setup
	asked verify.Options
	env   map[string]string

	mu        sync.Mutex
	transport http.RoundTripper
}

func newMending(t *testing.T, b broken) *mending {
	m := &mending{T: t, setup: healthy(), transport: http.DefaultTransport}
	b.change(&m.setup)
	m.world = build(t, m.setup)
	m.asked = m.setup.verify
	m.asked.URL = m.world.gateway.URL
	if m.setup.other {
		m.asked.OtherResource = otherAPI
	}
	if m.setup.ask != nil {
		m.setup.ask(m.world, &m.asked)
	}
	if m.setup.wrap != nil {
		m.transport = m.setup.wrap(m.world)
	}
	id, secret := m.world.tenant.Tenant.Credentials()
	m.env = map[string]string{
		"AUTH0_DOMAIN": m.world.tenant.URL, "AUTH0_CLIENT_ID": id, "AUTH0_CLIENT_SECRET": secret,
		"MCPAUTH_CLIENT_SECRET": m.asked.ClientSecret, "XDG_CONFIG_HOME": t.TempDir(), "HOME": t.TempDir(),
	}
	if m.asked.ClientIssuer != "" {
		given, _ := json.Marshal(map[string]string{"client_id": m.asked.ClientID, "client_secret": "x", "issuer": m.asked.ClientIssuer})
		m.env["MCP_CONFORMANCE_CONTEXT"], m.asked.ClientID = string(given), ""
	}
	return m
}

// RoundTrip is the way to the network, which deploying the gateway anew changes.
func (m *mending) RoundTrip(req *http.Request) (*http.Response, error) {
	m.mu.Lock()
	next := m.transport
	m.mu.Unlock()
	return next.RoundTrip(req)
}

// outcome is what a command left on stdout.
type outcome struct {
	exit   int
	raw    string
	Checks []verify.Check `json:"checks"`
	Parts  struct {
		Policy json.RawMessage `json:"policy"`
		Route  json.RawMessage `json:"route"`
		Script string          `json:"runtime"`
	} `json:"parts"`
	Error struct {
		Message string `json:"message"`
		Hint    string `json:"hint"`
	} `json:"error"`
}

func (o outcome) failed() []string {
	var ids []string
	for _, c := range o.Checks {
		if c.Status == verify.Fail {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

func (o outcome) check(id string) verify.Check {
	for _, c := range o.Checks {
		if c.ID == id {
			return c
		}
	}
	return verify.Check{}
}

func (o outcome) hint(id string) string          { return o.check(id).Hint }
func (o outcome) status(id string) verify.Status { return o.check(id).Status }

func (m *mending) run(args ...string) outcome {
	m.Helper()
	var out, errs strings.Builder
	env := cmd.Env{
		Version: "test", In: strings.NewReader(""), Out: &out, Err: &errs, Getenv: func(name string) string { return m.env[name] },
		Environ: func() []string { return nil }, IsTerminal: func(any) bool { return false }, Executable: os.Executable,
		Interrupted: context.WithCancel, Transport: m,
	}
	got := outcome{exit: cmd.Main(env, append(args, "--json")), raw: out.String()}
	if err := json.Unmarshal([]byte(out.String()), &got); err != nil {
		m.Fatalf("%q: %v\n%s%s", args, err, out.String(), errs.String())
	}
	return got
}

// verify runs the row's verification.
func (m *mending) verify() outcome {
	args := []string{"verify", m.asked.URL, "--follow", "--timeout", ample.String()}
	for _, flag := range []struct{ name, value string }{
		{"--client-id", m.asked.ClientID},
		{"--client-metadata-url", m.asked.ClientMetadataURL},
		{"--scope", m.asked.Scope},
		{"--other-resource", m.asked.OtherResource},
	} {
		if flag.value != "" {
			args = append(args, flag.name, flag.value)
		}
	}
	if m.asked.CallbackPort != 0 {
		args = append(args, "--callback-port", fmt.Sprint(m.asked.CallbackPort))
	}
	return m.run(args...)
}

var (
	commands = regexp.MustCompile(`mcpauth (setup|verify|promote-connection|render-gateway-config) [^;\n]*`)
	words    = regexp.MustCompile(`'[^']*'|\S+`)
)

// commandIn is the command that a hint gives, as a shell would read it.
func (m *mending) commandIn(hint string) []string {
	line := commands.FindString(hint)
	if line == "" {
		m.Fatalf("there is no command in %q", hint)
	}
	var list []string
	for _, word := range words.FindAllString(line, -1)[1:] {
		list = append(list, strings.Trim(word, "'"))
	}
	return list
}

// follow does what the hint says, and verifies again.
func (m *mending) follow(line []string) outcome {
	switch line[0] {
	case "verify": // not the server was wrong, but how it was called
		delete(m.env, "MCP_CONFORMANCE_CONTEXT")
		return m.run(line...)
	case "render-gateway-config":
		m.deploy(m.run(line...))
	default:
		line = append(line, "--yes") // consent is the user's own
		if out := m.run(line...); out.exit != 0 {
			m.Fatalf("%q ended with %d: %s", line, out.exit, out.raw)
		}
	}
	return m.verify()
}

var namedServers = regexp.MustCompile(`authorizationServers:\s*\[\s*"([^"]*)"`)

// deploy serves the gateway anew at the same address, as what was rendered says and in nothing otherwise.
func (m *mending) deploy(rendered outcome) {
	m.Helper()
	var policy struct {
		Handler struct {
			Options struct {
				Domain   string `json:"auth0Domain"`
				Audience string `json:"audience"`
				Open     bool   `json:"allowUnauthenticatedRequests"`
				Metadata bool   `json:"oAuthResourceMetadataEnabled"`
			} `json:"options"`
		} `json:"handler"`
	}
	named := namedServers.FindStringSubmatch(rendered.Parts.Script)
	if err := json.Unmarshal(rendered.Parts.Policy, &policy); err != nil || rendered.exit != 0 {
		m.Fatalf("rendering ended with %d, %v\n%s", rendered.exit, err, rendered.raw)
	}
	options := policy.Handler.Options
	o := sandbox.GatewayOptions{Audience: options.Audience}
	for fault, has := range map[sandbox.GatewayFault]bool{
		sandbox.GatewayOpen: options.Open, sandbox.GatewayBareChallenge: !options.Metadata, sandbox.GatewayNoMetadata: named == nil,
	} {
		if has {
			o.Faults = append(o.Faults, fault)
		}
	}
	if named != nil {
		o.AuthorizationServers = []string{named[1]}
	}
	at, err := url.Parse(m.world.gateway.URL)
	if err != nil {
		m.Fatal(err)
	}
	issuer := "http://" + options.Domain + "/"
	if err := m.world.gateway.Close(); err != nil {
		m.Fatal(err)
	}
	again, err := sandbox.StartGateway(m.Context(), issuer, o, sandbox.Listen{Addr: "127.0.0.1:" + at.Port()})
	if err != nil {
		m.Fatal(err)
	}
	m.Cleanup(func() { _ = again.Close() })
	m.mu.Lock()
	m.transport = &http.Transport{} // what was spoilt stood in the gateway that is no more, as do the connections to it
	m.mu.Unlock()
}
