package sandbox

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// PKCE's methods (RFC 7636 section 4.2).
const (
	methodS256  = "S256"
	methodPlain = "plain"
)

// denial is why /authorize gives no code.
type denial struct {
	status            int // of the page, where there is one
	code, description string
	paged             bool // always a page: there is no address that could be trusted with a redirect
}

func denied(code, description string) *denial {
	return &denial{http.StatusBadRequest, code, description, false}
}

func pageOnly(status int, code, description string) *denial {
	return &denial{status, code, description, true}
}

// authorizeRequest is a request to /authorize while it is checked.
type authorizeRequest struct {
	params url.Values
	client object
	strict bool
	api    object   // nil without an API
	may    []string // the scopes that the client could get
	authorization
}

// isStrict says whether Auth0's enhanced security controls hold for a client: for all of third parties, but those that
// were made permissive.
func isStrict(client object) bool {
	return client["is_first_party"] == false && text(client, "third_party_security_mode") != ModePermissive
}

func (q *authorizeRequest) thirdParty() bool { return q.client["is_first_party"] == false }

// serveAuthorize checks a request for a code (RFC 6749 section 4.1.1) and sends the browser to the login page.
func (t *Tenant) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		showError(w, pageOnly(http.StatusBadRequest, "invalid_request", "The parameters can't be read"))
		return
	}
	q, failure := t.readAuthorize(r.Form)
	if failure == nil {
		failure = t.checkAuthorize(q)
	}
	if failure != nil {
		t.deny(w, q, failure)
		return
	}
	if t.options.AutoApprove {
		q.person = newPerson("auth0", "user@example.com", t.options.Now())
		t.approve(w, q.authorization)
		return
	}
	state := t.logins.await(q.authorization, t.options.Now())
	redirect(w, t.issuer+"u/login?"+url.Values{"state": {state}}.Encode())
}

// readAuthorize finds the client and the place to answer to: until both are certain nothing may be redirected.
func (t *Tenant) readAuthorize(params url.Values) (*authorizeRequest, *denial) {
	q := &authorizeRequest{params: params}
	id := params.Get("client_id")
	if id == "" {
		return q, pageOnly(http.StatusBadRequest, "invalid_request", "Missing required parameter: client_id")
	}
	client, failure := t.requestingClient(id)
	if failure != nil {
		return q, failure
	}
	q.client, q.clientID = client, text(client, "client_id")
	q.strict = isStrict(client)
	callbacks := texts(client, "callbacks")
	q.redirect, q.redirected = params.Get("redirect_uri"), params.Has("redirect_uri")
	if !q.redirected && len(callbacks) == 1 {
		q.redirect = callbacks[0]
	}
	if !slices.Contains(callbacks, q.redirect) {
		// Byte for byte, the port included: Auth0 documents no exception for loopback, and clients report this error.
		return q, pageOnly(http.StatusForbidden, "unauthorized_client",
			"Callback URL mismatch. The provided redirect_uri is not in the list of allowed callback URLs.")
	}
	q.state, q.nonce, q.mode = params.Get("state"), params.Get("nonce"), params.Get("response_mode")
	if to, err := url.Parse(q.redirect); q.mode == modeForm && (err != nil || to.Scheme != "https" && to.Scheme != "http") {
		// No browser posts to another scheme. That it is refused, and how, is a guess.
		return q, pageOnly(http.StatusBadRequest, "invalid_request", "response_mode form_post takes an http or https redirect_uri")
	}
	q.connection, q.hint, q.prompt = params.Get("connection"), params.Get("login_hint"), params.Get("prompt")
	q.fresh = params.Has("max_age") || slices.Contains(strings.Fields(q.prompt), "login")
	return q, nil
}

// checkAuthorize runs the rules in order; the first that fails is the answer.
func (t *Tenant) checkAuthorize(q *authorizeRequest) *denial {
	for _, check := range []func(*authorizeRequest) *denial{
		checkParameters, checkResponseType, checkPKCE, t.checkAPI, t.checkUserGrant, t.checkConnection, t.checkExtensions, t.checkPrompt,
	} {
		if failure := check(q); failure != nil {
			return failure
		}
	}
	q.scopes = q.grantedScopes()
	return nil
}

// strictParameters are all that /authorize takes from a strict client, besides ext-*.
var strictParameters = strings.Fields(`acr_values audience authorization_details client_id code_challenge
	code_challenge_method connection correlation_id display dpop_jkt login_hint max_age nonce prompt redirect_uri resource
	response_type scope state ui_locales`)

// checkParameters refuses what Auth0 documents to refuse, as invalid_request. The words here, and those about PKCE below,
// are guesses.
func checkParameters(q *authorizeRequest) *denial {
	names := make([]string, 0, len(q.params))
	for name := range q.params {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		// RFC 8707 section 2 lets resource alone be repeated.
		if len(q.params[name]) > 1 && name != "resource" {
			return denied("invalid_request", "Parameter given more than once: "+name)
		}
		if q.strict && !strings.HasPrefix(name, "ext-") && !slices.Contains(strictParameters, name) {
			return denied("invalid_request", "Unsupported parameter: "+name)
		}
	}
	return nil
}

func checkResponseType(q *authorizeRequest) *denial {
	switch kind := q.params.Get("response_type"); {
	case kind == "":
		return denied("invalid_request", "Missing required parameter: response_type")
	case kind != "code":
		return denied("unsupported_response_type", "Unsupported response type: "+kind)
	case q.mode != "" && !slices.Contains(responseModes, q.mode):
		return denied("invalid_request", "Unsupported response_mode: "+q.mode)
	case !slices.Contains(texts(q.client, "grant_types"), "authorization_code"):
		return denied("unauthorized_client", "Grant type 'authorization_code' not allowed for the client.")
	}
	return nil
}

func checkPKCE(q *authorizeRequest) *denial {
	q.challenge, q.method = q.params.Get("code_challenge"), q.params.Get("code_challenge_method")
	if q.challenge == "" {
		if q.strict {
			return denied("invalid_request", "Missing required parameter: code_challenge")
		}
		return nil
	}
	if q.method == "" {
		q.method = methodPlain
	}
	if q.method == methodS256 || (q.method == methodPlain && !q.strict) {
		return nil
	}
	return denied("invalid_request", "Unsupported code_challenge_method: "+q.method)
}

// checkPrompt refuses what can't be done without a person (OpenID Connect Core section 3.1.2.6).
func (t *Tenant) checkPrompt(q *authorizeRequest) *denial {
	if q.prompt == "none" && !t.options.AutoApprove {
		return denied("login_required", "Login required")
	}
	return nil
}
