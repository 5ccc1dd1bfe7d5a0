package verify_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"

	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

// ownDocument names a client metadata document with something wrong in it. Whether the authorization server takes it is
// not what these rows are about: it reads none here, so that a client is registered in its place.
func ownDocument(spoil func(object)) func(*setup) {
	return func(s *setup) {
		s.ask = func(w *world, o *verify.Options) {
			server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
				document := object{"client_id": "http://" + req.Host + "/client", "redirect_uris": []string{"http://127.0.0.1/callback"}}
				spoil(document)
				_ = json.NewEncoder(rw).Encode(document)
			}))
			w.t.Cleanup(server.Close)
			o.ClientMetadataURL = server.URL + "/client"
		}
	}
}

// ownApplication verifies with one of the tenant's own, whose secret nobody told.
func ownApplication(w *world, o *verify.Options) {
	o.CallbackPort = freePort(w.t)
	o.ClientID = w.confidential(o.CallbackPort)["client_id"].(string)
}

// confidential is a client with a secret, registered by hand.
func (w *world) confidential(port int) object {
	return w.manage("POST", "clients", object{
		"name": "confidential", "app_type": "regular_web", "token_endpoint_auth_method": "client_secret_post",
		"callbacks":   []string{"http://127.0.0.1:" + portText(port) + "/callback"},
		"grant_types": []string{"authorization_code", "refresh_token"},
	})
}
