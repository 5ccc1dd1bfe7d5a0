package cmd_test

import (
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/mcpauth-cli/mcpauth/cmd"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

// runOver runs a command in this process over a transport of the test's.
func (w *world) runOver(transport http.RoundTripper, args ...string) result {
	env, out, errs := w.env(transport)
	code := cmd.Main(env, append(args, "--timeout", "3s"))
	return result{code, out.String(), errs.String()}
}

// notes are the files that tell of clients.
func (w *world) notes(t *testing.T) []string {
	t.Helper()
	files, err := os.ReadDir(w.vars["XDG_STATE_HOME"] + "/mcpauth")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		if strings.HasPrefix(f.Name(), "client-") {
			names = append(names, f.Name())
		}
	}
	return names
}

// What a verification registered and could not delete, the next one deletes, and nothing else.
func TestTheNextVerificationDeletesWhatOneLeft(t *testing.T) {
	index := func(name string) func(http.RoundTripper, *http.Request) (*http.Response, error) {
		return wireFaults[slices.IndexFunc(wireFaults, func(f wireFault) bool { return f.name == name })].do
	}
	onlyFirst := func(method, path string) func(*http.Request) bool {
		var met atomic.Bool
		return func(req *http.Request) bool {
			return req.Method == method && strings.HasPrefix(req.URL.Path, path) && !met.Swap(true)
		}
	}
	for name, c := range map[string]struct {
		hits func(*http.Request) bool
		do   func(http.RoundTripper, *http.Request) (*http.Response, error)
		says string
	}{
		"deleting fails": {onlyFirst("DELETE", "/api/v2/clients/"), index("500"), "was registered and could not be deleted; a later verification on this machine tries again"},
		"a page answers the deletion": {
			onlyFirst("DELETE", "/api/v2/clients/"), index("HTML instead of JSON"), "was registered and could not be deleted; a later verification on this machine tries again",
		},
		"signing in fails": {onlyFirst("POST", "/oauth/token"), index("500"), "was registered and stays: the credentials for the tenant are no good; a later verification on this machine tries again"},
		"the answer is lost, and nobody can look": {
			func(req *http.Request) bool {
				return req.URL.Path == "/oidc/register" || req.Method == "GET" && req.URL.Path == "/api/v2/clients"
			}, index("reset after the server acted"), "it could not be looked for; a later verification on this machine tries again",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if r := w.run(t, nil, w.setupArgs()...); r.code != 0 {
				t.Fatal(r.err)
			}
			body := `{"client_name":"mcpauth verify by hand","redirect_uris":["http://127.0.0.1/callback"]}`
			resp, err := http.Post(w.server.URL+"/oidc/register", "application/json", strings.NewReader(body))
			if err != nil || resp.StatusCode != http.StatusCreated {
				t.Fatal(resp, err)
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
			want := w.state()
			base := tenant.NewBase(nil)
			defer base.CloseIdleConnections()
			first := w.runOver(roundTrip(func(req *http.Request) (*http.Response, error) {
				if c.hits(req) {
					return c.do(base, req)
				}
				return base.RoundTrip(req)
			}), "verify", w.gateway.URL, "--follow")
			if !strings.Contains(first.err, c.says) {
				t.Errorf("it does not say %q\n%s", c.says, first.err)
			}
			if w.state() == want || len(w.notes(t)) == 0 {
				t.Errorf("nothing was left, so nothing is tested\n%s", first.err)
			}
			looked := w.run(t, nil, "verify", w.gateway.URL) // it registers nothing, so it deletes nothing
			if looked.code != 0 || !strings.Contains(looked.err, "1 earlier verification may have left a client") || w.state() == want {
				t.Errorf("exit %d\n%s", looked.code, looked.err)
			}
			second := w.run(t, nil, "verify", w.gateway.URL, "--follow")
			if second.code != 0 || !strings.Contains(second.err, "deleted the client tpc_") || !strings.Contains(second.err, ", which an earlier verification left\n") {
				t.Errorf("exit %d\n%s", second.code, second.err)
			}
			if got := w.state(); got != want {
				t.Errorf("the tenant is not as it was\n%s", diffLines(want, got))
			}
			if notes := w.notes(t); notes != nil {
				t.Errorf("%v is left", notes)
			}
		})
	}
}
