package tenant

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Auth0's limits, "Rate Limit Configurations": the Management API of a Free tenant takes a burst of 2 and 2 requests a
// second, that of a production tenant a burst of 50 and 16 a second. The token endpoint of a Free tenant takes 30 a
// second, that of larger ones more: its answer comes first and so tells which kind of tenant it is.
const (
	smallestBurst  = 2
	freeTokenLimit = 30
	fastestRefill  = 16 // requests a second
	cautiousStart  = smallestBurst
	confidentStart = 16
)

// pacer keeps requests below the tenant's rate limit. It knows nothing at first and sends no more at once than the
// smallest tenant takes; then it follows the token bucket that the answers' headers describe.
type pacer struct {
	now func() time.Time

	mu      sync.Mutex
	start   int           // how many may be under way before the limit is known
	under   int           // requests under way, or waiting for their turn in a known bucket
	known   bool          // an answer has come
	limit   float64       // the bucket's size; 0 where answers carry no headers: then there is nothing to keep to
	tokens  float64       // what is left of it; below zero by what is promised to those who wait
	at      time.Time     // when tokens was true
	changed chan struct{} // closed when something was learned
}

func newPacer(now func() time.Time) *pacer {
	return &pacer{now: now, start: cautiousStart, changed: make(chan struct{})}
}

// take waits until a request may be sent; every take is followed by one learn. waiting is told of waits that a person
// would notice.
func (p *pacer) take(ctx context.Context, waiting func(time.Duration)) error {
	for {
		p.mu.Lock()
		if p.known || p.under < p.start {
			break
		}
		changed := p.changed
		p.mu.Unlock()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
	p.under++
	wait := p.reserve()
	p.mu.Unlock()
	if wait <= 0 {
		return nil
	}
	if wait >= 300*time.Millisecond {
		waiting(wait)
	}
	if err := sleep(ctx, wait); err != nil {
		p.learn(nil)
		return err
	}
	return nil
}

// reserve takes a token, on credit if none is left, and says when it is due. The lock is held.
func (p *pacer) reserve() time.Duration {
	if p.limit == 0 {
		return 0
	}
	p.refill()
	p.tokens--
	if p.tokens >= 0 {
		return 0
	}
	// A little late is better than a little early: early is a 429.
	return time.Duration(-p.tokens / p.rate() * 1.01 * float64(time.Second))
}

func (p *pacer) rate() float64 { return min(p.limit, fastestRefill) }

func (p *pacer) refill() {
	now := p.now()
	p.tokens = min(p.limit, p.tokens+now.Sub(p.at).Seconds()*p.rate())
	p.at = now
}

// learn takes in an answer, or that none came.
func (p *pacer) learn(resp *http.Response) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.under--
	if resp != nil {
		limit, remaining, ok := limits(resp.Header)
		switch {
		case ok && p.limit != float64(limit):
			p.limit, p.at = float64(limit), p.now()
			// Answers of requests that were sent together come in any order. What the tenant has counted beside this one
			// is taken for ours: to count it twice would cost the wait for a whole request.
			counted := limit - remaining - 1
			p.tokens = float64(remaining - max(0, p.under-counted))
		case ok:
			p.refill()
			// The tenant's count wins where it is lower: others may share the limit. It is told in whole requests, so
			// the part of one that refilled since the last is ours to keep.
			p.tokens = min(p.tokens, float64(remaining+1-p.under))
		}
		p.known = true
	}
	close(p.changed)
	p.changed = make(chan struct{})
}

// hint reads the kind of tenant off the token endpoint's own limit.
func (p *pacer) hint(h http.Header) {
	if limit, _, ok := limits(h); ok && limit > freeTokenLimit {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.start = confidentStart
	}
}

func limits(h http.Header) (limit, remaining int, ok bool) {
	limit, err := strconv.Atoi(h.Get("X-RateLimit-Limit"))
	if err != nil || limit < 1 {
		return 0, 0, false
	}
	remaining, err = strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	return limit, remaining, err == nil
}
