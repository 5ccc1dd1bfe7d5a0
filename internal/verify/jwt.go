package verify

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// publicAlgorithms are those that a JWKS can check.
var publicAlgorithms = []jose.SignatureAlgorithm{
	jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
}

var sharedAlgorithms = []jose.SignatureAlgorithm{jose.HS256, jose.HS384, jose.HS512}

// claims are those of an access token (RFC 9068 section 2.2), as far as they are looked at.
type claims struct {
	jwt.Claims
	Scope  string `json:"scope"`
	signed *jwt.JSONWebToken
}

// readClaims reads a token without checking its signature.
func readClaims(token string) (*claims, error) {
	signed, err := jwt.ParseSigned(token, slices.Concat(publicAlgorithms, sharedAlgorithms))
	if err != nil {
		return nil, err
	}
	c := &claims{signed: signed}
	return c, signed.UnsafeClaimsWithoutVerification(c)
}

// algorithm is the one that a token's header names; empty where there is none to read.
func algorithm(token string) string {
	first, _, _ := strings.Cut(token, ".")
	var header struct {
		Algorithm string `json:"alg"`
	}
	if raw, err := base64.RawURLEncoding.DecodeString(first); err != nil || json.Unmarshal(raw, &header) != nil {
		return ""
	}
	return header.Algorithm
}

func (r *run) checkFormat(context.Context) finding {
	const want = "a signed JWT, which has 3 segments"
	segments := strings.Count(r.token.Access, ".") + 1
	got := strconv.Itoa(segments) + " segments"
	switch {
	case segments == 5 && r.isAuth0():
		return fail(got+": an encrypted token", want,
			"an opaque token, for the authorization server alone: it ignored the resource parameter (the tenant's resource profile is off) and has no default audience; the MCP server answers 401 (\"Invalid Compact JWS\")",
			r.setup())
	case segments == 5:
		return warn(got+": an encrypted token", want, "the MCP server needs a key to read it, or has to ask the authorization server: whether it does, the next checks show", r.setup())
	}
	read, err := readClaims(r.token.Access)
	if err != nil && strings.EqualFold(algorithm(r.token.Access), "none") {
		return fail(got+", with alg none", want, "the token is not signed: where such tokens pass, whoever can write one gets in", "have the authorization server sign its tokens, with RS256 for instance")
	}
	if err != nil {
		return warn("no JWT", want, "an opaque token, which the MCP server can only check by asking the authorization server: whether it does, the next checks show", r.setup())
	}
	r.claims = read
	return pass(got + ", signed with " + read.signed.Headers[0].Algorithm)
}

func (r *run) checkSignature(context.Context) finding {
	header := r.claims.signed.Headers[0]
	const want = "a signature by one of the server's public keys"
	if slices.Contains(sharedAlgorithms, jose.SignatureAlgorithm(header.Algorithm)) {
		const cause = "the API signs with a shared secret, so the MCP server can't check its tokens with public keys"
		if !r.isAuth0() {
			return fail(header.Algorithm, want, cause, "have the authorization server sign with a private key, such as with RS256")
		}
		return fail(header.Algorithm, want, cause, "set the API's signing algorithm to RS256 in the dashboard (Applications > APIs > Settings); what else is missing does: "+r.setup())
	}
	if len(r.keys.Keys) == 0 {
		return unmade("the authorization server publishes no keys to check it with", "")
	}
	candidates := r.keys.Keys
	if header.KeyID != "" {
		candidates = r.keys.Key(header.KeyID)
	}
	for _, key := range candidates {
		if r.claims.signed.Claims(key.Key, &jwt.Claims{}) == nil {
			return pass(header.Algorithm + ", key " + show(header.KeyID))
		}
	}
	got := "key " + show(header.KeyID) + " is not among the server's keys"
	if len(candidates) > 0 {
		got = "the signature does not fit the server's key " + show(header.KeyID)
	}
	return fail(got, want, "the token was signed by another server, or the keys were just replaced", "check that jwks_uri and issuer are of the same authorization server")
}

func (r *run) checkTokenIssuer(context.Context) finding {
	if r.claims.Issuer == r.server.Issuer {
		return pass(show(r.claims.Issuer))
	}
	return fail(show(r.claims.Issuer), show(r.server.Issuer), difference(r.claims.Issuer, r.server.Issuer)+"; the MCP server refuses tokens of another issuer", "use one domain everywhere (custom or canonical): "+r.render())
}

func (r *run) checkAudience(context.Context) finding {
	list := make([]string, len(r.claims.Audience))
	for i, audience := range r.claims.Audience {
		list[i] = show(audience)
	}
	got := strings.Join(list, ", ")
	if slices.Contains(r.claims.Audience, r.indicator) {
		return pass(got)
	}
	cause, then := "the authorization server ignored the resource parameter, and gave a token for its default audience", ", so that login works and then every request gets 401"
	if !r.isAuth0() {
		cause, then = "the authorization server ignored the resource parameter", ", so that a server that looks at audiences, as it must, refuses the token"
	}
	for _, audience := range r.claims.Audience {
		if strings.EqualFold(strings.TrimRight(audience, "/"), strings.TrimRight(r.indicator, "/")) {
			cause = difference(audience, r.indicator) + "; audiences are compared byte for byte"
		}
	}
	return fail(got, show(r.indicator), cause+then, r.setup())
}
