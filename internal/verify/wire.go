package verify

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
	"unicode"

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
	tired map[string]bool // the servers that let a check's time pass
	spare int             // the requests that were not sent because of that
}

// TiredError is a request that was not sent: its server let the whole time of an earlier check pass.
type TiredError struct{ Server string }

func (e *TiredError) Error() string {
	return e.Server + " let the time of an earlier check pass, and was not asked again"
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

// tire notes the servers for which the time of this check ran out: one that answers nothing would else cost each
// following check its time too.
func (w *wire) tire(check string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, l := range w.lines {
		l.mu.Lock()
		if l.check == check && l.err != nil && timedOut(l.err) {
			w.tired[origin(l.req.URL)] = true
		}
		l.mu.Unlock()
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
	if server := origin(req.URL); w.tired[server] {
		w.spare++
		w.mu.Unlock()
		return nil, &TiredError{server}
	}
	l.check = w.check
	w.lines = append(w.lines, l)
	w.mu.Unlock()
	resp, err := w.next.RoundTrip(req)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.resp, l.err, l.ended = resp, err, time.Since(w.started)
	if err != nil {
		return nil, err
	}
	body := resp.Body
	shown := *resp // what comes above may replace the body of the one that it gets
	l.resp = &shown
	resp.Body = &bounded{line: l, body: body, since: w.started}
	return resp, nil
}

// bounded reads an answer up to the limit, and keeps its beginning for the report.
type bounded struct {
	line  *line
	body  io.ReadCloser
	since time.Time
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.body.Read(p)
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

// exchanges are all requests so far, masked.
func (w *wire) exchanges() []Exchange {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make([]Exchange, 0, len(w.lines))
	for _, l := range w.lines {
		out = append(out, w.show(l))
	}
	return out
}

func (w *wire) show(l *line) Exchange {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := Exchange{
		Check: l.check, To: origin(l.req.URL), Method: l.req.Method, URL: w.secrets.Hide(trace.URL(l.req.URL)),
		Headers: w.headers(l.req.Header), Body: w.body(l.req.Header.Get("Content-Type"), l.sent),
		At: l.at, Took: max(0, l.ended-l.at),
	}
	if l.resp != nil {
		e.Status, e.Answered = l.resp.StatusCode, w.headers(l.resp.Header)
		e.Answer = w.body(l.resp.Header.Get("Content-Type"), l.got)
	}
	if l.err != nil {
		e.Error = w.secrets.Hide(reason(l.err))
	}
	return e
}

// shownHeaders are those that matter to a login.
var shownHeaders = []string{"Authorization", "Content-Type", "Accept", "Mcp-Protocol-Version", "Mcp-Session-Id", "Location", "Www-Authenticate", "Retry-After"}

func (w *wire) headers(h http.Header) []Header {
	var out []Header
	for _, name := range shownHeaders {
		for _, value := range h.Values(name) {
			switch name {
			case "Authorization":
				scheme, _, _ := strings.Cut(value, " ")
				value = scheme + " " + trace.Masked
			case "Mcp-Session-Id":
				value = trace.Masked
			case "Location":
				value = showURL(value)
			}
			out = append(out, Header{name, clean(w.secrets.Hide(value))})
		}
	}
	return out
}

// body shows a body without its secrets. What can't be read, and so not be masked by name, is left out where it could
// hold any.
func (w *wire) body(contentType string, body []byte) string {
	if len(body) == 0 {
		return ""
	}
	kind, _, _ := mime.ParseMediaType(contentType)
	readable := json.Valid(body) || kind == "application/x-www-form-urlencoded"
	lower := bytes.ToLower(body)
	telling := bytes.Contains(lower, []byte("token")) || bytes.Contains(lower, []byte("secret")) || bytes.Contains(lower, []byte("code"))
	switch {
	case len(body) > maxShown:
		return "(longer than is shown)"
	case !readable && telling && kind != "text/html" && kind != "text/event-stream":
		return "(not readable, so not shown)"
	}
	shown := trace.Body(contentType, body)
	if !readable { // a page or a stream of events: what this run knows to be secret is hidden in it
		shown = trace.Text(string(body))
	}
	return clean(w.secrets.Hide(shown))
}

// showURL masks the secrets of a URL that a server sent.
func showURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "(not a URL)"
	}
	if u.Fragment != "" {
		u.Fragment, u.RawFragment = trace.Masked, ""
	}
	return trace.URL(u)
}

// clean takes out what a terminal would obey.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsGraphic(r) {
			return r
		}
		return -1
	}, s)
}
