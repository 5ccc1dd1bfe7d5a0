package sandbox

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

const (
	apiPrefix = "/api/v2"
	tokenPath = "/oauth/token" //nolint:gosec // a path
	maxBody   = 1 << 20
)

// ServeHTTP logs the request, lets the faults and the rate limits have their say, and answers.
func (t *Tenant) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/sandbox/") {
		t.auth.ServeHTTP(w, r)
		return
	}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	line := t.log.begin(r, body)
	out := newAnswer()
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		out.fail(newError(http.StatusRequestEntityTooLarge, "", "Payload content length greater than maximum allowed: %d", maxBody))
	case err != nil:
		return // the client went away
	default:
		r.Body = io.NopCloser(bytes.NewReader(body))
		t.answer(out, r)
	}
	if out.act != actReset && out.act != actTimeout {
		t.log.finish(line, out.status)
	}
	if !t.pause(r) {
		return
	}
	t.deliver(w, r, out)
}

// answer decides on the answer; delivering it, whole or broken, comes after.
func (t *Tenant) answer(out *answer, r *http.Request) {
	management := isManagement(r)
	limit := t.apiLimit
	if !management {
		limit = t.tokLimit
	}
	if !management && r.URL.Path != tokenPath {
		t.auth.ServeHTTP(out, r)
		return
	}
	if f := t.faults.next(r); f != nil && f.apply(out, limit) {
		return
	}
	if !limit.take(out.header) {
		out.act, out.status = actNone, 0
		t.refuse(out, management)
		return
	}
	if management {
		t.serveManagement(out, r)
		return
	}
	t.auth.ServeHTTP(out, r)
}

func isManagement(r *http.Request) bool {
	return r.URL.Path == apiPrefix || strings.HasPrefix(r.URL.Path, apiPrefix+"/")
}

func (t *Tenant) refuse(out *answer, management bool) {
	if t.options.RetryAfter {
		out.header.Set("Retry-After", "1")
	}
	if management {
		out.fail(globalLimit())
		return
	}
	writeJSON(out, http.StatusTooManyRequests, oauthError{"too_many_requests", "Global limit has been reached"})
}

// pause waits for the latency; false when the client has gone.
func (t *Tenant) pause(r *http.Request) bool {
	if t.options.Latency == 0 {
		return true
	}
	timer := time.NewTimer(t.options.Latency)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	case <-t.done:
		return false
	}
}
