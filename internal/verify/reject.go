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
	answer, err := r.knock(ctx, r.o.URL, r.probe, token)
	switch {
	case err != nil:
		cause, hint := r.trouble(theServer, err)
		return fail(reason(err), want, cause, hint)
	case answer.status == http.StatusUnauthorized:
		return pass(statusText(answer.status))
	case answer.status >= 200 && answer.status < 300:
		return fail(statusText(answer.status), want, cause, hint)
	case answer.status == http.StatusTooManyRequests:
		return unmade(limited, waiting)
	}
	return fail(answer.described(), want, "a token that is refused gets 401, so that a client logs in anew", r.redeploy())
}

func (r *run) checkGarbage(ctx context.Context) finding {
	return r.mustReject(ctx, "not-a-token", "whatever calls itself a token passes: the route has no policy that checks it", r.redeploy())
}

// checkForged sends a token that claims all the right things: one signed with a key of our own, one not signed at all.
func (r *run) checkForged(ctx context.Context) finding {
	for _, forge := range []func() (string, error){r.forgeSigned, r.forgeUnsigned} {
		token, err := forge()
		if err != nil {
			return skip("no token could be forged: " + err.Error())
		}
		found := r.mustReject(ctx, token, "the signature is not checked: anyone can make a token that passes", r.redeploy())
		if found.status != Pass {
			return found
		}
	}
	return pass("401 Unauthorized, signed by another key and not signed at all")
}

func (r *run) forgedClaims() jwt.Claims {
	now := time.Now()
	return jwt.Claims{
		Issuer: r.server.Issuer, Subject: "auth0|forged", Audience: jwt.Audience{r.indicator},
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

// checkOtherAudience sends a good token of the same issuer for something else, where one can be had.
func (r *run) checkOtherAudience(ctx context.Context) finding {
	token, why := r.tokenForOther(ctx)
	if why != "" {
		return unmade("no token for another resource could be had: "+why, "name another API of the same authorization server, whose tokens must be refused here: "+r.again(func(o *Options) { o.OtherResource = "URL" }))
	}
	ctx, cancel := r.anew(ctx)
	defer cancel()
	return r.mustReject(ctx, token,
		"tokens for other APIs of the same issuer pass: the gateway's audience is empty or not checked, and any application's user gets in", r.redeploy())
}

// foreign is a resource that no server has: what an authorization server gives for it that takes any.
const foreign = "https://mcpauth.invalid/another-resource"

// tokenForOther logs in for other things, and takes the first token that is certainly not for this server: one that says so.
// What can't be read may be good for it, and a server that reads tokens refuses it whatever it thinks of audiences. An
// access token goes before an ID token, which some servers refuse for what it is.
func (r *run) tokenForOther(ctx context.Context) (token, why string) {
	if r.claims == nil {
		return "", "the tokens can't be read, so whom they are for can't be told"
	}
	identity := r.other(r.token.ID)
	why = "that takes another login, for another API of the same authorization server"
	for _, want := range r.others() {
		if identity != "" && r.o.OtherResource == "" {
			break
		}
		got, err := r.logIn(ctx, want)
		if err != nil {
			why = plain(reason(err))
			continue
		}
		r.spare = append(r.spare, got.Refresh)
		if token := r.other(got.Access); token != "" {
			return token, ""
		}
		identity = r.other(got.ID)
		why = "an opaque token is all that a login for something else gives"
		if read, err := readClaims(got.Access); err == nil && slices.Contains(read.Audience, r.indicator) {
			why = "whatever a login asks for, the token is for this server: it is the default audience"
		}
	}
	if identity != "" {
		return identity, ""
	}
	return "", why
}

// others are what further logins may ask for. A person is only troubled where another resource was named.
func (r *run) others() []asked {
	scope := r.wantedScope()
	if slices.Contains(r.server.ScopesSupported, "openid") {
		scope = "openid" // no scope of any API; and an ID token is one for the client
	}
	switch {
	case r.o.OtherResource != "":
		return []asked{{resource: r.o.OtherResource, audience: r.o.OtherResource, scope: scope}}
	case !r.o.Follow:
		return nil
	case r.isAuth0(): // gives nothing for a resource that it doesn't know
		return []asked{{scope: scope}}
	}
	return []asked{{scope: scope}, {resource: foreign, scope: scope}}
}

// other is the token, if it can be read and names others as its audience and not this server.
func (r *run) other(token string) string {
	read, err := readClaims(token)
	if err != nil || len(read.Audience) == 0 || slices.Contains(read.Audience, r.indicator) {
		return ""
	}
	return token
}

// checkExpired sends the token once it has expired, where that is soon.
func (r *run) checkExpired(ctx context.Context) finding {
	if r.claims.Expiry == nil {
		return unmade("the token says no end", "")
	}
	end := r.claims.Expiry.Time()
	if left := time.Until(end); left > min(patience, r.o.Timeout/2) {
		return unmade("no expired token could be had: this one is good for "+lasting(left)+" yet", "")
	} else if left >= 0 {
		select {
		case <-time.After(left + time.Second):
		case <-ctx.Done():
			return skip(reason(ctx.Err()))
		}
	}
	found := r.mustReject(ctx, r.token.Access, "expired tokens pass: the gateway does not check exp", r.redeploy())
	if found.status == Fail && strings.HasPrefix(found.got, "2") && time.Since(end) < leeway {
		return warn(found.got+" "+lasting(time.Since(end))+" after its end", found.want, "servers may allow some minutes for clocks that differ", "allow no leeway where the clocks are set by a time server")
	}
	return found
}
