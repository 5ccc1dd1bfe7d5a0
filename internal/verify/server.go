package verify

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/modelcontextprotocol/go-sdk/oauthex"
)

const (
	oauthWellKnown  = "/.well-known/oauth-authorization-server"
	openidWellKnown = "/.well-known/openid-configuration"
)

// serverMetadata is what the authorization server says of itself (RFC 8414 section 2, RFC 9207 section 3).
type serverMetadata struct {
	oauthex.AuthServerMeta
	Iss bool `json:"authorization_response_iss_parameter_supported"`
}

type keySet = jose.JSONWebKeySet

// sameOrigin tells whether a URL is on the same server as another.
func sameOrigin(raw string, other *url.URL) bool {
	u, err := url.Parse(raw)
	return err == nil && origin(u) == origin(other)
}

// serverCandidates are the places of an issuer's metadata, in the order in which clients look.
func serverCandidates(issuer string) []candidate {
	u, err := url.Parse(issuer)
	if err != nil {
		return nil
	}
	base, path := u.Scheme+"://"+u.Host, strings.TrimRight(u.EscapedPath(), "/")
	out := []candidate{{url: base + oauthWellKnown + path, why: "RFC 8414"}, {url: base + openidWellKnown + path, why: "OpenID Connect"}}
	if path != "" {
		out = append(out, candidate{url: base + path + openidWellKnown, why: "OpenID Connect, after the path"})
	}
	return out
}

const theServerMetadata = "authorization server metadata"

func (r *run) checkServerMetadata(ctx context.Context) finding {
	var tried []candidate
	for _, c := range serverCandidates(r.issuer) {
		var found serverMetadata
		c.err = r.getJSON(ctx, c.url, &found)
		tried = append(tried, c)
		if c.err == nil {
			r.server = &found
			return pass(list(tried))
		}
		if ctx.Err() != nil { // no time is left for the next
			break
		}
	}
	const want = "200 with a JSON object"
	if cause, hint := r.troubleOf(theServerMetadata, tried); cause != "" {
		return fail(list(tried), want, cause, hint)
	}
	if found, may := r.fixedEndpoints(tried); may {
		return found
	}
	return fail(list(tried), want, "what the protected resource metadata names is not an authorization server", deploying+r.renderFor(""))
}

func (r *run) checkIssuer(context.Context) finding {
	if r.server.Issuer == r.issuer {
		return pass(show(r.issuer))
	}
	if r.legacy && sameOrigin(r.server.Issuer, r.target) { // nothing named an issuer that could differ
		return warn(show(r.server.Issuer), show(r.issuer), "the server calls itself by another URL of the same host", "let the issuer be the server's origin")
	}
	if r.server.Issuer == "" {
		return fail("no issuer", show(r.issuer), "the authorization server's metadata does not say whose it is, so clients refuse it", "have the authorization server name itself as issuer (RFC 8414 section 2 requires it)")
	}
	hint := r.redeploy()
	return fail(show(r.issuer)+" in the protected resource metadata", show(r.server.Issuer)+", as the server calls itself",
		difference(r.issuer, r.server.Issuer)+"; clients compare byte for byte, and Auth0's issuer ends with a slash", hint)
}

func (r *run) checkPKCE(context.Context) finding {
	methods := r.server.CodeChallengeMethodsSupported
	if slices.Contains(methods, "S256") {
		return pass(strings.Join(methods, ", "))
	}
	got := strings.Join(methods, ", ")
	if got == "" {
		got = "no code_challenge_methods_supported"
	}
	return fail(got, "S256", "a client must refuse a server that does not say that it supports PKCE with S256", "have the authorization server support S256, and say so")
}

func (r *run) checkEndpoints(context.Context) finding {
	var problems []string
	for _, e := range []struct {
		name, url string
		required  bool
	}{
		{"authorization_endpoint", r.server.AuthorizationEndpoint, true},
		{"token_endpoint", r.server.TokenEndpoint, true},
		{"registration_endpoint", r.server.RegistrationEndpoint, false},
		{"jwks_uri", r.server.JWKSURI, false},
	} {
		switch {
		case e.url == "" && e.required:
			problems = append(problems, e.name+" is missing")
		case e.url != "" && (!secure(e.url) || strings.Contains(e.url, "#")):
			problems = append(problems, e.name+" is "+show(e.url))
		}
	}
	if len(problems) > 0 {
		return fail(strings.Join(problems, "; "), "https URLs (http only on loopback)", "the authorization server's metadata is incomplete or not safe to use", "correct the authorization server's metadata, or name another server: "+r.renderFor(""))
	}
	return pass(show(r.server.AuthorizationEndpoint) + ", " + show(r.server.TokenEndpoint))
}

func (r *run) checkAdvertisesIss(context.Context) finding {
	if r.server.Iss {
		return pass("authorization_response_iss_parameter_supported is true")
	}
	return warn("authorization_response_iss_parameter_supported is not true", "true",
		"clients that use several authorization servers can't tell whose answer they got", r.setup())
}

func (r *run) checkKeys(ctx context.Context) finding {
	address := r.server.JWKSURI
	if address == "" {
		return warn("no jwks_uri", "a URL", "tokens can't be checked with the server's keys; that is right only for tokens that the MCP server asks the authorization server about", "publish jwks_uri, unless the MCP server asks about each token (RFC 7662)")
	}
	if !secure(address) {
		return skip("jwks_uri is no https URL")
	}
	const want = "200 with at least one key"
	if err := r.getJSON(ctx, address, &r.keys); err != nil {
		cause, hint := r.trouble("the key set", err)
		return fail(showURL(address)+": "+reason(err), want, cause+"; the MCP server can't check any token without these keys", hint)
	}
	if len(r.keys.Keys) == 0 {
		return fail(showURL(address)+": 200, without a key", want, "the MCP server can't check any token without these keys", "check the authorization server")
	}
	for _, key := range r.keys.Keys {
		if !key.IsPublic() {
			return fail("a private key", "public keys alone", "the authorization server publishes a key that signs tokens", "replace the key at once")
		}
	}
	return pass(fmt.Sprintf("%s: 200, keys: %d", showURL(address), len(r.keys.Keys)))
}
