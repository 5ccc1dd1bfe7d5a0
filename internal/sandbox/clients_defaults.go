package sandbox

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"sync"
	"time"
)

// What Auth0 fills in for a client, as recorded in 2026 on tenants that created clients with a name alone, and third
// parties in strict mode. What dashboards fill in on top of that is not here.

func clientDefaults(asked object) object {
	first := asked["is_first_party"] != false
	d := object{
		"is_first_party": first, "is_token_endpoint_ip_header_trusted": false, "oidc_conformant": false, "sso_disabled": false,
		"cross_origin_authentication": false, "custom_login_page_on": true,
		"jwt_configuration": jwtDefaults(asked, object{"secret_encoded": false, "lifetime_in_seconds": 36000}),
		"grant_types":       []any{"authorization_code", "implicit", "refresh_token", "client_credentials"},
		"refresh_token":     refreshDefaults(asked, "non-expiring", 2592000, 1296000),
		"signing_keys":      []any{object{"cert": tenantCertificate()}},
	}
	if asked["token_endpoint_auth_method"] != "none" {
		d["client_secret"] = newSecret()
	} else {
		d["grant_types"] = []any{"authorization_code", "implicit", "refresh_token"}
	}
	if !first && asked["third_party_security_mode"] != ModePermissive {
		d["oidc_conformant"] = true
		d["grant_types"] = []any{"authorization_code"}
		d["jwt_configuration"] = jwtDefaults(asked, object{"secret_encoded": false, "alg": "RS256", "lifetime_in_seconds": 3600})
		d["third_party_security_mode"] = ModeStrict
		d["redirection_policy"] = "open_redirect_protection"
		d["refresh_token"] = refreshDefaults(asked, "expiring", 31557600, 2592000)
	}
	return d
}

// jwtDefaults takes what was asked for in the place of the rest; secret_encoded is always said.
func jwtDefaults(asked, rest object) object {
	if given := child(asked, "jwt_configuration"); given != nil {
		return merged(object{"secret_encoded": false}, given)
	}
	return rest
}

// refreshDefaults are the lifetimes of refresh tokens, in seconds. Where some were given, none of the others is infinite.
// A public third party's tokens rotate: documented for strict ones, a guess for permissive ones.
func refreshDefaults(asked object, expiration string, lifetime, idle int) object {
	d := object{
		"rotation_type": "non-rotating", "expiration_type": expiration, "leeway": 0, "token_lifetime": lifetime,
		"idle_token_lifetime": idle, "infinite_token_lifetime": true, "infinite_idle_token_lifetime": expiration == "non-expiring",
	}
	if asked["is_first_party"] == false && isPublic(asked) {
		d["rotation_type"] = "rotating"
	}
	if given := child(asked, "refresh_token"); given != nil {
		d["infinite_token_lifetime"], d["infinite_idle_token_lifetime"] = false, false
		return merged(d, given)
	}
	return d
}

// isPublic says whether a client is one that keeps no secret: so Auth0 documents for whom rotation is on.
func isPublic(client object) bool {
	kind := text(client, "app_type")
	return kind == "native" || kind == "spa" || text(client, "token_endpoint_auth_method") == "none"
}

// newClient is a client with all that Auth0 adds to what was asked for. Whether a third party's carry tenant and global
// is a guess: the recordings that show one were cut to what a tool knows.
func newClient(asked object, tenant string) object {
	defaults := clientDefaults(asked)
	client := merged(defaults, asked)
	for _, name := range []string{"jwt_configuration", "refresh_token"} {
		client[name] = defaults[name]
	}
	if truth(client, "is_first_party") {
		client["tenant"], client["global"] = tenant, false
	}
	client["client_id"] = newClientID()
	if isStrict(client) {
		client["client_id"] = newThirdPartyID()
	}
	return client
}

// tenantCertificate is the certificate of the tenant's signing key, which every client carries.
var tenantCertificate = sync.OnceValue(func() string {
	key := processKey().private
	template := certificate("sandbox", time.Now())
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err) // a valid key always gives a certificate
	}
	var out bytes.Buffer
	_ = pem.Encode(&out, &pem.Block{Type: "CERTIFICATE", Bytes: der}) // a buffer takes everything
	return strings.ReplaceAll(out.String(), "\n", "\r\n")
})
