package trace

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// mostShown is how much of a body is shown, in bytes.
const mostShown = 4096

// Log returns a transport that also writes each exchange to w, for --debug.
func Log(next http.RoundTripper, w io.Writer) http.RoundTripper { return &logger{next: next, w: w} }

type logger struct {
	next http.RoundTripper
	mu   sync.Mutex
	w    io.Writer
}

// RoundTrip sends the request and writes down what was sent and answered. The answer is read whole: what comes above
// reads all answers whole anyway.
func (l *logger) RoundTrip(req *http.Request) (*http.Response, error) {
	var sent []byte
	if req.Body != nil {
		var err error
		if sent, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		_ = req.Body.Close()
		req = req.Clone(req.Context())
		req.Body = io.NopCloser(bytes.NewReader(sent))
	}
	start := time.Now()
	resp, err := l.next.RoundTrip(req)
	var b strings.Builder
	fmt.Fprintf(&b, "> %s %s\n", req.Method, quote(URL(req.URL)))
	writeBody(&b, ">", req.Header.Get("Content-Type"), sent)
	if err != nil {
		fmt.Fprintf(&b, "< %s after %s\n", quote(Text(err.Error())), time.Since(start).Round(time.Millisecond))
	} else {
		writeAnswer(&b, resp, start)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = io.WriteString(l.w, b.String())
	return resp, err
}

func writeAnswer(b *strings.Builder, resp *http.Response, start time.Time) {
	fmt.Fprintf(b, "< %d %s %s in %s", resp.StatusCode, http.StatusText(resp.StatusCode), resp.Proto, time.Since(start).Round(time.Millisecond))
	for _, name := range []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After", "Location", "WWW-Authenticate"} {
		if value := resp.Header.Get(name); value != "" {
			if u, err := url.Parse(value); err == nil && name == "Location" {
				value = URL(u)
			}
			fmt.Fprintf(b, "  %s: %s", name, quote(Text(value)))
		}
	}
	b.WriteByte('\n')
	content, readErr := io.ReadAll(io.LimitReader(resp.Body, mostShown+1))
	resp.Body = &rest{Reader: io.MultiReader(bytes.NewReader(content), failing{readErr}, resp.Body), Closer: resp.Body}
	if len(content) > mostShown {
		fmt.Fprintf(b, "<   (%d bytes and more)\n", mostShown)
		return
	}
	writeBody(b, "<", resp.Header.Get("Content-Type"), content)
}

// rest is an answer's body whose beginning was read already.
type rest struct {
	io.Reader
	io.Closer
}

// failing repeats a read error in its place; with none it is empty.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return 0, io.EOF
}

func writeBody(b *strings.Builder, sign, contentType string, body []byte) {
	if text := Body(contentType, body); text != "" {
		fmt.Fprintf(b, "%s   %s\n", sign, quote(text))
	}
}

// quote shows a text on one line, with nothing in it that a terminal would obey.
func quote(s string) string {
	quoted := strconv.QuoteToGraphic(s)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}
