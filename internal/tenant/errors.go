package tenant

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// AuthError says that the tenant refused the credentials, or that none could be used.
type AuthError struct {
	What string
	Hint string
	Err  error
}

func (e *AuthError) Error() string { return e.What }
func (e *AuthError) Unwrap() error { return e.Err }

// ScopeError says which permissions the credentials lack.
type ScopeError struct {
	Missing []string // sorted, such as "update:connections"
	Domain  string
}

func (e *ScopeError) Error() string {
	return fmt.Sprintf("the credentials for %s lack permission: %s", e.Domain, strings.Join(e.Missing, ", "))
}

// RequestError is an answer that is no success, or no answer at all.
type RequestError struct {
	Method string
	Path   string // relative to the tenant, without its query
	Object string // what the request was about, for people
	Status int    // 0 where no answer came
	Code   string // Auth0's errorCode, where there is one
	Detail string // Auth0's message, or what came in its place
	Err    error
	// Foreign says that an answer came which is not in Auth0's form: something else may have answered.
	Foreign bool
	Asked   time.Duration // how long the tenant asked to wait; 0 where it didn't say
}

func (e *RequestError) Error() string {
	var b strings.Builder
	if e.Object != "" {
		fmt.Fprintf(&b, "%s: ", e.Object)
	}
	fmt.Fprintf(&b, "%s %s", e.Method, e.Path)
	switch {
	case e.Status != 0:
		fmt.Fprintf(&b, " was answered %d %s", e.Status, http.StatusText(e.Status))
	case e.Err != nil:
		fmt.Fprintf(&b, " failed: %s", plainly(e.Err))
		return b.String()
	}
	if e.Detail != "" {
		fmt.Fprintf(&b, ": %s", e.Detail)
	}
	if e.Code != "" {
		fmt.Fprintf(&b, " (%s)", e.Code)
	}
	return b.String()
}

func (e *RequestError) Unwrap() error { return e.Err }

// UntakenError says that a write was answered with success, but the answer does not hold what was written.
type UntakenError struct {
	Object string
	Paths  []string
}

func (e *UntakenError) Error() string {
	return fmt.Sprintf("%s: Auth0 answered the change with success, but it did not take: %s", e.Object, strings.Join(e.Paths, ", "))
}

// statusError is an answer that is no success. It is made before the SDK sees the answer: the SDK would send a request
// again after 408, 429 and every 5xx, a POST included, and sleep through an interrupt meanwhile.
type statusError struct {
	status int
	asked  time.Duration
	body   []byte
}

func (e *statusError) Error() string { return fmt.Sprintf("answered %d", e.status) }

// foreign says what came where an error of Auth0's would.
func (e *statusError) foreign() string {
	const not = "not one of Auth0's errors"
	switch page := butPage(e.body); {
	case page != "":
		return not + page
	case len(e.body) > 0:
		return not + ": " + string(e.body)
	}
	return not + ", but nothing"
}

// refuseFailures turns an answer that is no success into a statusError.
func refuseFailures(resp *http.Response) (*http.Response, error) {
	if resp.StatusCode >= 200 && resp.StatusCode <= 299 {
		return resp, nil
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	return nil, &statusError{status: resp.StatusCode, asked: askedToWait(resp), body: body}
}

// envelope is the shape of Auth0's errors; errorCode is sometimes absent.
type envelope struct {
	StatusCode int    `json:"statusCode"`
	Message    string `json:"message"`
	ErrorCode  string `json:"errorCode"`
}

// envelope reads an error of Auth0's; own is false where it is none.
func (e *statusError) envelope() (body envelope, own bool) {
	err := json.Unmarshal(e.body, &body)
	return body, err == nil && body.StatusCode == e.status && body.Message != ""
}

// typed turns an error of the SDK into one of this package.
func (c *Client) typed(method, path, object string, err error) error {
	if err == nil {
		return nil
	}
	var auth *AuthError
	var earlier *RequestError
	switch {
	case errors.As(err, &auth) || errors.Is(err, context.Canceled):
		return err // there is no token, or nobody waits any more
	case errors.As(err, &earlier):
		return earlier // getting the token failed
	}
	failure := &RequestError{Method: method, Path: apiPath + path, Object: object, Err: err}
	var sent *url.Error
	if !errors.As(err, &sent) && !errors.Is(err, context.DeadlineExceeded) {
		failure.Err, failure.Foreign = misread(err), true
		return failure
	}
	var other *answerError
	if errors.As(err, &other) {
		failure.Status, failure.Detail, failure.Foreign = other.status, c.tokens.excerpt(other.what), true
		return failure
	}
	var answer *statusError
	if !errors.As(err, &answer) {
		return failure
	}
	failure.Status, failure.Err, failure.Asked = answer.status, nil, answer.asked
	body, own := answer.envelope()
	if !own {
		failure.Detail, failure.Foreign = c.tokens.excerpt(answer.foreign()), true
		if refuses(answer.status, answer.body) {
			return c.refusedToken(failure)
		}
		return failure
	}
	failure.Detail, failure.Code = c.tokens.secrets.Hide(body.Message), c.tokens.secrets.Hide(body.ErrorCode)
	switch {
	case answer.status == http.StatusUnauthorized:
		return c.refusedToken(failure)
	case answer.status == http.StatusForbidden && body.ErrorCode == "insufficient_scope":
		return &ScopeError{Missing: scopesIn(failure.Detail), Domain: c.domain.String()}
	}
	return failure
}

// refuses tells whether an answer that is none of Auth0's errors refuses the credentials all the same: 401 says no more than
// that (RFC 9110 section 15.5.2). A page with it is of something that wants a person to sign in.
func refuses(status int, body []byte) bool {
	return status == http.StatusUnauthorized && butPage(body) == ""
}

// refusedToken says which request the token was refused for: it may be one in the middle of a run, whose token has worked
// until then.
func (c *Client) refusedToken(failure *RequestError) *AuthError {
	credentials, audience := c.tokens.credentials, c.domain.ManagementAudience()
	hint := cmp.Or(credentials.again, "get a fresh token for this tenant; its audience must be "+audience)
	switch {
	case credentials.token == "" && credentials.again == "":
		hint = "run again, which fetches a fresh token: what is done already stays done; " + EnvAudience + ", where it is set, must be " + audience
	case failure.Method != http.MethodGet:
		hint += "\nthen run again: what is done already stays done"
	}
	what := fmt.Sprintf("%s: %s refused the Management API token for %s %s: %s", failure.Object, c.domain, failure.Method, failure.Path, failure.Detail)
	return &AuthError{What: what, Hint: hint, Err: failure}
}

// scopesIn reads the scopes out of "Insufficient scope, expected any of: a,b": each of them alone would be enough.
func scopesIn(message string) []string {
	_, list, found := strings.Cut(message, ":")
	if !found {
		return []string{message}
	}
	scopes := strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
	slices.Sort(scopes)
	return []string{strings.Join(scopes, " or ")}
}

// excerpt is the beginning of what a server said, without the secrets: they are hidden before a cut could leave a part of one.
func (s *tokenSource) excerpt(text string) string {
	const most = 200
	text = strings.Join(strings.Fields(s.secrets.Hide(text)), " ")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// status is the answer's status behind an error, or 0.
func status(err error) int {
	var failure *RequestError
	if errors.As(err, &failure) {
		return failure.Status
	}
	return 0
}

// absent tells that the tenant itself said that there is no such object. A 404 of something else says nothing of it.
func absent(err error) bool {
	var failure *RequestError
	return errors.As(err, &failure) && failure.Status == http.StatusNotFound && !failure.Foreign
}
