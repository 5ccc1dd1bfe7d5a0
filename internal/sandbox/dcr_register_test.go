package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"
)

// TestRegistrationClosed is what an untouched tenant answers.
func TestRegistrationClosed(t *testing.T) {
	status, answer := registered(t, newTenant(t, Options{}), nil)
	want := object{"statusCode": 400., "error": "Bad Request", "message": "dynamic client registration is disabled"}
	if status != http.StatusBadRequest || !reflect.DeepEqual(answer, want) {
		t.Errorf("%d %v, want %v", status, answer, want)
	}
}

func TestRegistration(t *testing.T) {
	for _, c := range []struct {
		name, mode string
		fields     object
		method     string
		grants     []any
	}{
		{"public", ModeStrict, nil, "none", []any{"authorization_code", "refresh_token"}},
		{"with a secret", ModeStrict, object{"token_endpoint_auth_method": "client_secret_basic"}, "client_secret_basic", []any{"authorization_code", "refresh_token"}},
		{"by default", ModeStrict, object{"token_endpoint_auth_method": nil, "grant_types": nil}, "client_secret_post", []any{"authorization_code"}},
		{"grants filtered down", ModeStrict, object{"grant_types": []string{"authorization_code", "implicit", "client_credentials"}}, "none", []any{"authorization_code"}},
		{"no grant left", ModeStrict, object{"grant_types": []string{"client_credentials"}}, "none", []any{"authorization_code"}},
		{"more grants", ModePermissive, object{"grant_types": []string{"authorization_code", "implicit"}}, "none", []any{"authorization_code", "implicit"}},
		{"like Inspector", ModeStrict, object{"scope": "", "redirect_uris": []string{callback, "http://127.0.0.1:6276/oauth/callback/debug"}}, "none", []any{"authorization_code", "refresh_token"}},
		{"like mcp-remote", ModeStrict, object{"token_endpoint_auth_method": "client_secret_post", "application_type": "native", "software_id": "x", "scope": "a"}, "client_secret_post", []any{"authorization_code", "refresh_token"}},
	} {
		status, answer := registered(t, ready(t, Options{Mode: c.mode}, nil), c.fields)
		if status != http.StatusCreated || answer["token_endpoint_auth_method"] != c.method || !reflect.DeepEqual(answer["grant_types"], c.grants) ||
			answer["client_name"] != "Test client" || text(answer, "client_id") == "" || len(texts(answer, "redirect_uris")) == 0 {
			t.Errorf("%s: %d %v", c.name, status, answer)
		}
		_, secret := answer["client_secret"]
		if secret != (c.method != "none") || (secret && answer["client_secret_expires_at"] != 0.) {
			t.Errorf("%s: %v", c.name, answer)
		}
		if strings.HasPrefix(text(answer, "client_id"), "tpc_") != (c.mode == ModeStrict) {
			t.Errorf("%s: id %v", c.name, answer["client_id"])
		}
	}
}

func TestRegistrationRefused(t *testing.T) {
	tenant := ready(t, Options{}, nil)
	for name, fields := range map[string]object{
		"no callback":        {"redirect_uris": []string{}},
		"http elsewhere":     {"redirect_uris": []string{"http://example.com/cb"}},
		"script":             {"redirect_uris": []string{"javascript:alert(1)"}},
		"fragment":           {"redirect_uris": []string{"https://example.com/cb#x"}},
		"one bad of two":     {"redirect_uris": []string{callback, "data:text/html,x"}},
		"unknown method":     {"token_endpoint_auth_method": "tls_client_auth"},
		"markup in the name": {"client_name": "<b>"},
		"long name":          {"client_name": strings.Repeat("n", 201)},
		"a number":           {"client_name": 1},
	} {
		if status, answer := registered(t, tenant, fields); status != http.StatusBadRequest || text(answer, "message") == "" {
			t.Errorf("%s: %d %v", name, status, answer)
		}
	}
}

func TestRegistrationQuota(t *testing.T) {
	c := newClock()
	tenant := ready(t, Options{RateLimit: "free", Now: c.Now}, nil)
	for range freeApps {
		c.advance(time.Second) // registration has a limit of its own
		status, answer := registered(t, tenant, nil)
		if status == http.StatusCreated {
			continue
		}
		if status != http.StatusForbidden || answer["errorCode"] != "too_many_entities" {
			t.Errorf("%d %v", status, answer)
		}
		return
	}
	t.Error("the quota never strikes")
}

// TestClientDocument logs in with a client id metadata document, and without each thing that it needs.
func TestClientDocument(t *testing.T) {
	body := ""
	serve := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away.json" {
			http.Redirect(w, r, "/client.json", http.StatusFound)
			return
		}
		_, _ = w.Write([]byte(body))
	})
	documents, secured := httptest.NewServer(serve), httptest.NewTLSServer(serve)
	t.Cleanup(documents.Close)
	t.Cleanup(secured.Close)
	address := documents.URL + "/client.json"
	good := fmt.Sprintf(`{"client_id":%q,"client_name":"Documented","redirect_uris":[%q],"grant_types":["authorization_code","refresh_token"],"application_type":"native"}`, address, callback)
	supported := setting("client_id_metadata_document_supported", true)
	for _, c := range []struct {
		name   string
		change func(*snapshot)
		id     string
		body   string
		want   string // "": it works
	}{
		{"works", supported, address, good, ""},
		{"over https, which MCP clients insist on", supported, secured.URL + "/client.json", strings.ReplaceAll(good, documents.URL, secured.URL), ""},
		{"not supported", nil, address, good, "Unknown client: " + address},
		{"another id", supported, address, strings.Replace(good, address, address+"x", 1), "client_id is not its URL"},
		{"not JSON", supported, address, "<html>", "not valid JSON"},
		{"too large", supported, address, `{"x":"` + strings.Repeat("x", documentLimit) + `"}`, "larger than 5 KB"},
		{"redirected", supported, documents.URL + "/away.json", good, "answers 302"},
		{"not on loopback", supported, "https://198.51.100.1/client.json", good, "was not contacted"},
		{"no path", supported, documents.URL, good, "must be a URL with a path"},
		{"no callback", supported, address, strings.Replace(good, callback, "https://example.com/cb", 1), "Callback URL mismatch"},
		{"loopback for a web application", supported, address, strings.Replace(good, `"native"`, `"web"`, 1), "loopback for a native application"},
		{"a secret", supported, address, strings.Replace(good, `"application_type"`, `"token_endpoint_auth_method":"client_secret_post","application_type"`, 1), "none or private_key_jwt"},
		{"no grant types", supported, address, strings.Replace(good, `"grant_types"`, `"x"`, 1), "grant_types must include"},
		{"keys inside", supported, address, strings.Replace(good, `"application_type"`, `"jwks":{},"application_type"`, 1), "use jwks_uri"},
		{"no name", supported, address, strings.Replace(good, "Documented", " ", 1), "client_name"},
		{"no grant", both(supported, noGrant), address, good, "is not authorized to access resource server"},
	} {
		body = c.body
		tenant := ready(t, Options{AutoApprove: true}, c.change)
		res := send(t, tenant, authorizePath(asking(c.id)), nil)
		if c.want != "" {
			if text := bodyOf(t, res); res.StatusCode < 400 || !strings.Contains(text, c.want) {
				t.Errorf("%s: %d %s", c.name, res.StatusCode, text)
			}
			continue
		}
		_, query := location(t, res)
		status, answer := exchange(t, tenant, "oauth/token", codeForm(c.id, query.Get("code")))
		if status != http.StatusOK || !strings.HasPrefix(text(claimsOf(t, tenant, text(answer, "access_token")), "azp"), "tpc_") {
			t.Errorf("%s: %d %v", c.name, status, answer)
		}
		// A second login uses the same client.
		aCode(t, tenant, asking(c.id))
		if n := strings.Count(string(tenant.State()), c.id); n != 1 {
			t.Errorf("%d clients of one document", n)
		}
	}
}

func TestMetadata(t *testing.T) {
	for _, on := range []bool{false, true} {
		tenant := ready(t, Options{}, func(s *snapshot) {
			s.Settings = object{"client_id_metadata_document_supported": on, "authorization_response_iss_parameter_supported": on}
		})
		first := bodyOf(t, send(t, tenant, ".well-known/openid-configuration", nil))
		if second := bodyOf(t, send(t, tenant, ".well-known/oauth-authorization-server", nil)); second != first {
			t.Error("the two addresses differ")
		}
		var document object
		if err := json.Unmarshal([]byte(first), &document); err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]any{
			"issuer": "http://localhost:9400/", "registration_endpoint": "http://localhost:9400/oidc/register",
			"code_challenge_methods_supported":      []any{"S256", "plain"},
			"client_id_metadata_document_supported": on, "authorization_response_iss_parameter_supported": on,
		} {
			if !reflect.DeepEqual(document[name], want) {
				t.Errorf("%s is %v, want %v", name, document[name], want)
			}
		}
	}
}
