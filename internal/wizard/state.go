package wizard

import (
	"context"
	"errors"
	"strings"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
)

// The ways to sign in where no credentials were found.
const (
	byToken   = "token"
	byClient  = "client"
	toPrepare = "prepare"
)

// Choices that stand for none of the others. They are not empty: huh's select scrolls to an option of the zero value.
const (
	another = "another tenant"
	nowhere = "no gateway"
)

// state is what is known so far.
type state struct {
	ctx context.Context //nolint:containedctx // the wizard's own: connections are read while questions are answered
	c   Config

	login       string // the tenant that was chosen from the list; another for none
	typedDomain string
	found       spec.Domain // the domain whose credentials were looked for
	credentials string      // which were found, in words
	problem     error       // what is wrong with those that were expected
	way         string
	typed       SignIn
	signedIn    string // what was signed in with, to notice that it changed
	source      *source

	url          string
	name         string
	scopes       []string
	chosen       []Connection
	registration string
	audienceMode string
	gateway      string
}

func newState(ctx context.Context, c Config) *state {
	s := &state{
		ctx: ctx, c: c, url: c.Given.URL, way: byToken,
		registration: string(spec.RegistrationDCR), audienceMode: string(spec.AudienceBoth), gateway: c.Project,
		source: newSource(ctx, c),
	}
	if len(c.Logins) > 0 {
		s.login = c.Logins[0].Domain
	}
	return s
}

func (s *state) answers() Answers {
	a := Answers{
		Domain: s.domain().String(), SignIn: s.typedCredentials(), URL: s.url, Name: strings.TrimSpace(s.name), Scopes: s.scopes,
		Connections: s.chosen, Registration: s.registration, AudienceMode: s.audienceMode,
	}
	if s.gateway != nowhere {
		a.GatewayDir = s.gateway
	}
	if canonical, _, err := spec.CanonicalURL(s.url); err == nil {
		a.URL = canonical
	}
	return a
}

// rawDomain is the tenant as it was given, chosen or typed.
func (s *state) rawDomain() string {
	switch {
	case s.c.Given.Domain != "":
		return s.c.Given.Domain
	case s.login != another && len(s.c.Logins) > 0:
		return s.login
	}
	return s.typedDomain
}

// domain is the tenant; zero where it isn't known yet.
func (s *state) domain() spec.Domain {
	domain, err := spec.ParseDomain(s.rawDomain())
	if err != nil {
		return spec.Domain{}
	}
	return domain
}

// find looks for credentials for the tenant. What was typed for another tenant is forgotten: it is not to be sent here.
func (s *state) find() job {
	domain := s.domain()
	if domain == s.found {
		return nothing
	}
	return func(ctx context.Context) (apply func(), err error) {
		credentials, problem := s.c.Tenant.Find(ctx, domain)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		return func() {
			s.found, s.credentials, s.problem = domain, credentials, problem
			s.typed, s.way, s.chosen = SignIn{}, byToken, nil
		}, nil
	}
}

func nothing(context.Context) (apply func(), err error) { return nil, nil }

// signIn signs in, and waits for the first connections, so that a token that is refused is told here and not questions
// later. From its begin on nobody counts as signed in, even where it is left halfway: the tenant may then hold either.
func (s *state) signIn() job {
	domain, typed := s.found, s.typedCredentials()
	key := strings.Join([]string{domain.String(), typed.Token, typed.ClientID, typed.ClientSecret}, "\x00")
	if key == s.signedIn {
		return nothing
	}
	s.signedIn = ""
	s.source.stop()
	from := newSource(s.ctx, s.c)
	s.source = from
	return func(ctx context.Context) (apply func(), err error) {
		if err := s.c.Tenant.SignIn(ctx, domain, typed); err != nil {
			return nil, err
		}
		if !s.c.Open.Connections {
			return func() { s.signedIn = key }, nil
		}
		defer context.AfterFunc(ctx, from.stop)()
		first := from.start()()
		if first.err != nil {
			from.stop()
			return nil, first.err
		}
		return func() {
			s.signedIn = key
			from.take(first)
		}, nil
	}
}

// typedCredentials are those that were typed for the way that was chosen in the end.
func (s *state) typedCredentials() SignIn {
	switch {
	case s.credentials != "":
		return SignIn{}
	case s.way == byToken:
		return SignIn{Token: strings.TrimSpace(s.typed.Token)}
	}
	return SignIn{ClientID: strings.TrimSpace(s.typed.ClientID), ClientSecret: strings.TrimSpace(s.typed.ClientSecret)}
}

// prepare tells whether the wizard is to end, for credentials to be prepared.
func (s *state) prepare() error {
	if s.credentials == "" && s.way == toPrepare {
		return errors.Join(ErrPrepare, s.problem)
	}
	return nil
}
