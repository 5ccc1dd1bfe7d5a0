package sandbox

import (
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// Request is one line of the request log. Path carries the query as it was sent; Status is 0 while there is no answer,
// and stays so where the connection was cut before one. Body is JSON also for forms; secrets and tokens read "***".
type Request struct {
	Method string          `json:"method"`
	Path   string          `json:"path"`
	Status int             `json:"status"`
	Body   json.RawMessage `json:"body"`
}

// requestLog keeps requests in the order of their arrival.
type requestLog struct {
	mu    sync.Mutex
	lines []*Request
}

func (l *requestLog) begin(r *http.Request, body []byte) *Request {
	line := &Request{Method: r.Method, Path: maskQuery(r.URL), Body: maskBody(r.Header.Get("Content-Type"), body)}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, line)
	return line
}

func (l *requestLog) finish(line *Request, status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	line.Status = status
}

// Requests returns the requests so far, in order, without those to /sandbox/.
func (t *Tenant) Requests() []Request {
	t.log.mu.Lock()
	defer t.log.mu.Unlock()
	out := make([]Request, len(t.log.lines))
	for i, line := range t.log.lines {
		out[i] = *line
	}
	return out
}

// ResetRequests empties the request log and starts the faults' count again at 1.
func (t *Tenant) ResetRequests() {
	t.log.mu.Lock()
	t.log.lines = nil
	t.log.mu.Unlock()
	t.faults.restart()
}

const mask = "***"

// secretNames are the fields whose values must not be seen in a log.
var secretNames = map[string]bool{
	"client_secret": true, "client_assertion": true, "access_token": true, "refresh_token": true, "id_token": true,
	"token": true, "code": true, "code_verifier": true, "password": true, "signing_secret": true, "id_token_hint": true,
	"login_hint_token": true, "assertion": true, "request": true, "subject_token": true, "actor_token": true,
}

func maskQuery(u *url.URL) string {
	if u.RawQuery == "" {
		return u.EscapedPath()
	}
	pairs := strings.Split(u.RawQuery, "&")
	for i, pair := range pairs {
		if name, _, _ := strings.Cut(pair, "="); secretNames[name] {
			pairs[i] = name + "=" + mask
		}
	}
	return u.EscapedPath() + "?" + strings.Join(pairs, "&")
}

func maskBody(contentType string, body []byte) json.RawMessage {
	if len(body) == 0 {
		return json.RawMessage("null")
	}
	var value any
	kind, _, _ := mime.ParseMediaType(contentType)
	if form, err := url.ParseQuery(string(body)); kind == "application/x-www-form-urlencoded" && err == nil {
		fields := object{}
		for name, values := range form {
			fields[name] = values[0]
		}
		value = fields
	} else if decodeJSON(body, &value) != nil {
		value = "(not JSON)"
	}
	data, err := json.Marshal(maskValue(value))
	if err != nil {
		return json.RawMessage("null")
	}
	return data
}

// maskValue masks strings under secret names, at any depth.
func maskValue(value any) any {
	switch v := value.(type) {
	case object:
		for name, inner := range v {
			if _, isText := inner.(string); isText && secretNames[name] {
				v[name] = mask
				continue
			}
			v[name] = maskValue(inner)
		}
	case []any:
		for i := range v {
			v[i] = maskValue(v[i])
		}
	}
	return value
}
