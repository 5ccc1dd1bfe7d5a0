package cmd_test

import (
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// The way to the network is what the usual variables say, and a proxy learns no more than the tenant's name. It takes a
// process of its own: the variables are read once.
func TestProxiesByTheEnvironment(t *testing.T) {
	var mu sync.Mutex
	var asked []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var request strings.Builder
		_ = r.Write(&request)
		mu.Lock()
		asked = append(asked, request.String())
		mu.Unlock()
		w.WriteHeader(http.StatusProxyAuthRequired)
	}))
	defer proxy.Close()
	run := exec.CommandContext(t.Context(), "mcpauth", "setup", "--domain", "my-tenant.example", "--mcp-url", "https://a.example/mcp", "--yes")
	run.Env = []string{"HTTPS_PROXY=" + proxy.URL, "AUTH0_CLIENT_ID=id", "AUTH0_CLIENT_SECRET=hush-hush", "XDG_STATE_HOME=" + t.TempDir()}
	output, err := run.CombinedOutput()
	if err == nil || !strings.Contains(string(output), "Proxy Authentication Required") || strings.Contains(string(output), "hush-hush") {
		t.Errorf("it ends with %v:\n%s", err, output)
	}
	if len(asked) == 0 {
		t.Fatal("the proxy was not asked")
	}
	for _, request := range asked {
		if !strings.HasPrefix(request, "CONNECT my-tenant.example:443") || strings.Contains(request, "hush-hush") {
			t.Errorf("the proxy was sent\n%s", request)
		}
	}
}
