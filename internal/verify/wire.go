package verify

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/trace"
)

const (
	// maxBody is the longest answer that is read, in bytes.
	maxBody = 1 << 20
	// maxShown is the longest body that an exchange keeps, in bytes.
	maxShown = 32 << 10
)

var errTooLong = fmt.Errorf("the answer is longer than %d bytes", maxBody)

// wire is the transport of all requests: it bounds the answers, and writes down what goes over it.
type wire struct {
	next    http.RoundTripper
	secrets *trace.Secrets
	started time.Time

	mu    sync.Mutex
	check string
	lines []*line
	tired map[string]string // the servers that let a check's time pass, and which check's
	spare int               // the requests of this check that were not sent because of an earlier one
}

// TiredError is a request that was not sent: its server let the whole time of an earlier check pass.
type TiredError struct{ Server string }

func (e *TiredError) Error() string {
	return e.Server + " let the time of an earlier check pass, and was not asked again"
}

// HangUpError is a connection that stood, and gave no answer that can be read.
type HangUpError struct{ Err error }

func (e *HangUpError) Error() string { return "the connection gave no answer: " + e.Err.Error() }
func (e *HangUpError) Unwrap() error { return e.Err }

// hearing sends a request. Where the connection stood, and nobody gave up waiting, an error is a HangUpError: net/http's
// own differ by the moment at which it noticed the end, and some have no type.
func hearing(next http.RoundTripper, req *http.Request) (*http.Response, error) {
	var stood atomic.Bool
	resp, err := next.RoundTrip(req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		GetConn: func(string) { stood.Store(false) }, // also where an idle connection turned out to be dead
		GotConn: func(httptrace.GotConnInfo) { stood.Store(true) },
	})))
	if err != nil && stood.Load() && req.Context().Err() == nil && !timedOut(err) {
		err = &HangUpError{err}
	}
	return resp, err
}

// line is an exchange while it lasts.
type line struct {
	mu        sync.Mutex
	check     string
	req       *http.Request
	sent      []byte
	resp      *http.Response
	got       []byte
	read      int
	err       error
	at, ended time.Duration
}

// begin says which check the following requests are for.
func (w *wire) begin(check string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.check, w.spare = check, 0
}

// tire notes a server that let a check's time pass: one that answers nothing would else cost each following check its
// time too, and also this one's libraries, which tell of an end in requests of their own.
func (w *wire) tire(server, check string, err error) {
	if err == nil || !timedOut(err) {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.tired[server] == "" {
		w.tired[server] = check
	}
}

// spared tells whether this check would have needed a server that isn't asked again.
func (w *wire) spared() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.spare > 0
}

// RoundTrip sends the request; its answer gives an error once it is longer than the limit.
func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	l := &line{req: req.Clone(req.Context()), at: time.Since(w.started)}
	if req.Body != nil {
		sent, err := io.ReadAll(io.LimitReader(req.Body, maxBody))
		_ = req.Body.Close()
		if err != nil {
			return nil, err
		}
		l.sent = sent
		req = req.Clone(req.Context())
		req.Body = io.NopCloser(bytes.NewReader(sent))
	}
	w.mu.Lock()
	server := origin(req.URL)
	if by := w.tired[server]; by != "" {
		if by != w.check {
			w.spare++
		}
		w.mu.Unlock()
		return nil, &TiredError{server}
	}
	l.check = w.check
	w.lines = append(w.lines, l)
	w.mu.Unlock()
	resp, err := hearing(w.next, req)
	w.tire(server, l.check, err)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.resp, l.err, l.ended = resp, err, time.Since(w.started)
	if err != nil {
		return nil, err
	}
	body := resp.Body
	shown := *resp // what comes above may replace the body of the one that it gets
	l.resp = &shown
	resp.Body = &bounded{line: l, body: body, since: w.started, tire: func(err error) { w.tire(server, l.check, err) }}
	return resp, nil
}

// bounded reads an answer up to the limit, and keeps its beginning for the report.
type bounded struct {
	line  *line
	body  io.ReadCloser
	since time.Time
	tire  func(error)
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.body.Read(p)
	b.tire(err)
	b.line.mu.Lock()
	defer b.line.mu.Unlock()
	if room := maxShown + 1 - len(b.line.got); room > 0 {
		b.line.got = append(b.line.got, p[:min(n, room)]...)
	}
	b.line.read += n
	b.line.ended = time.Since(b.since)
	if b.line.read > maxBody {
		b.line.err = errTooLong
		return 0, errTooLong
	}
	if err != nil && !errors.Is(err, io.EOF) {
		b.line.err = err
	}
	return n, err
}

func (b *bounded) Close() error { return b.body.Close() }
