// Package verify logs in to an MCP server as an MCP client would, step by step, and says of each step whether it is what
// the MCP authorization specification (revision 2026-07-28) and the RFCs behind it ask for. A step that fails is a
// diagnosis: what was seen, what is wanted and where that is written, the likely cause, and the command that mends it.
//
// Any MCP server can be verified, whoever runs its authorization server. Nothing that a server sent is trusted: answers
// are read up to a limit, addresses that metadata point to must be public, and no token or code reaches the report.
package verify

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
)

const (
	defaultTimeout = 15 * time.Second
	// DefaultLoginTimeout is how long a person may take to log in.
	DefaultLoginTimeout = 5 * time.Minute
)

// Options say what is verified and how far.
type Options struct {
	URL string // the MCP server, as clients use it

	// Login has a person log in, in a browser that answers on a loopback callback. Follow follows the authorization
	// server's redirects without a browser, for servers that approve by themselves. Without either nothing is registered,
	// and the run stops before authorization.
	Login, Follow bool

	ClientID, ClientSecret string // a client that is registered already
	ClientIssuer           string // whose client that is; empty where that is not known
	ClientMetadataURL      string // a client ID metadata document
	CallbackPort           int    // on 127.0.0.1; 0 is any free port
	Scope                  string // asked for in the place of what the server names

	// OtherResource is another resource of the same authorization server. A token for it is sent to the MCP server, which
	// must refuse it.
	OtherResource string
	// AsClient leaves out all that a client does not do, such as looking into tokens and sending wrong ones.
	AsClient bool
	Version  string // of the program, told to the MCP server
	// Domain is the tenant that the user works with, and CAFile the file of more authorities to trust, both for the commands
	// that hints give; they may be empty.
	Domain, CAFile string

	// Timeout bounds each check, but for the wait for a person; 15 seconds where it is 0. A server that lets it pass is not
	// asked again.
	Timeout      time.Duration
	LoginTimeout time.Duration // for the person in the browser; DefaultLoginTimeout where it is 0

	Transport http.RoundTripper // for all requests; http.DefaultTransport where it is nil
	// OpenBrowser opens an address, and may return only when the browser is closed. Where it is nil, or fails, a person may
	// still open what Progress tells.
	OpenBrowser func(address string) error
	// Unattended tells that nobody reads that: where no browser can be opened, the login then ends at once.
	Unattended bool
	Progress   func(Event) // told when a check starts and ends, and what a person has to do
	// Registering is told the name of a client, its own, and where it is about to be registered. It may be nil.
	Registering func(name, endpoint string)

	// Explain is asked for the cause of a failed login where the server's words leave more than one: it looks at these checks
	// of the tenant, and gives what one of them knows for certain, or nothing. It may be nil.
	Explain func(ctx context.Context, soFar Report, suspects []string) (cause, hint string)

	// AllowPrivate lets metadata point to loopback addresses. A URL that is itself on loopback sets it.
	AllowPrivate bool
}

// Event is a check that started, that ended, or that waits for someone to log in.
type Event struct {
	Check Check
	Done  bool   // the check has ended, and its status is set
	Login *Login // what a person has to do, if the check waits for that
}

// Login is a login that a person is waited for.
type Login struct {
	URL       string // where to log in
	Callback  string // where the browser has to bring the answer, on this machine
	Wait      time.Duration
	NoBrowser error // why no browser shows it; set in a second event, where that turns out
}

// Run verifies a server. The error is what Options.Problems finds, or the context's when the run was interrupted: then the
// report holds what was seen until then. All that is wrong with the server is a failed check.
func Run(ctx context.Context, o Options) (Report, error) {
	first, err := newRun(o)
	if err != nil {
		return Report{}, err
	}
	moved := first.through(ctx)
	report := first.finish()
	if !moved {
		return report, ctx.Err()
	}
	second, err := newRun(o)
	if err != nil {
		return report, err
	}
	second.through(ctx)
	again := second.finish()
	again.Exchanges = append(report.Exchanges, again.Exchanges...)
	return again, ctx.Err()
}

// through makes all checks. moved tells that the run has to begin anew, at another authorization server.
func (r *run) through(ctx context.Context) (moved bool) {
	defer r.close()
	r.whole = ctx
	for _, s := range r.steps() {
		if ctx.Err() != nil {
			break
		}
		r.do(ctx, s)
	}
	r.revoke(ctx)
	return r.moved(ctx)
}

func newRun(o Options) (*run, error) {
	if problems := o.Problems(); problems != nil {
		return nil, problems
	}
	target, err := url.Parse(o.URL)
	if err != nil {
		return nil, err
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.LoginTimeout <= 0 {
		o.LoginTimeout = DefaultLoginTimeout
	}
	if o.Transport == nil {
		o.Transport = http.DefaultTransport
	}
	o.AllowPrivate = o.AllowPrivate || spec.IsLoopback(target.Hostname())
	r := &run{o: o, target: target, indicator: o.URL, probe: discover, report: Report{URL: o.URL, Started: time.Now()}}
	r.guard = newGuard(o.Transport, target, o.AllowPrivate)
	r.wire = &wire{next: r.guard, secrets: &r.secrets, started: r.report.Started, tired: map[string]string{}}
	r.jar, err = cookiejar.New(nil)
	return r, err
}

// do runs one check within its time, unless what it stands on is missing.
func (r *run) do(ctx context.Context, s step) {
	check := Check{ID: s.id, Title: s.title, Spec: s.spec}
	r.tell(Event{Check: check})
	var found finding
	for _, ground := range s.needs {
		if why := ground(r); why != "" {
			found = skip(why)
			break
		}
	}
	if found.status == "" {
		limit := r.o.Timeout
		if s.kind == waits && r.o.Login {
			limit += r.o.LoginTimeout
		}
		checkCtx, cancel := context.WithTimeout(ctx, limit)
		r.wire.begin(s.id)
		found = s.run(r, checkCtx)
		cancel()
		switch {
		case ctx.Err() != nil:
			found = skip("interrupted")
		case found.status == Fail && r.wire.spared():
			found = unmade("the server let the time of an earlier check pass, and was not asked again", r.patiently())
		}
	}
	found = r.explained(ctx, found)
	check.Status, check.Open = found.status, found.open
	check.Got, check.Want = r.shown(found.got), r.shown(found.want)
	check.Cause, check.Hint = r.shown(found.cause), r.shown(found.hint)
	if found.status == Fail || found.status == Warn || found.open {
		for _, request := range r.wire.asked(s.id) {
			check.Requests = append(check.Requests, r.shown(request))
		}
	}
	if found.status == Fail && s.kind == stops && r.refused == "" {
		r.refused = fmt.Sprintf("a client stops at %q, so nothing is registered or sent", s.title)
	}
	r.report.Checks = append(r.report.Checks, check)
	r.tell(Event{Check: check, Done: true})
}

func (r *run) tell(e Event) {
	if r.o.Progress != nil {
		r.o.Progress(e)
	}
}

// shown is a text as it may be told: without secrets, and without what a terminal or a page would obey.
func (r *run) shown(text string) string { return clean(r.secrets.Hide(text)) }

func (r *run) finish() Report {
	r.report.Took = time.Since(r.report.Started)
	r.report.Exchanges = r.wire.exchanges()
	for i, tool := range r.report.Tools {
		r.report.Tools[i] = r.shown(tool)
	}
	for _, text := range []*string{&r.report.URL, &r.report.Issuer, &r.report.ClientID, &r.report.Unconfirmed, &r.report.RegisteredAt} {
		*text = r.shown(*text)
	}
	return r.report
}

func (r *run) close() {
	if r.session != nil {
		_ = r.session.Close()
	}
	if r.callback != nil {
		r.callback.close()
	}
	r.guard.close()
}

// tlsConfigOf keeps the roots that the user trusts.
func tlsConfigOf(t *http.Transport) *tls.Config {
	if t.TLSClientConfig == nil {
		return nil
	}
	return t.TLSClientConfig.Clone()
}
