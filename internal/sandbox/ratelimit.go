package sandbox

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// bucket is a token bucket in the way Auth0 documents its limits: a burst, and a steady refill.
type bucket struct {
	size bucketSize
	now  func() time.Time

	mu    sync.Mutex
	level float64
	last  time.Time
}

func newBucket(size bucketSize, now func() time.Time) *bucket {
	return &bucket{size: size, now: now, level: float64(size.limit), last: now()}
}

// take spends one token, writes the X-RateLimit headers, and says whether the request may go on.
func (b *bucket) take(h http.Header) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refill()
	ok := b.level >= 1
	if ok {
		b.level--
	}
	if !b.size.enforced {
		ok, b.level = true, math.Max(b.level, 1)
	}
	b.write(h, int(b.level))
	return ok
}

// exhausted writes the headers of a limit that is used up, whatever the bucket holds.
func (b *bucket) exhausted(h http.Header) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refill()
	b.write(h, 0)
}

func (b *bucket) refill() {
	now := b.now()
	if since := now.Sub(b.last).Seconds(); since > 0 {
		b.level = math.Min(float64(b.size.limit), b.level+since*b.size.rate)
	}
	b.last = now
}

func (b *bucket) write(h http.Header, remaining int) {
	// The reset is the second by which the bucket is full again.
	missing := (float64(b.size.limit) - float64(remaining)) / b.size.rate
	reset := b.last.Add(time.Duration(missing * float64(time.Second)))
	h.Set("X-RateLimit-Limit", strconv.Itoa(b.size.limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(remaining))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(int64(math.Ceil(float64(reset.UnixNano())/1e9)), 10))
}
