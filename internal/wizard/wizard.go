// Package wizard asks a person for what setup needs and was not given. It is the only importer of huh.
//
// It asks and does nothing else: what it hands back are the values of setup's flags, and what happens then is what happens
// with flags. Questions are data (questions.go), asked by one of two: a screen that is redrawn (screen.go), or lines that
// scroll by, for screen readers and for terminals that can do no more (lines.go).
//
// The fields are huh's, their order is ours. A huh.Form sends itself messages to get from one field to the next, and what
// is typed meanwhile goes into the old one; it lets nobody go back from an answer that isn't valid yet; its lists draw
// every option at every key, which ten thousand connections make too slow; and its accessible mode takes the end of the
// input for an empty answer, past every check.
package wizard

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
)

// Answers are what was asked, in the form that setup's flags take.
type Answers struct {
	Domain       string
	SignIn       SignIn
	URL          string
	Name         string
	Scopes       []string // VALUE or VALUE=DESCRIPTION
	Connections  []Connection
	Registration string
	AudienceMode string
	GatewayDir   string
}

// SignIn holds credentials that were typed. They are kept in memory for the run and shown nowhere.
type SignIn struct {
	Token        string
	ClientID     string
	ClientSecret string
}

// String hides what was typed.
func (SignIn) String() string { return "credentials that were typed" }

// GoString hides what was typed.
func (s SignIn) GoString() string { return s.String() }

// Connection is one of the tenant's, as it came from there.
type Connection struct {
	ID          string
	Name        string
	Strategy    string
	DomainLevel bool // third-party applications can use it already
}

// Login is a tenant that can be chosen from a list, since another tool is logged in to it.
type Login struct {
	Domain  string
	Source  string // who is logged in, such as "auth0 CLI"
	Problem string // why it may not do, such as "the login has ended"; empty for none
}

// Open are the questions to ask beyond those without whose answers setup can't start.
type Open struct {
	Name, Scopes, Connections, Registration, AudienceMode bool
}

// Tenant is what the wizard needs to know while it asks. Its methods are called one after the other.
type Tenant interface {
	// Find looks for credentials for a domain and says in words which there are. Where there are none the source is empty,
	// and the problem, which may be nil, says what is wrong with those that were expected.
	Find(ctx context.Context, domain spec.Domain) (source string, problem error)
	// SignIn signs in with what was found, or with what was typed, and makes sure that it may do what setup needs.
	SignIn(ctx context.Context, domain spec.Domain, typed SignIn) error
	// Connections reads the connections of the tenant that was signed in to, and hands them over a page at a time.
	Connections(ctx context.Context, each func([]Connection)) error
}

// Config is what is known, what is to be asked, and where.
type Config struct {
	// Given are answers that flags, the environment or a file gave: only Domain and URL are looked at, and not asked again.
	Given  Answers
	Logins []Login
	Open   Open
	// Project names a folder that holds a Zuplo project, to be offered; empty for none.
	Project string
	Tenant  Tenant

	In  io.Reader
	Out io.Writer
	// Color allows colour; without it attributes such as bold stay.
	Color bool
	// Lines asks line by line and redraws nothing.
	Lines bool
	// Columns is the width that lines are broken to; 0 where it isn't known. A screen knows its own.
	Columns int

	// Clean makes text from elsewhere harmless for a terminal.
	Clean func(string) string
	// Explain says of an error what is wrong and what to do.
	Explain func(error) (what, hint string)
}

var (
	// ErrCancelled ends a wizard that was left, joined with why signing in failed if that was the reason. Nothing was written
	// anywhere.
	ErrCancelled = errors.New("the questions were not answered")
	// ErrPrepare ends a wizard in which credentials are to be prepared first.
	ErrPrepare = errors.New("no credentials were given")
)

// width is where lines end.
func (c Config) width() int {
	if c.Columns <= 0 {
		return widest
	}
	return c.Columns
}

// explain says what is wrong and what to do, harmless for a terminal whatever a server had its part in.
func (c Config) explain(err error) (what, hint string) {
	what, hint = c.Explain(err)
	return c.cleanLines(what), c.cleanLines(hint)
}

func (c Config) cleanLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = c.Clean(line)
	}
	return strings.Join(lines, "\n")
}

// Run asks. Its error is ErrCancelled; ErrPrepare, joined with what was wrong with the credentials that there are; the
// context's; or the reason why signing in failed, where no answer of the wizard could mend it.
func Run(ctx context.Context, c Config) (Answers, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // connections may still be coming in
	course := newCourse(ctx, c)
	ask := onScreen
	if c.Lines {
		ask = byLines
	}
	if err := ask(ctx, c, course); err != nil {
		return Answers{}, err
	}
	return course.state.answers(), nil
}
