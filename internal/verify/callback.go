package verify

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"
)

const callbackPath = "/callback"

// callback is the client's own end of a login: a server on 127.0.0.1 that takes one answer (RFC 8252 section 7.3).
type callback struct {
	url, host string
	port      int
	server    *http.Server

	mu     sync.Mutex
	state  string
	answer chan url.Values
}

// ListenError is a port that can't be used for the callback.
type ListenError struct {
	Addr string
	Err  error
}

func (e *ListenError) Error() string { return "cannot listen on " + e.Addr + ": " + e.Err.Error() }
func (e *ListenError) Unwrap() error { return e.Err }

func listen(ctx context.Context, port int) (*callback, error) {
	addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	// The listener outlives the check that opens it.
	l, err := (&net.ListenConfig{}).Listen(context.WithoutCancel(ctx), "tcp", addr)
	if err != nil {
		return nil, &ListenError{addr, err}
	}
	c := &callback{host: l.Addr().String()}
	if local, ok := l.Addr().(*net.TCPAddr); ok {
		c.port = local.Port
	}
	c.url = "http://" + c.host + callbackPath
	c.server = &http.Server{Handler: c, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10}
	go func() { _ = c.server.Serve(l) }()
	return c, nil
}

func (c *callback) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if c.server.Shutdown(ctx) != nil { // lets the last page reach the browser
		_ = c.server.Close()
	}
}

// expect says which state the one answer has.
func (c *callback) expect(state string) <-chan url.Values {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state, c.answer = state, make(chan url.Values, 1)
	return c.answer
}

// The pages repeat nothing that was sent.
const (
	donePage  = `<!doctype html><html lang="en"><meta charset="utf-8"><title>mcpauth</title><p>The answer has arrived. You can close this page, and read the result in the terminal.</p></html>`
	otherPage = `<!doctype html><html lang="en"><meta charset="utf-8"><title>mcpauth</title><p>This is not the answer that is waited for. Begin the login anew, from the terminal.</p></html>`
)

// ServeHTTP takes the answer with the right state; all others change nothing.
func (c *callback) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	if req.URL.Path != callbackPath {
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(otherPage))
		return
	}
	if req.Method != http.MethodGet {
		h.Set("Allow", http.MethodGet)
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	// The host is compared so that no web page reaches this through a name of its own (DNS rebinding).
	if req.Host != c.host || !c.take(req.URL.Query()) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(otherPage))
		return
	}
	_, _ = w.Write([]byte(donePage))
}

func (c *callback) take(answer url.Values) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == "" || len(answer["state"]) != 1 || answer.Get("state") != c.state {
		return false
	}
	c.state = ""
	c.answer <- answer
	return true
}
