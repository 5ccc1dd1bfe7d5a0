package verify

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/mcpauth-cli/mcpauth/internal/trace"
)

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
		Check: l.check, To: clean(origin(l.req.URL)), Method: l.req.Method, URL: clean(w.secrets.Hide(trace.URL(l.req.URL))),
		Headers: w.headers(l.req.Header), Body: w.body(l.req.Header.Get("Content-Type"), l.sent),
		At: l.at, Took: max(0, l.ended-l.at),
	}
	if l.resp != nil {
		e.Status, e.Answered = l.resp.StatusCode, w.headers(l.resp.Header)
		e.Answer = w.body(l.resp.Header.Get("Content-Type"), l.got)
	}
	if l.err != nil {
		e.Error = clean(w.secrets.Hide(reason(l.err)))
	}
	return e
}

// judged is the check whose answer another one looks at, where that made no request of its own.
func judged(check string) string {
	group, _, _ := strings.Cut(check, ".")
	switch {
	case check == "challenge.header":
		return "challenge.status"
	case group == "resource" && check != "resource.metadata" && check != "resource.url":
		return "resource.metadata"
	case group == "server" && check != "server.metadata", check == "registration":
		return "server.metadata"
	case check == "login":
		return "authorize"
	case check == "login.iss":
		return "login"
	case group == "token" && check != "token":
		return "token"
	}
	return ""
}

// asked are the requests that a check rests on, by method and URL without its query, each once.
func (w *wire) asked(check string) []string {
	for ; check != ""; check = judged(check) {
		if list := w.askedFor(check); len(list) > 0 {
			return list
		}
	}
	return nil
}

func (w *wire) askedFor(check string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []string
	for _, l := range w.lines {
		request := l.req.Method + " " + origin(l.req.URL) + l.req.URL.EscapedPath()
		if l.check == check && !slices.Contains(list, request) {
			list = append(list, request)
		}
	}
	return list
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
