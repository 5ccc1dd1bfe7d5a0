package tenant

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
)

// A write whose answer was lost may have taken effect, and the refusal of a later attempt doesn't tell that it didn't. So
// the transport notes in the context that its caller made whether anything sent may have changed something.
type doubtKey struct{}

func withDoubt(ctx context.Context) (context.Context, *atomic.Bool) {
	doubt := new(atomic.Bool)
	return context.WithValue(ctx, doubtKey{}, doubt), doubt
}

func doubted(ctx context.Context) {
	if doubt, ok := ctx.Value(doubtKey{}).(*atomic.Bool); ok {
		doubt.Store(true)
	}
}

// mayHaveActed tells whether an attempt of a write may have changed something: all but one that never left, or that the
// tenant refused.
func mayHaveActed(req *http.Request, resp *http.Response, err error) bool {
	if isRead(req) {
		return false
	}
	if err == nil {
		refusal := resp.StatusCode >= 400 && resp.StatusCode <= 499 && resp.StatusCode != http.StatusRequestTimeout
		return !refusal
	}
	var untrusted *tls.CertificateVerificationError
	if errors.As(err, &untrusted) { // the request would have come after the handshake
		return false
	}
	var dial *net.OpError
	return !errors.As(err, &dial) || dial.Op != "dial"
}
