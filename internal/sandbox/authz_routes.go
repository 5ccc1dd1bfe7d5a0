package sandbox

import (
	"encoding/json"
	"net/http"
)

// loginRoutes are the endpoints of a login: discovery, registration, authorization with its pages, and what follows.
func (t *Tenant) loginRoutes(mux *http.ServeMux) {
	for pattern, serve := range map[string]http.HandlerFunc{
		"GET /.well-known/openid-configuration":       t.serveMetadata,
		"GET /.well-known/oauth-authorization-server": t.serveMetadata,
		"POST " + registerPath:                        t.serveRegister,
		"GET /authorize":                              t.serveAuthorize,
		"POST /authorize":                             t.serveAuthorize,
		"GET /u/login":                                t.showLogin,
		"POST /u/login":                               t.takeLogin,
		"GET /u/consent":                              t.showConsent,
		"POST /u/consent":                             t.takeConsent,
		"POST /oauth/revoke":                          t.serveRevoke,
		"GET /userinfo":                               t.serveUserinfo,
		"POST /userinfo":                              t.serveUserinfo,
	} {
		mux.HandleFunc(pattern, serve)
	}
}

func readJSON(r *http.Request, into any) error {
	return json.NewDecoder(r.Body).Decode(into)
}
