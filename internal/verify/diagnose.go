package verify

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// The ids of those checks of a tenant that can tell why its authorization server refuses a login.
const (
	TenantAPI        = "tenant-api"
	TenantGrant      = "tenant-grant"
	TenantConnection = "tenant-connection"
	TenantRules      = "tenant-rules"
)

// diagnosis is a cause and what mends it.
type diagnosis struct {
	cause, hint string
	// suspects are the checks of the tenant one of which may know the true cause: a server's words can have several.
	suspects []string
}

func (d diagnosis) fail(got, want string) finding {
	f := fail(got, want, d.cause, d.hint)
	f.suspects = d.suspects
	return f
}

// explained is a finding with what the tenant knows of its cause.
func (r *run) explained(ctx context.Context, found finding) finding {
	if len(found.suspects) > 0 && r.o.Explain != nil {
		if cause, hint := r.o.Explain(ctx, r.report, found.suspects); cause != "" {
			found.cause, found.hint = cause, hint
		}
	}
	found.cause += found.aside
	return found
}

// failure is something that authorization servers say, with its cause and what mends it.
type failure struct {
	said     []string // any of these, in lower case
	auth0    bool     // these are words of Auth0's own, which mean nothing elsewhere
	cause    string
	hint     func(*run) string
	suspects []string
	// given takes the place of all where the client was registered before the run.
	given func(*run) diagnosis
}

// failures are those that users report, by what the server's text says: it is all that there is to tell them by.
var failures = []failure{
	{said: []string{"no connections enabled", "connection was not found"}, auth0: true, cause: "no connection of the tenant is open to third-party clients: at least one must be a domain-level connection", hint: (*run).promote, suspects: []string{TenantConnection}, given: (*run).unconnected},
	{
		said: []string{"is not authorized to access resource server"}, auth0: true,
		cause: "the API has no grant for third-party clients, or lets no user in, so that no registered client may ask for its tokens",
		hint:  (*run).setupAPI, suspects: []string{TenantAPI, TenantGrant}, given: (*run).ungranted,
	},
	{said: []string{"service not found"}, auth0: true, cause: "the tenant has no API whose identifier is exactly this URL: identifiers are compared byte for byte and can't be changed, so a new API is needed", hint: (*run).setupAPI, suspects: []string{TenantAPI}},
	{said: []string{"registration is disabled", "registration is not enabled"}, cause: "dynamic client registration is off", hint: (*run).openToAll},
	{said: []string{"too_many_entities", "too many entities"}, auth0: true, cause: "the tenant has reached the number of applications of its plan: each login registered one more", hint: func(*run) string { return "delete the applications that nobody uses in the dashboard (Applications)" }},
	{said: []string{"too many requests", "too_many_requests", "global limit", "rate limit"}, cause: limited, hint: advice(waiting)},
	{said: []string{"invalid_redirect_uri"}, cause: "the authorization server does not let clients register a redirect URI on this machine, where MCP clients on a desktop listen", hint: advice("allow http redirect URIs on 127.0.0.1 and localhost, with any port (RFC 8252 section 7.3)")},
	{said: []string{"invalid_client_metadata"}, cause: "the authorization server does not take what the client says of itself, which is what most MCP clients say", hint: advice("let it register public native clients (token_endpoint_auth_method none) for authorization_code and refresh_token")},
	{said: []string{"callback url mismatch", "redirect_uri"}, cause: "the client is not registered with this redirect URI", hint: (*run).allowCallback},
	{said: []string{"unknown client", "invalid_client"}, cause: "the authorization server does not know this client id, or does not read client metadata documents", hint: (*run).openRegistration, given: (*run).unknownClient},
	{said: []string{"unauthorized_client"}, cause: "the client has no grant for this API, or may not use the authorization code", hint: (*run).setupAPI, suspects: []string{TenantAPI, TenantGrant}, given: (*run).ungranted},
	{said: []string{"invalid_target"}, cause: "the authorization server has no resource of exactly this URL", hint: (*run).setupAPI, suspects: []string{TenantAPI}},
	{said: []string{"invalid_scope"}, cause: "a scope was asked for that the authorization server does not know", hint: (*run).setupAPI},
}

// refusal finds the cause of an answer that is not the one that is wanted. What is no refusal of this client's is told
// apart, where its words don't say it all: a server that fails, and a page that comes from elsewhere. The suspects are those
// of words that nothing is known of.
func (r *run) refusal(answer *reply, suspects ...string) diagnosis {
	if d, found := r.known(answer.described(), r.isAuth0() && answer.status < http.StatusInternalServerError); found {
		return d
	}
	switch {
	case answer.status >= http.StatusInternalServerError:
		return diagnosis{cause: "the authorization server itself fails", hint: "look at the server's status page or its log (Auth0's: https://status.auth0.com), and try again in a while: " + r.again(nil)}
	case answer.status < 300 && answer.isHTML():
		return diagnosis{
			cause: "a page comes that is no login: an error that calls itself fine, or a network or proxy that wants a sign-in of its own",
			hint:  "see in a browser what it is: " + r.again(func(o *Options) { o.Login, o.Follow = true, false }),
		}
	}
	return r.unknown(suspects...)
}

// diagnose finds the cause of what a server said in the place of a login. Rules end one in words of their own.
func (r *run) diagnose(said string) diagnosis {
	if d, found := r.known(said, r.isAuth0()); found {
		return d
	}
	return r.unknown(TenantRules)
}

func (r *run) unknown(suspects ...string) diagnosis {
	return diagnosis{"the authorization server refuses, in the words above", "if they don't say what to do, see whether anything is missing: " + r.setup(), suspects}
}

// known looks for what users report. auth0 says that it is Auth0 that refuses, in its own words.
func (r *run) known(said string, auth0 bool) (diagnosis, bool) {
	if d, is := r.misled(said); is && auth0 {
		return d, true
	}
	said = strings.ToLower(said)
	if d, is := r.undescribed(said); is {
		return d, true
	}
	for _, f := range failures {
		for _, words := range f.said {
			switch {
			case !strings.Contains(said, words), f.auth0 && !auth0:
			case f.given != nil && r.o.ClientID != "":
				return f.given(r), true
			default:
				return diagnosis{f.cause, f.hint(r), f.suspects}, true
			}
		}
	}
	return diagnosis{}, false
}

// named is the API that Auth0 looked for, in its words.
var named = regexp.MustCompile(`(?i)(service not found: |to access resource server )(\S+)`)

// quotes are what may stand around the name of an API.
const quotes = "\\\"'`<>().,:;?!"

// misled is a login that Auth0 takes to be for another API than was asked for. A name that was cut off is none.
func (r *run) misled(said string) (diagnosis, bool) {
	found := named.FindStringSubmatch(said)
	if found == nil {
		return diagnosis{}, false
	}
	other := strings.Trim(found[2], quotes)
	if other == "" || other == strings.Trim(r.indicator, quotes) || strings.HasSuffix(other, "…") {
		return diagnosis{}, false
	}
	const ignored = "the authorization server ignored the resource parameter (the tenant's resource profile is off), and "
	if strings.HasPrefix(strings.ToLower(found[1]), "service") {
		return diagnosis{cause: ignored + "the tenant's default audience " + show(other) + " names no API", hint: r.setup("--replace-default-audience")}, true
	}
	return diagnosis{cause: ignored + "what it gives is for its default audience " + show(other) + ", which has no grant for this client", hint: r.setup()}, true
}

// withoutClient is this run with a client that registers itself.
func (r *run) withoutClient() string {
	return r.again(func(o *Options) { o.ClientID, o.CallbackPort = "", 0 })
}

func (r *run) ungranted() diagnosis {
	if !r.isAuth0() {
		return diagnosis{
			cause: "this client may not use the authorization code, or not for this resource",
			hint:  "allow it at the authorization server, or verify with a client that registers itself: " + r.withoutClient(),
		}
	}
	if r.o.ThirdParty() { // they share one grant
		return diagnosis{"the API has no grant for third-party clients, of which this is one, or lets no user in", r.setupAPI(), []string{TenantAPI, TenantGrant}}
	}
	return diagnosis{
		"this client has no grant for the API, and the one that setup makes is for third-party clients alone",
		"authorize the client for the API (in Auth0's dashboard: Applications > APIs > the API > Application Access), or verify with a client that registers itself: " + r.withoutClient(),
		[]string{TenantAPI},
	}
}

func (r *run) unconnected() diagnosis {
	if r.o.ThirdParty() {
		return diagnosis{"no connection of the tenant is open to third-party clients, of which this is one: at least one must be a domain-level connection", r.promote(), []string{TenantConnection}}
	}
	return diagnosis{
		"no connection is enabled for this client",
		"enable one for it (in Auth0's dashboard: Applications > the application > Connections), then: " + r.again(nil), nil,
	}
}

func (r *run) unknownClient() diagnosis {
	if r.token == nil && r.answer != nil { // it knew the client when it gave the code
		return diagnosis{
			cause: "the authorization server does not take this client's secret, or wants one",
			hint:  "set MCPAUTH_CLIENT_SECRET to the secret of " + quoted(r.o.ClientID) + ", or leave it unset for a client without one, then: " + r.again(nil),
		}
	}
	return diagnosis{
		cause: "the authorization server does not know this client id: it is misspelt, deleted, or another server's",
		hint:  "check the id, or verify with a client that registers itself: " + r.withoutClient(),
	}
}

// undescribed is a client that is refused because its metadata document is at fault, which a check before has found.
func (r *run) undescribed(said string) (diagnosis, bool) {
	document, failed := r.report.failedOf("registration.document")
	if !failed || r.client == nil || r.client.id != r.o.ClientMetadataURL {
		return diagnosis{}, false
	}
	of := func(words string) bool { return strings.Contains(said, words) }
	if !slices.ContainsFunc([]string{"unknown client", "invalid_client", "redirect_uri", "callback url mismatch"}, of) {
		return diagnosis{}, false
	}
	return diagnosis{cause: "the authorization server can't use the client metadata document either: " + seeAbove(document), hint: document.Hint}, true
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
