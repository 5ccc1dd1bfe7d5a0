package tenant

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

func keyCredentials(id, key, algorithm, audience string) (Credentials, error) {
	fail := func(what, hint string) (Credentials, error) {
		return Credentials{}, &AuthError{What: EnvPrivateKey + " " + what, Hint: hint}
	}
	content := []byte(strings.ReplaceAll(key, `\n`, "\n"))
	if !strings.Contains(key, "-----BEGIN") {
		file, err := os.ReadFile(key) // #nosec G304 -- the operator names the file
		if err != nil {
			return fail("names a file that can't be read", "give the PEM itself, or the path of a file that holds it")
		}
		content = file
	}
	block, _ := pem.Decode(content)
	if block == nil {
		return fail("holds no PEM block", "give an RSA private key in PEM form")
	}
	private, err := parsePrivateKey(block)
	if err != nil {
		return fail("holds no RSA private key", "Auth0 takes RSA keys, in PKCS #1 or PKCS #8, without a passphrase")
	}
	alg := jose.SignatureAlgorithm(algorithm)
	switch alg {
	case "":
		alg = jose.RS256
	case jose.RS256, jose.RS384, jose.PS256:
	default:
		return Credentials{}, &AuthError{What: fmt.Sprintf("%s is %q", EnvAlgorithm, algorithm), Hint: "Auth0 takes RS256, RS384 or PS256"}
	}
	return Credentials{clientID: id, key: private, algorithm: alg, audience: audience, Source: fmt.Sprintf("client %s and its private key", id)}, nil
}

func parsePrivateKey(block *pem.Block) (*rsa.PrivateKey, error) {
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	private, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("a %T is no RSA key", key)
	}
	return private, nil
}
