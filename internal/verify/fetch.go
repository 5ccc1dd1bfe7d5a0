package verify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
)

// maxRedirects is how many redirects are followed, where any are.
const maxRedirects = 5

// mostText is how much of a server's text is repeated, in characters.
const mostText = 400

// reply is an answer that was read whole.
type reply struct {
	status int
	header http.Header
	body   []byte
	url    *url.URL
}

// RedirectError is a chain of redirects that did not end.
type RedirectError struct{ URL string }

func (e *RedirectError) Error() string {
	return fmt.Sprintf("more than %d redirects, the last to %s", maxRedirects, e.URL)
}

func (r *run) send(req *http.Request) (*reply, error) { return readReply(r.http().Do(req)) }

func readReply(resp *http.Response, err error) (*reply, error) {
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	return &reply{resp.StatusCode, resp.Header, body, resp.Request.URL}, nil
}

// get fetches a document, through a few redirects.
func (r *run) get(ctx context.Context, address string) (*reply, error) {
	client := &http.Client{Transport: r.wire, CheckRedirect: func(req *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects {
			return &RedirectError{showURL(req.URL.String())}
		}
		return nil
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	return readReply(client.Do(req))
}

func (r *run) post(ctx context.Context, address, contentType string, body []byte, header http.Header) (*reply, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, values := range header {
		req.Header[name] = values
	}
	req.Header.Set("Content-Type", contentType)
	if req.Header.Get("Accept") == "" {
		req.Header.Set("Accept", "application/json")
	}
	return r.send(req)
}

// getJSON fetches a document and reads it. The error is a *DocumentError where something else came in its place.
func (r *run) getJSON(ctx context.Context, address string, into any) error {
	answer, err := r.get(ctx, address)
	if err != nil {
		return err
	}
	return readDocument(answer, into)
}

func statusText(status int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
}

// reason is an error without the URL that net/http puts before it: that may carry a code.
func reason(err error) string {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	switch {
	case timedOut(err):
		return "no answer within the time limit"
	case errors.Is(err, context.Canceled):
		return "interrupted"
	}
	return err.Error()
}

var (
	hidden  = regexp.MustCompile(`(?is)<(script|style|head)\b.*?</(script|style|head)>|<!--.*?-->`)
	tag     = regexp.MustCompile(`(?s)<[^>]*>`)
	blank   = regexp.MustCompile(`\s+`)
	titleOf = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)
	form    = regexp.MustCompile(`(?i)<(form|input|button)\b`)
)

func (a *reply) isHTML() bool {
	return strings.Contains(a.header.Get("Content-Type"), "html") || bytes.HasPrefix(bytes.TrimSpace(a.body), []byte("<"))
}

// text is what a person would read in an answer: the message of an error object, the words of a page.
func (a *reply) text() string {
	if a.isHTML() {
		return plain(tag.ReplaceAllString(hidden.ReplaceAllString(string(a.body), " "), " "))
	}
	var problem struct {
		Code        any    `json:"error"`
		Description string `json:"error_description"`
		Message     string `json:"message"`
		ErrorCode   string `json:"errorCode"`
		Title       string `json:"title"`
	}
	if json.Unmarshal(a.body, &problem) == nil {
		code, _ := problem.Code.(string)
		parts := slices.DeleteFunc([]string{code, problem.ErrorCode, problem.Description, problem.Message, problem.Title},
			func(s string) bool { return s == "" })
		if len(parts) > 0 {
			return plain(strings.Join(parts, ": "))
		}
		return ""
	}
	return plain(string(a.body))
}

func plain(s string) string {
	s = strings.TrimSpace(blank.ReplaceAllString(clean(html.UnescapeString(s)), " "))
	if runes := []rune(s); len(runes) > mostText {
		return string(runes[:mostText]) + "…"
	}
	return s
}

// described is the status, and the text where there is one.
func (a *reply) described() string {
	if text := a.text(); text != "" {
		return statusText(a.status) + ": " + text
	}
	return statusText(a.status)
}

// secure tells whether a URL is https, or http to this machine.
func secure(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil {
		return false
	}
	return u.Scheme == "https" || (u.Scheme == "http" && spec.IsLoopback(u.Hostname()))
}

// show quotes a value, so that bytes that differ are seen to differ.
func show(s string) string {
	if runes := []rune(s); len(runes) > mostText {
		s = string(runes[:mostText]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
