package tenant

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// backoff says how long to wait before a request is sent again.
type backoff struct {
	first    time.Duration // the longest first wait; it doubles with each failure
	most     time.Duration // the longest wait by our own counting
	patience time.Duration // the longest wait that a server may ask for
	jitter   func(time.Duration) time.Duration
	now      func() time.Time
}

var defaultBackoff = backoff{
	first: 400 * time.Millisecond, most: 5 * time.Second, patience: 90 * time.Second,
	// Half fixed and half drawn: runs that failed together don't come back together.
	jitter: func(d time.Duration) time.Duration { return d/2 + rand.N(d/2+1) }, // #nosec G404 -- no secret hangs on it
	now:    time.Now,
}

func (b backoff) exponential(n int) time.Duration {
	d := b.first << min(n-1, 16)
	return b.jitter(min(d, b.most))
}

// failed is the wait after the n-th failure; again is false where the server asks for longer than is sensible.
func (b backoff) failed(asked time.Duration, n int) (wait time.Duration, again bool) {
	if asked > b.patience {
		return 0, false
	}
	return max(asked, b.exponential(n)), true
}

// limited is the wait after the n-th 429: what Retry-After says, else until X-RateLimit-Reset (epoch seconds), else our
// own counting.
func (b backoff) limited(h http.Header, n int) (wait time.Duration, again bool) {
	asked := untilAllowed(h, b.now())
	if asked > b.patience {
		return 0, false
	}
	if asked > 0 {
		return asked + b.jitter(b.first/4), true
	}
	return b.exponential(n), true
}

// untilAllowed is how long a 429 asks to wait, zero where it doesn't say.
func untilAllowed(h http.Header, now time.Time) time.Duration {
	if asked := parseRetryAfter(h, now); asked != 0 {
		return asked
	}
	reset, err := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64)
	if err != nil {
		return 0
	}
	return max(0, time.Unix(reset, 0).Sub(now))
}

// askedToWait is how long an answer that is no success asks to wait.
func askedToWait(resp *http.Response) time.Duration {
	if resp.StatusCode == http.StatusTooManyRequests {
		return untilAllowed(resp.Header, time.Now())
	}
	return retryAfter(resp)
}

func retryAfter(resp *http.Response) time.Duration {
	if resp == nil {
		return 0
	}
	return parseRetryAfter(resp.Header, time.Now())
}

// parseRetryAfter reads either form of RFC 9110 section 10.2.3.
func parseRetryAfter(h http.Header, now time.Time) time.Duration {
	value := h.Get("Retry-After")
	if seconds, err := strconv.ParseInt(value, 10, 32); err == nil {
		return max(0, time.Duration(seconds)*time.Second)
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}
