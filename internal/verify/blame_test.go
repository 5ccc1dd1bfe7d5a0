package verify_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

// TestBlame holds a failure that follows from an earlier one to pointing there, with what mends that one, and to no other
// cause.
func TestBlame(t *testing.T) {
	for _, c := range []struct {
		name    string
		change  func(*setup)
		id, why string // the check that follows, and the one that it follows from
		not     string // what would be wrong to say
	}{
		{"no refresh token, since the token is not this API's", func(s *setup) { delete(s.settings, "resource_parameter_profile") }, "token.refresh", "token.format", "the API does not allow"},
		{"the client is not known, since its document isn't there", func(s *setup) {
			s.settings["client_id_metadata_document_supported"] = true
			s.ask = func(w *world, o *verify.Options) { o.ClientMetadataURL = w.gateway.URL + "/nowhere" }
		}, "authorize", "registration.document", "does not know this client id"},
		{"a token is refused, since the keys don't come", keyless(429, "application/json", "{}"), "mcp.initialize", "server.keys", "audience or issuer"},
		{"a token is refused, since a page comes for the keys", keyless(200, "text/html", "<title>Acme</title>"), "mcp.initialize", "server.keys", "audience or issuer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := healthy()
			c.change(&s)
			report, _ := verified(t, s)
			after, before := find(t, report, c.id), find(t, report, c.why)
			if after.Status != verify.Fail || before.Status != verify.Fail {
				t.Fatalf("\n%s", dump(report))
			}
			if !strings.Contains(after.Cause, "see "+c.why+" above, which failed") || strings.Contains(after.Cause, c.not) || after.Hint != before.Hint {
				t.Errorf("%s: the cause is %q, the hint %q; %s has the hint %q", c.id, after.Cause, after.Hint, c.why, before.Hint)
			}
		})
	}
}

// keyless is an authorization server that answers so in the place of its keys, and a gateway that would need them.
func keyless(status int, kind, body string) func(*setup) {
	return func(s *setup) {
		faulty(sandbox.GatewayRefusesAll)(s)
		s.wrap = through(func(req *http.Request, resp *http.Response) {
			if req.URL.Path == "/.well-known/jwks.json" {
				replace(resp, status, kind, body)
			}
		})
	}
}
