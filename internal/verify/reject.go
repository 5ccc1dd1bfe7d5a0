package verify

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const (
	// leeway is what a server may add to a token's end for clocks that differ (RFC 7519 section 4.1.4).
	leeway = 5 * time.Minute
	// patience is how long a token's end is waited for.
	patience = 5 * time.Second
)

// guarded is empty where requests without a token get 401: where they don't, refusing other tokens shows nothing.
func guarded(r *run) string {
	if r.unauthenticated == nil || r.unauthenticated.status != http.StatusUnauthorized {
		return "requests without a token don't get 401 either"
	}
	return ""
}

// mustReject sends a token that has to be refused.
func (r *run) mustReject(ctx context.Context, token, cause, hint string) finding {
	const want = "401 Unauthorized"
	answer, err := r.knock(ctx, token)
	switch {
	case err != nil:
		return fail(reason(err), want, "the MCP server can't be reached", "check the MCP server")
	case answer.status == http.StatusUnauthorized:
		return pass(statusText(answer.status))
	case answer.status >= 200 && answer.status < 300:
		return fail(statusText(answer.status), want, cause, hint)
	}
	return fail(answer.described(), want, "a token that is refused gets 401, so that a client logs in anew", r.render())
}

func (r *run) checkGarbage(ctx context.Context) finding {
	return r.mustReject(ctx, "not-a-token", "whatever calls itself a token passes: the route has no policy that checks it", r.render())
}

// checkForged sends a token that claims all the right things: one signed with a key of our own, one not signed at all.
func (r *run) checkForged(ctx context.Context) finding {
	for _, forge := range []func() (string, error){r.forgeSigned, r.forgeUnsigned} {
		token, err := forge()
		if err != nil {
			return skip("no token could be forged: " + err.Error())
		}
		found := r.mustReject(ctx, token, "the signature is not checked: anyone can make a token that passes", r.render())
		if found.status != Pass {
			return found
		}
	}
	return pass("401 Unauthorized, signed by another key and not signed at all")
}

func (r *run) forgedClaims() jwt.Claims {
	now := time.Now()
	return jwt.Claims{
		Issuer: r.server.Issuer, Subject: "auth0|forged", Audience: jwt.Audience{r.o.URL},
		IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(time.Minute)),
	}
}

// forger is a key that no server knows.
var forger = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func (r *run) forgeSigned() (string, error) {
	key, err := forger()
	if err != nil {
		return "", err
	}
	id := "forged"
	if len(r.keys.Keys) > 0 {
		id = r.keys.Keys[0].KeyID
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", id))
	if err != nil {
		return "", err
	}
	return jwt.Signed(signer).Claims(r.forgedClaims()).Serialize()
}

func (r *run) forgeUnsigned() (string, error) {
	payload, err := json.Marshal(r.forgedClaims())
	if err != nil {
		return "", err
	}
	part := base64.RawURLEncoding.EncodeToString
	return part([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + part(payload) + ".", nil
}

// checkOtherAudience sends a good token of the same issuer for something else: an ID token, or what a login without the
// resource parameter gives.
func (r *run) checkOtherAudience(ctx context.Context) finding {
	token := r.token.ID
	if token == "" {
		other, why := r.tokenForOther(ctx)
		if why != "" {
			return skip(why)
		}
		token = other
	}
	return r.mustReject(ctx, token,
		"tokens for other APIs of the same issuer pass: the gateway's audience is empty or not checked, and any application's user gets in", r.render())
}

func (r *run) tokenForOther(ctx context.Context) (token, why string) {
	const none = "no token for another resource could be had"
	if !r.o.Follow {
		return "", none + ": that would take another login"
	}
	a, err := r.newAttempt("")
	if err != nil {
		return "", none
	}
	first, err := r.visit(ctx, a.url)
	if err != nil {
		return "", none + ": " + reason(err)
	}
	answer, err := r.follow(ctx, first)
	if err != nil || answer.Get("code") == "" || answer.Get("state") != a.state {
		return "", none + ": a login without the resource parameter gives no code"
	}
	got, _, err := r.redeem(ctx, a, answer.Get("code"), "")
	if err != nil || got == nil {
		return "", none + ": a login without the resource parameter gives no token"
	}
	r.spare = append(r.spare, got.Refresh)
	if read, err := readClaims(got.Access); err == nil && slices.Contains(read.Audience, r.o.URL) {
		return "", none + ": this server is the default audience"
	}
	return got.Access, ""
}

// checkExpired sends the token once it has expired, where that is soon.
func (r *run) checkExpired(ctx context.Context) finding {
	if r.claims.Expiry == nil {
		return skip("the token says no end")
	}
	end := r.claims.Expiry.Time()
	if left := time.Until(end); left > min(patience, r.o.Timeout/2) {
		return skip("the token is good for " + left.Round(time.Second).String() + " yet: no expired one could be had")
	} else if left >= 0 {
		select {
		case <-time.After(left + time.Second):
		case <-ctx.Done():
			return skip(reason(ctx.Err()))
		}
	}
	found := r.mustReject(ctx, r.token.Access, "expired tokens pass: the gateway does not check exp", r.render())
	if found.status == Fail && strings.HasPrefix(found.got, "2") && time.Since(end) < leeway {
		return warn(found.got+" "+time.Since(end).Round(time.Second).String()+" after its end", found.want, "servers may allow some minutes for clocks that differ", "")
	}
	return found
}
