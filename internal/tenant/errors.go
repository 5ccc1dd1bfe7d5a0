package tenant

import (
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
	Detail string // Auth0's message, or the beginning of an answer that isn't Auth0's
	Err    error

	asked time.Duration // how long the tenant asked to wait
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
		cause := e.Err
		if sent := (*url.Error)(nil); errors.As(cause, &sent) {
			cause = sent.Err // the method and the address are said already
		}
		fmt.Fprintf(&b, " failed: %v", cause)
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
	return nil, &statusError{status: resp.StatusCode, asked: retryAfter(resp), body: body}
}

// envelope is the shape of Auth0's errors; errorCode is sometimes absent.
type envelope struct {
	Message   string `json:"message"`
	ErrorCode string `json:"errorCode"`
}

// typed turns an error of the SDK into one of this package.
func (c *Client) typed(method, path, object string, err error) error {
	if err == nil {
		return nil
	}
	var auth *AuthError
	var earlier *RequestError
	if errors.As(err, &auth) || errors.As(err, &earlier) || errors.Is(err, context.Canceled) {
		return err // getting the token failed, or nobody waits any more
	}
	failure := &RequestError{Method: method, Path: apiPath + path, Object: object, Err: err}
	var own *answerError
	if errors.As(err, &own) {
		failure.Status, failure.Detail = own.status, c.tokens.secrets.Hide(own.what)
		return failure
	}
	var answer *statusError
	if !errors.As(err, &answer) {
		return failure
	}
	failure.Status, failure.Err, failure.asked = answer.status, nil, answer.asked
	var body envelope
	if json.Unmarshal(answer.body, &body) == nil {
		failure.Detail, failure.Code = c.tokens.secrets.Hide(body.Message), c.tokens.secrets.Hide(body.ErrorCode)
	} else {
		failure.Detail = excerpt(c.tokens.secrets.Hide(string(answer.body)))
	}
	switch {
	case answer.status == http.StatusUnauthorized:
		hint := "get a fresh token for this tenant; its audience must be " + c.domain.ManagementAudience()
		if again := c.tokens.credentials.again; again != "" {
			hint = again
		}
		return &AuthError{What: fmt.Sprintf("%s refused the Management API token: %s", c.domain, failure.Detail), Hint: hint, Err: failure}
	case answer.status == http.StatusForbidden && body.ErrorCode == "insufficient_scope":
		return &ScopeError{Missing: scopesIn(failure.Detail), Domain: c.domain.String()}
	}
	return failure
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

func excerpt(text string) string {
	const most = 200
	text = strings.Join(strings.Fields(text), " ")
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
