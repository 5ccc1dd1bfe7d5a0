package sandbox

import "net/http"

// serveMetadata is the authorization server's metadata. Auth0 serves one document under OpenID Connect's address and
// under RFC 8414's. The registration endpoint stands in it whether registration is open or not.
func (t *Tenant) serveMetadata(w http.ResponseWriter, _ *http.Request) {
	t.store.mu.RLock()
	cimd := truth(t.store.settings, "client_id_metadata_document_supported")
	iss := truth(t.store.settings, "authorization_response_iss_parameter_supported")
	t.store.mu.RUnlock()
	writeJSON(w, http.StatusOK, object{
		"issuer":                        t.issuer,
		"authorization_endpoint":        t.issuer + "authorize",
		"token_endpoint":                t.issuer + "oauth/token",
		"device_authorization_endpoint": t.issuer + "oauth/device/code",
		"userinfo_endpoint":             t.userinfoAudience(),
		"mfa_challenge_endpoint":        t.issuer + "mfa/challenge",
		"jwks_uri":                      t.issuer + ".well-known/jwks.json",
		"registration_endpoint":         t.issuer + "oidc/register",
		"revocation_endpoint":           t.issuer + "oauth/revoke",
		"scopes_supported": []string{
			"openid", "profile", "offline_access", "name", "given_name", "family_name", "nickname", "email", "email_verified",
			"picture", "created_at", "identities", "phone", "address",
		},
		"response_types_supported": []string{
			"code", "token", "id_token", "code token", "code id_token", "token id_token", "code token id_token",
		},
		"code_challenge_methods_supported":                 []string{methodS256, methodPlain},
		"response_modes_supported":                         responseModes,
		"subject_types_supported":                          []string{"public"},
		"token_endpoint_auth_methods_supported":            []string{"client_secret_basic", "client_secret_post", "private_key_jwt", "none"},
		"token_endpoint_auth_signing_alg_values_supported": []string{"RS256", "RS384", "PS256"},
		"claims_supported": []string{
			"aud", "auth_time", "created_at", "email", "email_verified", "exp", "family_name", "given_name", "iat", "identities",
			"iss", "name", "nickname", "phone_number", "picture", "sub",
		},
		"grant_types_supported":                          []string{"client_credentials", "authorization_code", "refresh_token"},
		"id_token_signing_alg_values_supported":          []string{"HS256", "RS256", "PS256"},
		"client_id_metadata_document_supported":          cimd,
		"authorization_response_iss_parameter_supported": iss,
	})
}

// userinfoAudience is the address of /userinfo, which is also the audience of tokens that may be used there.
func (t *Tenant) userinfoAudience() string { return t.issuer + "userinfo" }
