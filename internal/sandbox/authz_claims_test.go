package sandbox

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// TestAccessTokenClaims holds the claims for both modes and for the API's dialects.
func TestAccessTokenClaims(t *testing.T) {
	for _, c := range []struct {
		name, mode, scope, dialect string
		aud                        any
		want                       string
	}{
		{"all that is granted", ModeStrict, "", "", notes, "read:notes write:notes"},
		{"what is asked for", ModeStrict, "write:notes delete:notes", "", notes, "write:notes"},
		{"nothing that is granted", ModeStrict, "delete:notes", "", notes, ""},
		{"no OIDC when strict", ModeStrict, "openid profile email read:notes", "", notes, "read:notes"},
		{"OIDC", ModePermissive, "openid email read:notes", "", []any{notes, "http://localhost:9400/userinfo"}, "read:notes openid email"},
		{"permissive without", ModePermissive, "read:notes", "", notes, "read:notes"},
		{"RFC 9068", ModeStrict, "", "rfc9068_profile", notes, "read:notes write:notes"},
		{"permissions", ModeStrict, "read:notes", "access_token_authz", notes, "read:notes"},
		{"permissions are the API's", ModePermissive, "openid offline_access read:notes", "access_token_authz", []any{notes, "http://localhost:9400/userinfo"}, "read:notes openid offline_access"},
	} {
		now := newClock()
		tenant := ready(t, Options{AutoApprove: true, Mode: c.mode, Now: now.Now}, func(s *snapshot) { s.APIs[0]["token_dialect"] = c.dialect })
		id := aClient(t, tenant)
		_, answer := exchange(t, tenant, "oauth/token", codeForm(id, aCode(t, tenant, with(asking(id), "scope", c.scope))))
		claims := claimsOf(t, tenant, text(answer, "access_token"))
		want := object{
			"iss": "http://localhost:9400/", "aud": c.aud, "sub": claims["sub"], "azp": id, "scope": c.want,
			"iat": float64(now.now.Unix()), "exp": float64(now.now.Unix() + 3600),
		}
		if c.want == "" {
			delete(want, "scope")
		}
		if c.dialect == "rfc9068_profile" {
			delete(want, "azp")
			want["client_id"], want["jti"] = id, claims["jti"]
		}
		if strings.HasSuffix(c.dialect, "_authz") {
			want["permissions"] = []any{"read:notes"}
		}
		if !reflect.DeepEqual(claims, want) || !strings.HasPrefix(text(claims, "sub"), "auth0|") {
			t.Errorf("%s: claims %v, want %v", c.name, claims, want)
		}
		if answer["expires_in"] != 3600. || answer["token_type"] != "Bearer" || (text(answer, "id_token") != "") != strings.Contains(c.want, "openid") {
			t.Errorf("%s: %v", c.name, answer)
		}
	}
}

func TestUserinfo(t *testing.T) {
	for _, c := range []struct {
		name, mode, scope, resource string
		status                      int
	}{
		{"permissive", ModePermissive, "openid email", notes, 200},
		{"permissive, opaque", ModePermissive, "openid email", "", 200},
		{"permissive, without openid", ModePermissive, "read:notes", notes, 401},
		{"strict", ModeStrict, "openid email", notes, 401},
		{"strict, opaque", ModeStrict, "openid email", "", 403},
	} {
		tenant := ready(t, Options{AutoApprove: true, Mode: c.mode}, nil)
		id := aClient(t, tenant)
		_, answer := exchange(t, tenant, "oauth/token", codeForm(id, aCode(t, tenant, with(asking(id), "scope", c.scope, "resource", c.resource))))
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, tenant.issuer+"userinfo", nil)
		r.Header.Set("Authorization", "Bearer "+text(answer, "access_token"))
		w := httptest.NewRecorder()
		tenant.ServeHTTP(w, r)
		if w.Code != c.status || (c.status == 200) != strings.Contains(w.Body.String(), `"email":"user@example.com","email_verified":true,"sub":"auth0|`) {
			t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
		}
	}
}

// TestAuthenticationTime: who asks for a fresh login is told when it was.
func TestAuthenticationTime(t *testing.T) {
	now := newClock()
	tenant := ready(t, Options{AutoApprove: true, Mode: ModePermissive, Now: now.Now}, nil)
	id := aClient(t, tenant)
	for _, c := range []struct {
		params []string
		want   any
	}{
		{nil, nil},
		{[]string{"max_age", "0"}, float64(now.now.Unix())},
		{[]string{"max_age", "300"}, float64(now.now.Unix())},
		{[]string{"prompt", "login"}, float64(now.now.Unix())},
	} {
		code := aCode(t, tenant, with(asking(id), append(c.params, "scope", "openid")...))
		_, answer := exchange(t, tenant, "oauth/token", codeForm(id, code))
		if claims := claimsOf(t, tenant, text(answer, "id_token")); claims["auth_time"] != c.want {
			t.Errorf("%v: auth_time %v, want %v", c.params, claims["auth_time"], c.want)
		}
	}
}

// TestSharedSecretAPI: tokens of an HS256 API are signed with what no JWKS shows, so no gateway can check them.
func TestSharedSecretAPI(t *testing.T) {
	tenant := ready(t, Options{AutoApprove: true}, func(s *snapshot) { s.APIs[0]["signing_alg"] = "HS256" })
	id := aClient(t, tenant)
	_, answer := exchange(t, tenant, "oauth/token", codeForm(id, aCode(t, tenant, asking(id))))
	if _, err := jwt.ParseSigned(text(answer, "access_token"), []jose.SignatureAlgorithm{jose.HS256}); err != nil {
		t.Errorf("%v: %v", answer, err)
	}
}
