package cmd_test

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/mcpauth-cli/mcpauth/cmd"
	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
)

// world is a tenant, an MCP server behind it, and what a user's shell would hold. Commands run in this process.
type world struct {
	server  *sandbox.Server
	gateway *sandbox.Gateway
	vars    map[string]string
}

// result is how a command ended and what it said.
type result struct {
	code     int
	out, err string
}

func newWorld(t *testing.T, seed ...byte) *world {
	t.Helper()
	server, err := sandbox.Start(t.Context(), sandbox.Options{AutoApprove: true, Seed: seed}, sandbox.Listen{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	gateway, err := server.StartGateway(t.Context(), sandbox.GatewayOptions{}, sandbox.Listen{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = gateway.Close() })
	w := &world{server: server, gateway: gateway, vars: map[string]string{"XDG_STATE_HOME": t.TempDir(), "HOME": t.TempDir()}}
	for _, pair := range server.Env() {
		name, value, _ := strings.Cut(pair, "=")
		w.vars[name] = value
	}
	return w
}

// env is a process that nobody sits at.
func (w *world) env(transport http.RoundTripper) (env cmd.Env, out, errs *bytes.Buffer) {
	out, errs = &bytes.Buffer{}, &bytes.Buffer{}
	vars := maps.Clone(w.vars)
	return cmd.Env{
		Version: "v0.0.0-test", In: strings.NewReader(""), Out: out, Err: errs,
		Getenv:      func(name string) string { return vars[name] },
		Environ:     func() []string { return nil },
		IsTerminal:  func(any) bool { return false },
		Transport:   transport,
		Interrupted: context.WithCancel,
		Executable:  func() (string, error) { return "mcpauth", nil },
	}, out, errs
}

func (w *world) setupArgs() []string {
	return []string{"setup", "--mcp-url", w.gateway.URL, "--connection", "Username-Password-Authentication", "--scope", "tool:whoami", "--yes"}
}

var drawn = regexp.MustCompile(`"(con_[A-Za-z0-9]+|cgr_[A-Za-z0-9]+|[0-9a-f]{24}|[A-Za-z0-9]{32})"`)

// state is what the tenant holds, without the ids that it drew and the two addresses.
func (w *world) state() string {
	text := drawn.ReplaceAllString(string(w.server.Tenant.State()), `"id"`)
	return strings.NewReplacer(w.gateway.URL, "GATEWAY", w.server.URL, "TENANT").Replace(text)
}

// diffLines are the lines in which two texts differ, for a failed test.
func diffLines(want, got string) string {
	wanted, given := map[string]int{}, map[string]int{}
	for line := range strings.Lines(want) {
		wanted[line]++
	}
	for line := range strings.Lines(got) {
		given[line]++
	}
	var b strings.Builder
	for line, n := range wanted {
		if n > given[line] {
			b.WriteString("- " + line)
		}
	}
	for line, n := range given {
		if n > wanted[line] {
			b.WriteString("+ " + line)
		}
	}
	return b.String()
}
