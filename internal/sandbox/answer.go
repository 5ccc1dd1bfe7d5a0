package sandbox

import (
	"bytes"
	"crypto/tls"
	"maps"
	"net"
	"net/http"
	"strconv"
)

// action is what happens to an answer on its way out.
type action int

const (
	actNone     action = iota
	actReset           // the connection is cut before anything was done
	actLost            // the request was carried out, then the connection is cut
	actTimeout         // nothing ever comes back
	actTruncate        // half of the body, then the connection is cut
	actBadType         // the right body under a wrong content type
)

// answer is a response that is complete before any of it is sent; it is an http.ResponseWriter.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
	act    action
}

func newAnswer() *answer { return &answer{header: http.Header{}} }

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}

func (a *answer) fail(e *apiError) { writeJSON(a, e.Status, e) }

// deliver sends the answer, or breaks it as its action says.
func (t *Tenant) deliver(w http.ResponseWriter, r *http.Request, a *answer) {
	switch a.act {
	case actReset, actLost:
		cut(w)
	case actTimeout:
		select {
		case <-r.Context().Done():
		case <-t.done:
		}
		cut(w)
	case actBadType:
		a.header.Set("Content-Type", "text/plain; charset=utf-8")
	case actNone, actTruncate:
	}
	maps.Copy(w.Header(), a.header)
	body := a.body.Bytes()
	if a.status != http.StatusNoContent {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(max(a.status, http.StatusOK))
	if a.act == actTruncate {
		body = body[:len(body)/2]
	}
	_, _ = w.Write(body)
	if a.act == actTruncate {
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// cut ends the connection without an answer: with a TCP reset over HTTP/1.1, with a stream reset over HTTP/2.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	raw := conn
	if secure, ok := conn.(*tls.Conn); ok {
		raw = secure.NetConn()
	}
	if tcp, ok := raw.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = raw.Close()
	panic(http.ErrAbortHandler) // the server must not write to what is gone
}
