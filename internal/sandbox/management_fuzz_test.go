package sandbox

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// FuzzManagement: whatever is asked of the Management API or of registration, the answer is JSON in a known shape and
// never the server's own fault, and the tenant can still tell its state.
func FuzzManagement(f *testing.F) {
	for _, seed := range []struct{ method, path, query, body string }{
		{"POST", "resource-servers", "", `{"identifier":"urn:x","scopes":[{"value":"a"}]}`},
		{"PATCH", "tenants/settings", "", `{"flags":{"enable_dynamic_client_registration":true},"session_lifetime_in_minutes":90}`},
		{"PATCH", "tenants/settings", "", `{"flags":null,"mtls":null}`},
		{"POST", "client-grants", "", `{"audience":"urn:x","default_for":"third_party_clients","scope":[]}`},
		{"GET", "connections", "take=1&from=c2VxOjE", ""},
		{"GET", "connections", "page=9999999999&per_page=100", ""},
		{"GET", "clients", "app_type=a,b&fields=a,,b&include_fields=false", ""},
		{"PATCH", "connections/x/clients", "", `[{"client_id":"x","status":true}]`},
		{"POST", "clients", "", `{"name":"x","client_authentication_methods":{"private_key_jwt":{"credentials":[{"credential_type":"public_key","pem":"x"}]}}}`},
		{"POST", "rules", "", `{"name":"x","script":"y","order":1e3}`},
		{"PUT", "guardian/policies", "", `["x"]`},
		{"GET", "user-blocks//%2F/%zz", "identifier", ""},
		{"POST", "../../oidc/register", "", `{"redirect_uris":["http://localhost/cb"],"grant_types":["x"]}`},
	} {
		f.Add(seed.method, seed.path, seed.query, seed.body)
	}
	seed, err := json.Marshal(readySeed())
	if err != nil {
		f.Fatal(err)
	}
	tenant, err := New(Options{Seed: seed}, "http://localhost:9400")
	if err != nil {
		f.Fatal(err)
	}
	token := tenant.Token(tokenLifetime)
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		target := &url.URL{Path: "/api/v2/" + path, RawQuery: query}
		if register, ok := strings.CutPrefix(path, "../../oidc/"); ok {
			target = &url.URL{Path: "/oidc/" + register, RawQuery: query}
		}
		r, err := http.NewRequestWithContext(t.Context(), method, "http://localhost:9400/", strings.NewReader(body))
		if err != nil {
			return // not a method
		}
		r.URL = target
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		tenant.ServeHTTP(w, r)
		if w.Code >= http.StatusInternalServerError {
			t.Errorf("%s %s: %d %s", method, target, w.Code, w.Body)
		}
		if isManagement(r) && w.Body.Len() > 0 && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s %s answers %q", method, target, w.Body)
		}
		if !json.Valid(tenant.State()) {
			t.Errorf("%s %s leaves a broken state", method, target)
		}
	})
}
