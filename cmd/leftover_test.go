package cmd_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/mcpauth-cli/mcpauth/cmd"
	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// TestNoClientIsLeftBehind interrupts a verification, and loses the answer to its registration: whatever was registered
// is deleted, or where that can't be, named.
func TestNoClientIsLeftBehind(t *testing.T) {
	errLost := errors.New("the connection broke")
	register := func(req *http.Request) bool { return req.URL.Path == "/oidc/register" }
	losing := func(req *http.Request, _ func()) (*http.Response, error) {
		resp, err := http.DefaultTransport.RoundTrip(req)
		if !register(req) || err != nil {
			return resp, err
		}
		_ = resp.Body.Close()
		return nil, errLost
	}
	for name, c := range map[string]struct {
		flags     []string
		transport func(req *http.Request, interrupt func()) (*http.Response, error)
		browser   func(interrupt func())
		stranger  bool // without credentials for the tenant
		exit      int
		says      []string
		stays     bool
	}{
		"interrupted while signing in": {
			flags: []string{"--follow"},
			transport: func(req *http.Request, interrupt func()) (*http.Response, error) {
				if req.URL.Path == "/oauth/token" {
					interrupt()
					return nil, context.Canceled
				}
				return http.DefaultTransport.RoundTrip(req)
			},
			exit: 130, says: []string{"error: interrupted", "run it again to see the rest"},
		},
		"interrupted while the registration is under way": {
			flags: []string{"--follow"},
			transport: func(req *http.Request, interrupt func()) (*http.Response, error) {
				resp, err := http.DefaultTransport.RoundTrip(req)
				if register(req) { // the tenant has acted, and its answer is still on its way
					interrupt()
					if req.Context().Err() != nil {
						return nil, req.Context().Err()
					}
				}
				return resp, err
			},
			exit: 130, says: []string{"deleted the registered client tpc_", "error: interrupted", "run it again to see the rest"},
		},
		"interrupted while the registration is under way, and nobody may delete": {
			flags: []string{"--follow"}, stranger: true,
			transport: func(req *http.Request, interrupt func()) (*http.Response, error) {
				resp, err := http.DefaultTransport.RoundTrip(req)
				if register(req) {
					interrupt()
					if req.Context().Err() != nil {
						return nil, req.Context().Err()
					}
				}
				return resp, err
			},
			exit: 130, says: []string{"warning: the client tpc_", "was registered and stays", "error: interrupted"}, stays: true,
		},
		"interrupted after the registration": {
			flags: []string{"--follow"},
			transport: func(req *http.Request, interrupt func()) (*http.Response, error) {
				if req.URL.Path == "/authorize" {
					interrupt()
				}
				return http.DefaultTransport.RoundTrip(req)
			},
			exit: 130, says: []string{"deleted the registered client tpc_", "error: interrupted"},
		},
		"interrupted while a person logs in": {
			flags: []string{"--login"}, browser: func(interrupt func()) { interrupt() },
			exit: 130, says: []string{"log in at http", "deleted the registered client tpc_", "error: interrupted"},
		},
		"interrupted, and the answer never comes": {
			flags: []string{"--follow", "--timeout", "1s"},
			transport: func(req *http.Request, interrupt func()) (*http.Response, error) {
				resp, err := http.DefaultTransport.RoundTrip(req)
				if !register(req) || err != nil {
					return resp, err
				}
				_ = resp.Body.Close()
				interrupt()
				<-req.Context().Done()
				return nil, req.Context().Err()
			},
			exit: 130, says: []string{"deleted the registered client tpc_", "error: interrupted"},
		},
		"the answer is lost": {
			flags:     []string{"--follow"},
			transport: losing,
			exit:      5, says: []string{"breaks the connection off", "the registration endpoint is wanted", "deleted the registered client tpc_"},
		},
		"the request is lost": {
			flags: []string{"--follow"},
			transport: func(req *http.Request, _ func()) (*http.Response, error) {
				if register(req) {
					_ = req.Body.Close()
					return nil, errLost
				}
				return http.DefaultTransport.RoundTrip(req)
			},
			exit: 5, says: []string{"the registration endpoint can't be reached"},
		},
		"the answer is lost, and nobody may look": {
			flags: []string{"--follow"}, stranger: true,
			transport: losing,
			exit:      5, says: []string{`warning: a client with the name "mcpauth verify `, "may have been registered", "and stays"}, stays: true,
		},
		"nobody may delete": {
			flags: []string{"--follow"}, stranger: true,
			exit: 0, says: []string{"warning: the client tpc_", "was registered and stays"}, stays: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, gateway := ready(t)
			ctx, interrupt := context.WithCancel(t.Context())
			defer interrupt()
			vars := pointed(server, "XDG_CONFIG_HOME="+t.TempDir(), "XDG_STATE_HOME="+t.TempDir())
			if c.stranger {
				delete(vars, "AUTH0_CLIENT_SECRET")
			}
			var out bytes.Buffer
			env := cmd.Env{
				Version: "test", In: strings.NewReader(""), Out: &out, Err: &out, Getenv: func(name string) string { return vars[name] },
				Environ: func() []string { return nil }, IsTerminal: func(any) bool { return false }, Executable: os.Executable,
				Interrupted: func(context.Context) (context.Context, context.CancelFunc) { return context.WithCancel(ctx) },
			}
			if c.transport != nil {
				env.Transport = roundTrip(func(req *http.Request) (*http.Response, error) { return c.transport(req, interrupt) })
			}
			if c.browser != nil {
				env.OpenBrowser = func(string) error { c.browser(interrupt); return nil }
			}
			if code := cmd.Main(env, append([]string{"verify", gateway.URL}, c.flags...)); code != c.exit {
				t.Errorf("exit %d, want %d", code, c.exit)
			}
			for _, text := range c.says {
				if !strings.Contains(out.String(), text) {
					t.Errorf("it does not say %q", text)
				}
			}
			if left := bytes.Contains(server.Tenant.State(), []byte(`"tpc_`)); left != c.stays {
				t.Errorf("a client is left behind: %t", left)
			}
			if t.Failed() {
				t.Log(out.String())
			}
		})
	}
}

// With --json a person logs in all the same: the address is told on stderr, and stdout carries the document alone.
func TestLoginForMachines(t *testing.T) {
	server, gateway := ready(t)
	vars := pointed(server, "XDG_CONFIG_HOME="+t.TempDir(), "XDG_STATE_HOME="+t.TempDir())
	var out, errs bytes.Buffer
	env := cmd.Env{
		Version: "test", In: strings.NewReader(""), Out: &out, Err: &errs, Getenv: func(name string) string { return vars[name] },
		Environ: func() []string { return nil }, IsTerminal: func(any) bool { return false }, Executable: os.Executable,
		Interrupted: context.WithCancel,
		OpenBrowser: func(address string) error {
			resp, err := http.Get(address)
			if err == nil {
				_ = resp.Body.Close()
			}
			return err
		},
	}
	if code := cmd.Main(env, []string{"verify", gateway.URL, "--login", "--json"}); code != 0 {
		t.Errorf("exit %d", code)
	}
	var document struct {
		Checks []struct{ ID, Status string }
	}
	if err := json.Unmarshal(out.Bytes(), &document); err != nil || len(document.Checks) < 30 {
		t.Errorf("%d checks, %v", len(document.Checks), err)
	}
	if text := errs.String(); !strings.HasPrefix(text, "log in at "+server.URL+"/authorize?") || strings.Count(text, "\n") != 2 || !strings.Contains(text, "\nwaiting up to 5m for the answer at http://127.0.0.1:") {
		t.Errorf("stderr: %s", text)
	}
}

// ready is a tenant that is set up, and the MCP server behind it.
func ready(t *testing.T) (*sandbox.Server, *sandbox.Gateway) {
	t.Helper()
	server, err := sandbox.Start(t.Context(), sandbox.Options{AutoApprove: true}, sandbox.Listen{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	gateway, err := server.StartGateway(t.Context(), sandbox.GatewayOptions{Scopes: []string{"tool:whoami"}}, sandbox.Listen{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = gateway.Close() })
	shown, code := station{vars: pointed(server, "XDG_CONFIG_HOME="+t.TempDir(), "XDG_STATE_HOME="+t.TempDir())}.run(t, "setup", "--mcp-url", gateway.URL, "--scope", "tool:whoami", "--connection", "google-oauth2", "--yes")
	if code != 0 {
		t.Fatalf("exit %d\n%s", code, shown)
	}
	return server, gateway
}
