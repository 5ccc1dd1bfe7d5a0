package verify

import (
	"context"
	"slices"
	"strings"
)

// checkRefreshPresent warns where none came: whether to give one is the authorization server's to decide (RFC 6749 section
// 1.5). Auth0 gives one to whoever asks and may have it, so that there something is missing.
func (r *run) checkRefreshPresent(context.Context) finding {
	const want, anew = "a refresh token", "people have to log in anew whenever the token ends"
	elsewhere, strays := r.report.failedOf("token.format", "token.audience")
	switch asked := slices.Contains(strings.Fields(r.wantedScope()), offlineAccess); {
	case r.token.Refresh != "":
		return pass(want)
	case asked && r.isAuth0() && strays:
		return fail("no refresh token, though offline_access was asked for", want,
			"the token is none of this API's, which alone could allow offline access: "+seeAbove(elsewhere)+"; "+anew, elsewhere.Hint)
	case asked && r.isAuth0() && r.o.ClientID != "":
		return fail("no refresh token, though offline_access was asked for", want, "the API does not allow offline access, or this client may not use refresh tokens: "+anew,
			"give the client the grant type refresh_token (in Auth0's dashboard: Applications > the application > Settings > Advanced), and see to the API: "+r.setup())
	case asked && r.isAuth0():
		return fail("no refresh token, though offline_access was asked for", want, "the API does not allow offline access: "+anew, r.setup())
	case asked:
		return warn("no refresh token, though offline_access was asked for", want, "the authorization server gives this client none: "+anew, "have the authorization server give public clients the grant type refresh_token")
	case !slices.Contains(r.server.ScopesSupported, offlineAccess):
		return warn("no refresh token, and the authorization server's scopes_supported lack offline_access", want,
			"clients ask for offline_access only where the authorization server names it: "+anew, "have the authorization server name offline_access among its scopes_supported, or give refresh tokens without it")
	}
	return warn("no refresh token, and none was asked for", want,
		"clients ask for offline_access only beside other scopes, and the server names none: "+anew, r.publishScopes())
}

// publishScopes gives clients scopes to ask for. Those that were granted unasked can be tried at once.
func (r *run) publishScopes() string {
	granted := strings.Join(strings.Fields(r.token.Scope), " ")
	switch {
	case granted == "" && r.isAuth0():
		return "give the API a scope, and publish it as scopes_supported: " + r.setup("--scope", "SCOPE")
	case granted == "":
		granted = "SCOPE"
	}
	return "publish scopes_supported; a client that is told what to ask for gets one: " + r.again(func(o *Options) { o.Scope = granted })
}
