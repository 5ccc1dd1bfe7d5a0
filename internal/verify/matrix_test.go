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
	fails  []string // the checks that fail, all of them; the first is the diagnosis
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
)

// stopping tells of which checks a client that fails them goes no further.
func stopping(id string) bool {
	return slices.Contains([]string{
		"challenge.status", "resource.url", "resource.match", "resource.servers", "server.issuer", "server.pkce", "server.endpoints",
	}, id)
}

// TestOneThingBroken breaks one thing at a time and wants exactly its checks to fail, with the command that mends it.
func TestOneThingBroken(t *testing.T) {
	for _, b := range slices.Concat(challenges, metadata, registrations, logins, tokens, servers) {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			s := healthy()
			b.change(&s)
			report, _ := verified(t, s)
			failed := with(report, verify.Fail)
			want := slices.Clone(b.fails)
			slices.Sort(want)
			if got := slices.Sorted(slices.Values(failed)); !slices.Equal(got, want) {
				t.Fatalf("failed: %v, want %v\n%s", got, want, dump(report))
			}
			if slices.ContainsFunc(failed, stopping) && (report.ClientID != "" || find(t, report, "registration").Status != verify.Skip) {
				t.Errorf("a client was registered where a client stops:\n%s", dump(report))
			}
			check := find(t, report, b.fails[0])
			if !strings.Contains(check.Hint, b.hint) || check.Hint == "" {
				t.Errorf("%s: the hint is %q, want %q in it", check.ID, check.Hint, b.hint)
			}
			if !strings.Contains(check.Cause, b.cause) || check.Cause == "" {
				t.Errorf("%s: the cause is %q, want %q in it", check.ID, check.Cause, b.cause)
			}
			if check.Got == "" || check.Want == "" || check.Spec == "" {
				t.Errorf("%s is not a whole diagnosis: %+v", check.ID, check)
			}
		})
	}
}
