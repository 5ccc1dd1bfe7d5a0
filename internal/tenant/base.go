package tenant

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"time"
)

// NewBase is the process's one way to the network: TLS 1.2 or newer, always verified, proxies by the usual environment
// variables, HTTP/2 where the tenant speaks it. roots is nil for the system's own.
//
// Two connections at most go to one host: over HTTP/1.1 reads go side by side on both, over HTTP/2 one carries all.
func NewBase(roots *x509.CertPool) *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		OnProxyConnectResponse: proxyRefusal,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		ForceAttemptHTTP2:      true,
		MaxConnsPerHost:        2,
		MaxIdleConnsPerHost:    2,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		ExpectContinueTimeout:  time.Second,
	}
}
