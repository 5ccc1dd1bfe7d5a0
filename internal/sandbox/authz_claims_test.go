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
		if c.dialect == "access_token_authz" {
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
		if w.Code != c.status || (c.status == 200) != strings.Contains(w.Body.String(), `"sub":"auth0|`) {
			t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
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
