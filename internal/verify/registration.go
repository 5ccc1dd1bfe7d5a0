package verify

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strings"
	"time"
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
	var found document
	if err := r.getJSON(ctx, address, &found); err != nil {
		cause, hint := r.trouble("the document", err)
		return fail(showURL(address)+": "+reason(err), "200 with a JSON object", cause, hint)
	}
	switch {
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
	case r.o.ClientID != "" && r.o.ClientIssuer != "" && r.o.ClientIssuer != r.server.Issuer:
		r.refused = "the client is another server's, so its credentials are sent nowhere"
		return fail("a client of "+show(r.o.ClientIssuer), "one of "+show(r.server.Issuer), "a client's credentials are good for the issuer alone that gave them out, and no other may see them",
			"give a client of this server, or let one be registered: "+r.withoutClient())
	case r.o.ClientID != "":
		r.secrets.Add(r.o.ClientSecret)
		r.client = &client{r.o.ClientID, r.o.ClientSecret, r.authMethod("")}
		return pass("registered before: " + show(r.o.ClientID))
	case r.o.ClientMetadataURL != "" && r.server.ClientIDMetadataDocumentSupported:
		r.client = &client{id: r.o.ClientMetadataURL, method: "none"}
		return pass("client metadata document: " + show(r.o.ClientMetadataURL))
	case r.server.RegistrationEndpoint == "":
		cause := "the authorization server takes only clients that someone registered"
		if r.server.ClientIDMetadataDocumentSupported {
			cause += ", or that have a metadata document"
		}
		return fail("no registration_endpoint, and no client id was given", "a way to get a client id", cause,
			r.documentInstead()+"register a client there with the redirect URI http://127.0.0.1:8765/callback, then: "+
				r.again(func(o *Options) { o.ClientID, o.CallbackPort = "CLIENT_ID", 8765 }))
	}
	found := r.register(ctx)
	if found.status == Pass && r.o.ClientMetadataURL != "" {
		return warn(found.got, "client_id_metadata_document_supported", "the authorization server does not read client metadata documents, so a client was registered in their place", r.setup("--registration", "cimd"))
	}
	return found
}

// documentInstead is the way of clients that don't register, where the authorization server knows it. Another may follow.
func (r *run) documentInstead() string {
	if !r.server.ClientIDMetadataDocumentSupported {
		return ""
	}
	return "clients that have a metadata document get in all the same: " + r.again(func(o *Options) { o.ClientMetadataURL = "URL" }) + "\nelse "
}

// openToAll lets clients register, unless this one would rather not. Where they can introduce themselves otherwise, that may
// be off on purpose.
func (r *run) openToAll() string {
	switch {
	case r.o.ClientMetadataURL != "":
		return r.openRegistration()
	case !r.server.ClientIDMetadataDocumentSupported:
		return r.setup()
	}
	return r.documentInstead() + "let everyone register: " + r.setup("--registration", "both")
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

// grace is how long a registration that was sent may go on after an interrupt: without the answer nobody could know the
// client that was made, and delete it.
const grace = 3 * time.Second

// lingering is a context that outlives an interrupt by the grace. A deadline stays.
func lingering(ctx context.Context) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	if deadline, has := ctx.Deadline(); has {
		longer, cancel = context.WithDeadline(context.WithoutCancel(ctx), deadline)
	}
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	return longer, func() { stop(); cancel() }
}

func (r *run) register(ctx context.Context) finding {
	name := "mcpauth verify " + rand.Text()[:nameLength] // its own, so that it can be found again
	asked := map[string]any{
		"client_name": name, "application_type": "native", "redirect_uris": []string{r.callback.url},
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
	if r.o.Registering != nil {
		r.o.Registering(name, r.server.RegistrationEndpoint)
	}
	ctx, cancel := lingering(ctx)
	defer cancel()
	sent := false
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { sent = true }})
	const want = "201 with a client_id"
	answer, err := r.post(ctx, r.server.RegistrationEndpoint, "application/json", body, nil)
	r.report.RegisteredAt = r.server.RegistrationEndpoint
	if sent && (err != nil || answer.status >= http.StatusInternalServerError || answer.status < 300) {
		r.report.Unconfirmed = name // until an id says otherwise
	}
	if err != nil {
		cause, hint := r.trouble("the registration endpoint", err)
		return fail(reason(err), want, cause, hint)
	}
	if answer.status != http.StatusCreated && answer.status != http.StatusOK {
		return r.refusal(answer).fail(answer.described(), want)
	}
	return r.registered(answer, want)
}

const nameLength = 16

// registered reads the answer to a registration.
func (r *run) registered(answer *reply, want string) finding {
	var got document
	switch err := json.Unmarshal(answer.body, &got); {
	case err != nil && answer.isHTML():
		cause, hint := (&DocumentError{page: true}).trouble("the registration endpoint")
		return fail(statusText(answer.status)+" with a web page", want, cause, hint)
	case err != nil, got.ID == "":
		return fail(statusText(answer.status)+" without a client_id", want, "the answer is not that of RFC 7591", "check the authorization server")
	}
	r.secrets.Add(got.Secret)
	r.client = &client{got.ID, got.Secret, got.Method}
	if got.Method == "" {
		r.client.method = r.unsaidMethod(got.Secret)
	}
	r.report.ClientID, r.report.Unconfirmed = clean(got.ID), ""
	return pass("registered " + show(got.ID))
}

// unsaidMethod is how a client authenticates that was registered without saying how: with a secret by the default of
// RFC 7591 section 2, unless the server supports something else alone.
func (r *run) unsaidMethod(secret string) string {
	supported := r.server.TokenEndpointAuthMethodsSupported
	switch {
	case secret == "", slices.Equal(supported, []string{"none"}):
		return "none"
	case len(supported) == 0 || slices.Contains(supported, "client_secret_basic"):
		return "client_secret_basic"
	case slices.Contains(supported, "client_secret_post"):
		return "client_secret_post"
	}
	return "none"
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
