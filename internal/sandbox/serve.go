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
	maxBody   = 1 << 20

	tokenPath    = "/oauth/token" //nolint:gosec // a path
	registerPath = "/oidc/register"
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
	limit := t.limitOf(r)
	if f := t.faults.next(r); f != nil && f.apply(out, limit, isManagement(r)) {
		return
	}
	if limit != nil && !limit.take(out.header) {
		if t.options.RetryAfter {
			out.header.Set("Retry-After", "1")
		}
		out.act, out.status = actNone, 0
		out.refuse(http.StatusTooManyRequests, isManagement(r))
		return
	}
	switch {
	case isManagement(r):
		t.serveManagement(out, r)
	case forBrowsers(r.URL.Path) && allowOrigin(out.header, r, "GET, POST"):
		out.WriteHeader(http.StatusNoContent)
	case strings.Contains(r.URL.Path, "//"): // the router would redirect to a cleaner path
		http.NotFound(out, r)
	default:
		t.auth.ServeHTTP(out, r)
	}
}

// limitOf is the rate limit that a request counts against; nil where there is none.
func (t *Tenant) limitOf(r *http.Request) *bucket {
	switch {
	case isManagement(r):
		return t.apiLimit
	case r.URL.Path == tokenPath:
		return t.tokLimit
	case r.URL.Path == registerPath && r.Method == http.MethodPost:
		return t.regLimit
	}
	return nil
}

// refuse answers with an error of the sandbox's own making, or of a limit, in the form that the endpoint's errors have.
func (a *answer) refuse(status int, management bool) {
	e := newError(status, "", "Injected fault")
	if status == http.StatusTooManyRequests {
		e = globalLimit()
	}
	if management {
		a.fail(e)
		return
	}
	code := "server_error"
	if e.Code != "" {
		code = e.Code
	}
	writeJSON(a, status, oauthError{code, e.Message})
}

func isManagement(r *http.Request) bool {
	return r.URL.Path == apiPrefix || strings.HasPrefix(r.URL.Path, apiPrefix+"/")
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
