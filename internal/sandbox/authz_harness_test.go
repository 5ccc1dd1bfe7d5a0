package sandbox

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const (
	notes    = "https://mcp.example.test/notes"
	callback = "http://127.0.0.1:6276/oauth/callback"
	verifier = "a-verifier-that-has-at-least-forty-three-characters"
)

// readySeed is a tenant that an MCP client can log in to; each test takes one piece away.
func readySeed() snapshot {
	return snapshot{
		Settings: object{
			"flags": object{"enable_dynamic_client_registration": true}, "resource_parameter_profile": "compatibility",
			"authorization_response_iss_parameter_supported": true,
		},
		APIs: []object{{
			"identifier": notes, "name": "Notes", "allow_offline_access": true, "token_lifetime": 3600,
			"scopes": []object{{"value": "read:notes"}, {"value": "write:notes"}, {"value": "delete:notes"}},
		}},
		Grants: []object{{
			"audience": notes, "default_for": "third_party_clients", "subject_type": "user", "scope": []string{"read:notes", "write:notes"},
		}},
		Connections: []object{{"name": "Username-Password-Authentication", "strategy": "auth0", "is_domain_connection": true}},
	}
}

// ready starts a tenant from the seed after a change to it.
func ready(t *testing.T, o Options, change func(*snapshot)) *Tenant {
	t.Helper()
	snap := readySeed()
	if change != nil {
		change(&snap)
	}
	data, err := json.Marshal(snap)
	if err != nil {
		t.Fatal(err)
	}
	o.Seed = data
	return newTenant(t, o)
}

// send sends a request outside of the Management API; a form makes it a POST.
func send(t *testing.T, tenant *Tenant, path string, form url.Values) *http.Response {
	t.Helper()
	method, body := http.MethodGet, ""
	if form != nil {
		method, body = http.MethodPost, form.Encode()
	}
	r := httptest.NewRequestWithContext(t.Context(), method, tenant.issuer+strings.TrimPrefix(path, "/"), strings.NewReader(body))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	tenant.ServeHTTP(w, r)
	return w.Result()
}

func bodyOf(t *testing.T, res *http.Response) string {
	t.Helper()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// exchange sends a form to an OAuth endpoint and decodes the answer.
func exchange(t *testing.T, tenant *Tenant, path string, form url.Values) (int, object) {
	t.Helper()
	res := send(t, tenant, path, form)
	out := object{}
	if text := bodyOf(t, res); text != "" {
		if err := json.Unmarshal([]byte(text), &out); err != nil {
			t.Fatalf("%s answers %q", path, text)
		}
	}
	return res.StatusCode, out
}

// registered registers a client; fields replace those of a usual MCP client.
func registered(t *testing.T, tenant *Tenant, fields object) (int, object) {
	t.Helper()
	body, _ := json.Marshal(merged(object{
		"client_name": "Test client", "redirect_uris": []string{callback}, "token_endpoint_auth_method": "none",
		"grant_types": []string{"authorization_code", "refresh_token"}, "response_types": []string{"code"},
	}, fields))
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, tenant.issuer+"oidc/register", strings.NewReader(string(body)))
	r.Header.Set("Content-Type", "application/json")
	status, _, answer := serve(t, tenant, r)
	out, _ := answer.(object)
	return status, out
}

// aClient is a client that registered itself.
func aClient(t *testing.T, tenant *Tenant) string {
	t.Helper()
	status, client := registered(t, tenant, nil)
	if status != http.StatusCreated {
		t.Fatalf("registration: %d %v", status, client)
	}
	return text(client, "client_id")
}

// asking is what an MCP client sends to /authorize.
func asking(clientID string) url.Values {
	sum := sha256.Sum256([]byte(verifier))
	return url.Values{
		"response_type": {"code"}, "client_id": {clientID}, "redirect_uri": {callback}, "state": {"s t&ate"}, "resource": {notes},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {methodS256},
	}
}

// with is a copy with some values replaced; an empty value takes the parameter away.
func with(values url.Values, pairs ...string) url.Values {
	out := url.Values{}
	for name, list := range values {
		out[name] = list
	}
	for i := 0; i < len(pairs); i += 2 {
		out.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "" {
			out.Del(pairs[i])
		}
	}
	return out
}

func authorizePath(values url.Values) string { return "authorize?" + values.Encode() }

// location is where an answer redirects to, without its query, and the query.
func location(t *testing.T, res *http.Response) (string, url.Values) {
	t.Helper()
	to, err := url.Parse(res.Header.Get("Location"))
	if err != nil || res.StatusCode != http.StatusFound {
		t.Fatalf("%d to %q: %s", res.StatusCode, res.Header.Get("Location"), bodyOf(t, res))
	}
	query := to.Query()
	to.RawQuery = ""
	return to.String(), query
}

// aCode is the code that an approved request gives.
func aCode(t *testing.T, tenant *Tenant, values url.Values) string {
	t.Helper()
	_, query := location(t, send(t, tenant, authorizePath(values), nil))
	if query.Get("code") == "" {
		t.Fatalf("no code: %v", query)
	}
	return query.Get("code")
}

func codeForm(clientID, code string) url.Values {
	return url.Values{
		"grant_type": {"authorization_code"}, "client_id": {clientID}, "code": {code}, "code_verifier": {verifier},
		"redirect_uri": {callback}, "resource": {notes},
	}
}

// claimsOf verifies a token with the tenant's published key and returns its claims.
func claimsOf(t *testing.T, tenant *Tenant, token string) object {
	t.Helper()
	var set jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(bodyOf(t, send(t, tenant, ".well-known/jwks.json", nil))), &set); err != nil {
		t.Fatal(err)
	}
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatalf("%q: %v", token, err)
	}
	claims := object{}
	if err := parsed.Claims(set, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}
