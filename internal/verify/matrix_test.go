package verify_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

// broken is a world with one thing wrong.
type broken struct {
	name   string
	change func(*setup)
	fails  []string // the checks that fail, all of them (in the warning rows: that warn); the first is the diagnosis
	hint   string   // part of the first one's hint
	cause  string   // part of the first one's cause
}

func faulty(faults ...sandbox.GatewayFault) func(*setup) {
	return func(s *setup) {
		s.gateway = func(string) sandbox.GatewayOptions {
			return sandbox.GatewayOptions{Scopes: []string{"read:tools"}, Faults: faults}
		}
	}
}

func gateway(change func(*sandbox.GatewayOptions, string)) func(*setup) {
	return func(s *setup) {
		s.gateway = func(issuer string) sandbox.GatewayOptions {
			o := sandbox.GatewayOptions{Scopes: []string{"read:tools"}}
			change(&o, issuer)
			return o
		}
	}
}

func wrapped(wrap func(*world) http.RoundTripper) func(*setup) {
	return func(s *setup) { s.wrap = wrap }
}

const (
	runSetup  = "mcpauth setup --mcp-url http://localhost:"
	runRender = "mcpauth render-gateway-config --mcp-url http://localhost:"
	runVerify = "mcpauth verify http://localhost:"
)

// stopping tells of which checks a client that fails them goes no further.
func stopping(id string) bool {
	return slices.Contains([]string{
		"challenge.status", "resource.url", "resource.match", "resource.servers", "server.issuer", "server.pkce", "server.endpoints",
	}, id)
}

// all are the rows in which something fails.
func all() []broken {
	return slices.Concat(challenges, metadata, registrations, logins, tokens, servers)
}

// TestOneThingBroken breaks one thing at a time and wants exactly its checks to fail, with the cause and what mends it.
func TestOneThingBroken(t *testing.T) {
	for _, b := range all() {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			report := b.run(t)
			failed := with(report, verify.Fail)
			b.wants(t, report, failed)
			if slices.ContainsFunc(failed, stopping) && (report.ClientID != "" || find(t, report, "registration").Status != verify.Skip) {
				t.Errorf("a client was registered where a client stops:\n%s", dump(report))
			}
		})
	}
}

// TestOneThingDoubtful does the same for what works and will hurt: it warns, and nothing fails.
func TestOneThingDoubtful(t *testing.T) {
	for _, b := range warnings {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			report := b.run(t)
			if failed := with(report, verify.Fail); len(failed) > 0 {
				t.Errorf("failed: %v", failed)
			}
			b.wants(t, report, with(report, verify.Warn))
		})
	}
}

func (b broken) run(t *testing.T) verify.Report {
	s := healthy()
	b.change(&s)
	report, _ := verified(t, s)
	return report
}

// wants holds a row against what the report says.
func (b broken) wants(t *testing.T, report verify.Report, got []string) {
	t.Helper()
	want := slices.Sorted(slices.Values(b.fails))
	if got := slices.Sorted(slices.Values(got)); !slices.Equal(got, want) {
		t.Fatalf("%v, want %v\n%s", got, want, dump(report))
	}
	if b.hint == "" || b.cause == "" {
		t.Fatal("the row says no hint or no cause")
	}
	check := find(t, report, b.fails[0])
	if !strings.Contains(check.Hint, b.hint) {
		t.Errorf("%s: the hint is %q, want %q in it", check.ID, check.Hint, b.hint)
	}
	if !strings.Contains(check.Cause, b.cause) {
		t.Errorf("%s: the cause is %q, want %q in it", check.ID, check.Cause, b.cause)
	}
	if i := slices.Index(b.fails, "mcp.initialize"); i > 0 && strings.HasPrefix(b.fails[0], "token.") && !strings.Contains(check.Hint, "set the clocks") {
		if c := find(t, report, "mcp.initialize"); !strings.Contains(c.Cause, b.fails[0]) || c.Hint != check.Hint {
			t.Errorf("mcp.initialize says %q and %q, want it to point to %s", c.Cause, c.Hint, b.fails[0])
		}
	}
	for _, id := range b.fails {
		if c := find(t, report, id); len(c.Requests) == 0 && id != "resource.url" { // that one looks at what was typed
			t.Errorf("%s names no request: %+v", id, c)
		}
		if c := find(t, report, id); c.Got == "" || c.Want == "" || c.Spec == "" || c.Cause == "" || c.Hint == "" {
			t.Errorf("%s is not a whole diagnosis: %+v", id, c)
		}
	}
}
