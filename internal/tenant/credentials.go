package tenant

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/mcpauth-cli/mcpauth/internal/trace"
)

// Names of the environment variables that Auth0's own tools use.
const (
	EnvDomain       = "AUTH0_DOMAIN"
	EnvToken        = "AUTH0_API_TOKEN" // #nosec G101 -- a variable's name
	EnvClientID     = "AUTH0_CLIENT_ID"
	EnvClientSecret = "AUTH0_CLIENT_SECRET" // #nosec G101 -- a variable's name
	EnvPrivateKey   = "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY"
	EnvAlgorithm    = "AUTH0_CLIENT_ASSERTION_SIGNING_ALG"
	EnvAudience     = "AUTH0_AUDIENCE"
)

// Credentials are one complete way to sign in to the Management API. They hold secrets: they have no String that shows
// them, and are never written anywhere.
type Credentials struct {
	token        string
	clientID     string
	clientSecret string
	key          *rsa.PrivateKey
	algorithm    jose.SignatureAlgorithm
	audience     string

	// Source says in words where they come from, without the secret.
	Source string
}

// String hides what the credentials hold.
func (c Credentials) String() string { return c.Source }

// GoString hides what the credentials hold.
func (c Credentials) GoString() string { return c.Source }

// redact takes the secrets out of a text that a server sent: one that echoes what it got must not show them.
func (c Credentials) redact(text string) string {
	for _, secret := range []string{c.token, c.clientSecret} {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, trace.Masked)
		}
	}
	return trace.Text(text)
}

// ErrNoCredentials says that no complete credentials were given.
var ErrNoCredentials = errors.New("no credentials for the Management API")

// Resolve takes the first complete credentials: a token that was read from standard input, a token in the environment, a
// client with its secret, a client with its private key. The error is ErrNoCredentials, or an AuthError for a source
// that is there but can't be used: silently falling through to the next would sign in as somebody else.
func Resolve(stdinToken string, getenv func(string) string) (Credentials, error) {
	if stdinToken != "" {
		return tokenCredentials(stdinToken, "token from standard input")
	}
	if token := getenv(EnvToken); token != "" {
		return tokenCredentials(token, "token in "+EnvToken)
	}
	id, secret, key := strings.TrimSpace(getenv(EnvClientID)), getenv(EnvClientSecret), getenv(EnvPrivateKey)
	switch {
	case id != "" && secret != "":
		return Credentials{clientID: id, clientSecret: secret, audience: getenv(EnvAudience), Source: fmt.Sprintf("client %s with its secret", id)}, nil
	case id != "" && key != "":
		return keyCredentials(id, key, getenv(EnvAlgorithm), getenv(EnvAudience))
	}
	if id != "" {
		return Credentials{}, fmt.Errorf("%w: %s is set, but neither %s nor %s is", ErrNoCredentials, EnvClientID, EnvClientSecret, EnvPrivateKey)
	}
	return Credentials{}, ErrNoCredentials
}

func tokenCredentials(token, source string) (Credentials, error) {
	token = strings.TrimSpace(token)
	token = strings.TrimSpace(strings.TrimPrefix(token, "Bearer "))
	if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return Credentials{}, &AuthError{What: "the " + source + " is not a token", Hint: "copy it whole, on one line"}
	}
	return Credentials{token: token, Source: source}, nil
}

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
	return Credentials{clientID: id, key: private, algorithm: alg, audience: audience, Source: fmt.Sprintf("client %s with its private key", id)}, nil
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
