package verify

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// failure is something that authorization servers say, with its cause and what mends it.
type failure struct {
	said  []string // any of these, in lower case
	cause string
	hint  func(*run) string
	// given takes the place of both where the client was registered before the run.
	given func(*run) (cause, hint string)
}

// failures are those that users report, by what the server's text says: it is all that there is to tell them by. What
// Auth0 says of them is in its own words.
var failures = []failure{
	{said: []string{"no connections enabled", "connection was not found"}, cause: "no connection of the tenant is open to third-party clients: at least one must be a domain-level connection", hint: (*run).promote},
	{
		said:  []string{"is not authorized to access resource server"},
		cause: "the API has no grant for third-party clients, so that no registered client may ask for its tokens",
		hint:  (*run).setupAPI, given: (*run).ungranted,
	},
	{said: []string{"service not found"}, cause: "the tenant has no API whose identifier is exactly this URL: identifiers are compared byte for byte and can't be changed, so a new API is needed", hint: (*run).setupAPI},
	{said: []string{"registration is disabled", "registration is not enabled"}, cause: "dynamic client registration is off", hint: func(r *run) string { return r.setup() }},
	{said: []string{"too_many_entities", "too many entities"}, cause: "the tenant has reached the number of applications of its plan: each login registered one more", hint: func(*run) string { return "delete the applications that nobody uses in the dashboard (Applications)" }},
	{said: []string{"too many requests", "too_many_requests", "global limit", "rate limit"}, cause: "the server limits how often it is asked", hint: advice("wait a minute, then run this again")},
	{said: []string{"invalid_redirect_uri"}, cause: "the authorization server does not let clients register a redirect URI on this machine, where MCP clients on a desktop listen", hint: advice("allow http redirect URIs on 127.0.0.1 and localhost, with any port (RFC 8252 section 7.3)")},
	{said: []string{"invalid_client_metadata"}, cause: "the authorization server does not take what the client says of itself, which is what most MCP clients say", hint: advice("let it register public native clients (token_endpoint_auth_method none) for authorization_code and refresh_token")},
	{said: []string{"callback url mismatch", "redirect_uri"}, cause: "the client is not registered with this redirect URI", hint: (*run).allowCallback},
	{said: []string{"unknown client", "invalid_client"}, cause: "the authorization server does not know this client id, or does not read client metadata documents", hint: (*run).openRegistration, given: (*run).unknownClient},
	{said: []string{"unauthorized_client"}, cause: "the client has no grant for this API, or may not use the authorization code", hint: (*run).setupAPI, given: (*run).ungranted},
	{said: []string{"invalid_target"}, cause: "the authorization server has no resource of exactly this URL", hint: (*run).setupAPI},
	{said: []string{"invalid_scope"}, cause: "a scope was asked for that the authorization server does not know", hint: (*run).setupAPI},
}

// refusal finds the cause of an answer that is not the one that is wanted. What is no refusal of this client's is told
// apart, where its words don't say it all: a server that fails, and a page that comes from elsewhere.
func (r *run) refusal(answer *reply) (cause, hint string) {
	if cause, hint, found := r.known(answer.described()); found {
		return cause, hint
	}
	switch {
	case answer.status >= http.StatusInternalServerError:
		return "the authorization server itself fails", "look at the server's status page or its log (Auth0's: https://status.auth0.com), and try again in a while: " + r.again(nil)
	case answer.status < 300 && answer.isHTML():
		return "a page comes that is no login: an error that calls itself fine, or a network or proxy that wants a sign-in of its own",
			"see in a browser what it is: " + r.again(func(o *Options) { o.Login, o.Follow = true, false })
	}
	return r.unknown()
}

// diagnose finds the cause of what a server said.
func (r *run) diagnose(said string) (cause, hint string) {
	if cause, hint, found := r.known(said); found {
		return cause, hint
	}
	return r.unknown()
}

func (r *run) unknown() (cause, hint string) {
	return "the authorization server refuses, in the words above", "if they don't say what to do, see whether anything is missing: " + r.setup()
}

// known looks for what users report.
func (r *run) known(said string) (cause, hint string, found bool) {
	said = strings.ToLower(said)
	for _, f := range failures {
		for _, words := range f.said {
			switch {
			case !strings.Contains(said, words):
			case f.given != nil && r.o.ClientID != "":
				cause, hint = f.given(r)
				return cause, hint, true
			default:
				return f.cause, f.hint(r), true
			}
		}
	}
	return "", "", false
}

// withoutClient is this run with a client that registers itself.
func (r *run) withoutClient() string {
	return r.again(func(o *Options) { o.ClientID, o.CallbackPort = "", 0 })
}

func (r *run) ungranted() (cause, hint string) {
	if strings.HasPrefix(r.o.ClientID, "tpc_") { // Auth0's third-party applications share one grant
		return "the API has no grant for third-party clients, of which this is one", r.setupAPI()
	}
	return "this client has no grant for the API, and the one that setup makes is for third-party clients alone",
		"authorize the client for the API (in Auth0's dashboard: Applications > APIs > the API > Application Access), or verify with a client that registers itself: " + r.withoutClient()
}

func (r *run) unknownClient() (cause, hint string) {
	if r.token == nil && r.answer != nil { // it knew the client when it gave the code
		return "the authorization server does not take this client's secret, or wants one",
			"set MCPAUTH_CLIENT_SECRET to the secret of " + quoted(r.o.ClientID) + ", or leave it unset for a client without one, then: " + r.again(nil)
	}
	return "the authorization server does not know this client id: it is misspelt, deleted, or another server's",
		"check the id, or verify with a client that registers itself: " + r.withoutClient()
}

// openRegistration opens the way that this client takes, and no other.
func (r *run) openRegistration() string {
	if r.o.ClientMetadataURL != "" {
		return r.setup("--registration", "cimd")
	}
	return r.setup("--registration", "both")
}

func (r *run) allowCallback() string {
	return fmt.Sprintf("add %s to the client's redirect URIs (in Auth0's dashboard: Allowed Callback URLs), then: %s",
		r.callback.url, r.again(func(o *Options) { o.CallbackPort = r.callback.port }))
}

// setupAPI makes the API, its grant, and the scopes that the server tells clients to ask for: without these the next login
// would fail for them.
func (r *run) setupAPI() string {
	scopes := slices.DeleteFunc(strings.Fields(r.wantedScope()), func(s string) bool { return s == offlineAccess })
	const most = 20
	return r.setup(scopeFlags(scopes[:min(len(scopes), most)])...)
}

func scopeFlags(scopes []string) []string {
	var flags []string
	for _, scope := range scopes {
		flags = append(flags, "--scope", scope)
	}
	return flags
}
