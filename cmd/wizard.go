package cmd

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
	"github.com/mcpauth-cli/mcpauth/internal/view"
	"github.com/mcpauth-cli/mcpauth/internal/wizard"
)

// settled is what setup goes by when nothing is missing any more.
type settled struct {
	spec        spec.Spec
	notes       []spec.Note
	credentials tenant.Credentials
	client      *tenant.Client
	typed       wizard.SignIn // what was typed to sign in
	asked       bool          // whether the wizard asked anything
}

// settle makes the spec from what was given. What is missing is asked where someone can answer, and becomes the value of
// its flag, so that the run goes on as if it had been given; elsewhere it is an error that names it all.
func (a *app) settle(ctx context.Context, o *setupOptions, flags *pflag.FlagSet) (settled, error) {
	s, noDomain, notes, problems, err := a.buildSpec(*o)
	if err != nil {
		return settled{}, err
	}
	credentials, credentialsErr := a.credentials(ctx, s.Domain, tenant.SetupScopes())
	lacking := a.missingForSetup(s, noDomain, *o)
	incomplete := len(lacking) > 0 || errors.Is(credentialsErr, tenant.ErrNoCredentials)
	if !a.canAsk() || len(problems) > 0 || !incomplete || ctx.Err() != nil {
		return settled{spec: s, notes: notes, credentials: credentials}, a.demand(problems, lacking, credentialsErr)
	}
	if err := a.checkFirst(*o); err != nil {
		return settled{}, err
	}
	d := &desk{app: a, dryRun: o.consent.dryRun}
	if !s.Domain.IsZero() {
		d.found = &finding{domain: s.Domain, credentials: credentials, err: credentialsErr}
	}
	open, err := leftOpen(*o, s)
	if err != nil {
		return settled{}, err
	}
	return a.complete(ctx, o, flags, a.questions(*o, s, open, d), d)
}

// complete asks, and makes the spec as if the answers had been given by flags.
func (a *app) complete(ctx context.Context, o *setupOptions, flags *pflag.FlagSet, c wizard.Config, d *desk) (settled, error) {
	answers, err := a.interview(ctx, c, d)
	if err != nil {
		return settled{}, err
	}
	client, err := d.signedIn(answers)
	if err != nil {
		return settled{}, err
	}
	if err := take(asked(answers, c), flags); err != nil {
		return settled{}, err
	}
	s, _, notes, problems, err := a.buildSpec(*o)
	if err != nil {
		return settled{}, err
	}
	return settled{spec: s, notes: notes, client: client, typed: answers.SignIn, asked: true}, a.demand(problems, nil, nil)
}

// settleConnection asks what users log in through. Whether that is missing only the tenant can tell: it isn't where a
// connection is at domain level already.
func (a *app) settleConnection(ctx context.Context, o *setupOptions, flags *pflag.FlagSet, now settled) (settled, error) {
	d := &desk{app: a, dryRun: o.consent.dryRun}
	d.found = &finding{domain: now.spec.Domain, credentials: now.credentials, client: now.client}
	return a.complete(ctx, o, flags, a.questions(*o, now.spec, wizard.Open{Connections: true}, d), d)
}

// checkFirst finds what would stop the run whatever the answers are, before anybody has given them.
func (a *app) checkFirst(o setupOptions) error {
	if err := checkFolders(o.out, o.gatewayDir); err != nil {
		return err
	}
	_, err := a.network()
	return err
}

// questions are what to ask: what is missing, and what was left open beside it.
func (a *app) questions(o setupOptions, s spec.Spec, open wizard.Open, d *desk) wizard.Config {
	c := wizard.Config{
		Open: open, Tenant: d, In: a.env.In, Out: a.env.Err, Color: a.env.colors(a.env.Err, a.global.noColor), Lines: a.byLines(),
		Columns: a.foldAt(a.env.Err), Clean: view.Clean, Explain: d.explain,
	}
	if !s.Domain.IsZero() {
		c.Given.Domain = s.Domain.String()
	}
	if len(s.Servers) > 0 {
		c.Given.URL = s.Servers[0].URL
	}
	for _, login := range a.cliLogins() {
		c.Logins = append(c.Logins, offered(login, time.Now()))
	}
	if len(s.Servers) == 0 && o.out == "" && o.gatewayDir == "" && zuploProject(".") {
		c.Project = "."
	}
	return c
}

// interview runs the wizard. On a screen that is redrawn it has the terminal to itself.
func (a *app) interview(ctx context.Context, c wizard.Config, d *desk) (wizard.Answers, error) {
	if !c.Lines {
		defer a.mute()()
	}
	answers, err := wizard.Run(ctx, c)
	return answers, d.verdict(ctx, err)
}

// byLines tells whether nothing may be redrawn: for a screen reader, on a terminal that can't, and between traces.
func (a *app) byLines() bool {
	return a.global.debug || a.env.Getenv("TERM") == "dumb" || a.env.Getenv("ACCESSIBLE") != ""
}

func offered(login tenant.CLILogin, now time.Time) wizard.Login {
	l := wizard.Login{Domain: login.Domain, Source: "auth0 CLI"}
	if login.Default {
		l.Source += ", its default"
	}
	if login.ClientID == "" && login.Ended(now) {
		l.Problem = "the login has ended"
	}
	return l
}

// leftOpen are the questions that neither a flag nor the file answers. What has a default is asked beside the URL alone:
// whoever gave that knows how to give the others.
func leftOpen(o setupOptions, s spec.Spec) (wizard.Open, error) {
	if len(s.Servers) > 0 {
		return wizard.Open{Connections: len(s.Connections) == 0}, nil
	}
	file, err := readFile(o.file)
	if err != nil {
		return wizard.Open{}, err
	}
	return wizard.Open{
		Name:         !o.changed("name"),
		Scopes:       !o.changed("scope"),
		Connections:  len(s.Connections) == 0,
		Registration: !o.changed("registration") && file.Registration == "",
		AudienceMode: !o.changed("audience-mode") && file.AudienceMode == "",
	}, nil
}

// zuploProject tells whether a folder holds a Zuplo project.
func zuploProject(dir string) bool {
	for _, name := range []string{"zuplo.jsonc", "config/policies.json"} {
		if info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name))); err == nil && info.Mode().IsRegular() {
			return true
		}
	}
	return false
}

// asked leaves of the answers those to which there was a question: the others are what a flag, the environment or a file
// says, or the default.
func asked(answers wizard.Answers, c wizard.Config) wizard.Answers {
	for _, known := range []struct {
		is     bool
		answer *string
	}{
		{c.Given.Domain != "", &answers.Domain},
		{c.Given.URL != "", &answers.URL},
		{!c.Open.Name, &answers.Name},
		{!c.Open.Registration, &answers.Registration},
		{!c.Open.AudienceMode, &answers.AudienceMode},
		{c.Project == "", &answers.GatewayDir},
	} {
		if known.is {
			*known.answer = ""
		}
	}
	if !c.Open.Scopes {
		answers.Scopes = nil
	}
	if !c.Open.Connections {
		answers.Connections = nil
	}
	return answers
}

// take makes the answers the values of their flags.
func take(answers wizard.Answers, flags *pflag.FlagSet) error {
	values := []struct{ flag, value string }{
		{"domain", answers.Domain},
		{"mcp-url", answers.URL},
		{"name", answers.Name},
		{"registration", answers.Registration},
		{"audience-mode", answers.AudienceMode},
		{"gateway-dir", answers.GatewayDir},
	}
	for _, scope := range answers.Scopes {
		values = append(values, struct{ flag, value string }{"scope", scope})
	}
	for _, c := range answers.Connections {
		named := struct{ flag, value string }{"connection", c.Name}
		if !safeName.MatchString(c.Name) {
			named.flag, named.value = "connection-id", c.ID // a name that Auth0 wouldn't give is not handed on
		}
		values = append(values, named)
	}
	for _, v := range values {
		if v.value == "" {
			continue
		}
		if err := flags.Set(v.flag, v.value); err != nil {
			return err
		}
	}
	return nil
}
