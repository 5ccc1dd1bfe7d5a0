package sandbox

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// tokenClaims are those of an access token: of Auth0's default dialect, and what the others have more.
type tokenClaims struct {
	Issuer      string           `json:"iss"`
	Subject     string           `json:"sub"`
	Audience    any              `json:"aud"` // a string; an array only where /userinfo is among them
	IssuedAt    *jwt.NumericDate `json:"iat"`
	Expiry      *jwt.NumericDate `json:"exp"`
	Scope       string           `json:"scope,omitempty"`
	Grant       string           `json:"gty,omitempty"` // of applications that act by themselves; not in RFC 9068's dialect
	ID          string           `json:"jti,omitempty"`
	Party       string           `json:"azp,omitempty"`
	ClientID    string           `json:"client_id,omitempty"` // in the place of azp in RFC 9068's dialect
	Permissions []string         `json:"permissions,omitempty"`
}

// accessToken issues a token for the API, or an opaque one where there is none. The lifetime is the API's.
func (t *Tenant) accessToken(a authorization, api object) (string, time.Duration) {
	lifetime := lifetimeOf(api)
	now := t.options.Now()
	claims := tokenClaims{
		Issuer: t.issuer, Subject: a.person.subject, Scope: strings.Join(a.scopes, " "), Party: a.clientID,
		IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(lifetime)),
	}
	if api == nil {
		claims.Audience = t.userinfoAudience()
		return t.opaque(claims), lifetime
	}
	claims.Audience = a.audience
	if a.has("openid") {
		claims.Audience = []string{a.audience, t.userinfoAudience()}
	}
	return t.signFor(api, claims), lifetime
}

// signFor makes a token of the claims as the API wants its tokens: in its dialect, signed by its algorithm.
func (t *Tenant) signFor(api object, claims tokenClaims) string {
	dialect, typ := text(api, "token_dialect"), "JWT"
	if strings.HasPrefix(dialect, "rfc9068_profile") {
		typ, claims.ID, claims.Grant = "at+jwt", randomString(22), ""
		claims.Party, claims.ClientID = "", claims.Party
	}
	if strings.HasSuffix(dialect, "_authz") {
		claims.Permissions = slices.DeleteFunc(strings.Fields(claims.Scope), func(s string) bool {
			return s == offlineAccess || slices.Contains(oidcScopes, s)
		})
	}
	switch alg := text(api, "signing_alg"); alg {
	case "HS256":
		return signShared(claims, typ, text(api, "signing_secret"))
	case "RS512", "PS256":
		return t.key.signBy(jose.SignatureAlgorithm(alg), claims, typ)
	default:
		return t.key.sign(claims, typ)
	}
}

// signShared signs by HS256 with a secret that the API shares, which no JWKS shows. Auth0 takes secrets of 16 letters,
// which the library that signs the rest refuses as too short.
func signShared(claims any, typ, secret string) string {
	header, err := json.Marshal(object{"alg": "HS256", "typ": typ})
	if err != nil {
		panic(err) // two strings
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	signed := encode(header) + "." + encode(payload)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(signed))
	return signed + "." + encode(mac.Sum(nil))
}

// opaqueKey encrypts opaque tokens; only the tenant reads them.
var opaqueKey = sync.OnceValue(func() []byte {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails, see crypto/rand
	return key
})

// opaque is a token that no API can read: a compact JWE, which has five segments.
func (t *Tenant) opaque(claims tokenClaims) string {
	options := (&jose.EncrypterOptions{}).WithHeader("iss", t.issuer)
	encrypter, err := jose.NewEncrypter(jose.A256GCM, jose.Recipient{Algorithm: jose.DIRECT, Key: opaqueKey()}, options)
	if err != nil {
		panic(err) // a valid key and algorithm always give an encrypter
	}
	data, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	sealed, err := encrypter.Encrypt(data)
	if err != nil {
		panic(err)
	}
	token, err := sealed.CompactSerialize()
	if err != nil {
		panic(err)
	}
	return token
}

// idToken is OpenID Connect's, for clients that were granted openid.
func (t *Tenant) idToken(a authorization) string {
	now := t.options.Now()
	claims := profile(a.person, a.scopes)
	claims["iss"], claims["aud"] = t.issuer, a.clientID
	claims["iat"], claims["exp"] = now.Unix(), now.Add(10*time.Hour).Unix()
	if a.nonce != "" {
		claims["nonce"] = a.nonce
	}
	if a.fresh {
		claims["auth_time"] = a.person.since.Unix()
	}
	return t.key.sign(claims, "JWT")
}

// profile is what the scopes allow to be known of a person.
func profile(who person, scopes []string) object {
	out := object{"sub": who.subject}
	for _, scope := range scopes {
		switch scope {
		case "email":
			out["email"], out["email_verified"] = who.email, true
		case "profile":
			out["name"] = who.email
			out["nickname"], _, _ = strings.Cut(who.email, "@")
		}
	}
	return out
}
