package verify_test

import (
	"bytes"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

// TestSilence lets the server fall silent at one step of the login. The check that waits for it fails at the end of its
// time; and since each silent request would take that time again, there is only one.
func TestSilence(t *testing.T) {
	metadata := func(req *http.Request) bool { return strings.HasPrefix(req.URL.Path, asPath) }
	for name, c := range map[string]struct {
		at     func(*http.Request) bool
		id     string
		tidied bool // a client may have been made
	}{
		"from the first request": {func(*http.Request) bool { return true }, "challenge.status", false},
		"resource metadata":      {func(req *http.Request) bool { return strings.HasPrefix(req.URL.Path, resourcePath) }, "resource.metadata", false},
		"server metadata":        {metadata, "server.metadata", false},
		"keys":                   {func(req *http.Request) bool { return strings.HasSuffix(req.URL.Path, "jwks.json") }, "server.keys", false},
		"registration":           {func(req *http.Request) bool { return req.URL.Path == "/oidc/register" }, "registration", true},
		"authorization":          {func(req *http.Request) bool { return req.URL.Path == "/authorize" }, "authorize", false},
		"token":                  {func(req *http.Request) bool { return req.URL.Path == "/oauth/token" }, "token", false},
		"MCP with a token":       {func(req *http.Request) bool { return req.Header.Get("Authorization") != "" }, "mcp.initialize", false},
		"tools":                  {func(req *http.Request) bool { return req.Body != nil && listsTools(req) }, "mcp.tools", false},
		"the stream":             {func(req *http.Request) bool { return req.Method == http.MethodGet && req.URL.Path == "/mcp" }, "mcp.get", false},
		"the end of refresh token": {func(req *http.Request) bool {
			return req.Body != nil && bytes.Contains(sent(req), []byte("refresh_token=")) && req.URL.Path == "/oauth/token"
		}, "refresh.rotation", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var silent atomic.Int64
			s := healthy()
			s.verify.Timeout = 1500 * time.Millisecond
			s.wrap = func(*world) http.RoundTripper {
				return roundTrip(func(req *http.Request) (*http.Response, error) {
					if !c.at(req) {
						return http.DefaultTransport.RoundTrip(req)
					}
					if req.Context().Err() != nil { // its time is over before it begins: nothing is waited for
						return nil, req.Context().Err()
					}
					silent.Add(1)
					if trace := httptrace.ContextClientTrace(req.Context()); trace != nil && trace.WroteHeaders != nil {
						trace.WroteHeaders()
					}
					<-req.Context().Done()
					return nil, req.Context().Err()
				})
			}
			report, _ := verified(t, s)
			check := find(t, report, c.id)
			if check.Status != verify.Fail || !strings.Contains(check.Got, "within the time limit") || !strings.Contains(check.Hint, "--timeout 1m") {
				t.Errorf("%s: %s, got %q, cause %q, hint %q", c.id, check.Status, check.Got, check.Cause, check.Hint)
			}
			if failed := with(report, verify.Fail); !slices.Equal(failed, []string{c.id}) {
				t.Errorf("failed: %v: what needs a silent server is open, and not wrong", failed)
			}
			if n := silent.Load(); n != 1 {
				t.Errorf("%d requests were waited for\n%s", n, dump(report))
			}
			if (report.Unconfirmed != "") != c.tidied {
				t.Errorf("a client that may have been made: %q", report.Unconfirmed)
			}
		})
	}
}
