package verify

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/modelcontextprotocol/go-sdk/oauthex"

	"github.com/mcpauth-cli/mcpauth/internal/trace"
)

// run is a login while it goes on: what the checks so far found out, for those that follow.
type run struct {
	o       Options
	whole   context.Context // the run's own: a wait for a person is not bound by a check's time
	target  *url.URL
	guard   *guard
	wire    *wire
	jar     *cookiejar.Jar
	secrets trace.Secrets
	report  Report

	refused   string  // why a client goes no further; empty while it would
	indicator string  // the resource that tokens are asked for (RFC 8707): the server's URL, or what its metadata says
	probe     opening // the message that a request without a token is refused for

	unauthenticated *reply             // what a request without a token got
	challenge       *oauthex.Challenge // the Bearer challenge in it
	challengeErr    error
	resource        *resourceMetadata
	rooted          bool   // the metadata was found at the root
	legacy          bool   // the server is taken for its own authorization server
	issuer          string // the one that the resource names
	server          *serverMetadata
	client          *client
	callback        *callback
	attempt         *attempt // the authorization request
	hop             *hop     // what the authorization endpoint answered
	answer          url.Values
	token           *tokenAnswer
	keys            keySet
	claims          *claims
	session         *mcp.ClientSession
	stepped         bool     // a second login asked for more scopes
	harmless        string   // a tool that takes no arguments
	browserless     error    // why no browser could be opened
	spare           []string // refresh tokens that no check looks at
}

// step is a check: what it is called, where it is asked for, what it stands on.
type step struct {
	id, title, spec string
	needs           []ground
	run             func(*run, context.Context) finding
	kind            kind
}

// kind is what else there is to a check.
type kind int

const (
	goesOn kind = iota // a client goes on when it fails, as far as it can
	stops              // a client goes no further when it fails
	waits              // it waits for a person
)

// ground says why a check can't be made; empty when it can.
type ground func(*run) string

func answered(what string, has func(*run) bool) ground {
	return func(r *run) string {
		if has(r) {
			return ""
		}
		return "there is no " + what
	}
}

var (
	hasResource = answered("protected resource metadata", func(r *run) bool { return r.resource != nil })
	hasIssuer   = answered("authorization server named", func(r *run) bool { return r.issuer != "" })
	hasServer   = answered("authorization server metadata", func(r *run) bool { return r.server != nil })
	hasClient   = answered("client", func(r *run) bool { return r.client != nil })
	hasHop      = answered("authorization endpoint that lets the login begin", func(r *run) bool { return r.hop != nil })
	hasAnswer   = answered("authorization response", func(r *run) bool { return r.answer != nil })
	hasCode     = answered("authorization code", func(r *run) bool { return r.answer.Get("code") != "" })
	hasToken    = answered("access token", func(r *run) bool { return r.token != nil })
	hasClaims   = answered("token that can be read", func(r *run) bool { return r.claims != nil })
	hasSession  = answered("MCP session", func(r *run) bool { return r.session != nil })
)

// wanted is false without --login or --follow.
func wanted(r *run) string {
	if !r.o.Login && !r.o.Follow {
		return "only with a login (--login, or --follow without a browser): nothing was registered"
	}
	return ""
}

func trusted(r *run) string { return r.refused }

// beyond are the beginnings of the ids of checks that no client makes: it does not look into tokens, sends no wrong ones,
// and reads neither keys nor its own document.
var beyond = []string{"server.keys", "registration.document", "token.", "mcp.get", "reject.", "refresh."}

// steps are the checks of this run.
func (r *run) steps() []step {
	if !r.o.AsClient {
		return steps
	}
	list := slices.DeleteFunc(slices.Clone(steps), func(s step) bool {
		return slices.ContainsFunc(beyond, func(begin string) bool { return strings.HasPrefix(s.id, begin) })
	})
	return append(list, step{
		"mcp.call", "a tool can be called", "MCP server features, Tools", []ground{wanted, hasSession, callable}, (*run).checkCall, goesOn,
	})
}

func callable(r *run) string {
	if r.harmless == "" {
		return "no tool can be called without arguments"
	}
	return ""
}

// steps are all checks, in the order of a login. The numbers of the specification are sections of RFCs and headings of the
// MCP authorization specification.
var steps = []step{
	{"challenge.status", "a request without a token gets 401", "MCP authorization, Error Handling", nil, (*run).checkChallengeStatus, stops},
	{"challenge.header", "the challenge names the metadata", "MCP authorization, Protected Resource Metadata Discovery; RFC 9728 section 5.1", nil, (*run).checkChallengeHeader, goesOn},
	{"resource.url", "the server's URL is canonical", "MCP authorization, Canonical Server URI; RFC 8707 section 2", nil, (*run).checkCanonical, stops},
	{"resource.metadata", "protected resource metadata is served", "RFC 9728 section 3.1", nil, (*run).checkResourceMetadata, goesOn},
	{"resource.match", "the metadata is about this very URL", "RFC 9728 section 3.3", []ground{hasResource}, (*run).checkResourceMatch, stops},
	{"resource.servers", "an authorization server is named", "MCP authorization, Authorization Server Location; RFC 9728 section 2", []ground{hasResource}, (*run).checkServers, stops},
	{"resource.bearer", "tokens go into the header, never into the query", "MCP authorization, Token Requirements; RFC 9728 section 2", []ground{hasResource}, (*run).checkBearerMethods, goesOn},
	{"resource.scopes", "clients learn which scopes to ask for", "MCP authorization, Scope Selection Strategy", []ground{hasResource}, (*run).checkScopes, goesOn},
	{"resource.offline", "offline_access is left to the authorization server", "MCP authorization, Refresh Tokens", []ground{hasResource}, (*run).checkOffline, goesOn},
	{"server.metadata", "authorization server metadata is served", "RFC 8414 section 3.1; OpenID Connect Discovery section 4", []ground{hasIssuer}, (*run).checkServerMetadata, goesOn},
	{"server.issuer", "the issuer is byte for byte the one that was named", "RFC 8414 section 3.3", []ground{hasServer}, (*run).checkIssuer, stops},
	{"server.pkce", "PKCE with S256 is supported", "MCP authorization, Authorization Code Protection; RFC 8414 section 2", []ground{hasServer}, (*run).checkPKCE, stops},
	{"server.endpoints", "the endpoints are there, on https or loopback", "MCP authorization, Communication Security", []ground{hasServer}, (*run).checkEndpoints, stops},
	{"server.iss", "the server says that its answers name it", "RFC 9207 section 3", []ground{hasServer}, (*run).checkAdvertisesIss, goesOn},
	{"server.keys", "the signing keys are served", "RFC 8414 section 2; RFC 7517 section 5", []ground{hasServer}, (*run).checkKeys, goesOn},
	{"registration.document", "the client metadata document describes itself", "OAuth Client ID Metadata Document section 4", []ground{documented}, (*run).checkDocument, goesOn},
	{"registration", "a client can get a client id", "MCP authorization, Client Registration Approaches; RFC 7591 section 3", []ground{hasServer, wanted, trusted}, (*run).checkRegistration, goesOn},
	{"authorize", "the authorization endpoint lets the login begin", "RFC 6749 section 4.1.1; RFC 8707 section 2; RFC 7636 section 4.3", []ground{wanted, hasClient, trusted}, (*run).checkAuthorize, goesOn},
	{"login", "the login ends with a code", "RFC 6749 section 4.1.2", []ground{wanted, hasHop}, (*run).checkLogin, waits},
	{"login.iss", "the answer names its issuer", "RFC 9207 section 2.4", []ground{wanted, hasAnswer}, (*run).checkIss, goesOn},
	{"token", "the code gives a token", "RFC 6749 section 4.1.3; RFC 8707 section 2.2", []ground{wanted, hasCode, trusted}, (*run).checkToken, goesOn},
	{"token.format", "the token can be read by the MCP server", "RFC 9068 section 2", []ground{wanted, hasToken}, (*run).checkFormat, goesOn},
	{"token.signature", "the token is signed with the server's keys", "RFC 9068 section 4; RFC 7515 section 5.2", []ground{wanted, hasClaims}, (*run).checkSignature, goesOn},
	{"token.issuer", "the token's iss is the issuer", "RFC 9068 section 4", []ground{wanted, hasClaims}, (*run).checkTokenIssuer, goesOn},
	{"token.audience", "the token's aud is this MCP server, byte for byte", "MCP authorization, Token Audience Binding and Validation; RFC 8707 section 2.2", []ground{wanted, hasClaims}, (*run).checkAudience, goesOn},
	{"token.scope", "the scopes that were asked for were granted", "RFC 6749 section 3.3", []ground{wanted, hasToken}, (*run).checkGranted, goesOn},
	{"token.lifetime", "the token lives for a while, and not for long", "RFC 9700 section 2.2; RFC 6749 section 4.2.2", []ground{wanted, hasToken}, (*run).checkLifetime, goesOn},
	{"token.refresh", "there is a refresh token", "MCP authorization, Refresh Tokens; RFC 6749 section 6", []ground{wanted, hasToken}, (*run).checkRefreshPresent, goesOn},
	{"mcp.initialize", "the MCP server takes the token", "MCP lifecycle; MCP authorization, Access Token Usage", []ground{wanted, hasToken}, (*run).checkInitialize, goesOn},
	{"mcp.tools", "the MCP server lists its tools", "MCP server features, Tools", []ground{wanted, hasSession}, (*run).checkTools, goesOn},
	{"mcp.get", "a GET is answered or refused, and does not fail", "MCP transports, Streamable HTTP: Listening for Messages", []ground{wanted, hasSession}, (*run).checkGet, goesOn},
	{"reject.garbage", "a token that is none gets 401", "MCP authorization, Token Handling; RFC 6750 section 3.1", []ground{guarded}, (*run).checkGarbage, goesOn},
	{"reject.forged", "a token that others signed gets 401", "MCP authorization, Token Handling; RFC 9068 section 4", []ground{guarded, hasServer}, (*run).checkForged, goesOn},
	{"reject.audience", "a token for another resource gets 401", "MCP authorization, Token Audience Binding and Validation", []ground{wanted, hasSession}, (*run).checkOtherAudience, goesOn},
	{"reject.expired", "an expired token gets 401", "MCP authorization, Token Handling; RFC 6750 section 3.1", []ground{wanted, hasClaims}, (*run).checkExpired, goesOn},
	{"refresh.rotation", "the refresh token works and rotates", "RFC 9700 section 2.2.2; RFC 6749 section 6", []ground{wanted, hasToken, refreshable}, (*run).checkRotation, goesOn},
}

func documented(r *run) string {
	if r.o.ClientMetadataURL == "" {
		return "no client metadata document was named"
	}
	return ""
}

func refreshable(r *run) string {
	if r.token.Refresh == "" {
		return "there is no refresh token"
	}
	return ""
}

// http is a client that follows no redirect by itself.
func (r *run) http() *http.Client {
	return &http.Client{Transport: r.wire, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}
