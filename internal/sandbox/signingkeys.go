package sandbox

import (
	"crypto/sha1" //nolint:gosec // fingerprints name a certificate, as Auth0's do; nothing is signed by them
	"encoding/hex"
	"encoding/pem"
	"strings"
)

// signingKeys is the list of the tenant's signing keys. There is the one that signs: none is waiting to be next, and the
// PKCS #7 form of the certificate is left out.
func (t *Tenant) signingKeys() []object {
	cert := tenantCertificate()
	block, _ := pem.Decode([]byte(cert)) // made as PEM
	sum := sha1.Sum(block.Bytes)         //nolint:gosec // see the import
	digits := strings.ToUpper(hex.EncodeToString(sum[:]))
	var pairs []string
	for i := 0; i < len(digits); i += 2 {
		pairs = append(pairs, digits[i:i+2])
	}
	return []object{{
		"kid": t.key.id, "cert": cert, "fingerprint": strings.Join(pairs, ":"), "thumbprint": digits,
		"current": true, "next": false, "previous": false, "revoked": false,
	}}
}

func (t *Tenant) keyRoutes() []route {
	read := []string{"read:signing_keys"}
	return []route{
		{"GET", []string{"keys", "signing"}, read, fields{}, nil, func(*call) (reply, *apiError) { return ok(t.signingKeys()) }},
		{"GET", []string{"keys", "signing", "*"}, read, fields{}, nil, func(c *call) (reply, *apiError) {
			if key := t.signingKeys()[0]; key["kid"] == c.ids[0] {
				return ok(key)
			}
			return failed(notFound("", "Not Found")) // the words are a guess
		}},
	}
}
