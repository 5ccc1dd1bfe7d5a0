package tenant

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
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
	cli          *CLILogin // the auth0 CLI's login that they come from, if they do
	again        string    // how to log in to it again

	// Source says in words where they come from, without the secret.
	Source string
}

// String hides what the credentials hold.
func (c Credentials) String() string { return c.Source }

// GoString hides what the credentials hold.
func (c Credentials) GoString() string { return c.Source }

// ErrNoCredentials says that no complete credentials were given.
var ErrNoCredentials = errors.New("no credentials for the Management API")

// Sources are the places that credentials may come from.
type Sources struct {
	Domain spec.Domain // whose credentials are wanted; zero where that isn't known
	Token  string      // read from standard input
	Getenv func(string) string
	// Needs are the scopes that the run may need, for naming a login that has them.
	Needs []string

	CLIConfig   string        // the auth0 CLI's configuration, see CLIConfigFile; empty for none
	Keyring     Keyring       // nil where there is none
	KeyringWait time.Duration // how long the keyring may take
	Waiting     func()        // told when the keyring takes noticeably long; may be nil
	Now         func() time.Time
}

func (s Sources) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

// Resolve takes the first complete credentials: a token that was read from standard input, a token in the environment, a
// client with its secret, a client with its private key, and last the auth0 CLI's login for the domain: the keyring,
// which may ask for a password, is left alone while anything else will do. The error is ErrNoCredentials, or an
// AuthError for a source that is there but can't be used: silently falling through to the next would sign in as somebody
// else.
func Resolve(ctx context.Context, s Sources) (Credentials, error) {
	if s.Token != "" {
		return tokenCredentials(s.Token, "the token from standard input", s)
	}
	if token := s.Getenv(EnvToken); token != "" {
		return tokenCredentials(token, "the token in "+EnvToken, s)
	}
	id, secret, key := s.Getenv(EnvClientID), s.Getenv(EnvClientSecret), s.Getenv(EnvPrivateKey)
	switch {
	case blank(id):
		return Credentials{}, blankError(EnvClientID)
	case blank(secret):
		return Credentials{}, blankError(EnvClientSecret)
	case blank(s.Getenv(EnvAudience)):
		return Credentials{}, blankError(EnvAudience)
	case id != "" && secret != "":
		return Credentials{clientID: id, clientSecret: secret, audience: s.Getenv(EnvAudience), Source: fmt.Sprintf("client %s and its secret", id)}, nil
	case blank(key):
		return Credentials{}, blankError(EnvPrivateKey)
	case id != "" && key != "":
		return keyCredentials(id, key, s.Getenv(EnvAlgorithm), s.Getenv(EnvAudience))
	}
	credentials, err := cliCredentials(ctx, s)
	if id != "" && errors.Is(err, ErrNoCredentials) {
		err = fmt.Errorf("%w: %s is set, but neither %s nor %s is", ErrNoCredentials, EnvClientID, EnvClientSecret, EnvPrivateKey)
	}
	return credentials, err
}

// blank tells whether a variable was set, but to nothing of use.
func blank(value string) bool { return value != "" && strings.TrimSpace(value) == "" }

func blankError(name string) error {
	return &AuthError{What: name + " is blank", Hint: "set it to its value, or unset it"}
}

func tokenCredentials(token, source string, s Sources) (Credentials, error) {
	token = strings.TrimSpace(token)
	token = strings.TrimSpace(strings.TrimPrefix(token, "Bearer "))
	if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return Credentials{}, &AuthError{What: source + " is not a token", Hint: "copy it whole, on one line"}
	}
	return Credentials{token: token, audience: s.Getenv(EnvAudience), Source: source}, nil
}
