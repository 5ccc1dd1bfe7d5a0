package cmd_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// The way to the network is what the usual variables say; a proxy learns no more than the tenant's name, and is named where it
// is what fails, without its password. It takes a process of its own: the variables are read once.
func TestProxiesByTheEnvironment(t *testing.T) {
	var mu sync.Mutex
	var asked []string
	refusing := func(status int) *url.URL {
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var request strings.Builder
			_ = r.Write(&request)
			mu.Lock()
			asked = append(asked, request.String())
			mu.Unlock()
			w.WriteHeader(status)
		}))
		t.Cleanup(proxy.Close)
		address, err := url.Parse(proxy.URL)
		if err != nil {
			t.Fatal(err)
		}
		return address
	}
	gone := refusing(http.StatusOK)
	closed, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.Host = closed.Addr().String()
	_ = closed.Close()
	mute := *gone // a server that speaks no HTTP, and hangs up
	hangsUp, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hangsUp.Close() }()
	go func() {
		for conn, err := hangsUp.Accept(); err == nil; conn, err = hangsUp.Accept() {
			_ = conn.Close()
		}
	}()
	mute.Host = hangsUp.Addr().String()
	for _, c := range []struct {
		proxy      *url.URL
		says, hint string
		tries      int
	}{
		{refusing(http.StatusProxyAuthRequired), "the proxy %s refused to connect: 407 Proxy Authentication Required", "user name and a password", 1},
		{refusing(http.StatusForbidden), "the proxy %s refused to connect: 403 Forbidden", "NO_PROXY", 1},
		{gone, "the proxy %s can't be reached: nothing listens at ", "NO_PROXY", 0},
		{&mute, "through the proxy %s: ", "NO_PROXY", 0},
	} {
		asked = nil
		c.proxy.User = url.UserPassword("someone", "hush-hush-proxy")
		run := exec.CommandContext(t.Context(), "mcpauth", "setup", "--domain", "my-tenant.example", "--mcp-url", "https://a.example/mcp", "--yes")
		run.Env = []string{atOnce, "HTTPS_PROXY=" + c.proxy.String(), "AUTH0_CLIENT_ID=id", "AUTH0_CLIENT_SECRET=hush-hush", "XDG_STATE_HOME=" + t.TempDir()}
		output, err := run.CombinedOutput()
		says := "error: signing in to my-tenant.example: POST /oauth/token failed: " + fmt.Sprintf(c.says, c.proxy.Host)
		if err == nil || !strings.Contains(string(output), says) || !strings.Contains(string(output), c.hint) || strings.Contains(string(output), "hush-hush") {
			t.Errorf("it ends with %v:\n%s", err, output)
		}
		if len(asked) != c.tries {
			t.Errorf("%s: the proxy was asked %d times", c.says, len(asked))
		}
		for _, request := range asked {
			if !strings.HasPrefix(request, "CONNECT my-tenant.example:443") || strings.Contains(request, "hush-hush") {
				t.Errorf("the proxy was sent\n%s", request)
			}
		}
		if c.tries == 0 {
			continue
		}
		verify := exec.CommandContext(t.Context(), "mcpauth", "verify", "https://a.example/mcp")
		verify.Env = run.Env[:2]
		output, err = verify.CombinedOutput()
		if err == nil || !strings.Contains(string(output), "why   the proxy on the way") || !strings.Contains(string(output), c.hint) || strings.Contains(string(output), "hush-hush") {
			t.Errorf("verify ends with %v:\n%s", err, output)
		}
	}
}
