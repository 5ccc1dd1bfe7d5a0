package cmd

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
	"github.com/mcpauth-cli/mcpauth/internal/view"
	"github.com/mcpauth-cli/mcpauth/internal/wizard"
)

// desk is where the wizard asks about the tenant. A question that was left may still be answered beside the next: the lock
// keeps them apart.
type desk struct {
	app    *app
	dryRun bool

	mu     sync.Mutex
	found  *finding // what was found last
	signed *signing // the last sign-in that succeeded
}

// finding are the credentials that are there for a domain.
type finding struct {
	domain      spec.Domain
	credentials tenant.Credentials
	client      *tenant.Client // signed in with them already; nil for not
	err         error
}

// signing is a client that is signed in, and what with.
type signing struct {
	domain      spec.Domain
	typed       wizard.SignIn
	credentials tenant.Credentials
	client      *tenant.Client
}

// Find looks for credentials in the places of the contract. What was found for a domain is not looked for again: the
// keyring may ask for a password each time.
func (d *desk) Find(ctx context.Context, domain spec.Domain) (source string, problem error) {
	f := d.last()
	if f == nil || f.domain != domain {
		credentials, err := d.app.credentials(ctx, domain, tenant.SetupScopes())
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		f = &finding{domain: domain, credentials: credentials, err: err}
		d.mu.Lock()
		d.found = f
		d.mu.Unlock()
	}
	if f.err == nil {
		return f.credentials.Source, nil
	}
	if f.err == tenant.ErrNoCredentials { //nolint:errorlint // wrapped, it says what is wrong
		return "", nil
	}
	return "", f.err
}

func (d *desk) last() *finding {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.found
}

// SignIn gets a token, and makes sure that it has the permissions that setup may need: to be told of them after all the
// questions would be late.
func (d *desk) SignIn(ctx context.Context, domain spec.Domain, typed wizard.SignIn) error {
	credentials, err := d.credentials(ctx, domain, typed)
	if err != nil {
		return err
	}
	client, err := d.clientFor(domain, credentials, typed)
	if err != nil {
		return err
	}
	if err := client.SignIn(ctx); err != nil {
		return err
	}
	needs := tenant.SetupScopes()
	if d.dryRun {
		needs = tenant.ReadScopes(plan.Query{Identifiers: []string{""}, AnyConnection: true, Settings: true})
	}
	lacking, err := client.Lacking(ctx, needs)
	if err != nil {
		return err
	}
	d.mu.Lock()
	d.signed = &signing{domain, typed, credentials, client}
	d.mu.Unlock()
	if len(lacking) > 0 {
		return &tenant.ScopeError{Missing: lacking, Domain: domain.String()}
	}
	return nil
}

// clientFor is the client that is signed in with what was found, or a new one.
func (d *desk) clientFor(domain spec.Domain, credentials tenant.Credentials, typed wizard.SignIn) (*tenant.Client, error) {
	if f := d.last(); typed == (wizard.SignIn{}) && f.client != nil {
		return f.client, nil
	}
	return d.app.client(domain, credentials)
}

// credentials are those that were typed, in the place of the environment's, or those that were found.
func (d *desk) credentials(ctx context.Context, domain spec.Domain, typed wizard.SignIn) (tenant.Credentials, error) {
	if typed == (wizard.SignIn{}) {
		f := d.last()
		if f == nil || f.domain != domain { // what was found for another tenant is not sent to this one
			return tenant.Credentials{}, tenant.ErrNoCredentials
		}
		return f.credentials, f.err
	}
	variables := map[string]string{
		tenant.EnvToken: typed.Token, tenant.EnvClientID: typed.ClientID, tenant.EnvClientSecret: typed.ClientSecret,
		tenant.EnvAudience: d.app.env.Getenv(tenant.EnvAudience),
	}
	credentials, err := tenant.Resolve(ctx, tenant.Sources{Domain: domain, Getenv: func(name string) string { return variables[name] }})
	if typed.Token != "" {
		var unfit *tenant.AuthError
		if errors.As(err, &unfit) {
			unfit.What = "what was typed is not a token"
		}
		credentials.Source = "the token that was typed"
	}
	return credentials, err
}

// Connections reads the connections of the tenant that was signed in to last.
func (d *desk) Connections(ctx context.Context, each func([]wizard.Connection)) error {
	d.mu.Lock()
	client := d.signed.client
	d.mu.Unlock()
	return client.EachConnection(ctx, func(page []plan.Object) {
		connections := make([]wizard.Connection, len(page))
		for i, object := range page {
			c := wizard.Connection{ID: object.ID, DomainLevel: object.Values["is_domain_connection"] == true}
			c.Name, _ = object.Values["name"].(string)
			c.Strategy, _ = object.Values["strategy"].(string)
			connections[i] = c
		}
		each(connections)
	})
}

// signedIn is the client that the answers signed in with; the run goes on with its token. The wizard has said which it is.
func (d *desk) signedIn(answers wizard.Answers) (*tenant.Client, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.signed == nil || d.signed.domain.String() != answers.Domain || d.signed.typed != answers.SignIn {
		return nil, tenant.ErrNoCredentials // the wizard ends with no tenant that it didn't sign in to
	}
	d.app.signsIn(d.signed.domain, d.signed.credentials)
	return d.signed.client, nil
}

// verdict turns the wizard's ends into the run's.
func (d *desk) verdict(ctx context.Context, err error) error {
	var refused *tenant.AuthError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil, errors.Is(err, wizard.ErrCancelled):
		return wizard.ErrCancelled
	case errors.Is(err, wizard.ErrPrepare) && errors.As(err, &refused):
		return refused
	case errors.Is(err, wizard.ErrPrepare):
		return d.preparation()
	}
	if d.mu.Lock(); d.signed != nil {
		d.app.signsIn(d.signed.domain, d.signed.credentials) // so that the hint fits the credentials that were refused
	}
	d.mu.Unlock()
	return err
}

// explain says what is wrong, and what to do with the credentials that were used.
func (d *desk) explain(err error) (what, hint string) {
	v := judge(err)
	var scope *tenant.ScopeError
	d.mu.Lock()
	defer d.mu.Unlock()
	if errors.As(err, &scope) && d.signed != nil {
		v.hint = d.signed.credentials.PermissionHint(d.signed.domain, scope.Missing)
	}
	return view.CleanLines(v.message), view.CleanLines(v.hint)
}

// preparation is the error that says how to come by credentials.
func (d *desk) preparation() error {
	f := d.last()
	if f == nil {
		return tenant.ErrNoCredentials
	}
	scopes := tenant.SetupScopes()
	return &tenant.AuthError{
		What: "there are no credentials for " + f.domain.String() + " yet",
		Hint: "log in with Auth0's command line tool:\n  " + tenant.CLILoginCommand(f.domain.Host(), scopes) + "\n" +
			"or authorize a machine-to-machine application for the Auth0 Management API, and set " + tenant.EnvClientID + " and " +
			tenant.EnvClientSecret + "; it needs " + strings.Join(scopes, ", "),
	}
}
