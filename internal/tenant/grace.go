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
