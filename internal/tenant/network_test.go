package tenant_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

// get asks a server through the transport that all requests take.
func get(t *testing.T, url string, roots *x509.CertPool) error {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := tenant.NewTransport(tenant.NewBase(roots), 5*time.Second, nil).RoundTrip(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	return err
}

func secured(t *testing.T, config *tls.Config) (server *httptest.Server, roots *x509.CertPool, asked *atomic.Int32) {
	t.Helper()
	asked = new(atomic.Int32)
	server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = io.WriteString(w, "{}")
	}))
	server.TLS = config
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	roots = x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return server, roots, asked
}

func TestTLS(t *testing.T) {
	modern, roots, asked := secured(t, nil)
	if err := get(t, modern.URL, roots); err != nil || asked.Load() != 1 {
		t.Errorf("a trusted server: %v, asked %d times", err, asked.Load())
	}
	var untrusted *tls.CertificateVerificationError
	if err := get(t, modern.URL, nil); !errors.As(err, &untrusted) || asked.Load() != 1 {
		t.Errorf("a server that nobody vouches for: %v, asked %d times", err, asked.Load())
	}
	// The certificate is for 127.0.0.1 and example.com, not for localhost.
	if err := get(t, strings.Replace(modern.URL, "127.0.0.1", "localhost", 1), roots); !errors.As(err, &untrusted) || asked.Load() != 1 {
		t.Errorf("a server with another's certificate: %v, asked %d times", err, asked.Load())
	}
	old, roots, asked := secured(t, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
	if err := get(t, old.URL, roots); err == nil || asked.Load() != 0 {
		t.Errorf("a server with TLS 1.1: %v, asked %d times", err, asked.Load())
	}
}

// A write for which the handshake failed was never sent, so that it did nothing is known.
func TestAServerThatIsNotTrustedChangesNothing(t *testing.T) {
	server, err := sandbox.Start(t.Context(), sandbox.Options{}, sandbox.Listen{TLS: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	_, effect, err := client(t, server, server.Tenant.Token(time.Hour)).Apply(t.Context(), settings())
	var untrusted *tls.CertificateVerificationError
	if effect != tenant.Nothing || !errors.As(err, &untrusted) {
		t.Errorf("it did %d, %v", effect, err)
	}
}

// Whatever a tenant answers, credentials go to no other place than its own.
func TestCredentialsDoNotFollowRedirects(t *testing.T) {
	var astray atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { astray.Add(1) }))
	defer elsewhere.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, env := range [][]string{{"AUTH0_CLIENT_ID", "id", "AUTH0_CLIENT_SECRET", "secret"}, {"AUTH0_API_TOKEN", "token"}} {
			var seen atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				seen.Add(1)
				http.Redirect(w, r, elsewhere.URL+r.URL.Path, status)
			}))
			c := clientOf(t, server.URL, env...)
			_, err := c.Observe(t.Context(), plan.Query{Settings: true, Identifiers: []string{"https://a.example/mcp"}})
			if err == nil {
				t.Errorf("%d to %s passes for an answer", status, env[0])
			}
			for _, change := range []plan.Change{newAPI("x"), settings()} {
				if _, _, err := c.Apply(t.Context(), change); err == nil {
					t.Errorf("%d to %s passes for a change", status, env[0])
				}
			}
			if seen.Load() == 0 {
				t.Error("nothing was asked, so nothing was tested")
			}
			server.Close()
		}
	}
	if astray.Load() != 0 {
		t.Errorf("%d requests went elsewhere", astray.Load())
	}
}

// clientOf is a client of whatever is served at a URL.
func clientOf(t *testing.T, url string, env ...string) *tenant.Client {
	t.Helper()
	domain, err := spec.ParseDomain(url)
	if err != nil {
		t.Fatal(err)
	}
	credentials, err := tenant.Resolve(t.Context(), tenant.Sources{Getenv: environment(env...)})
	if err != nil {
		t.Fatal(err)
	}
	return tenant.New(tenant.Config{Domain: domain, Credentials: credentials, Transport: tenant.NewTransport(tenant.NewBase(nil), 5*time.Second, nil), UserAgent: "test"})
}

// An interrupt ends whatever waits: for a turn, for an answer, for the next try.
func TestAnInterruptEndsEveryLook(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"no answer":    func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"come back":    func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Retry-After", "80"); w.WriteHeader(429) },
		"out of order": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Retry-After", "80"); w.WriteHeader(503) },
	} {
		t.Run(name, func(t *testing.T) {
			ctx, interrupt := context.WithCancel(t.Context())
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				time.AfterFunc(50*time.Millisecond, interrupt) // while the client waits
				answer(w, r)
			}))
			defer server.Close()
			c := clientOf(t, server.URL, "AUTH0_API_TOKEN", "token")
			if _, err := c.Observe(ctx, plan.Query{Settings: true}); !errors.Is(err, context.Canceled) {
				t.Errorf("it ends with %v", err)
			}
		})
	}
}
