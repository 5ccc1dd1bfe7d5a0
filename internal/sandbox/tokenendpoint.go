package sandbox

import (
	"crypto"
	"crypto/subtle"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// oauthError is the body of the token endpoint's errors (RFC 6749 section 5.2).
type oauthError struct {
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

// refusal is an OAuth error with the status that Auth0 answers it with.
type refusal struct {
	status int
	oauthError
}

func refused(status int, code, description string) *refusal {
	return &refusal{status, oauthError{code, description}}
}

var badCredentials = refused(http.StatusUnauthorized, "access_denied", "Unauthorized")

// tokenGrants are the grant types that the token endpoint knows.
func (t *Tenant) tokenGrants() map[string]func(url.Values, object) (any, *refusal) {
	return map[string]func(url.Values, object) (any, *refusal){
		"client_credentials": t.clientCredentials,
		"authorization_code": t.authorizationCode,
		"refresh_token":      t.refreshToken,
	}
}

func (t *Tenant) serveToken(w http.ResponseWriter, r *http.Request) {
	body, failed := t.issueToken(r)
	w.Header().Set("Cache-Control", "no-store")
	if failed != nil {
		writeJSON(w, failed.status, failed.oauthError)
		return
	}
	writeJSON(w, http.StatusOK, body)
}

func (t *Tenant) issueToken(r *http.Request) (any, *refusal) {
	form, failed := tokenForm(r)
	if failed != nil {
		return nil, failed
	}
	grantType := form.Get("grant_type")
	if grantType == "" {
		return nil, refused(http.StatusBadRequest, "invalid_request", "Missing required parameter: grant_type")
	}
	grant, known := t.tokenGrants()[grantType]
	if !known {
		return nil, refused(http.StatusForbidden, "unsupported_grant_type", "Unsupported grant type: "+grantType)
	}
	client, failed := t.authenticate(r, form)
	if failed != nil {
		return nil, failed
	}
	return grant(form, client)
}

// tokenForm reads a form or, as Auth0 also allows, a JSON object.
func tokenForm(r *http.Request) (url.Values, *refusal) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, refused(http.StatusBadRequest, "invalid_request", "unreadable body")
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		form, err := url.ParseQuery(string(data))
		if err != nil {
			return nil, refused(http.StatusBadRequest, "invalid_request", "malformed form")
		}
		return form, nil
	}
	var fields map[string]any
	if json.Unmarshal(data, &fields) != nil {
		return nil, refused(http.StatusBadRequest, "invalid_request", "malformed JSON")
	}
	form := url.Values{}
	for name, value := range fields {
		if s, ok := value.(string); ok {
			form.Set(name, s)
		}
	}
	return form, nil
}

// authenticate accepts client_secret_basic, client_secret_post, private_key_jwt and, for clients that are registered
// with it, none. A public client cannot act by itself.
func (t *Tenant) authenticate(r *http.Request, form url.Values) (object, *refusal) {
	id, secret := form.Get("client_id"), form.Get("client_secret")
	if user, password, ok := r.BasicAuth(); ok {
		// RFC 6749 section 2.3.1: both halves are form-encoded before they are joined.
		id, secret = formDecoded(user), formDecoded(password)
	}
	assertion := form.Get("client_assertion")
	if id == "" && assertion != "" {
		id = assertedClient(assertion)
	}
	if id == "" {
		return nil, badCredentials
	}
	client, known := t.clientByID(id)
	if !known {
		return nil, badCredentials
	}
	if text(client, "token_endpoint_auth_method") == "none" && form.Get("grant_type") != "client_credentials" {
		return client, nil
	}
	if assertion != "" {
		if form.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
			return nil, refused(http.StatusBadRequest, "invalid_request", "Invalid client_assertion_type")
		}
		return client, t.checkAssertion(client, assertion)
	}
	want := text(client, "client_secret")
	if want == "" || subtle.ConstantTimeCompare([]byte(secret), []byte(want)) != 1 {
		return nil, badCredentials
	}
	return client, nil
}

func formDecoded(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

var assertionAlgorithms = []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.PS256}

// assertedClient reads the issuer of an assertion that is yet to be verified.
func assertedClient(assertion string) string {
	var claims jwt.Claims
	parsed, err := jwt.ParseSigned(assertion, assertionAlgorithms)
	if err != nil || parsed.UnsafeClaimsWithoutVerification(&claims) != nil {
		return ""
	}
	return claims.Issuer
}

// checkAssertion verifies a private_key_jwt assertion (RFC 7523 section 3); its audience must be the issuer.
func (t *Tenant) checkAssertion(client object, assertion string) *refusal {
	invalid := func(why string) *refusal { // the words are a guess
		return refused(http.StatusUnauthorized, "invalid_client", "Client assertion: "+why)
	}
	clientID, keys := text(client, "client_id"), t.assertionKeys(client)
	if len(keys) == 0 {
		return invalid("no key is registered for this client")
	}
	parsed, err := jwt.ParseSigned(assertion, assertionAlgorithms)
	if err != nil {
		return invalid("not a JWT signed with RS256, RS384 or PS256")
	}
	var claims jwt.Claims
	if !slices.ContainsFunc(keys, func(key crypto.PublicKey) bool { return parsed.Claims(key, &claims) == nil }) {
		return invalid("the signature does not match the registered key")
	}
	want := jwt.Expected{Issuer: clientID, Subject: clientID, AnyAudience: jwt.Audience{t.issuer}, Time: t.options.Now()}
	if err := claims.ValidateWithLeeway(want, 0); err != nil || claims.Expiry == nil {
		return invalid("iss, sub, aud or exp is not valid")
	}
	if claims.ID == "" {
		return nil
	}
	if _, used := t.usedJTI.LoadOrStore(claims.ID, true); used {
		return invalid("the jti was used before")
	}
	return nil
}

type tokenAnswer struct {
	AccessToken string `json:"access_token"`
	Scope       string `json:"scope,omitempty"`
	ExpiresIn   int    `json:"expires_in"`
	TokenType   string `json:"token_type"`
}

// clientCredentials issues a token of the client's grant on the audience (RFC 6749 section 4.4).
func (t *Tenant) clientCredentials(form url.Values, client object) (any, *refusal) {
	id := text(client, "client_id")
	if !slices.Contains(texts(client, "grant_types"), "client_credentials") {
		return nil, refused(http.StatusForbidden, "unauthorized_client",
			"Grant type 'client_credentials' not allowed for the client.")
	}
	audience := form.Get("audience")
	t.store.mu.RLock()
	if audience == "" {
		audience = text(t.store.settings, "default_audience")
	}
	api, known := t.store.apis.getAlt(audience)
	grant, allowed := t.store.machineGrant(id, audience)
	scopes := t.store.scopesOf(grant)
	t.store.mu.RUnlock()
	switch {
	case audience == "":
		return nil, refused(http.StatusForbidden, "access_denied",
			"No audience parameter was provided, and no default audience has been configured")
	case !known:
		return nil, refused(http.StatusForbidden, "access_denied", "Service not found: "+audience)
	case !allowed:
		return nil, refused(http.StatusForbidden, "access_denied", `Client is not authorized to access "`+audience+
			`". You need to create a "client-grant" associated to this API. See: https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants`)
	}
	if asked := strings.Fields(form.Get("scope")); len(asked) > 0 {
		// So it is reported; how several scopes are joined is a guess.
		if more := slices.DeleteFunc(slices.Clone(asked), func(s string) bool { return slices.Contains(scopes, s) }); len(more) > 0 {
			return nil, refused(http.StatusForbidden, "access_denied", "Client has not been granted scopes: "+strings.Join(more, ", "))
		}
		scopes = slices.DeleteFunc(scopes, func(s string) bool { return !slices.Contains(asked, s) })
	}
	lifetime := lifetimeOf(api)
	token := t.clientToken(id, api, scopes, lifetime)
	return tokenAnswer{token, strings.Join(scopes, " "), int(lifetime.Seconds()), "Bearer"}, nil
}
