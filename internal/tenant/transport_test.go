package tenant

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// quick is a transport without noticeable waits.
func quick(timeout time.Duration) *Transport {
	t := NewTransport(NewBase(nil), timeout, nil)
	t.backoff.first, t.backoff.most = time.Millisecond, 2*time.Millisecond
	return t
}

// scripted answers the requests in turn, and repeats the last answer.
func scripted(t *testing.T, answers ...http.HandlerFunc) (url string, asked *atomic.Int32) {
	t.Helper()
	asked = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := int(asked.Add(1))
		answers[min(n, len(answers))-1](w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, asked
}

func status200(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{}`) }

func code(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
}

func reset(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	_ = conn.(*net.TCPConn).SetLinger(0)
	_ = conn.Close()
}

func torn(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "100")
	_, _ = io.WriteString(w, `{"half":`)
}

func TestWhatIsSentAgain(t *testing.T) {
	const api, token = apiPath + "/clients", tokenPath
	for _, c := range []struct {
		name, method, path string
		first              http.HandlerFunc
		sent               int32
		ok                 bool
	}{
		{"GET after 502", "GET", api, code(502), 2, true},
		{"GET after 503", "GET", api, code(503), 2, true},
		{"GET after 504", "GET", api, code(504), 2, true},
		{"GET after 408", "GET", api, code(408), 2, true},
		{"GET after 429", "GET", api, code(429), 2, true},
		{"GET after a reset", "GET", api, reset, 2, true},
		{"GET after a torn answer", "GET", api, torn, 2, true},
		{"GET after 500", "GET", api, code(500), 1, false},
		{"GET after 404", "GET", api, code(404), 1, false},
		{"PATCH after a reset", "PATCH", api, reset, 2, true},
		{"PATCH after 503", "PATCH", api, code(503), 2, true},
		{"POST after 429", "POST", api, code(429), 2, true},
		{"POST after 503", "POST", api, code(503), 1, false},
		{"POST after a torn answer", "POST", api, torn, 1, false},
		{"POST for a token after a reset", "POST", token, reset, 2, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			url, asked := scripted(t, c.first, status200)
			transport := quick(time.Second)
			req, err := http.NewRequestWithContext(t.Context(), c.method, url+c.path, strings.NewReader(`{"a":1}`))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := transport.RoundTrip(req)
			ok := err == nil && resp.StatusCode == 200
			if ok != c.ok || asked.Load() != c.sent {
				t.Errorf("sent %d times, ok %v (%v); want %d times, ok %v", asked.Load(), ok, err, c.sent, c.ok)
			}
			if counts := transport.Counts(); counts.Retries != int(c.sent)-1 || counts.Reads+counts.Writes != int(c.sent) {
				t.Errorf("counted %+v for %d requests", counts, c.sent)
			}
		})
	}
}

func TestTheBodyIsSentWholeEachTime(t *testing.T) {
	var bodies []string
	keep := func(next http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			b, _ := io.ReadAll(r.Body)
			bodies = append(bodies, string(b))
			next(w, r)
		}
	}
	url, _ := scripted(t, keep(code(503)), keep(status200))
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPatch, url+apiPath+"/x", strings.NewReader(`{"a":1}`))
	if _, err := quick(time.Second).RoundTrip(req); err != nil {
		t.Fatal(err)
	}
	if len(bodies) != 2 || bodies[0] != bodies[1] || bodies[1] != `{"a":1}` {
		t.Errorf("the bodies are %q", bodies)
	}
}

func TestARequestGivesUp(t *testing.T) {
	url, asked := scripted(t, code(503))
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, url+apiPath+"/x", nil)
	resp, err := quick(time.Second).RoundTrip(req)
	if err != nil || resp.StatusCode != 503 || asked.Load() != maxAttempts {
		t.Errorf("after %d attempts: %v, %v", asked.Load(), resp, err)
	}
}

func TestNoAnswer(t *testing.T) {
	hang := func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // a server notices that the client left only once it has read the body
		<-r.Context().Done()
	}
	url, asked := scripted(t, hang)
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, url+apiPath+"/x", strings.NewReader("{}"))
	_, err := quick(20 * time.Millisecond).RoundTrip(req)
	var none errNoAnswer
	if !errors.As(err, &none) || asked.Load() != 1 {
		t.Errorf("after %d requests: %v", asked.Load(), err)
	}
}

func TestAnInterruptEndsAWait(t *testing.T) {
	url, _ := scripted(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(429)
	})
	ctx, cancel := context.WithCancel(t.Context())
	transport := NewTransport(NewBase(nil), time.Second, func(Wait) { cancel() })
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, url+apiPath+"/x", nil)
	start := time.Now()
	_, err := transport.RoundTrip(req)
	if !errors.Is(err, context.Canceled) || time.Since(start) > 10*time.Second {
		t.Errorf("after %s: %v", time.Since(start), err)
	}
}

func TestAnswersThatAreNotTheTenants(t *testing.T) {
	page := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<html>Sign in to the WiFi</html>")
	}
	huge := func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.Copy(w, io.LimitReader(zeros{}, maxAnswer+100))
	}
	for name, answer := range map[string]http.HandlerFunc{"a page": page, "too large": huge} {
		url, asked := scripted(t, answer)
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, url+apiPath+"/x", nil)
		_, err := quick(10 * time.Second).RoundTrip(req)
		var own *answerError
		if !errors.As(err, &own) || asked.Load() != 1 {
			t.Errorf("%s, asked %d times: %v", name, asked.Load(), err)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

func TestHowLongToWait(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	b := backoff{first: time.Second, most: 4 * time.Second, patience: time.Minute, jitter: func(d time.Duration) time.Duration { return d }, now: func() time.Time { return now }}
	header := func(name, value string) http.Header { return http.Header{name: {value}} }
	for _, c := range []struct {
		h     http.Header
		n     int
		want  time.Duration
		again bool
	}{
		{http.Header{}, 1, time.Second, true},
		{http.Header{}, 2, 2 * time.Second, true},
		{http.Header{}, 9, 4 * time.Second, true},
		{header("X-Ratelimit-Reset", "1700000003"), 1, 3*time.Second + 250*time.Millisecond, true},
		{header("X-Ratelimit-Reset", "1699999999"), 1, time.Second, true},
		{header("X-Ratelimit-Reset", "soon"), 1, time.Second, true},
		{header("Retry-After", "5"), 1, 5*time.Second + 250*time.Millisecond, true},
		{header("Retry-After", "3600"), 1, 0, false},
		{header("Retry-After", now.Add(2*time.Second).UTC().Format(http.TimeFormat)), 1, 2*time.Second + 250*time.Millisecond, true},
	} {
		if wait, again := b.limited(c.h, c.n); wait != c.want || again != c.again {
			t.Errorf("limited(%v, %d) = %s, %v; want %s, %v", c.h, c.n, wait, again, c.want, c.again)
		}
	}
}

// TestPacerFollowsTheBucket drives the pacer by a clock of its own against the same bucket that a Free tenant has, and
// asserts that the bucket is never overdrawn and that little time is wasted.
func TestPacerFollowsTheBucket(t *testing.T) {
	now := time.Unix(0, 0)
	p := newPacer(func() time.Time { return now })
	tokens, last := 2.0, now
	for i := range 20 {
		p.mu.Lock()
		p.under++
		wait := p.reserve()
		p.mu.Unlock()
		now = now.Add(max(0, wait))
		tokens = min(2, tokens+now.Sub(last).Seconds()*2) - 1
		last = now
		if tokens < 0 {
			t.Fatalf("request %d overdraws the bucket: %f", i, tokens)
		}
		now = now.Add(20 * time.Millisecond)
		p.learn(&http.Response{Header: http.Header{
			"X-Ratelimit-Limit": {"2"}, "X-Ratelimit-Remaining": {fmt.Sprint(int(tokens))},
		}})
	}
	if took := now.Sub(time.Unix(0, 0)); took > 10500*time.Millisecond {
		t.Errorf("20 requests took %s; the limit dictates 9 s", took)
	}
}

// The first two requests are sent together, and their answers come in any order: the next may follow when the bucket has
// one again.
func TestPacerTakesAnswersInAnyOrder(t *testing.T) {
	for _, remaining := range [][]string{{"1", "0"}, {"0", "1"}} {
		now := time.Unix(0, 0)
		p := newPacer(func() time.Time { return now })
		p.under = 2
		for _, left := range remaining {
			p.learn(&http.Response{Header: http.Header{"X-Ratelimit-Limit": {"2"}, "X-Ratelimit-Remaining": {left}}})
		}
		p.under++
		if wait := p.reserve(); wait < 500*time.Millisecond || wait > 510*time.Millisecond {
			t.Errorf("after the answers %v the next request waits %s, want half a second", remaining, wait)
		}
	}
}

func TestPacerStartsCautiously(t *testing.T) {
	p := newPacer(time.Now)
	started := make(chan int, 8)
	for i := range 4 {
		go func() {
			if p.take(t.Context(), func(time.Duration) {}) == nil {
				started <- i
			}
		}()
	}
	<-started
	<-started
	select {
	case <-started:
		t.Fatal("a third request was sent before the limit was known")
	case <-time.After(50 * time.Millisecond):
	}
	p.learn(&http.Response{Header: http.Header{}}) // no limits here: the others may go
	<-started
	<-started
}

func TestPacerTakesTheHint(t *testing.T) {
	for limit, want := range map[string]int{"30": cautiousStart, "100": confidentStart, "": cautiousStart} {
		p := newPacer(time.Now)
		p.hint(http.Header{"X-Ratelimit-Limit": {limit}, "X-Ratelimit-Remaining": {"1"}})
		if p.start != want {
			t.Errorf("a token limit of %q lets %d start, want %d", limit, p.start, want)
		}
	}
}

func TestALimitIsNotWaitedForWithoutEnd(t *testing.T) {
	url, asked := scripted(t, code(http.StatusTooManyRequests))
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, url+apiPath+"/x", nil)
	resp, err := quick(time.Second).RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusTooManyRequests || asked.Load() != maxLimited {
		t.Errorf("after %d attempts: %v, %v", asked.Load(), resp, err)
	}
}

// What is safe to repeat is repeated after a time-out as well.
func TestATimeOutIsRepeatedWhereThatIsSafe(t *testing.T) {
	hang := func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}
	for method, want := range map[string]int32{http.MethodGet: 2, http.MethodPatch: 2, http.MethodDelete: 2, http.MethodPost: 1} {
		url, asked := scripted(t, hang, status200)
		req, _ := http.NewRequestWithContext(t.Context(), method, url+apiPath+"/x", strings.NewReader("{}"))
		if _, err := quick(time.Second).RoundTrip(req); asked.Load() != want || (err == nil) != (want == 2) {
			t.Errorf("%s is sent %d times, want %d; %v", method, asked.Load(), want, err)
		}
	}
}

// Runs that failed together don't come back together, and none waits longer than the bound.
func TestJitter(t *testing.T) {
	drawn := map[time.Duration]bool{}
	for n := 1; n <= 40; n++ {
		whole := min(defaultBackoff.first<<min(n-1, 16), defaultBackoff.most)
		wait, again := defaultBackoff.failed(0, n)
		if !again || wait < whole/2 || wait > whole {
			t.Errorf("after failure %d it waits %s, want %s to %s", n, wait, whole/2, whole)
		}
		drawn[wait] = true
	}
	if len(drawn) < 10 {
		t.Errorf("of 40 waits %d differ", len(drawn))
	}
}
