package verify_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

// witness keeps what was sent.
type witness struct {
	report verify.Report
	mu     sync.Mutex
	seen   []witnessed
}

type witnessed struct {
	*http.Request
	body []byte
	form url.Values
}

func (w *witness) RoundTrip(req *http.Request) (*http.Response, error) {
	one := witnessed{Request: req}
	if req.Body != nil {
		one.body = sent(req)
		one.form, _ = url.ParseQuery(string(one.body))
	}
	w.mu.Lock()
	w.seen = append(w.seen, one)
	w.mu.Unlock()
	return http.DefaultTransport.RoundTrip(req)
}

// first is the first request to a path.
func (w *witness) first(t *testing.T, path string) witnessed {
	t.Helper()
	i := slices.IndexFunc(w.seen, func(one witnessed) bool { return one.URL.Path == path })
	if i < 0 {
		t.Fatalf("nothing was sent to %s", path)
	}
	return w.seen[i]
}

func (w *witness) redirectsToLoopback(t *testing.T) {
	if to := w.first(t, "/authorize").URL.Query().Get("redirect_uri"); !strings.HasPrefix(to, "http://127.0.0.1:") {
		t.Errorf("the redirect URI is %q", to)
	}
}

func (w *witness) sendsResource(t *testing.T) {
	asked, redeemed := w.first(t, "/authorize").URL.Query().Get("resource"), w.first(t, "/oauth/token").form.Get("resource")
	if asked != w.report.URL || redeemed != w.report.URL {
		t.Errorf("resource is %q and %q, want %q", asked, redeemed, w.report.URL)
	}
}

func (w *witness) provesPossession(t *testing.T) {
	asked, redeemed := w.first(t, "/authorize").URL.Query(), w.first(t, "/oauth/token").form
	sum := sha256.Sum256([]byte(redeemed.Get("code_verifier")))
	if want := base64.RawURLEncoding.EncodeToString(sum[:]); asked.Get("code_challenge") != want || asked.Get("code_challenge_method") != "S256" || len(redeemed.Get("code_verifier")) < 43 {
		t.Errorf("the challenge %q (%s) is not that of the verifier", asked.Get("code_challenge"), asked.Get("code_challenge_method"))
	}
}

func (w *witness) sendsState(t *testing.T) {
	states := map[string]bool{}
	for _, one := range w.seen {
		if one.URL.Path == "/authorize" {
			state := one.URL.Query().Get("state")
			if len(state) < 22 || states[state] {
				t.Errorf("state %q is short, or used again", state)
			}
			states[state] = true
		}
	}
}

func (w *witness) asksForPublishedScopes(t *testing.T) {
	asked := w.first(t, "/authorize").URL.Query()
	if scope, prompt := asked.Get("scope"), asked.Get("prompt"); scope != "read:tools call:tools offline_access" || prompt != "consent" {
		t.Errorf("scope is %q, prompt %q", scope, prompt)
	}
}

func (w *witness) sendsTokensInHeaders(t *testing.T) {
	with := 0
	for _, one := range w.seen {
		if one.URL.Query().Has("access_token") || strings.Contains(one.URL.String(), "eyJ") {
			t.Errorf("a token is in %s", one.URL.Path)
		}
		if one.URL.Path == "/mcp" && (bytes.Contains(one.body, []byte("tools/list")) || one.Method == http.MethodGet) {
			if !strings.HasPrefix(one.Header.Get("Authorization"), "Bearer eyJ") {
				t.Errorf("%s /mcp has no token", one.Method)
			}
			with++
		}
	}
	if with < 2 {
		t.Errorf("only %d requests should have had a token", with)
	}
}

// discoversFirst needs a run of its own, against a server that knows only initialize.
func (w *witness) discoversFirst(t *testing.T) {
	old, s := &witness{}, healthy()
	s.gateway = func(string) sandbox.GatewayOptions { return sandbox.GatewayOptions{Legacy: true} }
	s.wrap = func(*world) http.RoundTripper { return old }
	old.report, _ = verified(t, s)
	for _, c := range []struct {
		seen           *witness
		agreed, second string
	}{{w, "MCP 2026-07-28", "server/discover"}, {old, "MCP 2025-11-25", "initialize"}} {
		methods := c.seen.opens()
		if len(methods) < 2 || methods[0] != "server/discover" || methods[1] != c.second {
			t.Errorf("%s: sent %v", c.agreed, methods)
		}
		if got := find(t, c.seen.report, "mcp.initialize").Got; !strings.HasPrefix(got, c.agreed) {
			t.Errorf("agreed on %q, want %s", got, c.agreed)
		}
	}
}

// opens are the first requests of MCP sessions, in order, without those that were to be refused.
func (w *witness) opens() []string {
	var methods []string
	for _, one := range w.seen {
		if one.URL.Path != "/mcp" || !strings.HasPrefix(one.Header.Get("Authorization"), "Bearer eyJ") {
			continue
		}
		for _, method := range []string{"server/discover", "initialize"} {
			if bytes.Contains(one.body, []byte(`"`+method+`"`)) {
				methods = append(methods, method)
			}
		}
	}
	return methods
}

// registersInOrder needs runs of its own: of three ways, the first that is open is taken.
func (w *witness) registersInOrder(t *testing.T) {
	for name, c := range map[string]struct {
		given  func(w *world, o *verify.Options)
		client string
	}{
		"registered before": {func(w *world, o *verify.Options) {
			o.CallbackPort = freePort(w.t)
			o.ClientID, o.ClientMetadataURL = "a-client", serveDocument(w.t, "http://127.0.0.1/callback")
		}, "a-client"},
		"a document": {func(w *world, o *verify.Options) {
			o.ClientMetadataURL = serveDocument(w.t, "http://127.0.0.1/callback")
		}, "http://127.0.0.1:"},
		"neither": {func(*world, *verify.Options) {}, "tpc_"},
	} {
		w := &witness{}
		s := healthy()
		s.settings["client_id_metadata_document_supported"] = true
		s.ask = c.given
		s.wrap = func(*world) http.RoundTripper { return w }
		_, _ = verified(t, s)
		if client := w.first(t, "/authorize").URL.Query().Get("client_id"); !strings.HasPrefix(client, c.client) {
			t.Errorf("%s: the client is %q", name, client)
		}
	}
}
