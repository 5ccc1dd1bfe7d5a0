package verify_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

// hostile serves an MCP server whose metadata is the handler's.
func hostile(t *testing.T, metadata http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/mcp" {
			w.Header().Set("WWW-Authenticate", `Bearer resource_metadata="http://`+r.Host+resourcePath+`/mcp"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		metadata(w, r)
	})
	server.Start()
	t.Cleanup(server.Close)
	return server.URL + "/mcp"
}

func naming(issuers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, resourcePath) {
			http.NotFound(w, r)
			return
		}
		_, _ = fmt.Fprintf(w, `{"resource":"http://%s/mcp","authorization_servers":["%s"]}`, r.Host, strings.Join(issuers, `","`))
	}
}

func TestHostileServers(t *testing.T) {
	hundredMB := func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"resource":"`)
		chunk := bytes.Repeat([]byte("a"), 1<<20)
		for range 100 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}
	waiting := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	const private = "not on the internet"
	for _, c := range []struct {
		name     string
		metadata http.HandlerFunc
		id, got  string
		cause    string
		hint     string
	}{
		{"slow", waiting, "resource.metadata", "no answer within the time limit", "slow or silent", "--timeout 1m"},
		{"drips", func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				_, _ = io.WriteString(w, " ")
				_ = http.NewResponseController(w).Flush()
				time.Sleep(time.Millisecond)
			}
		}, "resource.metadata", "no answer within the time limit", "slow or silent", "--timeout 1m"},
		{"100 MB", hundredMB, "resource.metadata", "longer than 1048576 bytes", "far longer", "look at what answers"},
		{"endless redirects", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path+"a", http.StatusFound)
		}, "resource.metadata", "more than 5 redirects", "in a circle", "without redirects"},
		{"hangs up", func(w http.ResponseWriter, _ *http.Request) {
			if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
				_ = conn.Close()
			}
		}, "resource.metadata", "EOF", "breaks the connection off", "check host and port"},
		{"invalid JSON", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"resource":`) }, "resource.metadata", "not valid JSON", "is damaged", "a JSON object"},
		{"a web page", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `<!doctype html><title>App</title>`)
		}, "resource.metadata", "a web page", "answers every path", "a route of its own"},
		{"JSON of another shape", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `["a"]`) }, "resource.metadata", "it is a list", "refuse the whole", "make it an object"},
		{"deep JSON", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("[", 500000)) }, "resource.metadata", "not valid JSON", "is damaged", "a JSON object"},
		{"redirect into the cloud", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusFound)
		}, "resource.metadata", "169.254.169.254, which is not a public address", private, "public https address"},
		{"redirect to a file", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "file:///etc/passwd")
			w.WriteHeader(http.StatusFound)
		}, "resource.metadata", "only http and https", "not of the web", "without redirects"},
		{"issuer in the cloud", naming("https://169.254.169.254/"), "server.metadata", "not a public address", private, "public https address"},
		{"issuer in a private network", naming("https://10.0.0.1/"), "server.metadata", "not a public address", private, "public https address"},
		{"issuer in IPv6 clothes", naming("https://[::ffff:192.168.0.1]/"), "server.metadata", "not a public address", private, "public https address"},
		{"issuer on a unique local address", naming("https://[fd00::1]/"), "server.metadata", "not a public address", private, "public https address"},
		{"issuer nowhere", naming("https://0.0.0.0/"), "server.metadata", "not a public address", private, "public https address"},
		{"issuer behind a carrier", naming("https://100.64.0.1/"), "server.metadata", "not a public address", private, "public https address"},
		{"issuer with a user", naming("https://user:secret@auth.example/"), "resource.servers", "https://%5Bmasked%5D@auth.example/", "not an issuer", "render-gateway-config"},
		{"issuer is a script", naming("javascript:alert(1)"), "resource.servers", "javascript", "not an issuer", "render-gateway-config"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			limit := ample
			if c.name == "slow" || c.name == "drips" {
				limit = time.Second
			}
			report, err := verify.Run(t.Context(), verify.Options{URL: hostile(t, c.metadata), Timeout: limit, Follow: true})
			if err != nil {
				t.Fatal(err)
			}
			check := find(t, report, c.id)
			if check.Status != verify.Fail || !strings.Contains(check.Got, c.got) || !strings.Contains(check.Cause, c.cause) || !strings.Contains(check.Hint, c.hint) {
				t.Errorf("%s: %s, got %q, cause %q, hint %q", c.id, check.Status, check.Got, check.Cause, check.Hint)
			}
			if strings.Contains(check.Cause, "plugin") {
				t.Errorf("the plugin is blamed: %q", check.Cause)
			}
			if report.ClientID != "" || find(t, report, "registration").Status != verify.Skip {
				t.Errorf("a client was registered:\n%s", dump(report))
			}
		})
	}
}

func TestMetadataThatPointsBack(t *testing.T) {
	var requests atomic.Int64
	address := hostile(t, func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		naming("http://"+r.Host+"/mcp")(w, r)
	})
	report, err := verify.Run(t.Context(), verify.Options{URL: address, Timeout: ample})
	if err != nil || find(t, report, "server.metadata").Status != verify.Fail {
		t.Errorf("%v\n%s", err, dump(report))
	}
	if n := requests.Load(); n > 10 {
		t.Errorf("%d requests for metadata", n)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	address := hostile(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	report, err := verify.Run(ctx, verify.Options{URL: address, Timeout: ample})
	if !errors.Is(err, context.Canceled) || len(report.Checks) == 0 || len(report.Checks) > 5 {
		t.Errorf("%v after %d checks", err, len(report.Checks))
	}
}

// TestWithoutLogin registers nothing and asks for no authorization.
func TestWithoutLogin(t *testing.T) {
	s := healthy()
	s.verify.Follow = false
	report, w := verified(t, s)
	if report.Failed() || report.ClientID != "" || find(t, report, "authorize").Status != verify.Skip {
		t.Errorf("\n%s", dump(report))
	}
	for _, r := range w.tenant.Tenant.Requests() {
		if r.Path == "/oidc/register" || strings.HasPrefix(r.Path, "/authorize") {
			t.Errorf("it asked for %s %s", r.Method, r.Path)
		}
	}
}
