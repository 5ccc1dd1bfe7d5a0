package cmd_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
)

// refusingProxy answers every request with one status, and keeps what it was sent.
type refusingProxy struct {
	address *url.URL
	mu      sync.Mutex
	sent    []string
}

func startProxy(t *testing.T, status int) *refusingProxy {
	t.Helper()
	p := &refusingProxy{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var request strings.Builder
		_ = r.Write(&request)
		p.mu.Lock()
		p.sent = append(p.sent, request.String())
		p.mu.Unlock()
		w.WriteHeader(status)
	}))
	t.Cleanup(server.Close)
	p.address = &url.URL{Scheme: "http", Host: server.Listener.Addr().String()}
	return p
}

func (p *refusingProxy) asked() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.sent)
}

// startListener is a place that hangs up on everyone, which speaks no HTTP; once it is closed, nothing is there.
func startListener(t *testing.T) net.Listener {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for conn, err := listener.Accept(); err == nil; conn, err = listener.Accept() {
			_ = conn.Close()
		}
	}()
	return listener
}

// proxied runs the program behind a proxy that wants a password, in a process of its own: the variables are read once.
func proxied(t *testing.T, proxy *url.URL, args ...string) (output string, failed bool) {
	t.Helper()
	address := *proxy
	address.User = url.UserPassword("someone", "hush-hush-proxy")
	run := exec.CommandContext(t.Context(), "mcpauth", args...)
	run.Env = []string{atOnce, "HTTPS_PROXY=" + address.String(), "XDG_STATE_HOME=" + t.TempDir()}
	if args[0] == "setup" {
		run.Env = append(run.Env, "AUTH0_CLIENT_ID=id", "AUTH0_CLIENT_SECRET=hush-hush")
	}
	out, err := run.CombinedOutput()
	if strings.Contains(string(out), "hush-hush") {
		t.Errorf("a secret is shown:\n%s", out)
	}
	return string(out), err != nil
}

// The way to the network is what the usual variables say; a proxy learns no more than the tenant's name, and is named where it
// is what fails, without its password.
func TestProxiesByTheEnvironment(t *testing.T) {
	gone, mute := startListener(t), startListener(t)
	_ = gone.Close()
	for _, c := range []struct {
		proxy      *refusingProxy
		says, hint string
	}{
		{startProxy(t, http.StatusProxyAuthRequired), "the proxy %s refused to connect: 407 Proxy Authentication Required", "user name and a password"},
		{startProxy(t, http.StatusForbidden), "the proxy %s refused to connect: 403 Forbidden", "NO_PROXY"},
		{&refusingProxy{address: &url.URL{Scheme: "http", Host: gone.Addr().String()}}, "the proxy %s can't be reached: nothing listens at ", "NO_PROXY"},
		{&refusingProxy{address: &url.URL{Scheme: "http", Host: mute.Addr().String()}}, "through the proxy %s: ", "NO_PROXY"},
	} {
		output, failed := proxied(t, c.proxy.address, "setup", "--domain", "my-tenant.example", "--mcp-url", "https://a.example/mcp", "--yes")
		says := "error: signing in to my-tenant.example: POST /oauth/token failed: " + fmt.Sprintf(c.says, c.proxy.address.Host)
		if !failed || !strings.Contains(output, says) || !strings.Contains(output, c.hint) {
			t.Errorf("it does not say %q and %q:\n%s", says, c.hint, output)
		}
		asked := c.proxy.asked()
		refuses := strings.Contains(c.says, "refused")
		if refuses != (len(asked) == 1) {
			t.Errorf("%s: the proxy was asked %d times", c.says, len(asked))
		}
		if !refuses || len(asked) == 0 {
			continue
		}
		if !strings.HasPrefix(asked[0], "CONNECT my-tenant.example:443") || strings.Contains(asked[0], "hush-hush") {
			t.Errorf("the proxy was sent\n%s", asked[0])
		}
		output, failed = proxied(t, c.proxy.address, "verify", "https://a.example/mcp")
		if !failed || !strings.Contains(output, "why   the proxy on the way") || !strings.Contains(output, c.hint) {
			t.Errorf("verify does not blame the proxy:\n%s", output)
		}
	}
}
