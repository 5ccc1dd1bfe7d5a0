package tenant

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// grace is how long a write that is under way is still waited for after an interrupt: to know what became of it is worth
// more than to end at once.
const grace = 600 * time.Millisecond

// interruptKey is where a write's context keeps the one that an interrupt ends.
type interruptKey struct{}

// uninterrupted is the context that the SDK gets for a write: it would throw away an answer that came after the interrupt,
// although it tells what became of the change. The transport goes by the context that is interrupted.
func uninterrupted(ctx context.Context) context.Context {
	return context.WithValue(context.WithoutCancel(ctx), interruptKey{}, ctx)
}

// interruptible puts the context that is interrupted back on a request.
func interruptible(req *http.Request) *http.Request {
	if outer, ok := req.Context().Value(interruptKey{}).(context.Context); ok {
		return req.WithContext(outer)
	}
	return req
}

// graceful is the context of one attempt: its caller's, which for a write that left already ends a little later. One that
// still waits for a connection is not sent any more.
func graceful(req *http.Request) (context.Context, context.CancelFunc) {
	outer := req.Context()
	if isRead(req) {
		return outer, func() {}
	}
	var left atomic.Bool
	inner, cancel := context.WithCancel(context.WithoutCancel(outer))
	stop := context.AfterFunc(outer, func() {
		if !left.Load() {
			cancel()
			return
		}
		time.AfterFunc(grace, cancel)
	})
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { left.Store(true) }}
	return httptrace.WithClientTrace(inner, trace), func() { stop(); cancel() }
}
