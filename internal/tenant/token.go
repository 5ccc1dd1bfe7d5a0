package tenant

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/trace"
)

// renewBefore is how long before its end a fetched token is replaced, so that it doesn't expire between two writes.
const renewBefore = time.Minute

// tokenSource gives the Management API token: the one that was handed over, or one that is fetched on first use and
// again when it nears its end.
type tokenSource struct {
	domain      spec.Domain
	credentials Credentials
	http        *http.Client
	now         func() time.Time
	secrets     trace.Secrets // what a server that echoes it must not bring into an error

	mu      sync.Mutex
	current *oauth2.Token
	checked bool // the token that was handed over is known to be of use
}

func (s *tokenSource) token(ctx context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if token := s.credentials.token; token != "" {
		if !s.checked {
			if err := s.checkHandedOver(token); err != nil {
				return "", err
			}
			s.checked = true
		}
		return token, nil
	}
	if s.current != nil && (s.current.Expiry.IsZero() || s.now().Add(renewBefore).Before(s.current.Expiry)) {
		return s.current.AccessToken, nil
	}
	fetched, err := s.fetch(ctx)
	if err != nil {
		return "", err
	}
	s.current = fetched
	s.secrets.Add(fetched.AccessToken)
	return fetched.AccessToken, nil
}

// fetch runs the client credentials grant against the canonical domain, whose Management API is the audience.
func (s *tokenSource) fetch(ctx context.Context) (*oauth2.Token, error) {
	c := s.credentials
	audience := c.audience
	if audience == "" {
		audience = s.domain.ManagementAudience()
	}
	config := clientcredentials.Config{
		ClientID: c.clientID, ClientSecret: c.clientSecret, TokenURL: s.domain.URL() + tokenPath,
		AuthStyle: oauth2.AuthStyleInParams, EndpointParams: url.Values{"audience": {audience}},
	}
	if c.key != nil {
		assertion, err := s.assertion()
		if err != nil {
			return nil, &AuthError{What: "signing the client assertion failed", Hint: "check " + EnvPrivateKey, Err: err}
		}
		config.EndpointParams.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
		config.EndpointParams.Set("client_assertion", assertion)
		s.secrets.Add(assertion)
	}
	token, err := config.Token(context.WithValue(ctx, oauth2.HTTPClient, s.http))
	if err != nil {
		return nil, s.refused(err)
	}
	return token, nil
}

// assertion is the JWT that stands in for a secret (RFC 7523 section 2.2); Auth0 wants the issuer as its audience.
func (s *tokenSource) assertion() (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: s.credentials.algorithm, Key: s.credentials.key}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", err
	}
	id, err := randomID()
	if err != nil {
		return "", err
	}
	now := s.now()
	return jwt.Signed(signer).Claims(jwt.Claims{
		Issuer: s.credentials.clientID, Subject: s.credentials.clientID, Audience: jwt.Audience{s.domain.Issuer()}, ID: id,
		IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(time.Minute)),
	}).Serialize()
}

// refused explains why no token came. The library's error holds the answer's body, which is read for Auth0's own words
// only: it is never shown whole.
func (s *tokenSource) refused(err error) error {
	failure := &RequestError{Method: http.MethodPost, Path: tokenPath, Object: "signing in to " + s.domain.String(), Err: err}
	var other *answerError
	if errors.As(err, &other) {
		failure.Status, failure.Detail, failure.Foreign, failure.Err = other.status, s.excerpt(other.what), true, other
		return failure
	}
	var sent *url.Error
	var answer *oauth2.RetrieveError
	switch {
	case errors.As(err, &sent):
		return failure
	case !errors.As(err, &answer): // the library's own words on a success that it could not read
		failure.Err, failure.Foreign = &answerError{what: "the answer holds no token"}, true
		return failure
	}
	failure.Err = nil
	if answer.Response != nil {
		failure.Status, failure.Asked = answer.Response.StatusCode, askedToWait(answer.Response)
	}
	if answer.ErrorCode == "" {
		failure.Detail, failure.Foreign = s.excerpt("not one of Auth0's errors"+butPage(answer.Body)), true
		if !refuses(failure.Status, answer.Body) {
			return failure
		}
		return s.refusedClient(failure.Detail)
	}
	failure.Detail = s.secrets.Hide(cmp.Or(answer.ErrorDescription, answer.ErrorCode))
	if failure.Status == http.StatusUnauthorized || failure.Status == http.StatusForbidden || answer.ErrorCode == "invalid_client" || answer.ErrorCode == "access_denied" {
		return s.refusedClient(failure.Detail)
	}
	return failure
}

func (s *tokenSource) refusedClient(detail string) *AuthError {
	hint := cmp.Or(s.credentials.again, "check the client id and its secret or key, and that the application is authorized for the Management API: "+grantsPlace)
	return &AuthError{What: fmt.Sprintf("%s refused %s: %s", s.domain, s.credentials.Source, detail), Hint: hint}
}
