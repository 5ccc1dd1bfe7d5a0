package sandbox

import (
	"crypto/rand"
	"encoding/json"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// userClaims are those of an access token that an application got for a person.
type userClaims struct {
	Issuer      string           `json:"iss"`
	Subject     string           `json:"sub"`
	Audience    any              `json:"aud"` // a string; an array only where /userinfo is among them
	IssuedAt    *jwt.NumericDate `json:"iat"`
	Expiry      *jwt.NumericDate `json:"exp"`
	Scope       string           `json:"scope,omitempty"`
	ID          string           `json:"jti,omitempty"`
	Party       string           `json:"azp,omitempty"`
	ClientID    string           `json:"client_id,omitempty"` // in the place of azp in RFC 9068's dialect
	Permissions []string         `json:"permissions,omitempty"`
	Email       string           `json:"email,omitempty"` // in opaque tokens, for /userinfo
}

// accessToken issues a token for the API, or an opaque one where there is none. The lifetime is the API's.
func (t *Tenant) accessToken(a authorization, api object) (string, time.Duration) {
	lifetime := lifetimeOf(api)
	now := t.options.Now()
	claims := userClaims{
		Issuer: t.issuer, Subject: a.person.subject, Scope: strings.Join(a.scopes, " "), Party: a.clientID,
		IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(lifetime)),
	}
	if api == nil {
		claims.Audience, claims.Email = t.userinfoAudience(), a.person.email
		return t.opaque(claims), lifetime
	}
	claims.Audience = a.audience
	if a.has("openid") {
		claims.Audience = []string{a.audience, t.userinfoAudience()}
	}
	dialect := text(api, "token_dialect")
	typ := "JWT"
	if strings.HasPrefix(dialect, "rfc9068_profile") {
		typ, claims.ID, claims.Party, claims.ClientID = "at+jwt", randomString(22), "", a.clientID
	}
	if strings.HasSuffix(dialect, "_authz") {
		claims.Permissions = a.scopes
	}
	if text(api, "signing_alg") == "HS256" {
		return signShared(claims, typ, text(api, "signing_secret")), lifetime
	}
	return t.key.sign(claims, typ), lifetime
}

// signShared signs with a secret that the API shares, which no JWKS shows.
func signShared(claims any, typ, secret string) string {
	if len(secret) < 32 {
		secret = randomString(32)
	}
	key := jose.SigningKey{Algorithm: jose.HS256, Key: []byte(secret)}
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

// opaqueKey encrypts opaque tokens; only the tenant reads them.
var opaqueKey = sync.OnceValue(func() []byte {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails, see crypto/rand
	return key
})

// opaque is a token that no API can read: a compact JWE, which has five segments.
func (t *Tenant) opaque(claims userClaims) string {
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
