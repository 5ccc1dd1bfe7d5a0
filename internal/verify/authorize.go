package verify

import (
	"bytes"
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/oauth2"
)

// asked is what a token is wanted for. The audience is Auth0's own way to say it.
type asked struct{ resource, audience, scope string }

// attempt is an authorization request (RFC 6749 section 4.1.1, RFC 7636 section 4.3, RFC 8707 section 2).
type attempt struct {
	asked
	url, state, verifier string
}

// forServer is what a client asks for: a token for this MCP server.
func (r *run) forServer() asked { return asked{resource: r.indicator, scope: r.wantedScope()} }

func (r *run) newAttempt(want asked) (*attempt, error) {
	u, err := url.Parse(r.server.AuthorizationEndpoint)
	if err != nil {
		return nil, err
	}
	a := &attempt{asked: want, state: rand.Text(), verifier: oauth2.GenerateVerifier()}
	r.secrets.Add(a.state, a.verifier)
	q := u.Query()
	prompt := ""
	if slices.Contains(strings.Fields(want.scope), offlineAccess) {
		prompt = "consent" // without it servers may ignore that scope (OpenID Connect Core section 11), and clients send it
	}
	for name, value := range map[string]string{
		"response_type": "code", "client_id": r.client.id, "redirect_uri": r.callback.url, "state": a.state,
		"code_challenge": oauth2.S256ChallengeFromVerifier(a.verifier), "code_challenge_method": "S256",
		"scope": want.scope, "resource": want.resource, "audience": want.audience, "prompt": prompt,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	u.RawQuery = q.Encode()
	a.url = u.String()
	return a, nil
}

// hop is one answer on the way to a code.
type hop struct {
	*reply
	next *url.URL // where it redirects to, if it does
}

// visit asks for a page as a browser would, without following it.
func (r *run) visit(ctx context.Context, address string) (*hop, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "text/html,*/*")
	for _, cookie := range r.jar.Cookies(req.URL) {
		req.AddCookie(cookie)
	}
	answer, err := r.send(req)
	if err != nil {
		return nil, err
	}
	r.jar.SetCookies(req.URL, (&http.Response{Header: answer.header}).Cookies())
	h := &hop{reply: answer}
	if location := answer.header.Get("Location"); location != "" && answer.status >= 300 && answer.status < 400 {
		h.next, err = req.URL.Parse(location)
	}
	return h, err
}

// returned is the answer in a redirect to the callback, if that is what it is.
func (r *run) returned(to *url.URL) (url.Values, bool) {
	if to == nil || to.Scheme != "http" || to.Host != r.callback.host || to.Path != callbackPath {
		return nil, false
	}
	r.secrets.Add(to.Query().Get("code"))
	return to.Query(), true
}

// checkAuthorize asks without following: where a browser would stop at an error page, and a client hang, the page is read.
func (r *run) checkAuthorize(ctx context.Context) finding {
	const want = "a redirect to a login page"
	var err error
	if r.attempt, err = r.newAttempt(r.forServer()); err != nil {
		return fail("the authorization endpoint is no URL", want, "the authorization server's metadata is not usable", "check the authorization server")
	}
	first, err := r.visit(ctx, r.attempt.url)
	if err != nil {
		cause, hint := r.trouble("the authorization endpoint", err)
		return fail(reason(err), want, cause, hint)
	}
	if answer, back := r.returned(first.next); back {
		if code := answer.Get("error"); code != "" {
			return r.refusedBy(answer, want)
		}
		r.hop = first
		return pass("a redirect to the callback: no login page was needed")
	}
	switch {
	case first.next != nil && !secure(first.next.String()):
		return fail("a redirect to "+showURL(first.next.String()), want+" on https", "the login would leave https", "check the authorization server")
	case first.next != nil:
		r.hop = first
		return pass("a redirect to " + first.next.Scheme + "://" + first.next.Host + first.next.Path)
	case first.status == http.StatusOK && form.Match(first.body):
		r.hop = first
		return pass("a page to log in: " + title(first.body))
	}
	found := r.refusal(first.reply, TenantRules).fail(first.described(), want)
	found.aside = "; it is shown on a page of its own, so a client waits for an answer that never comes"
	return found
}

func title(page []byte) string {
	if found := titleOf.FindSubmatch(page); found != nil {
		return show(plain(string(bytes.TrimSpace(found[1]))))
	}
	return "without a title"
}

// refusedBy is an error that came back in the way of RFC 6749 section 4.1.2.1.
func (r *run) refusedBy(answer url.Values, want string) finding {
	said := plain(answer.Get("error") + ": " + answer.Get("error_description"))
	return r.diagnose(said).fail(said, want)
}

// checkIss compares the issuer that the answer names, if it names one, byte for byte (RFC 9207 section 2.4).
func (r *run) checkIss(context.Context) finding {
	got, want := r.answer.Get("iss"), r.server.Issuer
	switch {
	case got == "" && r.server.Iss:
		r.refused = "the answer lacks the issuer that it must name, so a client sends the code nowhere"
		return fail("no iss", show(want), "the server says that its answers name it, and then does not", r.setup())
	case got == "":
		return warn("no iss", show(want), "clients that use several authorization servers can't tell whose answer they got", r.setup())
	case got != want:
		r.refused = "the answer comes from another issuer, so a client sends the code nowhere"
		return fail(show(got), show(want), difference(got, want)+"; it may be the answer of another server (a mix-up attack)", "check the authorization server")
	case !r.server.Iss:
		return warn(show(got), "authorization_response_iss_parameter_supported: true", "the server names itself without saying so in its metadata", r.setup())
	}
	return pass(show(got))
}
