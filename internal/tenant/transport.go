package tenant

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	// maxAttempts is how often one request is sent in all, and maxLimited how often where Auth0 asks to come back later.
	maxAttempts = 4
	maxLimited  = 10
	// DefaultTimeout is how long one attempt may take.
	DefaultTimeout = 10 * time.Second
)

// Counts are the requests that were sent. Every attempt counts; Retries are those among them that repeated another.
type Counts struct {
	Reads   int `json:"reads"` // the token's request included
	Writes  int `json:"writes"`
	Retries int `json:"retries"`
}

// RateLimit is the Reason of a Wait that keeps to the tenant's limit.
const RateLimit = "Auth0's rate limit"

// Wait says that a request has to wait, and why: for RateLimit, or before it is sent again because of what went wrong.
type Wait struct {
	For    time.Duration
	Reason string
}

// String is the wait as a person reads it. Its reason may come from a server.
func (w Wait) String() string {
	if w.Reason == RateLimit {
		return fmt.Sprintf("waiting %.1f s for %s", w.For.Seconds(), w.Reason)
	}
	return fmt.Sprintf("trying again in %.1f s: %s", w.For.Seconds(), w.Reason)
}

// Transport carries requests to the tenant: it paces itself by the limits that the tenant tells, repeats what is safe to
// repeat, reads every answer whole, and counts. It is safe for concurrent use.
type Transport struct {
	base    http.RoundTripper
	timeout time.Duration
	notify  func(Wait)
	pace    *pacer
	backoff backoff

	mu     sync.Mutex
	counts Counts
}

// NewTransport wraps base. timeout is for one attempt, zero taking DefaultTimeout; notify may be nil.
func NewTransport(base http.RoundTripper, timeout time.Duration, notify func(Wait)) *Transport {
	if timeout <= 0 {
		timeout = DefaultTimeout
	}
	if notify == nil {
		notify = func(Wait) {}
	}
	return &Transport{base: base, timeout: timeout, notify: notify, pace: newPacer(time.Now), backoff: defaultBackoff}
}

// Counts returns what was sent so far.
func (t *Transport) Counts() Counts {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.counts
}

func (t *Transport) count(req *http.Request, attempt int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if isRead(req) {
		t.counts.Reads++
	} else {
		t.counts.Writes++
	}
	if attempt > 1 {
		t.counts.Retries++
	}
}

// countRetry counts a request as the repetition of another that was not sent by this transport again, but by its user.
func (t *Transport) countRetry() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts.Retries++
}

// isRead tells whether a request changes nothing: a GET, or asking for a token.
func isRead(req *http.Request) bool {
	return req.Method == http.MethodGet || req.Method == http.MethodHead || req.URL.Path == tokenPath
}

// repeatable tells whether sending a request twice ends like sending it once. A POST that creates is not: its caller has
// to look first.
func repeatable(req *http.Request) bool { return isRead(req) || req.Method != http.MethodPost }

// RoundTrip sends a request, and sends it again where that is safe and promises more.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	req = interruptible(req)
	body, err := drain(req)
	if err != nil {
		return nil, err
	}
	failures, limited := 0, 0
	for attempt := 1; ; attempt++ {
		if err := t.waitTurn(req); err != nil {
			return nil, err
		}
		if err := req.Context().Err(); err != nil {
			return nil, err
		}
		resp, err := t.attempt(req, body, attempt)
		if mayHaveActed(req, resp, err) {
			doubted(req.Context())
		}
		if ctxErr := req.Context().Err(); ctxErr != nil && (err != nil || isRead(req)) {
			return nil, ctxErr
		}
		pause, again := time.Duration(0), false
		switch {
		case err == nil && resp.StatusCode == http.StatusTooManyRequests:
			limited++
			pause, again = t.backoff.limited(resp.Header, limited)
			again = again && limited < maxLimited
		case worthRepeating(req, resp, err):
			failures++
			pause, again = t.backoff.failed(retryAfter(resp), failures)
			again = again && failures < maxAttempts
		}
		if !again {
			return resp, err
		}
		if err := t.sleep(req.Context(), Wait{For: pause, Reason: reason(resp, err)}); err != nil {
			return nil, err
		}
	}
}

func (t *Transport) waitTurn(req *http.Request) error {
	if !isManagement(req) {
		return nil
	}
	return t.pace.take(req.Context(), func(d time.Duration) { t.notify(Wait{For: d, Reason: RateLimit}) })
}

func isManagement(req *http.Request) bool { return strings.HasPrefix(req.URL.Path, apiPath+"/") }

// attempt sends once and reads the whole answer, so that a torn one is noticed here and not by whoever decodes it.
func (t *Transport) attempt(req *http.Request, body []byte, attempt int) (*http.Response, error) {
	outer, abandon := graceful(req)
	defer abandon()
	ctx, cancel := context.WithTimeoutCause(outer, t.timeout, errNoAnswer(t.timeout))
	defer cancel()
	once := req.Clone(ctx)
	if body != nil {
		once.Body = io.NopCloser(bytes.NewReader(body))
		once.ContentLength = int64(len(body))
		once.GetBody = nil
	}
	t.count(req, attempt)
	resp, err := t.base.RoundTrip(once)
	if err == nil {
		err = buffer(resp)
	}
	if err != nil && ctx.Err() != nil && outer.Err() == nil {
		err = context.Cause(ctx)
	}
	if isManagement(req) {
		t.pace.learn(resp)
	} else if err == nil && req.URL.Path == tokenPath {
		t.pace.hint(resp.Header)
	}
	if err != nil {
		return nil, throughProxy(req, withoutTLS(req, err))
	}
	if err := checkAnswer(resp); err != nil {
		return nil, err // never both: an http.RoundTripper answers with one of the two
	}
	return resp, nil
}

// errNoAnswer is the cause of an attempt that ran out of time.
type errNoAnswer time.Duration

func (e errNoAnswer) Error() string { return fmt.Sprintf("no answer within %s", time.Duration(e)) }

// Timeout makes it a net.Error's kind of time-out.
func (errNoAnswer) Timeout() bool { return true }

func drain(req *http.Request) ([]byte, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return nil, nil
	}
	defer func() { _ = req.Body.Close() }()
	return io.ReadAll(req.Body)
}

// worthRepeating tells whether a failed attempt may be sent again. A request that never left may be, whatever it is.
func worthRepeating(req *http.Request, resp *http.Response, err error) bool {
	if err == nil {
		switch resp.StatusCode {
		case http.StatusRequestTimeout, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return repeatable(req)
		}
		return false
	}
	var answer *answerError
	if errors.As(err, &answer) || unshaken(err) {
		return false
	}
	if unconnected(err) {
		return mayConnect(err)
	}
	return repeatable(req)
}

func (t *Transport) sleep(ctx context.Context, w Wait) error {
	t.notify(w)
	return sleep(ctx, w.For)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
