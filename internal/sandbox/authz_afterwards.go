package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// serveRevoke ends a refresh token and all that followed from the same login (RFC 7009). Access tokens stay good until
// they expire, as on Auth0.
func (t *Tenant) serveRevoke(w http.ResponseWriter, r *http.Request) {
	form, failure := tokenForm(r)
	var client object
	if failure == nil {
		client, failure = t.authenticate(r, form)
	}
	if failure == nil && form.Get("token") == "" {
		failure = refused(http.StatusBadRequest, "invalid_request", "Missing required parameter: token")
	}
	if failure != nil {
		writeJSON(w, failure.status, failure.oauthError)
		return
	}
	t.logins.revoke(form.Get("token"), text(client, "client_id"))
	w.WriteHeader(http.StatusOK)
}

// serveUserinfo tells who a token is for (OpenID Connect Core section 5.3). Strict clients never get there: they are
// not granted openid.
func (t *Tenant) serveUserinfo(w http.ResponseWriter, r *http.Request) {
	_, raw, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	claims, good := t.readUserToken(strings.TrimSpace(raw))
	scopes := strings.Fields(claims.Scope)
	switch {
	case !good:
		// The forms of both refusals are guesses from RFC 6750.
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		http.Error(w, "Unauthorized", http.StatusUnauthorized)
	case !slices.Contains(scopes, "openid"):
		w.Header().Set("WWW-Authenticate", `Bearer error="insufficient_scope", scope="openid"`)
		http.Error(w, "Forbidden", http.StatusForbidden)
	default:
		writeJSON(w, http.StatusOK, profile(t.logins.known(claims.Subject), scopes))
	}
}

// readUserToken reads a token for /userinfo: one with its audience, or an opaque one.
func (t *Tenant) readUserToken(raw string) (tokenClaims, bool) {
	var claims tokenClaims
	var known jwt.Claims
	if strings.Count(raw, ".") == 4 {
		sealed, err := jose.ParseEncryptedCompact(raw, []jose.KeyAlgorithm{jose.DIRECT}, []jose.ContentEncryption{jose.A256GCM})
		if err != nil {
			return tokenClaims{}, false
		}
		data, err := sealed.Decrypt(opaqueKey())
		if err != nil || json.Unmarshal(data, &claims) != nil || json.Unmarshal(data, &known) != nil {
			return tokenClaims{}, false
		}
	} else {
		parsed, err := jwt.ParseSigned(raw, tokenAlgorithms)
		if err != nil || parsed.Claims(t.key.private.Public(), &claims, &known) != nil {
			return tokenClaims{}, false
		}
	}
	want := jwt.Expected{Issuer: t.issuer, AnyAudience: jwt.Audience{t.userinfoAudience()}, Time: t.options.Now()}
	return claims, known.ValidateWithLeeway(want, 0) == nil
}
