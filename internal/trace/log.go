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

// Logger is a transport that also writes each exchange to a writer, for --debug. Secrets that went by are masked in all
// that follows, whoever repeats them.
type Logger struct {
	next http.RoundTripper
	out  *output
}

// output is what all loggers that were made from one share.
type output struct {
	mu      sync.Mutex
	w       io.Writer
	secrets Secrets
}

// Log returns a transport that writes to w.
func Log(next http.RoundTripper, w io.Writer) *Logger { return &Logger{next, &output{w: w}} }

// Next is the transport that carries the requests.
func (l *Logger) Next() http.RoundTripper { return l.next }

// Over is the same log over another transport.
func (l *Logger) Over(next http.RoundTripper) *Logger { return &Logger{next, l.out} }

// RoundTrip sends the request and writes down what was sent and answered. The beginning of the answer is read before it is
// handed on: what comes above reads all answers whole anyway, but for streams.
func (l *Logger) RoundTrip(req *http.Request) (*http.Response, error) {
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
	l.out.secrets.addRequest(req, sent)
	resp, err := l.next.RoundTrip(req)
	var b strings.Builder
	fmt.Fprintf(&b, "> %s %s\n", req.Method, quote(URL(req.URL)))
	writeBody(&b, ">", req.Header.Get("Content-Type"), sent)
	if err != nil {
		fmt.Fprintf(&b, "< %s after %s\n", quote(Text(err.Error())), time.Since(start).Round(time.Millisecond))
	} else {
		l.writeAnswer(&b, resp, start)
	}
	l.out.mu.Lock()
	defer l.out.mu.Unlock()
	_, _ = io.WriteString(l.out.w, l.out.secrets.Hide(b.String()))
	return resp, err
}

func (l *Logger) writeAnswer(b *strings.Builder, resp *http.Response, start time.Time) {
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
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		b.WriteString("<   (a stream, not shown)\n") // reading it here would wait for its end
		return
	}
	content, readErr := io.ReadAll(io.LimitReader(resp.Body, mostShown+1))
	resp.Body = &rest{Reader: io.MultiReader(bytes.NewReader(content), failing{readErr}, resp.Body), Closer: resp.Body}
	l.out.secrets.addResponse(resp.Header.Get("Location"), content)
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
