package verify

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// client is who logs in. Its credentials are good for one issuer alone.
type client struct {
	id, secret string
	method     string // how it authenticates at the token endpoint
}

// document is a client ID metadata document, and also what registering one answers (RFC 7591 section 2).
type document struct {
	ID        string   `json:"client_id"`
	Secret    string   `json:"client_secret"`
	Name      string   `json:"client_name"`
	Redirects []string `json:"redirect_uris"`
	Method    string   `json:"token_endpoint_auth_method"`
}

// checkDocument reads the document as the authorization server will.
func (r *run) checkDocument(ctx context.Context) finding {
	address := r.o.ClientMetadataURL
	u, err := url.Parse(address)
	if err != nil || !secure(address) || strings.Trim(u.Path, "/") == "" || u.Fragment != "" {
		return fail(show(address), "an https URL with a path", "a client id that is a URL must be https and have a path", "serve the document under https://HOST/PATH")
	}
	var found document
	got, ok := r.getJSON(ctx, address, &found)
	switch {
	case !ok:
		return fail(showURL(address)+": "+got, "200 with a JSON object", "the document is not there", "serve it, for everyone")
	case found.ID != address:
		return fail("client_id is "+show(found.ID), show(address), difference(found.ID, address)+"; the document must name itself", "set client_id to the document's URL")
	case len(found.Redirects) == 0:
		return fail("no redirect_uris", "at least one", "the authorization server can't know where to send its answers", "add redirect_uris to the document")
	case found.Secret != "" || strings.HasPrefix(found.Method, "client_secret"):
		return fail("a client secret, or an authentication by one", "none, or private_key_jwt", "everybody can read the document", "take the secret out, and set token_endpoint_auth_method to none")
	}
	return pass("client_id is " + show(found.ID))
}

// checkRegistration takes the first way that is open: registered before, a metadata document, dynamic registration.
func (r *run) checkRegistration(ctx context.Context) finding {
	var err error
	if r.callback, err = listen(ctx, r.o.CallbackPort); err != nil {
		return fail(err.Error(), "a free port on 127.0.0.1", "another program listens on the callback's port", "choose another --callback-port")
	}
	switch {
	case r.o.ClientID != "":
		r.secrets.Add(r.o.ClientSecret)
		r.client = &client{r.o.ClientID, r.o.ClientSecret, r.authMethod("")}
		return pass("registered before: " + show(r.o.ClientID))
	case r.o.ClientMetadataURL != "" && r.server.ClientIDMetadataDocumentSupported:
		r.client = &client{id: r.o.ClientMetadataURL, method: "none"}
		return pass("client metadata document: " + show(r.o.ClientMetadataURL))
	case r.server.RegistrationEndpoint == "":
		return fail("no registration_endpoint, and no client id was given", "a way to get a client id",
			"the authorization server takes only clients that someone registered", "register a client there, and run this with --client-id; or: "+r.setup())
	}
	found := r.register(ctx)
	if found.status == Pass && r.o.ClientMetadataURL != "" {
		return warn(found.got, "client_id_metadata_document_supported", "the authorization server does not read client metadata documents, so a client was registered in their place", r.setupRegistration())
	}
	return found
}

// authMethod is how a client with a secret authenticates: as it was registered, else as the server prefers.
func (r *run) authMethod(registered string) string {
	switch supported := r.server.TokenEndpointAuthMethodsSupported; {
	case registered != "":
		return registered
	case r.o.ClientSecret == "":
		return "none"
	case len(supported) == 0 || (slices.Contains(supported, "client_secret_basic") && !slices.Contains(supported, "client_secret_post")):
		return "client_secret_basic" // the default of RFC 8414 section 2
	}
	return "client_secret_post"
}

func (r *run) register(ctx context.Context) finding {
	asked := map[string]any{
		"client_name": "mcpauth verify", "application_type": "native", "redirect_uris": []string{r.callback.url},
		"grant_types": []string{"authorization_code", "refresh_token"}, "response_types": []string{"code"},
		"token_endpoint_auth_method": "none",
	}
	if scope := r.wantedScope(); scope != "" {
		asked["scope"] = scope
	}
	body, err := json.Marshal(asked)
	if err != nil {
		return fail(err.Error(), "", "", "")
	}
	const want = "201 with a client_id"
	answer, err := r.post(ctx, r.server.RegistrationEndpoint, "application/json", body, nil)
	if err != nil {
		return fail(reason(err), want, "the registration endpoint can't be reached", "check the authorization server")
	}
	if answer.status != http.StatusCreated && answer.status != http.StatusOK {
		cause, hint := r.diagnose(answer.described())
		return fail(answer.described(), want, cause, hint)
	}
	var got document
	if json.Unmarshal(answer.body, &got) != nil || got.ID == "" {
		return fail(statusText(answer.status)+" without a client_id", want, "the answer is not that of RFC 7591", "check the authorization server")
	}
	r.secrets.Add(got.Secret)
	r.client = &client{got.ID, got.Secret, got.Method}
	if got.Method == "" {
		r.client.method = "none"
		if got.Secret != "" {
			r.client.method = "client_secret_basic" // the default of RFC 7591 section 2
		}
	}
	r.report.ClientID, r.report.RegisteredAt = clean(got.ID), r.server.RegistrationEndpoint
	return pass("registered " + show(got.ID))
}

// wantedScope is what the login asks for. A refresh token is asked for where the authorization server knows how, and
// only beside other scopes: alone it would take the place of all that a client gets without asking.
func (r *run) wantedScope() string {
	scopes := strings.Fields(r.o.Scope)
	if len(scopes) == 0 {
		scopes = slices.Clone(r.scopes())
	}
	if len(scopes) > 0 && slices.Contains(r.server.ScopesSupported, offlineAccess) && !slices.Contains(scopes, offlineAccess) {
		scopes = append(scopes, offlineAccess)
	}
	return strings.Join(scopes, " ")
}
