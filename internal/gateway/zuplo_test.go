package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// TestLocalGateway starts Zuplo's own local gateway on what Project renders. It needs an installation that its user is
// licensed for; the project neither has nor installs one.
func TestLocalGateway(t *testing.T) {
	installed := os.Getenv("MCPAUTH_ZUPLO_DIR") //nolint:forbidigo // a switch of this test alone
	if installed == "" {
		t.Skip("MCPAUTH_ZUPLO_DIR names no project with Zuplo's packages, which only Zuplo's customers may use")
	}
	dir := t.TempDir()
	address := freeAddress(t)
	origin := "http://" + address
	c := Config{Domain: "tenant.eu.auth0.com", MCPURLs: []string{origin + "/mcp"}, ResourceName: "Wörkshop 工具"}
	result, err := Project(c, dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(result); err != nil {
		t.Fatal(err)
	}
	borrow(t, installed, dir)
	startGateway(t, dir, address)

	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, origin+"/mcp",
		bytes.NewBufferString(`{"jsonrpc":"2.0","id":1,"method":"ping"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // nothing was written
	metadata := origin + "/.well-known/oauth-protected-resource/mcp"
	challenge := answer.Header.Get("WWW-Authenticate")
	if answer.StatusCode != http.StatusUnauthorized || challenge != fmt.Sprintf("Bearer resource_metadata=%q", metadata) {
		t.Errorf("got %d with the challenge %q", answer.StatusCode, challenge)
	}
	checkMetadata(t, metadata, c)
}

func checkMetadata(t *testing.T, address string, c Config) {
	t.Helper()
	answer, err := get(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // nothing was written
	var document struct {
		Resource string   `json:"resource"`
		Servers  []string `json:"authorization_servers"`
		Name     string   `json:"resource_name"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&document); err != nil {
		t.Fatal(err)
	}
	if document.Resource != c.MCPURLs[0] || fmt.Sprint(document.Servers) != "["+c.authorizationServer()+"]" || document.Name != c.ResourceName {
		t.Errorf("got %+v", document)
	}
}

// borrow gives a rendered project the packages and the settings of an installed one, which stays as it is.
func borrow(t *testing.T, installed, dir string) {
	t.Helper()
	if err := os.Symlink(filepath.Join(installed, "node_modules"), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"package.json", "zuplo.jsonc", "tsconfig.json"} {
		src, err := os.ReadFile(filepath.Join(installed, name))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), src, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// startGateway runs the local gateway until the test ends, and waits until it answers.
func startGateway(t *testing.T, dir, address string) {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "node_modules", ".bin", "zuplo")
	if runtime.GOOS == "windows" {
		program += ".cmd"
	}
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	var log bytes.Buffer
	command := exec.CommandContext(ctx, program, "dev", "--port", port)
	command.Dir, command.Stdout, command.Stderr = dir, &log, &log
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = 10 * time.Second
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	t.Cleanup(func() {
		stop()
		<-ended
		if t.Failed() {
			t.Logf("the gateway said:\n%s", log.String())
		}
	})
	for tick := time.NewTicker(200 * time.Millisecond); ; <-tick.C {
		if answer, err := get(ctx, "http://"+address+"/.well-known/oauth-protected-resource/mcp"); err == nil {
			_ = answer.Body.Close()
			return
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("the gateway ended: %v", err)
		case <-ctx.Done():
			t.Fatal("the gateway did not answer in time")
		default:
		}
	}
}

func get(ctx context.Context, address string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	return http.DefaultClient.Do(request)
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close() //nolint:errcheck // the number is all that counts
	return listener.Addr().String()
}
