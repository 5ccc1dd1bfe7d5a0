package sandbox

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// userTokenAnswer is the token endpoint's answer to a client that acts for a person.
type userTokenAnswer struct {
	tokenAnswer
	RefreshToken string `json:"refresh_token,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
}

func (a authorization) has(scope string) bool { return slices.Contains(a.scopes, scope) }

func invalidGrant(description string) *refusal {
	return refused(http.StatusForbidden, "invalid_grant", description)
}

// authorizationCode exchanges a code (RFC 6749 section 4.1.3). The code is used up even where the rest doesn't fit.
func (t *Tenant) authorizationCode(form url.Values, client object) (any, *refusal) {
	code := form.Get("code")
	if code == "" {
		return nil, refused(http.StatusBadRequest, "invalid_request", "Missing required parameter: code")
	}
	a, good := t.logins.redeem(code, text(client, "client_id"), t.options.Now())
	if !good {
		return nil, invalidGrant("Invalid authorization code")
	}
	if sent := form.Get("redirect_uri"); sent != a.redirect && (a.redirected || sent != "") {
		return nil, invalidGrant("The redirect URI is wrong. You sent " + sent + ", and we expected " + a.redirect)
	}
	if !verifies(a, form.Get("code_verifier")) {
		return nil, invalidGrant("Failed to verify code verifier")
	}
	refresh := ""
	if a.has(offlineAccess) {
		refresh = t.logins.start(code, a)
	}
	return t.userTokens(a, refresh)
}

// verifies checks PKCE's verifier against the challenge (RFC 7636 section 4.6). A verifier without a challenge is
// refused too: someone took the challenge out of the request on its way.
func verifies(a authorization, verifier string) bool {
	if a.challenge == "" {
		return verifier == ""
	}
	if a.method == methodS256 {
		sum := sha256.Sum256([]byte(verifier))
		verifier = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return subtle.ConstantTimeCompare([]byte(verifier), []byte(a.challenge)) == 1
}

// refreshToken exchanges a refresh token (RFC 6749 section 6). A scope may narrow what was granted, never widen it.
func (t *Tenant) refreshToken(form url.Values, client object) (any, *refusal) {
	token := form.Get("refresh_token")
	if token == "" {
		return nil, refused(http.StatusBadRequest, "invalid_request", "Missing required parameter: refresh_token")
	}
	if !slices.Contains(texts(client, "grant_types"), "refresh_token") {
		return nil, refused(http.StatusForbidden, "unauthorized_client", "Grant type 'refresh_token' not allowed for the client.")
	}
	a, next, good := t.logins.refresh(token, text(client, "client_id"), rotates(client))
	if !good {
		return nil, invalidGrant("Unknown or invalid refresh token.")
	}
	if asked := strings.Fields(form.Get("scope")); len(asked) > 0 {
		a.scopes = slices.DeleteFunc(slices.Clone(a.scopes), func(s string) bool { return !slices.Contains(asked, s) })
	}
	return t.userTokens(a, next)
}

// rotates says whether each use of a refresh token replaces it.
func rotates(client object) bool {
	return text(child(client, "refresh_token"), "rotation_type") == "rotating"
}

func (t *Tenant) userTokens(a authorization, refresh string) (any, *refusal) {
	var api object
	if a.audience != "" {
		t.store.mu.RLock()
		found, known := t.store.apis.getAlt(a.audience)
		t.store.mu.RUnlock()
		if !known {
			return nil, refused(http.StatusForbidden, "access_denied", "Service not found: "+a.audience)
		}
		api = found
	}
	token, lifetime := t.accessToken(a, api)
	out := userTokenAnswer{
		tokenAnswer:  tokenAnswer{token, strings.Join(a.scopes, " "), int(lifetime.Seconds()), "Bearer"},
		RefreshToken: refresh,
	}
	if a.has("openid") {
		out.IDToken = t.idToken(a)
	}
	return out, nil
}
