package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// machine is an application with a grant on an API of its own.
type machine struct {
	tenant          *Tenant
	id, secret, api string
	signingSecret   string
}

func newMachine(t *testing.T, fields string) machine {
	t.Helper()
	m := machine{tenant: newTenant(t, Options{Now: newClock().Now}), api: "urn:machines"}
	do := func(path, body string) object {
		status, _, answer := request(t, m.tenant, http.MethodPost, path, body)
		if status != http.StatusCreated {
			t.Fatalf("POST %s %s: %d %v", path, body, status, answer)
		}
		o, _ := answer.(object)
		return o
	}
	api := do("resource-servers", `{"identifier":"urn:machines","token_lifetime":600,"scopes":[{"value":"a"},{"value":"b"},{"value":"c"}]`+fields+`}`)
	client := do("clients", `{"name":"Machine","app_type":"non_interactive"}`)
	m.id, m.secret, m.signingSecret = text(client, "client_id"), text(client, "client_secret"), text(api, "signing_secret")
	do("client-grants", `{"client_id":"`+m.id+`","audience":"urn:machines","scope":["a","b"]}`)
	return m
}

func (m machine) ask(t *testing.T, scope string) (int, object) {
	t.Helper()
	return exchange(t, m.tenant, "oauth/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {m.id}, "client_secret": {m.secret}, "audience": {m.api}, "scope": {scope},
	})
}

// TestMachineTokenDialects: an application that acts by itself gets its token in the API's dialect too. That RFC 9068's
// has no gty, but the same sub, is documented.
func TestMachineTokenDialects(t *testing.T) {
	for dialect, want := range map[string]struct {
		typ  string
		more object
		less string
	}{
		"access_token":          {"JWT", nil, ""},
		"access_token_authz":    {"JWT", object{"permissions": []any{"a", "b"}}, ""},
		"rfc9068_profile":       {"at+jwt", object{}, "azp gty"},
		"rfc9068_profile_authz": {"at+jwt", object{"permissions": []any{"a", "b"}}, "azp gty"},
	} {
		m := newMachine(t, `,"token_dialect":"`+dialect+`"`)
		_, answer := m.ask(t, "")
		token := text(answer, "access_token")
		claims := claimsOf(t, m.tenant, token)
		now := float64(newClock().now.Unix())
		all := merged(object{
			"iss": "http://localhost:9400/", "sub": m.id + "@clients", "aud": m.api, "azp": m.id, "scope": "a b",
			"gty": "client-credentials", "iat": now, "exp": now + 600,
		}, want.more)
		if want.typ == "at+jwt" {
			all = merged(without(all, strings.Fields(want.less)...), object{"client_id": m.id, "jti": claims["jti"]})
		}
		if !reflect.DeepEqual(claims, all) {
			t.Errorf("%s: claims %v, want %v", dialect, claims, all)
		}
		parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
		if err != nil || parsed.Headers[0].ExtraHeaders[jose.HeaderType] != want.typ {
			t.Errorf("%s: header %v, %v, want %s", dialect, parsed.Headers, err, want.typ)
		}
	}
}

// TestTokenAlgorithms: a token is signed by its API's algorithm, whoever it is for.
func TestTokenAlgorithms(t *testing.T) {
	for _, alg := range []jose.SignatureAlgorithm{jose.RS256, jose.RS512, jose.PS256} {
		m := newMachine(t, `,"signing_alg":"`+string(alg)+`"`)
		_, answer := m.ask(t, "")
		parsed, err := jwt.ParseSigned(text(answer, "access_token"), []jose.SignatureAlgorithm{alg})
		if err != nil {
			t.Errorf("%s: %v, %v", alg, answer, err)
			continue
		}
		if err := parsed.Claims(m.tenant.key.private.Public(), &jwt.Claims{}); err != nil {
			t.Errorf("%s: %v", alg, err)
		}
	}
}

// TestSharedSecret: an API of HS256 has a secret, its own or one that was made for it, and its tokens can be checked
// with that, also where it is short.
func TestSharedSecret(t *testing.T) {
	for fields, secret := range map[string]string{
		``:                                     "",
		`,"signing_secret":"sixteen-letters."`: "sixteen-letters.",
	} {
		m := newMachine(t, `,"signing_alg":"HS256"`+fields)
		if m.signingSecret == "" || (secret != "" && m.signingSecret != secret) {
			t.Errorf("%q: signing_secret %q", fields, m.signingSecret)
		}
		_, answer := m.ask(t, "")
		signed, signature, _ := cutLast(text(answer, "access_token"), ".")
		mac := hmac.New(sha256.New, []byte(m.signingSecret))
		mac.Write([]byte(signed))
		if want := base64.RawURLEncoding.EncodeToString(mac.Sum(nil)); signature != want {
			t.Errorf("%q: %v is not signed with the API's secret", fields, answer)
		}
	}
	m := newMachine(t, "")
	if status, _, api := request(t, m.tenant, http.MethodPatch, "resource-servers/urn:machines", `{"signing_alg":"HS256"}`); status != http.StatusOK || len(text(api.(object), "signing_secret")) < 32 {
		t.Errorf("changed to HS256: %d %v", status, api)
	}
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// TestScopesNotGranted: what was not granted to a client that acts by itself is refused by name, in the words that
// tenants report.
func TestScopesNotGranted(t *testing.T) {
	m := newMachine(t, "")
	for _, c := range []struct {
		scope   string
		status  int
		granted string
		refused string
	}{
		{"", 200, "a b", ""},
		{"b", 200, "b", ""},
		{"a c", 403, "", "Client has not been granted scopes: c"},
		{"openid c", 403, "", "Client has not been granted scopes: openid, c"},
	} {
		status, answer := m.ask(t, c.scope)
		if status != c.status || text(answer, "scope") != c.granted || text(answer, "error_description") != c.refused {
			t.Errorf("%q: %d %v", c.scope, status, answer)
		}
		if c.status == 403 && answer["error"] != "access_denied" {
			t.Errorf("%q: %v", c.scope, answer)
		}
	}
}
