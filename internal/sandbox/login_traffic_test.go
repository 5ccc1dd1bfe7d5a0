package sandbox

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// TestFaultsAtLogin: faults strike every endpoint of a login, counted with all others, and never the sandbox's own.
func TestFaultsAtLogin(t *testing.T) {
	for _, c := range []struct{ method, path, fault string }{
		{"GET", ".well-known/openid-configuration", "503@GET:/.well-known/openid-configuration"},
		{"GET", ".well-known/oauth-authorization-server", "503@/.well-known"},
		{"GET", ".well-known/jwks.json", "503@1"},
		{"POST", "oidc/register", "503@POST:/oidc/register"},
		{"GET", "authorize?client_id=x", "503@GET:/authorize"},
		{"GET", "u/login?state=x", "503@/u/"},
		{"POST", "u/consent?state=x", "503@*"},
		{"POST", "oauth/token", "503@POST:/oauth/token"},
		{"POST", "oauth/revoke", "503@/oauth/revoke"},
		{"GET", "userinfo", "503@/userinfo"},
	} {
		tenant := newTenant(t, Options{Faults: []string{c.fault}})
		own := httptest.NewRecorder()
		tenant.ServeHTTP(own, httptest.NewRequestWithContext(t.Context(), http.MethodGet, tenant.issuer+"sandbox/state", nil))
		if own.Code != http.StatusOK {
			t.Errorf("%s: /sandbox/state answers %d", c.fault, own.Code)
		}
		w := httptest.NewRecorder()
		tenant.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), c.method, tenant.issuer+c.path, nil))
		if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), `"error":"server_error"`) {
			t.Errorf("%s: %s %s: %d %s", c.fault, c.method, c.path, w.Code, w.Body)
		}
	}
}

// TestLimitAtRegistration: five a second, on plans that have limits at all, and it isn't the token endpoint's.
func TestLimitAtRegistration(t *testing.T) {
	for plan, want := range map[string]int{"free": 429, "20": 429, "none": 201} {
		c := newClock()
		tenant := ready(t, Options{RateLimit: plan, Now: c.Now}, nil)
		if plan == "free" {
			tenant.quota = false // the quota of applications would strike first
		}
		status := 0
		for i := range 6 {
			if status, _ = registered(t, tenant, nil); i < 5 && status != http.StatusCreated {
				t.Errorf("%s: registration %d: %d", plan, i+1, status)
			}
		}
		if status != want {
			t.Errorf("%s: the sixth in a second: %d, want %d", plan, status, want)
		}
		c.advance(time.Second)
		if status, _ = registered(t, tenant, nil); status != http.StatusCreated {
			t.Errorf("%s: a second later: %d", plan, status)
		}
	}
}

// TestBrowsersMayAsk holds CORS where clients in a browser need it, and nowhere else.
func TestBrowsersMayAsk(t *testing.T) {
	tenant := ready(t, Options{}, nil)
	ask := func(method, path string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), method, tenant.issuer+path, nil)
		r.Header.Set("Origin", "http://localhost:6274")
		if method == http.MethodOptions {
			r.Header.Set("Access-Control-Request-Method", "POST")
			r.Header.Set("Access-Control-Request-Headers", "content-type,mcp-protocol-version")
		}
		w := httptest.NewRecorder()
		tenant.ServeHTTP(w, r)
		return w
	}
	for _, path := range []string{".well-known/oauth-authorization-server", ".well-known/jwks.json", "oidc/register", "oauth/token", "oauth/revoke", "userinfo"} {
		w := ask(http.MethodOptions, path)
		h := w.Header()
		if w.Code != http.StatusNoContent || h.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(h.Get("Access-Control-Allow-Methods"), "POST") ||
			h.Get("Access-Control-Allow-Headers") != "content-type,mcp-protocol-version" || h.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("preflight of %s: %d %v", path, w.Code, h)
		}
		if w = ask(http.MethodPost, path); w.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %v", path, w.Header())
		}
	}
	for _, path := range []string{"authorize", "u/login", "u/consent", "sandbox/state", "api/v2/clients"} {
		if w := ask(http.MethodOptions, path); w.Code < http.StatusBadRequest || w.Header().Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("preflight of %s: %d %v", path, w.Code, w.Header())
		}
	}
}

// TestRedirectionPolicy: it says where errors go, whatever the client's mode.
func TestRedirectionPolicy(t *testing.T) {
	for _, c := range []struct {
		mode, policy string
		redirected   bool
	}{
		{ModeStrict, "open_redirect_protection", false},
		{ModeStrict, "allow_always", true},
		{ModePermissive, "open_redirect_protection", false},
		{ModePermissive, "allow_always", true},
	} {
		tenant := ready(t, Options{Mode: c.mode}, func(s *snapshot) { s.Connections = nil })
		id := aClient(t, tenant)
		if status, _, body := request(t, tenant, "PATCH", "clients/"+id, `{"redirection_policy":"`+c.policy+`"}`); status != http.StatusOK {
			t.Fatalf("%v: %d %v", c, status, body)
		}
		res := send(t, tenant, authorizePath(asking(id)), nil)
		if (res.StatusCode == http.StatusFound) != c.redirected {
			t.Errorf("%v: %d %s", c, res.StatusCode, res.Header.Get("Location"))
		}
	}
}

// TestWhatStrictClientsDoNotStand: rules, hooks for credentials and classic login make their logins fail, those of
// permissive clients not.
func TestWhatStrictClientsDoNotStand(t *testing.T) {
	for _, c := range []struct{ method, path, body, want string }{
		{"POST", "rules", `{"name":"r","script":"function(){}"}`, "Rules"},
		{"POST", "rules", `{"name":"r","script":"function(){}","enabled":false}`, ""},
		{"POST", "hooks", `{"name":"h","script":"x","triggerId":"credentials-exchange","enabled":true}`, "Hooks"},
		{"POST", "hooks", `{"name":"h","script":"x","triggerId":"credentials-exchange"}`, ""},
		{"POST", "hooks", `{"name":"h","script":"x","triggerId":"post-user-registration","enabled":true}`, ""},
		{"PATCH", "prompts", `{"universal_login_experience":"classic"}`, "Classic Login"},
		{"PATCH", "prompts", `{"universal_login_experience":"new"}`, ""},
	} {
		for _, mode := range []string{ModeStrict, ModePermissive} {
			tenant := ready(t, Options{Mode: mode, AutoApprove: true}, nil)
			if status, _, body := request(t, tenant, c.method, c.path, c.body); status >= http.StatusBadRequest {
				t.Fatalf("%s: %d %v", c.path, status, body)
			}
			res := send(t, tenant, authorizePath(asking(aClient(t, tenant))), nil)
			page, coded := bodyOf(t, res), strings.Contains(res.Header.Get("Location"), "code=")
			if refused := c.want != "" && mode == ModeStrict; coded == refused || (refused && !strings.Contains(page, c.want)) {
				t.Errorf("%s %s: %d %s", mode, c.body, res.StatusCode, page)
			}
		}
	}
}

// TestRulesAreKept: they can be seeded, changed, listed and taken away again.
func TestRulesAreKept(t *testing.T) {
	tenant := newTenant(t, Options{Seed: []byte(`{"rules":[{"name":"old","enabled":true}]}`)})
	if status, _, _ := request(t, tenant, "POST", "rules", `{"name":"old","script":"x"}`); status != http.StatusConflict {
		t.Errorf("the same name again: %d", status)
	}
	_, _, body := request(t, tenant, "GET", "rules?include_totals=true&enabled=true", "")
	list, _ := field(body, "rules").([]any)
	if len(list) != 1 || field(list[0], "stage") != "login_success" || field(list[0], "order") != 1.0 {
		t.Fatalf("the list: %v", body)
	}
	id, _ := field(list[0], "id").(string)
	if _, _, body = request(t, tenant, "PATCH", "rules/"+id, `{"enabled":false}`); field(body, "enabled") != false || field(body, "name") != "old" {
		t.Errorf("PATCH: %v", body)
	}
	if _, _, body = request(t, tenant, "GET", "rules?include_totals=true&enabled=true", ""); field(body, "total") != 0.0 {
		t.Errorf("active ones afterwards: %v", body)
	}
	request(t, tenant, "DELETE", "rules/"+id, "")
	if status, _, body := request(t, tenant, "GET", "rules/"+id, ""); status != 404 || field(body, "errorCode") != "inexistent_rule" {
		t.Errorf("after DELETE: %d %v", status, body)
	}
	if strings.Contains(string(tenant.State()), `"rules"`) {
		t.Error("a tenant without rules has the word in its state")
	}
}

// TestCredentials logs a client in with a key that it was given over the API, until the key expires or goes.
func TestCredentials(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	quoted, _ := json.Marshal(string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})))
	credential := `{"credential_type":"public_key","name":"k","pem":` + string(quoted) + `}`
	tenant := newTenant(t, Options{})
	_, _, body := request(t, tenant, "POST", "clients", `{"name":"x","client_authentication_methods":{"private_key_jwt":{"credentials":[`+credential+`]}}}`)
	id, _ := field(body, "client_id").(string)
	shown, _ := json.Marshal(body)
	if !strings.Contains(string(shown), `"kid":"`) || strings.Contains(string(shown), "PUBLIC KEY") || strings.Contains(string(shown), keptCredentials) {
		t.Fatalf("the new client: %s", shown)
	}
	_, _, body = request(t, tenant, "GET", "clients/"+id+"/credentials", "")
	first, _ := body.([]any)[0].(object)
	if !strings.HasPrefix(text(first, "id"), "cred_") || first["expires_at"] != nil || first["alg"] != "RS256" || first["pem"] != nil {
		t.Errorf("the credential: %v", first)
	}
	create(t, tenant, "client-grants", `{"audience":"`+tenant.managementAudience()+`","client_id":"`+id+`","scope":["read:clients"]}`)
	login := func() int {
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, nil)
		if err != nil {
			t.Fatal(err)
		}
		assertion, err := jwt.Signed(signer).Claims(jwt.Claims{
			Issuer: id, Subject: id, Audience: jwt.Audience{tenant.issuer}, Expiry: jwt.NewNumericDate(time.Now().Add(time.Minute)),
		}).Serialize()
		if err != nil {
			t.Fatal(err)
		}
		status, _ := exchange(t, tenant, "oauth/token", url.Values{
			"grant_type": {"client_credentials"}, "audience": {tenant.managementAudience()}, "client_assertion": {assertion},
			"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		})
		return status
	}
	one := "clients/" + id + "/credentials/" + text(first, "id")
	for _, step := range []struct {
		method, path, body string
		status, login      int
	}{
		{"GET", one, "", 200, 200},
		{"PATCH", one, `{"expires_at":"2020-01-01T00:00:00.000Z"}`, 200, 401},
		{"PATCH", one, `{"expires_at":null}`, 200, 200},
		{"POST", "clients/" + id + "/credentials", credential, 201, 200},
		{"POST", "clients/" + id + "/credentials", `{"credential_type":"public_key","pem":"nonsense"}`, 400, 200},
		{"POST", "clients/" + id + "/credentials", `{"credential_type":"x509_cert","pem":"x"}`, 400, 200},
		{"DELETE", one, "", 204, 401},
		{"GET", one, "", 404, 401},
	} {
		status, _, body := request(t, tenant, step.method, step.path, step.body)
		if got := login(); status != step.status || got != step.login {
			t.Errorf("%s %s %.60s: %d %v and a login of %d, want %d and %d", step.method, step.path, step.body, status, body, got, step.status, step.login)
		}
	}
	if strings.Contains(string(tenant.State()), keptCredentials) {
		t.Error("the state shows what is kept apart")
	}
}
