package tenant

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"
)

// A proxy that refuses, or isn't there, was asked for no more than a connection: that a write changed nothing is known. What
// it may be asked again is what may end otherwise.
func TestAProxyThatDoesNotConnectChangesNothing(t *testing.T) {
	const withoutTLSItself = -1
	for name, c := range map[string]struct {
		status int
		tries  int
	}{
		"wants a password":   {407, 1},
		"forbids":            {403, 1},
		"finds no tenant":    {503, maxAttempts},
		"is there no longer": {0, maxAttempts},
		"speaks no TLS":      {withoutTLSItself, maxAttempts},
	} {
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(c.status) }))
		address, err := url.Parse(proxy.URL)
		if err != nil {
			t.Fatal(err)
		}
		switch c.status {
		case 0:
			proxy.Close()
		case withoutTLSItself:
			address.Scheme = "https"
		}
		base := NewBase(nil)
		base.Proxy = http.ProxyURL(address)
		transport := quick(time.Second)
		transport.base = base
		ctx, doubt := withDoubt(t.Context())
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://my-tenant.example"+apiPath+"/clients", nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = transport.RoundTrip(req)
		var refused *ProxyError
		var tenants *NoTLSError
		if err == nil || doubt.Load() || errors.As(err, &refused) != (c.status > 0) || errors.As(err, &tenants) || transport.Counts().Writes != c.tries {
			t.Errorf("one that %s: %v, doubted %v, tried %d times", name, err, doubt.Load(), transport.Counts().Writes)
		}
		proxy.Close()
	}
}
