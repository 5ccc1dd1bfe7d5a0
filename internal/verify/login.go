package verify

import (
	"context"
	"errors"
	"fmt"
	"net/url"
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
		cause, hint := r.diagnose(page.Text)
		return fail(reason(err), want, cause, hint)
	case errors.As(err, &loop):
		return fail(reason(err), want, cause+": redirects lead in a circle, or on and on", "log in in a browser, which keeps what pages need: "+inBrowser)
	case r.o.Login && timedOut(err):
		return fail("nobody logged in within "+r.o.LoginTimeout.String()+", or the answer did not reach this machine", want, cause,
			"is the callback "+r.callback.url+" reachable from the browser, and allowed for the client? then: "+r.again(nil))
	}
	said, hint := r.trouble("a page of the login", err)
	return fail(reason(err), want, cause+": "+said, hint)
}

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
	answers := r.callback.expect(a.state)
	r.tell(Event{Check: Check{ID: "login"}, LoginURL: a.url})
	if r.o.OpenBrowser != nil {
		// A browser that can't be opened is no failure: the address was reported.
		_ = r.o.OpenBrowser(a.url)
	}
	select {
	case answer := <-answers:
		r.secrets.Add(answer.Get("code"))
		return a, answer, nil
	case <-ctx.Done():
		return a, nil, ctx.Err()
	}
}

// logIn goes through a whole further login and returns its token.
func (r *run) logIn(ctx context.Context, want asked) (*tokenAnswer, error) {
	var a *attempt
	var answer url.Values
	var err error
	if r.o.Login {
		waiting, cancel := context.WithTimeout(r.whole, r.o.LoginTimeout)
		defer cancel()
		a, answer, err = r.browse(waiting, want)
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
