package verify_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

func TestUnreachable(t *testing.T) {
	silent, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	gone, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = gone.Close()
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	defer untrusted.Close()
	expired, foreign := certified(t, time.Now().Add(-time.Hour), "localhost"), certified(t, time.Now().Add(time.Hour), "mcp.example")
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	mute, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = mute.Close() }()
	go func() {
		for {
			conn, err := mute.Accept()
			if err != nil {
				return
			}
			_ = conn.Close()
		}
	}()
	for name, c := range map[string]struct {
		url, got, cause string
		trust           *x509.CertPool
	}{
		"silent":            {"http://" + silent.Addr().String() + "/mcp", "no answer within the time limit", "slow or silent", nil},
		"gone":              {"http://" + gone.Addr().String() + "/mcp", "refused", "nothing listens", nil},
		"hangs up":          {"http://" + mute.Addr().String() + "/mcp", "", "breaks the connection off", nil},
		"no such host":      {"https://mcp.invalid/mcp", "", "host name of the server", nil},
		"unknown authority": {untrusted.URL + "/mcp", "certificate", "authority that this machine does not trust", nil},
		"expired":           {expired.url, "certificate", "has expired", expired.roots},
		"another name":      {foreign.url, "certificate", "for another host name", foreign.roots},
		"proxy gone":        {"https://mcp.example/mcp", "refused", "the proxy on the way", nil},
		"no TLS":            {strings.Replace(plain.URL, "http://", "https://", 1) + "/mcp", "", "does not speak TLS", nil},
	} {
		t.Run(name, func(t *testing.T) {
			transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: c.trust}}
			if name == "proxy gone" {
				transport.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: gone.Addr().String()})
			}
			limit := ample
			if name == "silent" {
				limit = 300 * time.Millisecond
			}
			report, err := verify.Run(t.Context(), verify.Options{URL: c.url, Timeout: limit, Follow: true, Transport: transport})
			check := find(t, report, "challenge.status")
			if err != nil || check.Status != verify.Fail || !strings.Contains(check.Got, c.got) || !strings.Contains(check.Cause, c.cause) || check.Hint == "" {
				t.Errorf("%v, %s, got %q, cause %q, hint %q", err, check.Status, check.Got, check.Cause, check.Hint)
			}
		})
	}
}

type certifiedServer struct {
	url   string
	roots *x509.CertPool
}

// certified serves with a certificate that is good until then, for this name alone.
func certified(t *testing.T, until time.Time, name string) certifiedServer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: until, DNSNames: []string{name},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	server.StartTLS()
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return certifiedServer{strings.Replace(server.URL, "127.0.0.1", "localhost", 1) + "/mcp", roots}
}

// dropped is a transport whose connections stand and end, with an error that has no type of its own.
type dropped struct{}

func (dropped) RoundTrip(req *http.Request) (*http.Response, error) {
	httptrace.ContextClientTrace(req.Context()).GotConn(httptrace.GotConnInfo{})
	return nil, errors.New("http: server closed idle connection")
}

// How net/http words the end of a connection depends on when it notices it.
func TestTheEndOfAConnectionIsToldHoweverItIsNoticed(t *testing.T) {
	report, err := verify.Run(t.Context(), verify.Options{URL: "http://127.0.0.1:1/mcp", Timeout: ample, Transport: dropped{}})
	check := find(t, report, "challenge.status")
	if err != nil || check.Status != verify.Fail || !strings.Contains(check.Cause, "breaks the connection off") {
		t.Errorf("%v, %s, got %q, cause %q", err, check.Status, check.Got, check.Cause)
	}
}
