package verify_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// standIn gives clients something else for each token, and the MCP server the token.
func standIn(other func(token string) string, also tamper) func(*world) http.RoundTripper {
	return func(*world) http.RoundTripper {
		var mu sync.Mutex
		real := map[string]string{}
		tokens := editing("/oauth/token", func(o object) {
			mu.Lock()
			defer mu.Unlock()
			token, _ := o["access_token"].(string)
			shown := other(token)
			real[shown], o["access_token"] = token, shown
		})
		return rewritten(tamper(func(req *http.Request, resp *http.Response) {
			tokens(req, resp)
			also(req, resp)
		}), func(req *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			if token := real[strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")]; token != "" {
				req.Header.Set("Authorization", "Bearer "+token)
			}
		})
	}
}

// opaque gives clients a name for each token: as where the MCP server asks the authorization server about each.
func opaque(w *world) http.RoundTripper {
	n := 0
	return standIn(func(string) string { n++; return fmt.Sprintf("opaque-%d-token", n) }, func(*http.Request, *http.Response) {})(w)
}

// reclaimed gives clients tokens with other claims, signed with a key that stands beside the server's own.
func reclaimed(change func(object)) func(*world) http.RoundTripper {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		panic(err)
	}
	sign := func(token string) string {
		var claims object
		if json.Unmarshal(payloadOf(token), &claims) != nil {
			return token
		}
		change(claims)
		key := jose.SigningKey{Algorithm: jose.EdDSA, Key: jose.JSONWebKey{Key: private, KeyID: "another"}}
		signer, err := jose.NewSigner(key, nil)
		if err != nil {
			panic(err)
		}
		signed, err := jwt.Signed(signer).Claims(claims).Serialize()
		if err != nil {
			panic(err)
		}
		return signed
	}
	return standIn(sign, editing("/.well-known/jwks.json", func(o object) {
		keys, _ := o["keys"].([]any)
		o["keys"] = append(keys, jose.JSONWebKey{Key: public, KeyID: "another", Algorithm: "EdDSA", Use: "sig"})
	}))
}

// unsigned gives clients tokens that nobody signed.
func unsigned(w *world) http.RoundTripper {
	header := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`))
	return standIn(func(token string) string {
		return header + "." + base64.RawURLEncoding.EncodeToString(payloadOf(token)) + "."
	}, func(*http.Request, *http.Response) {})(w)
}

// ending is a token that ends so much later.
func ending(after time.Duration) func(object) {
	return func(claims object) { claims["exp"] = time.Now().Add(after).Unix() }
}
