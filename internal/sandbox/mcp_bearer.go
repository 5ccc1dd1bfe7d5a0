package sandbox

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const (
	keyTimeout  = 10 * time.Second
	keyLifetime = 5 * time.Minute
	keyLimit    = 256 << 10
)

// caller is who a request's token is for.
type caller struct {
	subject, client, scope string
}

// check verifies a token: the issuer's signature, the issuer, the audience byte for byte, and the times.
func (g *Gateway) check(ctx context.Context, token string) (caller, bool) {
	if g.has(GatewayRefusesAll) {
		return caller{}, false
	}
	var claims jwt.Claims
	var extra struct {
		Scope  string `json:"scope"`
		Party  string `json:"azp"`
		Client string `json:"client_id"`
	}
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
	if err == nil {
		var key *jose.JSONWebKey
		if key, err = g.key(ctx, parsed.Headers[0].KeyID); err == nil {
			err = parsed.Claims(key, &claims, &extra)
		}
	}
	who := caller{claims.Subject, extra.Party + extra.Client, extra.Scope}
	if g.has(GatewayAnyToken) {
		return who, true
	}
	if err != nil || claims.Issuer != g.issuer || claims.Expiry == nil {
		return caller{}, false
	}
	if !slices.Contains(claims.Audience, g.options.Audience) && !g.has(GatewayAnyAudience) {
		return caller{}, false
	}
	want := jwt.Expected{Time: g.options.Now()}
	if g.has(GatewayAnyExpiry) {
		want.Time = claims.Expiry.Time()
	}
	return who, claims.ValidateWithLeeway(want, 0) == nil
}

// keyCache keeps the issuer's keys for a while.
type keyCache struct {
	mu      sync.Mutex
	set     jose.JSONWebKeySet
	fetched time.Time
}

// key finds the issuer's key of this id, asking the issuer where the id is new or the keys are old.
func (g *Gateway) key(ctx context.Context, id string) (*jose.JSONWebKey, error) {
	g.keys.mu.Lock()
	defer g.keys.mu.Unlock()
	if found := g.keys.set.Key(id); len(found) > 0 && time.Since(g.keys.fetched) < keyLifetime {
		return &found[0], nil
	}
	set, err := g.fetchKeys(ctx)
	if err != nil {
		return nil, err
	}
	g.keys.set, g.keys.fetched = set, time.Now()
	if found := set.Key(id); len(found) > 0 {
		return &found[0], nil
	}
	return nil, jose.ErrJWKSKidNotFound
}

func (g *Gateway) fetchKeys(ctx context.Context) (jose.JSONWebKeySet, error) {
	var set jose.JSONWebKeySet
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, g.issuer+".well-known/jwks.json", nil)
	if err != nil {
		return set, err
	}
	res, err := g.options.Client.Do(req)
	if err != nil {
		return set, err
	}
	defer func() { _ = res.Body.Close() }()
	return set, json.NewDecoder(io.LimitReader(res.Body, keyLimit)).Decode(&set)
}
