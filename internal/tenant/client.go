// Package tenant is the adapter to an Auth0 tenant's Management API: it signs in, observes the named objects, applies one
// change at a time, and turns every failure into a typed error. It is the only importer of Auth0's SDK.
package tenant

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"

	grants "github.com/auth0/go-auth0/v3/management/clientgrants/client"
	clients "github.com/auth0/go-auth0/v3/management/clients/client"
	connections "github.com/auth0/go-auth0/v3/management/connections/client"
	"github.com/auth0/go-auth0/v3/management/core"
	"github.com/auth0/go-auth0/v3/management/option"
	"github.com/auth0/go-auth0/v3/management/resourceservers"
	"github.com/auth0/go-auth0/v3/management/rules"
	"github.com/auth0/go-auth0/v3/management/tenants/settings"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
)

const (
	apiPath   = "/api/v2"
	tokenPath = "/oauth/token" // #nosec G101 -- a path
)

// Config is what a client is made from.
type Config struct {
	Domain      spec.Domain
	Credentials Credentials
	Transport   *Transport // what carries every request, the token's included
	UserAgent   string
	Now         func() time.Time // defaults to time.Now
	// Progress is told how many of what were read so far, where one answer doesn't hold all, and of how many, 0 where that
	// isn't known. It may be nil; it is called from several goroutines.
	Progress func(what string, done, all int)
}

// Client speaks to one tenant.
type Client struct {
	domain    spec.Domain
	tokens    *tokenSource
	transport *Transport
	progress  func(what string, done, all int)

	apis        *resourceservers.Client
	grants      *grants.Client
	connections *connections.Client
	settings    *settings.Client
	clients     *clients.Client
	rules       *rules.Client
}

// New makes a client. Nothing is sent before the first call.
func New(config Config) *Client {
	now := config.Now
	if now == nil {
		now = time.Now
	}
	if config.Progress == nil {
		config.Progress = func(string, int, int) {}
	}
	plain := &http.Client{Transport: config.Transport} // which refuses redirects
	c := &Client{
		domain:    config.Domain,
		transport: config.Transport,
		progress:  config.Progress,
		tokens:    &tokenSource{domain: config.Domain, credentials: config.Credentials, http: plain, now: now},
	}
	c.tokens.secrets.Add(config.Credentials.token, config.Credentials.clientSecret)
	options := core.NewRequestOptions(
		option.WithBaseURL(config.Domain.URL()+apiPath),
		option.WithHTTPClient(&http.Client{Transport: &authorize{client: c, next: config.Transport}}),
		option.WithHTTPHeader(http.Header{"User-Agent": {config.UserAgent}}),
	)
	c.apis = resourceservers.NewClient(options)
	c.grants = grants.NewClient(options)
	c.connections = connections.NewClient(options)
	c.settings = settings.NewClient(options)
	c.clients = clients.NewClient(options)
	c.rules = rules.NewClient(options)
	return c
}

// Domain is the tenant's domain.
func (c *Client) Domain() spec.Domain { return c.domain }

// Requests counts what was sent so far.
func (c *Client) Requests() Counts { return c.transport.Counts() }

// SignIn gets a token if there is none yet, so that refused credentials are reported before anything else.
func (c *Client) SignIn(ctx context.Context) error {
	_, err := c.tokens.token(ctx)
	return err
}

// Lacking names the scopes, out of those wanted, that the token is known to lack: by what it says itself, or what the
// auth0 CLI's login asked for. Otherwise an opaque token is not known to lack any: the tenant will tell.
func (c *Client) Lacking(ctx context.Context, wanted []string) ([]string, error) {
	token, err := c.tokens.token(ctx)
	if err != nil {
		return nil, err
	}
	have, known := c.tokens.credentials.scopes(token)
	if !known {
		return nil, nil
	}
	var lacking []string
	for _, scope := range wanted {
		if !slices.Contains(have, scope) {
			lacking = append(lacking, scope)
		}
	}
	slices.Sort(lacking)
	return lacking, nil
}

// authorize adds the token to requests for the tenant's own Management API, and to nothing else, and keeps answers from the
// SDK that are no success, or none of Auth0's.
type authorize struct {
	client *Client
	next   http.RoundTripper
}

func (a *authorize) RoundTrip(req *http.Request) (*http.Response, error) {
	d := a.client.domain
	if req.URL.Host == d.Host() && req.URL.Scheme+"://"+req.URL.Host == d.URL() && strings.HasPrefix(req.URL.Path, apiPath+"/") {
		token, err := a.client.tokens.token(req.Context())
		if err != nil {
			return nil, err
		}
		req = req.Clone(req.Context())
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := a.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if resp, err = refuseFailures(resp); err != nil {
		return nil, err
	}
	return recognise(req, resp)
}

func randomID() (string, error) {
	raw := make([]byte, 16)
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	return hex.EncodeToString(raw), nil
}
