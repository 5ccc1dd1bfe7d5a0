package tenant

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4/jwt"
)

// claims are what a token says of itself, read without checking its signature: the tenant checks it.
type claims struct {
	Issuer   string           `json:"iss"`
	Audience jwt.Audience     `json:"aud"` // a string or a list
	Expiry   *jwt.NumericDate `json:"exp"`
	Scope    *string          `json:"scope"`
}

// decodeClaims reads a JWT's claims; ok is false for an opaque token.
func decodeClaims(token string) (claims, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return claims{}, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return claims{}, false
	}
	var c claims
	return c, json.Unmarshal(raw, &c) == nil
}

// checkHandedOver refuses a token that can't be of use, before it leaves this machine: one that is for another tenant, or
// whose time is up before the first write could be done. What an opaque token is for can't be told.
func (s *tokenSource) checkHandedOver(token string) error {
	said, ok := decodeClaims(token)
	if !ok {
		return nil
	}
	source := s.credentials.Source
	if !s.meant(said) {
		hint := "name the tenant that it is for with --domain, or get one for this tenant: its audience must be " + s.domain.ManagementAudience() +
			"; behind a custom domain, set " + EnvAudience
		if s.credentials.cli != nil {
			hint = s.credentials.again
		}
		return &AuthError{What: fmt.Sprintf("%s is not for %s, but for %s: it was not sent", source, s.domain, strings.Join(said.Audience, ", ")), Hint: hint}
	}
	now := s.now()
	if said.Expiry == nil || now.Add(renewBefore).Before(said.Expiry.Time()) {
		return nil
	}
	hint := "get a fresh one; if this machine's clock is wrong, set it: here it is " + now.UTC().Format("2006-01-02 15:04 UTC")
	if s.credentials.cli != nil {
		hint = s.credentials.again
	}
	return &AuthError{What: fmt.Sprintf("%s %s: it was not sent", source, ended(said.Expiry.Time(), now)), Hint: hint}
}

// meant tells whether a token is for this tenant's Management API. The issuer alone would not do: Auth0 itself issues
// the tokens of the auth0 CLI. Nor would the audience: behind a custom domain it names the canonical one.
func (s *tokenSource) meant(said claims) bool {
	if len(said.Audience) == 0 {
		return true // it doesn't say; the tenant will
	}
	if slices.Contains(said.Audience, s.domain.ManagementAudience()) || (s.credentials.audience != "" && slices.Contains(said.Audience, s.credentials.audience)) {
		return true
	}
	return said.Issuer == s.domain.Issuer() && slices.ContainsFunc(said.Audience, func(a string) bool { return strings.HasSuffix(a, apiPath+"/") })
}

// scopes are what the token is known to allow.
func (c Credentials) scopes(token string) (have []string, known bool) {
	if said, ok := decodeClaims(token); ok && said.Scope != nil {
		return strings.Fields(*said.Scope), true
	}
	if c.cli != nil && len(c.cli.Scopes) > 0 {
		return c.cli.Scopes, true
	}
	return nil, false
}
