package verify

import (
	"context"
	"net/http"
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

func (r *run) checkServerMetadata(ctx context.Context) finding {
	var tried []candidate
	for _, c := range serverCandidates(r.issuer) {
		var found serverMetadata
		got, ok := r.getJSON(ctx, c.url, &found)
		c.got = got
		tried = append(tried, c)
		if ok {
			r.server = &found
			return pass(list(tried))
		}
	}
	return fail(list(tried), "200 with a JSON object", "what the protected resource metadata names is not an authorization server, or it can't be reached", r.render())
}

func (r *run) checkIssuer(context.Context) finding {
	if r.server.Issuer == r.issuer {
		return pass(show(r.issuer))
	}
	hint := r.render()
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
		return fail(strings.Join(problems, "; "), "https URLs (http only on loopback)", "the authorization server's metadata is incomplete or not safe to use", "correct the authorization server's metadata, or name another server: "+r.render())
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
		return warn("no jwks_uri", "a URL", "tokens can't be checked with the server's keys; that is right only for tokens that the MCP server asks the authorization server about", "")
	}
	if !secure(address) {
		return skip("jwks_uri is no https URL")
	}
	got, ok := r.getJSON(ctx, address, &r.keys)
	if !ok || len(r.keys.Keys) == 0 {
		return fail(showURL(address)+": "+got, "200 with at least one key", "the MCP server can't check any token without these keys", "check the authorization server")
	}
	for _, key := range r.keys.Keys {
		if !key.IsPublic() {
			return fail("a private key", "public keys alone", "the authorization server publishes a key that signs tokens", "replace the key at once")
		}
	}
	return pass(showURL(address) + ": " + http.StatusText(http.StatusOK))
}
