package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

// maxToken is how much of stdin is read for a token, in bytes.
const maxToken = 64 << 10

// How long the keyring may take: a person may have to unlock it, a machine won't.
const (
	keyringPatience = time.Minute
	keyringHaste    = 5 * time.Second
)

// credentials takes the first complete source, in the order that the environment help names. needs are the scopes that
// the run may need. Where no domain is known, and only a login of the auth0 CLI is there, the answer is empty: the
// missing domain is the error to tell.
func (a *app) credentials(ctx context.Context, domain spec.Domain, needs []string) (tenant.Credentials, error) {
	a.logIn = tenant.CLILoginCommand(cmp.Or(domain.Host(), "DOMAIN"), needs)
	if a.global.tokenStdin && a.stdinToken == "" {
		var err error
		if a.stdinToken, err = a.readToken(ctx); err != nil {
			return tenant.Credentials{}, err
		}
	}
	patience := keyringHaste
	if a.canAsk() {
		patience = keyringPatience
	}
	credentials, err := tenant.Resolve(ctx, tenant.Sources{
		Domain: domain, Token: a.stdinToken, Getenv: a.env.Getenv, Needs: needs,
		CLIConfig: tenant.CLIConfigFile(a.env.Getenv), Keyring: a.env.Keyring, KeyringWait: patience,
		Waiting: func() { a.say("waiting for the system keyring, which may be asking for its password\n") },
	})
	if domain.IsZero() && errors.Is(err, tenant.ErrNoCredentials) && len(a.cliLogins()) > 0 {
		return tenant.Credentials{}, nil
	}
	return credentials, err
}

// cliLogins are the logins of the auth0 CLI, its default first; none where they can't be read.
func (a *app) cliLogins() []tenant.CLILogin {
	logins, err := tenant.CLILogins(tenant.CLIConfigFile(a.env.Getenv))
	if err != nil {
		return nil
	}
	return logins
}

// readToken reads stdin to its end, or until the user interrupts.
func (a *app) readToken(ctx context.Context) (string, error) {
	type result struct {
		content []byte
		err     error
	}
	read := make(chan result, 1)
	go func() {
		content, err := io.ReadAll(io.LimitReader(a.env.In, maxToken))
		read <- result{content, err}
	}()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case r := <-read:
		token := strings.TrimSpace(string(r.content))
		switch {
		case r.err != nil:
			return "", &usageError{What: "reading the token from stdin failed: " + r.err.Error(), Hint: "pipe the token into --token-stdin"}
		case token == "":
			return "", &tenant.AuthError{What: "--token-stdin found nothing on stdin", Hint: "pipe the token into it"}
		}
		return token, nil
	}
}

// missing is something that the run can't do without, and how to give it.
type missing struct{ field, hint string }

// credentialsHint names every way to give credentials, a login with all the permission that this run may need among them.
func (a *app) credentialsHint() string {
	return "set AUTH0_API_TOKEN, or AUTH0_CLIENT_ID with AUTH0_CLIENT_SECRET or AUTH0_CLIENT_ASSERTION_PRIVATE_KEY, or pipe a token into --token-stdin, or log in with Auth0's command line tool:\n  " + a.logIn // #nosec G101 -- names of variables
}

// demand makes one error of everything that is wrong and everything that is missing. Missing credentials alone are an
// error of their own kind.
func (a *app) demand(problems spec.Invalid, lacking []missing, credentials error) error {
	none := errors.Is(credentials, tenant.ErrNoCredentials)
	if (len(problems) == 0 && len(lacking) == 0) || errors.Is(credentials, context.Canceled) {
		return credentials
	}
	for _, m := range lacking {
		problems = append(problems, spec.Problem{Field: m.field, What: "is missing", Hint: m.hint})
	}
	if none {
		problems = append(problems, spec.Problem{Field: "credentials", What: "are missing", Hint: a.credentialsHint()})
	}
	return problems
}

var missingConsent = missing{"--yes or --dry-run", "nobody can be asked here: --yes consents to the changes, --dry-run only shows them"}

// missingDomain also names the tenants that the auth0 CLI is logged in to. None is taken without being named, its default
// neither: whoever ran "auth0 tenants use" last week may not have it in mind.
func (a *app) missingDomain() missing {
	hint := "name the tenant, such as my-tenant.eu.auth0.com, or set " + tenant.EnvDomain
	var domains []string
	for _, login := range a.cliLogins() {
		domain := login.Domain
		if login.Default {
			domain += " (its default)"
		}
		domains = append(domains, domain)
	}
	const most = 5
	if len(domains) > most {
		domains = append(domains[:most], fmt.Sprintf("%d more", len(domains)-most))
	}
	if len(domains) > 0 {
		hint += "; the auth0 CLI is logged in to " + strings.Join(domains, ", ") + ": named with --domain, its login is used"
	}
	return missing{"--domain", hint}
}

// open makes a client for the tenant and says which credentials it uses, before anything else.
func (a *app) open(domain spec.Domain, credentials tenant.Credentials) (*tenant.Client, error) {
	client, err := a.client(domain, credentials)
	if err == nil {
		a.signsIn(domain, credentials)
		a.say("tenant %s, signing in with %s\n", domain, view.Clean(credentials.Source))
	}
	return client, err
}

// client makes a client for the tenant. Nothing is sent yet.
func (a *app) client(domain spec.Domain, credentials tenant.Credentials) (*tenant.Client, error) {
	base, err := a.network()
	if err != nil {
		return nil, err
	}
	return tenant.New(tenant.Config{
		Domain: domain, Credentials: credentials, Transport: tenant.NewTransport(base, a.global.timeout, a.waits), UserAgent: a.userAgent(),
		Progress: func(what string, done, all int) {
			if all > 0 {
				what = fmt.Sprintf("of %d %s", all, what)
			}
			a.reached(strings.TrimSpace(fmt.Sprintf("%d %s", done, what)))
		},
	}), nil
}

// signsIn keeps which credentials are used for which tenant.
func (a *app) signsIn(domain spec.Domain, credentials tenant.Credentials) {
	a.doc.Tenant, a.doc.Source = domain.String(), credentials.Source
	a.signedInWith, a.signedInTo = credentials, &domain
}

// tally puts the requests into the document, and says them where more is asked for.
func (a *app) tally(client *tenant.Client) {
	counts := client.Requests()
	a.doc.Requests = &counts
	if a.global.verbose {
		a.say("requests: %d reads, %d writes, %d of them retries\n", counts.Reads, counts.Writes, counts.Retries)
	}
}
