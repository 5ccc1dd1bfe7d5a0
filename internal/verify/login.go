package verify

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"
)

// checkLogin completes the login, in a browser or by following redirects.
func (r *run) checkLogin(ctx context.Context) finding {
	const want = "a code, with the state that was sent"
	var answer url.Values
	var err error
	if r.o.Follow {
		answer, err = r.follow(ctx, r.attempt, r.hop)
	} else { // the browser makes the request anew: the one that was looked at is not used twice
		r.attempt, answer, err = r.browse(ctx, r.forServer())
	}
	if err != nil {
		return r.notBack(err, want)
	}
	r.answer = answer
	switch {
	case answer.Get("error") != "":
		return r.refusedBy(answer, want)
	case answer.Get("code") == "":
		return fail("neither a code nor an error", want, "the answer is not that of RFC 6749", "check the authorization server")
	}
	return pass("a code, with the state that was sent")
}

// notBack is a login that did not come back to the client.
func (r *run) notBack(err error, want string) finding {
	var page *PageError
	var loop *RedirectError
	const cause = "the login did not come back to the client"
	inBrowser := r.again(func(o *Options) { o.Login, o.Follow = true, false })
	switch {
	case errors.Is(err, errState):
		return fail(err.Error(), "the state that was sent", "the authorization server does not return state; clients refuse such an answer, which anyone could have sent", "check the authorization server")
	case errors.As(err, &page) && page.login:
		return fail(reason(err), want, cause+": a person has to log in or to consent", inBrowser)
	case errors.As(err, &page):
		return r.diagnose(page.Text).fail(reason(err), want)
	case errors.As(err, &loop):
		return fail(reason(err), want, cause+": redirects lead in a circle, or on and on", "log in in a browser, which keeps what pages need: "+inBrowser)
	case as[*BrowserError](err):
		return fail(reason(err), want, "nobody can log in: no browser opens here, and nobody is there to open the address by hand",
			"run it on a terminal, where the address can be opened by hand, or name a program that logs in with the variable BROWSER; where the tenant approves by itself: "+
				r.again(func(o *Options) { o.Login, o.Follow = false, true }))
	case r.o.Login && timedOut(err):
		return r.nobody(want)
	}
	said, hint := r.trouble("a page of the login", err)
	return fail(reason(err), want, cause+": "+said, hint)
}

// nobody is a login that was waited for in vain.
func (r *run) nobody(want string) finding {
	got := "no answer from a browser within " + Shortly(r.o.LoginTimeout)
	longer := r.again(func(o *Options) {
		o.CallbackPort, o.LoginTimeout = r.callback.port, max(15*time.Minute, 3*o.LoginTimeout)
	})
	if r.browserless != nil {
		return fail(got, want, reason(r.browserless)+", and nobody opened the address",
			"open the address that is printed in a browser on this machine. For a browser elsewhere forward the port of its answer first:\n  "+
				(&Login{Callback: r.callback.url}).Forward()+"\nand with more time: "+longer)
	}
	return fail(got, want, "the login was not finished, or its answer did not reach "+r.callback.url+" on this machine",
		"finish the login in the browser; what it shows instead says what is wrong. For a browser on another machine forward the port of its answer first:\n  "+
			(&Login{Callback: r.callback.url}).Forward()+"\nand with more time: "+longer)
}

// Forward is the command that brings the answer of a browser on another machine to this one, which its user knows as HOST.
func (l Login) Forward() string {
	u, err := url.Parse(l.Callback)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("ssh -L %s:%s HOST", u.Port(), u.Host)
}

// BrowserError is a browser that could not be opened; Err is nil where there is none.
type BrowserError struct{ Err error }

func (e *BrowserError) Error() string {
	if e.Err == nil {
		return "there is no browser"
	}
	return "no browser could be opened: " + e.Err.Error()
}
func (e *BrowserError) Unwrap() error { return e.Err }

// PageError is a page at which a login without a browser ends.
type PageError struct {
	Status, Text string
	login        bool // it has something to fill in or to press
}

func (e *PageError) Error() string {
	return fmt.Sprintf("the way ends at a page (%s): %s", e.Status, e.Text)
}

// errState is an answer that is not the one to the question.
var errState = errors.New("another state, or none")

// follow goes from redirect to redirect until one leads to the callback, with the state that was sent.
func (r *run) follow(ctx context.Context, a *attempt, at *hop) (url.Values, error) {
	for range maxRedirects + 1 {
		if answer, back := r.returned(at.next); back {
			if answer.Get("state") != a.state {
				return nil, errState
			}
			return answer, nil
		}
		if at.next == nil {
			return nil, &PageError{statusText(at.status), at.text(), form.Match(at.body)}
		}
		var err error
		if at, err = r.visit(ctx, at.next.String()); err != nil {
			return nil, err
		}
	}
	return nil, &RedirectError{showURL(at.url.String())}
}

// browse has a person log in.
func (r *run) browse(ctx context.Context, want asked) (*attempt, url.Values, error) {
	a, err := r.newAttempt(want)
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, r.o.LoginTimeout)
	defer cancel()
	answers := r.callback.expect(a.state)
	waiting := Login{URL: a.url, Callback: r.callback.url, Wait: r.o.LoginTimeout}
	r.tell(Event{Check: Check{ID: "login"}, Login: &waiting})
	answer, err := r.await(ctx, answers, r.startBrowser(a.url), waiting)
	r.secrets.Add(answer.Get("code"))
	return a, answer, err
}

// startBrowser opens a browser, which may last as long as that is open, and tells if it can't be.
func (r *run) startBrowser(address string) <-chan error {
	failed := make(chan error, 1)
	go func() {
		if r.o.OpenBrowser == nil {
			failed <- &BrowserError{}
		} else if err := r.o.OpenBrowser(address); err != nil {
			failed <- &BrowserError{err}
		}
	}()
	return failed
}

// await waits for the browser's answer. A browser that can't be opened ends that only where no person can do it.
func (r *run) await(ctx context.Context, answers <-chan url.Values, failed <-chan error, waiting Login) (url.Values, error) {
	for {
		select {
		case answer := <-answers:
			return answer, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		case err := <-failed:
			if len(answers) > 0 { // a program that logged in, and then failed
				continue
			}
			if r.o.Unattended {
				return nil, err
			}
			waiting.NoBrowser, r.browserless = err, err
			r.tell(Event{Check: Check{ID: "login"}, Login: &waiting})
		}
	}
}

// logIn goes through a whole further login and returns its token.
func (r *run) logIn(ctx context.Context, want asked) (*tokenAnswer, error) {
	var a *attempt
	var answer url.Values
	var err error
	if r.o.Login {
		a, answer, err = r.browse(r.whole, want)
		var cancel context.CancelFunc
		ctx, cancel = r.anew(ctx)
		defer cancel()
	} else if a, err = r.newAttempt(want); err == nil {
		var first *hop
		if first, err = r.visit(ctx, a.url); err == nil {
			answer, err = r.follow(ctx, a, first)
		}
	}
	if err != nil {
		return nil, err
	}
	if answer.Get("code") == "" {
		return nil, &RefusalError{plain(answer.Get("error") + ": " + answer.Get("error_description"))}
	}
	got, refusal, err := r.redeem(ctx, a, answer.Get("code"))
	if err != nil {
		return nil, err
	}
	if got == nil {
		return nil, &RefusalError{refusal.described()}
	}
	return got, nil
}

// RefusalError is what an authorization server says in the place of a code or a token.
type RefusalError struct{ Said string }

func (e *RefusalError) Error() string { return e.Said }
