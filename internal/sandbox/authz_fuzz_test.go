package sandbox

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// FuzzAuthorize: whatever stands in the query, the browser goes to the login page, to the registered callback or
// nowhere, and no page holds markup that was sent.
func FuzzAuthorize(f *testing.F) {
	for _, seed := range []string{
		"redirect_uri=https://evil.test/", "redirect_uri=" + callback + "@evil.test/", "redirect_uri=" + callback + "%00", "client_id=<script>",
		"scope=<script>alert(1)</script>", "resource=%zz", "<script>=1", "state=%0d%0aLocation:x", "response_type=code;x", "code_challenge=&prompt=none",
	} {
		f.Add(seed)
	}
	seed, err := json.Marshal(readySeed())
	if err != nil {
		f.Fatal(err)
	}
	tenant, err := New(Options{Seed: seed}, "http://localhost:9400")
	if err != nil {
		f.Fatal(err)
	}
	tenant.store.clients.put(newClient(object{
		"name": "c", "is_first_party": false, "callbacks": []any{callback}, "third_party_security_mode": ModePermissive,
	}, "sandbox"))
	id := text(tenant.store.clients.list[len(tenant.store.clients.list)-1], "client_id")
	f.Fuzz(func(t *testing.T, query string) {
		values, _ := url.ParseQuery(query)
		for name, list := range asking(id) {
			if !values.Has(name) {
				values[name] = list
			}
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, tenant.issuer+"authorize?"+values.Encode(), nil)
		w := httptest.NewRecorder()
		tenant.ServeHTTP(w, r)
		to := w.Header().Get("Location")
		if to != "" && !strings.HasPrefix(to, callback+"?") && !strings.HasPrefix(to, tenant.issuer+"u/login?") {
			t.Errorf("redirected to %q", to)
		}
		if body := w.Body.String(); w.Code >= 500 || strings.Contains(body, "<script") {
			t.Errorf("%d %s", w.Code, body)
		}
	})
}

// FuzzMCP: every message gets one JSON object, or nothing.
func FuzzMCP(f *testing.F) {
	for _, seed := range []string{
		listTools, `[]`, `null`, `{"jsonrpc":"2.0","id":{},"method":"tools/call","params":[]}`, `{"jsonrpc":"2.0","id":1e999,"method":"ping"}`,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{"a":1e308,"b":1e308}}}`,
	} {
		f.Add(seed)
	}
	g := &Gateway{log: &requestLog{}, options: GatewayOptions{Faults: []GatewayFault{GatewayOpen}}.withDefaults("http://localhost/mcp", "http://localhost/")}
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/mcp", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		g.ServeHTTP(w, r)
		if w.Body.Len() > 0 && !json.Valid(w.Body.Bytes()) || w.Code >= 500 {
			t.Errorf("%d %q", w.Code, w.Body)
		}
	})
}

// TestOnlyOneWins sends a code, and then a refresh token, many times at once.
func TestOnlyOneWins(t *testing.T) {
	tenant := ready(t, Options{AutoApprove: true}, nil)
	id := aClient(t, tenant)
	race := func(form url.Values) int {
		var won atomic.Int32
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				if status, _ := exchange(t, tenant, "oauth/token", form); status == http.StatusOK {
					won.Add(1)
				}
			})
		}
		all.Wait()
		return int(won.Load())
	}
	if won := race(codeForm(id, aCode(t, tenant, asking(id)))); won != 1 {
		t.Errorf("one code gave %d tokens", won)
	}
	_, answer := exchange(t, tenant, "oauth/token", codeForm(id, aCode(t, tenant, with(asking(id), "scope", "offline_access"))))
	token := text(answer, "refresh_token")
	if won := race(url.Values{"grant_type": {"refresh_token"}, "client_id": {id}, "refresh_token": {token}}); won != 1 {
		t.Errorf("one refresh token gave %d", won)
	}
}
