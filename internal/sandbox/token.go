package sandbox

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const tokenLifetime = 24 * time.Hour

// signingKey signs the tenant's tokens.
type signingKey struct {
	private *rsa.PrivateKey
	id      string
}

// processKey makes the key once: it takes a noticeable time, and tokens name their issuer, so tenants may share it.
var processKey = sync.OnceValue(func() signingKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err) // only without a random source
	}
	return signingKey{key, randomString(21)}
})

func (k signingKey) public() jose.JSONWebKey {
	return jose.JSONWebKey{Key: &k.private.PublicKey, KeyID: k.id, Algorithm: "RS256", Use: "sig"}
}

// sign returns a JWT of these claims by RS256; typ is the header's type.
func (k signingKey) sign(claims any, typ string) string { return k.signBy(jose.RS256, claims, typ) }

// tokenAlgorithms are those that the key may sign an API's tokens by. The key set names the first alone: with which
// alg Auth0 publishes the key of an API of another is not known.
var tokenAlgorithms = []jose.SignatureAlgorithm{jose.RS256, jose.RS512, jose.PS256}

func (k signingKey) signBy(alg jose.SignatureAlgorithm, claims any, typ string) string {
	key := jose.SigningKey{Algorithm: alg, Key: jose.JSONWebKey{Key: k.private, KeyID: k.id}}
	signer, err := jose.NewSigner(key, (&jose.SignerOptions{}).WithType(jose.ContentType(typ)))
	if err != nil {
		panic(err) // a valid key and algorithm always give a signer
	}
	token, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		panic(err)
	}
	return token
}

// Token is a signed Management API token of the machine-to-machine client. A negative ttl gives one that has expired;
// without scopes it carries all that the client was granted.
func (t *Tenant) Token(ttl time.Duration, scopes ...string) string {
	if len(scopes) == 0 {
		scopes = t.grantedScopes(t.adminID, t.managementAudience())
	}
	t.store.mu.RLock()
	api, _ := t.store.apis.getAlt(t.managementAudience())
	t.store.mu.RUnlock()
	return t.clientToken(t.adminID, api, scopes, ttl)
}

// clientToken is a token for an application that acts by itself.
func (t *Tenant) clientToken(clientID string, api object, scopes []string, ttl time.Duration) string {
	now := t.options.Now()
	issued := now
	if ttl < 0 {
		issued = now.Add(ttl - time.Hour)
	}
	return t.signFor(api, tokenClaims{
		Issuer: t.issuer, Subject: clientID + "@clients", Audience: text(api, "identifier"), Scope: strings.Join(scopes, " "),
		IssuedAt: jwt.NewNumericDate(issued), Expiry: jwt.NewNumericDate(now.Add(ttl)), Grant: "client-credentials", Party: clientID,
	})
}

// grantedScopes are the scopes of the client's grant on the audience.
func (t *Tenant) grantedScopes(clientID, audience string) []string {
	t.store.mu.RLock()
	defer t.store.mu.RUnlock()
	g, _ := t.store.machineGrant(clientID, audience)
	return t.store.scopesOf(g)
}

// permissions are what a request's token allows.
type permissions map[string]bool

func (p permissions) any(scopes []string) bool {
	for _, s := range scopes {
		if p[s] {
			return true
		}
	}
	return len(scopes) == 0
}

// authorize reads the bearer token of a Management API request.
func (t *Tenant) authorize(r *http.Request) (permissions, *apiError) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return nil, unauthorized("Missing authentication")
	}
	scheme, raw, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return nil, unauthorized("Invalid token.")
	}
	token, err := t.readToken(strings.TrimSpace(raw))
	if err != nil {
		return nil, unauthorized("Invalid token.")
	}
	want := jwt.Expected{Issuer: t.issuer, AnyAudience: jwt.Audience{t.managementAudience()}, Time: t.options.Now()}
	switch err := token.claims.ValidateWithLeeway(want, 0); {
	case errors.Is(err, jwt.ErrExpired):
		return nil, unauthorized("Expired token received for JSON Web Token validation")
	case errors.Is(err, jwt.ErrInvalidAudience):
		return nil, unauthorized("Bad audience: " + strings.Join(token.claims.Audience, " "))
	case err != nil:
		return nil, unauthorized("Invalid token.")
	}
	return token.allows, nil
}

// bearerToken is what a token says whose signature holds.
type bearerToken struct {
	raw    string
	claims jwt.Claims
	allows permissions
}

// readToken checks a token's signature. The last one is remembered: a client sends the same with each request, and checking
// it again would take longer than most answers.
func (t *Tenant) readToken(raw string) (*bearerToken, error) {
	if last := t.token.Load(); last != nil && last.raw == raw {
		return last, nil
	}
	parsed, err := jwt.ParseSigned(raw, tokenAlgorithms)
	if err != nil {
		return nil, err
	}
	token := bearerToken{raw: raw, allows: permissions{}}
	var extra struct {
		Scope string `json:"scope"`
	}
	if err := parsed.Claims(t.key.private.Public(), &token.claims, &extra); err != nil {
		return nil, err
	}
	for s := range strings.FieldsSeq(extra.Scope) {
		token.allows[s] = true
	}
	t.token.Store(&token)
	return &token, nil
}

func checkAssertionKey(key crypto.PublicKey) error {
	if _, ok := key.(*rsa.PublicKey); key == nil || ok {
		return nil
	}
	return &OptionError{"assertion key", "", "an RSA public key"}
}
