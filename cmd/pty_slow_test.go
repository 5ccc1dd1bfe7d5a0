//go:build unix

package cmd_test

import (
	"encoding/json"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
)

// A Free tenant gives out two hundred connections a second. Nobody waits for them: the question is there with the first, and
// can be answered while the others come in. There are so many that a slow machine answers before the last, too.
func TestWizardOnAFreeTenant(t *testing.T) {
	t.Parallel()
	const many = 10_000
	connections := make([]map[string]any, many)
	for i := range connections {
		connections[i] = map[string]any{"name": fmt.Sprintf("customer-%05d", i), "strategy": "samlp"}
	}
	seed, err := json.Marshal(map[string]any{"connections": connections})
	if err != nil {
		t.Fatal(err)
	}
	server, err := sandbox.Start(t.Context(), sandbox.Options{RateLimit: "free", Seed: seed}, sandbox.Listen{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	w := &world{server: server}
	c := onConsole(t, usual, t.TempDir(), w.signedIn(), "setup", "--dry-run", "--name", "N", "--scope", "s", "--registration", "dcr", "--audience-mode", "both")
	c.sees("Where do clients reach the MCP server?")
	c.types("https://a.example/mcp" + enter)
	c.sees("How do users log in?", "read so far")
	c.types(down + " ")
	c.sees("1 chosen")
	c.types(enter)
	c.sees("Plan: 2 to create")
	c.exits(0)
	if n := w.requests("/api/v2/connections"); n >= many/100 {
		t.Errorf("%d requests for the connections: all were waited for", n)
	}
	for _, r := range server.Tenant.Requests() {
		if r.Status == 429 {
			t.Errorf("%s %s ran into the rate limit", r.Method, r.Path)
		}
	}
}

// While the tenant lets it wait, the wizard is left as at any question, by a key or by a signal.
func TestWizardIsInterruptedWhileItWaits(t *testing.T) {
	t.Parallel()
	server, err := sandbox.Start(t.Context(), sandbox.Options{Latency: time.Minute}, sandbox.Listen{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	w := &world{server: server}
	for name, leave := range map[string]func(*console){
		"a key":         func(c *console) { c.types(interrupt) },
		"a signal":      func(c *console) { _ = c.program.Process.Signal(syscall.SIGTERM) },
		"what shuts it": func(c *console) { _ = c.program.Process.Signal(syscall.SIGHUP) },
	} {
		t.Run(name, func(t *testing.T) {
			c := onConsole(t, usual, t.TempDir(), w.signedIn(), "setup")
			c.sees("Signing in to")
			leave(c)
			c.sees("nothing was changed")
			c.exits(130)
		})
	}
}
