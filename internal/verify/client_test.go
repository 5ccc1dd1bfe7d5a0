package verify_test

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

// asClient is a healthy world, verified as a client alone.
func asClient() setup {
	s := healthy()
	s.verify.AsClient, s.other = true, false
	return s
}

// TestAsClient does what a client does, and nothing that would be held against one: no wrong token is sent, and the tokens
// are not looked into.
func TestAsClient(t *testing.T) {
	w := &witness{}
	s := asClient()
	s.wrap = func(*world) http.RoundTripper { return w }
	report, _ := verified(t, s)
	if report.Failed() || find(t, report, "mcp.call").Got != `called "whoami"` {
		t.Errorf("\n%s", dump(report))
	}
	for _, c := range report.Checks {
		for _, begin := range []string{"reject.", "token.", "refresh.", "server.keys", "mcp.get"} {
			if strings.HasPrefix(c.ID, begin) {
				t.Errorf("a client does not make the check %s", c.ID)
			}
		}
	}
	authorized := 0
	for _, one := range w.seen {
		if one.URL.Path == "/authorize" {
			authorized++
		}
		if token, found := strings.CutPrefix(one.Header.Get("Authorization"), "Bearer "); found && !strings.HasPrefix(token, "eyJ") {
			t.Errorf("a wrong token was sent")
		}
		if strings.HasSuffix(one.URL.Path, "jwks.json") {
			t.Error("a client reads no keys")
		}
	}
	if authorized != 1 {
		t.Errorf("%d logins", authorized)
	}
}

// TestAsClientStepsUp calls a tool that wants a scope which listing tools does not. A server that never has enough is asked
// once more, and not for ever.
func TestAsClientStepsUp(t *testing.T) {
	for name, c := range map[string]struct {
		wants  string
		status verify.Status
	}{"enough": {"call:tools", verify.Pass}, "never enough": {"admin:all", verify.Fail}} {
		w := &witness{}
		s := asClient()
		gateway(func(*sandbox.GatewayOptions, string) {})(&s)
		wants := wantingTheScope(c.wants)(nil).(tamper)
		s.wrap = func(*world) http.RoundTripper {
			return roundTrip(func(req *http.Request) (*http.Response, error) {
				resp, err := w.RoundTrip(req)
				if err == nil && req.URL.Path == "/mcp" && bytes.Contains(w.last().body, []byte(`"tools/call"`)) {
					wants(req, resp)
				}
				return resp, err
			})
		}
		report, _ := verified(t, s)
		if check := find(t, report, "mcp.call"); check.Status != c.status {
			t.Errorf("%s: %s\n%s", name, check.Status, dump(report))
		}
		var scopes []string
		for _, one := range w.seen {
			if one.URL.Path == "/authorize" {
				scopes = append(scopes, one.URL.Query().Get("scope"))
			}
		}
		if want := []string{"read:tools offline_access", "read:tools offline_access " + c.wants}; !slices.Equal(scopes, want) {
			t.Errorf("%s: asked for %q, want %q", name, scopes, want)
		}
	}
}

// TestStepsUpOnce holds that a run logs in for more scopes once, whatever each request wants.
func TestStepsUpOnce(t *testing.T) {
	w := &witness{}
	s := asClient()
	gateway(func(*sandbox.GatewayOptions, string) {})(&s)
	s.wrap = func(*world) http.RoundTripper {
		return roundTrip(func(req *http.Request) (*http.Response, error) {
			resp, err := w.RoundTrip(req)
			if err == nil && req.URL.Path == "/mcp" {
				for method, scope := range map[string]string{"tools/list": "call:tools", "tools/call": "admin:all"} {
					if bytes.Contains(w.last().body, []byte(method)) {
						wantingTheScope(scope)(nil).(tamper)(req, resp)
					}
				}
			}
			return resp, err
		})
	}
	report, _ := verified(t, s)
	logins := 0
	for _, one := range w.seen {
		if one.URL.Path == "/authorize" {
			logins++
		}
	}
	if logins != 2 || find(t, report, "mcp.tools").Status != verify.Warn || find(t, report, "mcp.call").Status != verify.Fail {
		t.Errorf("%d logins\n%s", logins, dump(report))
	}
}

// TestAsClientBeginsAnew moves the MCP server to another authorization server while the client is logged in: it registers
// there, and takes nothing of the old one along.
func TestAsClientBeginsAnew(t *testing.T) {
	old := build(t, asClient())
	w := &witness{}
	var mu sync.Mutex
	moved := false
	s := asClient()
	s.wrap = func(here *world) http.RoundTripper {
		old.manage("POST", "resource-servers", object{"name": "MCP", "identifier": here.gateway.URL, "signing_alg": "RS256"})
		old.manage("POST", "client-grants", object{"default_for": "third_party_clients", "audience": here.gateway.URL, "subject_type": "user", "scope": []string{}})
		before := edit(resourcePath, func(o object) { o["authorization_servers"] = []string{old.tenant.URL + "/"} })(nil).(tamper)
		return roundTrip(func(req *http.Request) (*http.Response, error) {
			resp, err := w.RoundTrip(req)
			mu.Lock()
			defer mu.Unlock()
			if err != nil || moved || !strings.HasPrefix(here.gateway.URL, "http://"+req.URL.Host+"/") {
				return resp, err
			}
			before(req, resp)
			if req.Header.Get("Authorization") != "" { // it never takes a token of the old one
				moved = true
			}
			return resp, nil
		})
	}
	report, here := verified(t, s)
	if report.Failed() || len(report.Tools) != 3 || report.Issuer != here.tenant.URL+"/" {
		t.Errorf("issuer %q\n%s", report.Issuer, dump(report))
	}
	var clients []string
	for _, one := range w.seen {
		if one.URL.Path == "/authorize" {
			clients = append(clients, one.URL.Host+" "+one.URL.Query().Get("client_id"))
		}
	}
	if len(clients) != 2 || clients[0][strings.Index(clients[0], " "):] == clients[1][strings.Index(clients[1], " "):] {
		t.Errorf("logins: %q", clients)
	}
}

// TestAsClientOfAnOldServer falls back to what revision 2025-03-26 has: the MCP server is its own authorization server.
func TestAsClientOfAnOldServer(t *testing.T) {
	for name, metadata := range map[string]bool{"with metadata": true, "at fixed paths": false} {
		s := asClient()
		s.wrap = func(w *world) http.RoundTripper {
			host := strings.TrimSuffix(w.gateway.URL, "/mcp")
			inner := rewritten(http.DefaultTransport, func(req *http.Request) { // one host for both
				switch req.URL.Path {
				case "/mcp":
					return
				case "/register":
					req.URL.Path = "/oidc/register"
				case "/token":
					req.URL.Path = "/oauth/token"
				}
				if !strings.HasPrefix(req.URL.Path, resourcePath) {
					req.URL.Host, req.Host = strings.TrimPrefix(w.tenant.URL, "http://"), ""
				}
			})
			own := edit(asPath, func(o object) {
				o["issuer"] = host + "/oauth"
				for _, name := range []string{"authorization_endpoint", "token_endpoint", "registration_endpoint"} {
					o[name] = strings.Replace(o[name].(string), w.tenant.URL, host, 1)
				}
				delete(o, "authorization_response_iss_parameter_supported")
			})(nil).(tamper)
			return roundTrip(func(req *http.Request) (*http.Response, error) {
				resp, err := inner.RoundTrip(req)
				if err != nil {
					return nil, err
				}
				switch {
				case resp.Header.Get("WWW-Authenticate") != "":
					resp.Header.Set("WWW-Authenticate", "Bearer")
				case strings.HasPrefix(req.URL.Path, resourcePath), !metadata && strings.HasPrefix(req.URL.Path, serverPath):
					replace(resp, http.StatusNotFound, "text/plain", "")
				default:
					own(req, resp)
				}
				if to := resp.Header.Get("Location"); strings.Contains(to, "/callback") { // that revision knows no iss
					resp.Header.Set("Location", strings.Replace(to, "iss=", "x=", 1))
				}
				return resp, nil
			})
		}
		report, _ := verified(t, s)
		if report.Failed() || len(report.Tools) != 3 {
			t.Errorf("%s:\n%s", name, dump(report))
		}
		s.verify.AsClient = false // a verifier says that the metadata is missing
		report, _ = verified(t, s)
		if failed := with(report, verify.Fail); !slices.Equal(failed, []string{"resource.metadata"}) {
			t.Errorf("%s: failed: %v", name, failed)
		}
	}
}

// last is the last request.
func (w *witness) last() witnessed {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seen[len(w.seen)-1]
}
