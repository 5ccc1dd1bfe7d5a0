package tenant

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"slices"
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
	return !unshaken(err) && !unconnected(err)
}

// unshaken tells that there was no TLS handshake, after which the request would have come, and won't be one.
func unshaken(err error) bool {
	var untrusted *tls.CertificateVerificationError
	var without *NoTLSError
	return errors.As(err, &untrusted) || errors.As(err, &without)
}

// unconnected tells that there was no connection to the tenant, so that nothing was asked of it.
func unconnected(err error) bool {
	var dial *net.OpError
	var proxy *ProxyError
	return errors.As(err, &dial) && slices.Contains([]string{"dial", proxyDial, socksDial}, dial.Op) || errors.As(err, &proxy) && proxy.Status != 0
}

// mayConnect tells whether there may be a connection the next time: not to a name that nobody knows, nor through a proxy that
// forbids it.
func mayConnect(err error) bool {
	var unknown *net.DNSError
	var proxy *ProxyError
	forbidden := errors.As(err, &proxy) && proxy.Status != 0 && proxy.Status < 500
	return !forbidden && (!errors.As(err, &unknown) || unknown.IsTemporary || unknown.IsTimeout)
}
