//go:build unix

package cmd_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
)

// canaries are the secrets of a run, each under its name, in every form that a leak could give it.
type canaries map[string]string

func (c canaries) add(name, secret string) {
	c[name] = secret
	if escaped := url.QueryEscape(secret); escaped != secret {
		c[name+", escaped"] = escaped
	}
	c[name+", in base64"] = strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(secret)), "=")
}

// in names the canaries that a text holds.
func (c canaries) in(text []byte) (found []string) {
	for name, secret := range c {
		if bytes.Contains(text, []byte(secret)) {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return found
}

// coop is where the canaries are kept: a tenant, the ways to sign in to it, and a folder that all files go to.
type coop struct {
	t        *testing.T
	secrets  canaries
	work     string
	tenant   *sandbox.Server
	gateway  *sandbox.Gateway
	echo     *httptest.Server
	ways     map[string][]string // of signing in: variables
	stdin    string
	covered  map[string]bool
	observed int // processes that were looked at
}

func newCoop(t *testing.T) *coop {
	t.Helper()
	c := &coop{t: t, secrets: canaries{}, work: t.TempDir(), covered: map[string]bool{}}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	if c.tenant, err = sandbox.Start(t.Context(), sandbox.Options{AssertionKey: key.Public(), AutoApprove: true}, sandbox.Listen{}); err != nil {
		t.Fatal(err)
	}
	if c.gateway, err = c.tenant.StartGateway(t.Context(), sandbox.GatewayOptions{}, sandbox.Listen{}); err != nil {
		t.Fatal(err)
	}
	// A server that says back whatever it is told, in every way that it can.
	c.echo = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		said := fmt.Sprintf("%s %s %s", r.URL, r.Header.Get("Authorization"), body)
		status := []int{400, 401, 403, 500}[len(body)%4]
		w.Header().Set("WWW-Authenticate", fmt.Sprintf("Bearer error=%q", r.Header.Get("Authorization")))
		w.Header().Set("Content-Type", []string{"application/json", "text/html"}[len(said)%2])
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]any{"error": "invalid_request", "error_description": said, "message": said, "statusCode": status})
	}))
	t.Cleanup(func() { c.echo.Close(); _ = c.gateway.Close(); _ = c.tenant.Close() })
	c.signIns(key)
	return c
}

// signIns prepares every way of signing in, and marks what must not be seen of it.
func (c *coop) signIns(key *rsa.PrivateKey) {
	id, secret := c.tenant.Tenant.Credentials()
	token, stdin, kept := c.tenant.Tenant.Token(time.Hour), c.tenant.Tenant.Token(2*time.Hour), c.tenant.Tenant.Token(3*time.Hour)
	block := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	file := c.put("outside/key.pem", string(block))
	domain := strings.TrimPrefix(c.tenant.URL, "http://")
	c.put("outside/home/.config/auth0/config.json", fmt.Sprintf(`{"tenants": {%q: {"name": "x", "domain": %q, "expires_at": %q}}}`, domain, domain, time.Now().Add(time.Hour).Format(time.RFC3339)))
	keyring, _ := json.Marshal(map[string]string{
		"Auth0 CLI Access Token 0/" + domain: kept[:100], "Auth0 CLI Access Token 1/" + domain: kept[100:],
	})
	c.put("outside/keyring.json", string(keyring))
	c.secrets.add("client secret", secret)
	for name, t := range map[string]string{"token": token, "token on stdin": stdin, "token in the keyring": kept} {
		c.secrets.add("signature of the "+name, t[strings.LastIndex(t, ".")+1:])
	}
	c.secrets.add("private key", strings.Split(string(block), "\n")[5])
	c.secrets.add("foreign secret", "canary-of-a-foreign-client")
	c.stdin = stdin
	at := "AUTH0_DOMAIN=" + c.tenant.URL
	c.ways = map[string][]string{
		"secret":       {at, "AUTH0_CLIENT_ID=" + id, "AUTH0_CLIENT_SECRET=" + secret},
		"token":        {at, "AUTH0_API_TOKEN=" + token},
		"stdin":        {at},
		"key":          {at, "AUTH0_CLIENT_ID=" + id, "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY=" + string(block)},
		"key file":     {at, "AUTH0_CLIENT_ID=" + id, "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY=" + file},
		"auth0 CLI":    {at, "HOME=" + filepath.Join(c.work, "outside/home")},
		"wrong secret": {at, "AUTH0_CLIENT_ID=" + id, "AUTH0_CLIENT_SECRET=canary-of-a-foreign-client"},
		"no token":     {at, "AUTH0_API_TOKEN=canary-of-a-foreign-client and more"},
		"no key":       {at, "AUTH0_CLIENT_ID=" + id, "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY=-----BEGIN canary-of-a-foreign-client"},
		"no key file":  {at, "AUTH0_CLIENT_ID=" + id, "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY=canary-of-a-foreign-client"},
		"echo, secret": {"AUTH0_DOMAIN=" + c.echo.URL, "AUTH0_CLIENT_ID=" + id, "AUTH0_CLIENT_SECRET=canary-of-a-foreign-client"},
		"echo, token":  {"AUTH0_DOMAIN=" + c.echo.URL, "AUTH0_API_TOKEN=canary-of-a-foreign-client"},
		"echo, key":    {"AUTH0_DOMAIN=" + c.echo.URL, "AUTH0_CLIENT_ID=" + id, "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY=" + file},
		"elsewhere":    {"AUTH0_DOMAIN=" + c.echo.URL, "AUTH0_API_TOKEN=" + token},
		"nothing":      {at},
	}
}

func (c *coop) put(name, content string) string {
	file := filepath.Join(c.work, filepath.FromSlash(name))
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(content), 0o600)); err != nil {
		c.t.Fatal(err)
	}
	return file
}

// run runs the program in a way of signing in and searches all that can be seen of it. It returns the exit code.
func (c *coop) run(way string, more []string, args ...string) int {
	c.t.Helper()
	c.covered[args[0]] = true
	program := exec.CommandContext(c.t.Context(), "mcpauth", args...)
	program.Dir = filepath.Join(c.work, "inside")
	if err := os.MkdirAll(program.Dir, 0o700); err != nil {
		c.t.Fatal(err)
	}
	program.Env = append([]string{
		searchPath(), atOnce, "HOME=" + program.Dir, "XDG_STATE_HOME=" + filepath.Join(program.Dir, "state"), "NO_PROXY=*",
		"TEST_KEYRING=" + filepath.Join(c.work, "outside/keyring.json"), "TEST_BROWSER=" + filepath.Join(program.Dir, "browser"),
	}, append(c.ways[way], more...)...)
	program.Stdin = strings.NewReader(c.stdin)
	var out bytes.Buffer
	program.Stdout, program.Stderr = &out, &out
	if err := program.Start(); err != nil {
		c.t.Fatal(err)
	}
	stop := make(chan struct{})
	seen := make(chan [][]byte)
	go watchProcesses(program.Process.Pid, stop, seen)
	_ = program.Wait()
	close(stop)
	lines := <-seen
	c.observed += len(lines)
	what := fmt.Sprintf("%s, mcpauth %s", way, strings.Join(args, " "))
	if found := c.secrets.in(out.Bytes()); found != nil {
		c.t.Errorf("%s prints %v:\n%s", what, found, out.String())
	}
	for _, line := range lines {
		if found := c.secrets.in(line); found != nil {
			c.t.Errorf("%s has %v among the arguments of %q", what, found, line)
		}
	}
	c.searchFiles(what)
	return program.ProcessState.ExitCode()
}

func (c *coop) searchFiles(what string) {
	err := filepath.WalkDir(filepath.Join(c.work, "inside"), func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(name)
		if found := c.secrets.in(content); found != nil {
			c.t.Errorf("%s leaves %v in %s", what, found, name)
		}
		return err
	})
	if err != nil {
		c.t.Error(err)
	}
}

// watchProcesses collects the command lines of a process and of all below it, where the system shows them.
func watchProcesses(pid int, stop <-chan struct{}, seen chan<- [][]byte) {
	all := map[string]bool{}
	for {
		var look func(pid string)
		look = func(pid string) {
			if line, err := os.ReadFile("/proc/" + pid + "/cmdline"); err == nil && len(line) > 0 {
				all[string(line)] = true
			}
			tasks, _ := filepath.Glob("/proc/" + pid + "/task/*/children")
			for _, task := range tasks {
				children, _ := os.ReadFile(task)
				for _, child := range strings.Fields(string(children)) {
					look(child)
				}
			}
		}
		look(fmt.Sprint(pid))
		select {
		case <-stop:
			var lines [][]byte
			for line := range all {
				lines = append(lines, []byte(line))
			}
			seen <- lines
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// voices are the ways in which a command can be made to say all that it knows.
var voices = [][]string{{"--verbose", "--debug"}, {"--json", "--debug"}}

// No command shows a secret, whatever becomes of it: not in what it prints, not in a file that it writes, not in a
// process's arguments, and not to a program that it starts.
func TestNoCommandShowsASecret(t *testing.T) {
	t.Parallel()
	c := newCoop(t)
	setup := []string{"setup", "--mcp-url", c.gateway.URL, "--connection", "google-oauth2"}
	plus := func(args []string, more ...string) []string { return append(slices.Clone(args), more...) }
	for way := range c.ways {
		for _, voice := range voices {
			args := append(plus(setup, "--dry-run"), voice...)
			if way == "stdin" {
				args = append(args, "--token-stdin")
			}
			code := c.run(way, nil, args...)
			if good := slices.Contains([]string{"secret", "token", "stdin", "key", "key file", "auth0 CLI"}, way); good != (code == 0) {
				t.Errorf("%s ended with %d", way, code)
			}
		}
	}
	for _, voice := range voices {
		for _, args := range [][]string{
			plus(setup, "--yes", "--out", "project"+voice[0], "--verify"),
			{"promote-connection", "--name", "google-oauth2", "--yes"},
			{"promote-connection", "--name", "no-such", "--yes"},
			{"render-gateway-config", "--mcp-url", c.gateway.URL, "--from-tenant"},
			{"verify", c.gateway.URL, "--follow", "--report", "r.html", "--report", "r.json", "--report", "r.xml"},
			{"verify", c.gateway.URL, "--login"},
			{"verify", c.echo.URL + "/mcp", "--follow", "--client-id", "abc", "--report", "e.html", "--report", "e.json", "--report", "e.xml"},
			{"undo", "--list"},
			{"undo", "--yes"},
			{"clients", "list"},
			{"clients", "prune", "--yes"},
			{"export"},
			{"sandbox", "--port", "0", "--", "env"},
			{"demo"},
			{"version"},
			{"completion", "bash"},
			{"help", "environment"},
			{"__complete", "setup", "--connection", ""},
		} {
			c.run("secret", []string{"MCPAUTH_CLIENT_SECRET=canary-of-a-foreign-client"}, append(args, voice...)...)
		}
		c.run("nothing", []string{`MCP_CONFORMANCE_CONTEXT={"client_id": "x", "client_secret": "canary-of-a-foreign-client"}`}, append([]string{"verify", c.gateway.URL, "--follow"}, voice...)...)
		c.run("nothing", []string{`MCP_CONFORMANCE_CONTEXT={canary-of-a-foreign-client`}, append([]string{"verify", c.gateway.URL}, voice...)...)
	}
	if _, err := os.Stat(filepath.Join(c.work, "inside", "browser")); err != nil {
		t.Errorf("no browser was started, so nothing was learned of it: %v", err)
	}
	if _, err := os.Stat("/proc/self/cmdline"); err == nil && c.observed < 50 {
		t.Errorf("only %d command lines were seen", c.observed)
	}
	for _, path := range commands(t) {
		if !c.covered[path[0]] && path[0] != "environment" && path[0] != "exit-codes" {
			t.Errorf("mcpauth %s is not run here: add it", path[0])
		}
	}
}
