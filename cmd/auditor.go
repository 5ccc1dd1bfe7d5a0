package cmd

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/journal"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

// auditor looks at the tenant behind an MCP server, and tidies up there. Without usable credentials it has no client.
type auditor struct {
	app    *app
	client *tenant.Client
	why    error           // why there are credentials, but none that can be used
	domain string          // the tenant that there are credentials for
	noted  []*journal.Note // of the clients that this run has registered there
	unkept error           // why a note could not be made
	seen   []gap           // what the tenant showed, once it was looked at
	mine   bool            // the server's tenant is this one
	asked  *spec.Spec      // of setup, where it has just made that true
}

// auditor signs in to the tenant. Credentials that lie about in the environment may be another tenant's, or old: a server
// can be verified without them, so only what was given on the command line is an error.
func (a *app) auditor(ctx context.Context, o *verify.Options) (*auditor, error) {
	if o.AsClient {
		return &auditor{app: a}, nil
	}
	found := &auditor{app: a}
	domain, missing, problems := a.parseDomain("")
	if len(problems) > 0 {
		return a.unaudited(ctx, problems, a.domainGiven())
	}
	credentials, err := a.credentials(ctx, domain, tenant.SetupScopes())
	if missing || (errors.Is(err, tenant.ErrNoCredentials) && !a.global.tokenStdin) {
		return found, nil
	}
	if err != nil {
		return a.unaudited(ctx, err, a.global.tokenStdin)
	}
	o.Domain = domain.String()
	client, err := a.open(domain, credentials)
	if err != nil {
		return nil, err
	}
	signingIn, cancel := context.WithTimeout(ctx, a.global.timeout)
	defer cancel()
	found.domain = domain.String()
	o.Registering = func(name, endpoint string) {
		if registeredAt(domain, endpoint) {
			found.note(name)
		}
	}
	if err := client.SignIn(signingIn); err != nil {
		blind, err := a.unaudited(ctx, err, false)
		if err != nil {
			return nil, err
		}
		found.why = blind.why
		return found, nil
	}
	found.client = client
	asked := *o
	o.Explain = func(ctx context.Context, soFar verify.Report, suspects []string) (cause, hint string) {
		return found.explain(ctx, asked, soFar, suspects)
	}
	return found, nil
}

// unaudited goes on without the tenant, and says so.
func (a *app) unaudited(ctx context.Context, err error, fatal bool) (*auditor, error) {
	if fatal || ctx.Err() != nil {
		return nil, err
	}
	a.warn("the tenant is not looked at, and no client can be deleted there: " + judge(err).message)
	return &auditor{app: a, why: err}, nil
}

// look holds the tenant against what setup would make true, once.
func (t *auditor) look(ctx context.Context, o verify.Options, report verify.Report) []gap {
	if t.seen == nil {
		s := specFor(t.client.Domain(), o)
		if t.asked != nil {
			s = *t.asked
		}
		t.seen, t.mine = audit(ctx, t.client, s, o, report)
	}
	return t.seen
}

// explain is what the tenant knows of the cause of a failed login: what bars everyone there. Of what is only missing the words
// of the authorization server say as much.
func (t *auditor) explain(ctx context.Context, o verify.Options, report verify.Report, suspects []string) (cause, hint string) {
	for _, g := range t.look(ctx, o, report) {
		if g.bars && slices.Contains(suspects, g.ID) {
			return g.Cause, g.Hint
		}
	}
	return "", ""
}

// checks are what the tenant shows.
func (t *auditor) checks(ctx context.Context, o verify.Options, report verify.Report) []verify.Check {
	var found []verify.Check
	switch {
	case t.client != nil:
		for _, g := range t.look(ctx, o, report) {
			found = append(found, g.Check)
		}
	case t.why != nil:
		v := judge(t.why)
		found = []verify.Check{{
			ID: "tenant", Title: "the tenant is ready", Status: verify.Skip, Open: true,
			Got: v.message, Hint: v.hint,
		}}
	}
	if t.mine {
		found = append(found, clientsCheck(ctx, t.client, o))
	}
	if t.client != nil && ctx.Err() != nil { // what could not be read, could not for that
		found = slices.DeleteFunc(found, func(c verify.Check) bool { return c.Status == verify.Skip })
		found = append(found, verify.Check{ID: "tenant", Title: "the tenant is ready", Status: verify.Skip, Open: true, Got: "interrupted"})
	}
	for _, c := range found {
		t.app.showCheck(c)
	}
	return found
}

// suggest completes a hint with what only the tenant knows: the names of its other APIs.
func (t *auditor) suggest(ctx context.Context, o verify.Options, report *verify.Report) {
	if !t.mine || o.OtherResource != "" {
		return
	}
	for i := range report.Checks {
		if c := &report.Checks[i]; c.ID == "reject.audience" && c.Open {
			t.suggestOther(ctx, o.URL, c)
		}
	}
}

// suggestOther names another API, whose token the server must refuse.
func (t *auditor) suggestOther(ctx context.Context, server string, c *verify.Check) {
	others, err := t.client.GrantedAPIs(ctx)
	others = slices.DeleteFunc(others, func(identifier string) bool { return identifier == server })
	switch {
	case err != nil: // the hint stays as it is
	case len(others) == 0:
		c.Got += "; and the tenant has no other API that registered clients may ask for"
	default:
		c.Hint = strings.Replace(c.Hint, "--other-resource URL", "--other-resource "+shellQuote(others[0]), 1)
	}
}

// cleanUp deletes the client that the run registered, also when it was interrupted; where it can't, it says which it was,
// and leaves it to a later run. A run that registers clients also deletes those that earlier ones left.
func (t *auditor) cleanUp(ctx context.Context, registers bool, report verify.Report) {
	short, cancel := context.WithTimeout(context.WithoutCancel(ctx), tidyingUp)
	defer cancel()
	gone := t.deleteOwn(short, report)
	if ctx.Err() == nil && t.client != nil {
		t.lookForLeft(ctx, registers)
	}
	t.settle(gone)
}

// tidyingUp is how long deleting clients may take, each: someone waits for the result.
const tidyingUp = 5 * time.Second

// deleteOwn deletes the client that this run registered. It tells whether there is none any more.
func (t *auditor) deleteOwn(ctx context.Context, report verify.Report) bool {
	name, certain := "the client "+report.ClientID, "was registered"
	switch {
	case report.Unconfirmed != "":
		name, certain = fmt.Sprintf("a client with the name %q", report.Unconfirmed), "may have been registered (the request was sent, and no answer gave its id)"
	case report.ClientID == "":
		return true
	}
	// An id is deleted only from the tenant that gave it out: another server could name any application of the tenant's.
	switch {
	case t.client == nil && t.domain != "":
		t.app.warn(fmt.Sprintf("%s %s and stays: the credentials for the tenant are no good%s", name, certain, t.later()))
	case t.client == nil:
		t.app.warn(fmt.Sprintf("%s %s and stays: without credentials for the tenant it can't be deleted; delete it where the server's applications are managed", name, certain))
	case !registeredAt(t.client.Domain(), report.RegisteredAt):
		t.app.warn(fmt.Sprintf("%s %s at %s, not at %s, and stays", name, certain, report.RegisteredAt, t.client.Domain()))
	case report.ClientID == "":
		return t.findAndDelete(ctx, report.Unconfirmed, name+" "+certain)
	default:
		return t.delete(ctx, report.ClientID)
	}
	return false
}

// findAndDelete looks for a client by the name that only this run gave. That there is none is not the last word: a request
// whose answer was lost may still be carried out.
func (t *auditor) findAndDelete(ctx context.Context, name, what string) bool {
	found, err := t.client.ThirdPartyClientsNamed(ctx, name)
	gone := len(found[name]) > 0
	for _, id := range found[name] {
		gone = t.delete(ctx, id) && gone
	}
	switch {
	case len(found[name]) > 0: // deleted, or told
	case err != nil:
		t.app.warn(fmt.Sprintf("%s; it could not be looked for%s: %v", what, t.later(), err))
	default:
		t.app.did("%s; there is none now, and a later verification on this machine looks again", what)
	}
	return gone
}

func (t *auditor) delete(ctx context.Context, id string) bool {
	if err := t.client.DeleteClient(ctx, id); err != nil {
		t.app.warn(fmt.Sprintf("the client %s was registered and could not be deleted%s: %v", id, t.later(), err))
		return false
	}
	t.app.did("deleted the registered client %s", id)
	return true
}

// registeredAt tells whether a registration endpoint is the tenant's own.
func registeredAt(domain spec.Domain, endpoint string) bool {
	u, err := url.Parse(endpoint)
	return err == nil && u.User == nil && strings.EqualFold(u.Scheme+"://"+u.Host, domain.URL())
}
