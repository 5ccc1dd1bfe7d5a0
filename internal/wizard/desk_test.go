package wizard

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
)

// desk is a tenant that remembers what it was sent.
type desk struct {
	sources map[string]string // which credentials are there, by domain
	problem error             // what is wrong with those that are not
	refuse  func(domain string, typed SignIn) error
	pages   [][]Connection
	held    chan struct{} // holds back the connections until it is closed; nil for not
	failed  error         // ends the connections

	mu      sync.Mutex
	signIns []sent
}

// sent is what came to a domain.
type sent struct {
	domain string
	typed  SignIn
}

func (d *desk) Find(_ context.Context, domain spec.Domain) (string, error) {
	if source := d.sources[domain.String()]; source != "" {
		return source, nil
	}
	return "", d.problem
}

func (d *desk) SignIn(_ context.Context, domain spec.Domain, typed SignIn) error {
	d.mu.Lock()
	d.signIns = append(d.signIns, sent{domain.String(), typed})
	d.mu.Unlock()
	if d.refuse == nil {
		return nil
	}
	return d.refuse(domain.String(), typed)
}

func (d *desk) Connections(ctx context.Context, each func([]Connection)) error {
	for i, connections := range d.pages {
		if i > 0 && d.held != nil {
			select {
			case <-d.held:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		each(connections)
	}
	return d.failed
}

func (d *desk) sent() []sent {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]sent(nil), d.signIns...)
}

// few are connections of each kind, one with a name that would clear the screen.
func few() []Connection {
	return []Connection{
		{"con_1", "Username-Password-Authentication", "auth0", true},
		{"con_2", "google-oauth2", "google-oauth2", false},
		{"con_3", "acme-directory", "waad", false},
		{"con_4", "evil\x1b[2Jname", "samlp", false},
	}
}

// many are n connections of a few kinds, two of a hundred at domain level.
func many(n int) []Connection {
	strategies := []string{"auth0", "samlp", "waad", "google-oauth2"}
	all := make([]Connection, n)
	for i := range all {
		all[i] = Connection{fmt.Sprintf("con_%d", i), fmt.Sprintf("customer-%05d", i), strategies[i%len(strategies)], i%50 == 0}
	}
	return all
}

// everything asks all there is.
func everything(d *desk) Config {
	return Config{
		Logins: []Login{
			{Domain: "acme.eu.auth0.com", Source: "auth0 CLI"},
			{Domain: "old.us.auth0.com", Source: "auth0 CLI", Problem: "the login has ended"},
		},
		Open:    Open{Name: true, Scopes: true, Connections: true, Registration: true, AudienceMode: true},
		Project: ".", Tenant: d, Clean: clean, Explain: explain,
	}
}

// clean shows what would do something to a terminal as a question mark: the real one is view's, and not this package's.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, text)
}

// refused is an error that explains itself.
type refused struct{ what, hint string }

func (r refused) Error() string { return r.what }

func explain(err error) (what, hint string) {
	var r refused
	if errors.As(err, &r) {
		return r.what, r.hint
	}
	return err.Error(), ""
}

// firstState is a state that knows the tenant and has read its connections.
func pickerOf(t testing.TB, all []Connection) *picker {
	t.Helper()
	c := everything(&desk{})
	from := newSource(t.Context(), c)
	from.begun = true
	from.take(page{of: from, connections: all, done: true})
	var chosen []Connection
	p := newControl(&pickQuestion{chosen: &chosen, from: from}, newStyles(false)).(*picker)
	p.start()
	return p
}
