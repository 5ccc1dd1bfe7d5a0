//go:build unix

package cmd_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/creack/pty"

	"github.com/mcpauth-cli/mcpauth/cmd"
	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
)

// TestNoSecretIsTold looks for every token, code, verifier and secret that went by in all that a run leaves: what it shows
// on a terminal, in a pipe and in the trace, and its reports; also where the server repeats what it was given.
func TestNoSecretIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		flags    []string
		terminal bool
		repeat   bool
	}{
		"on a terminal":              {[]string{"--follow"}, true, false},
		"on a terminal, repeated":    {[]string{"--follow"}, true, true},
		"in a browser":               {[]string{"--login"}, true, false},
		"traced":                     {[]string{"--follow", "--debug"}, true, false},
		"traced, repeated":           {[]string{"--follow", "--debug"}, false, true},
		"for machines":               {[]string{"--login", "--json"}, false, false},
		"for machines, repeated":     {[]string{"--follow", "--json", "--debug"}, false, true},
		"for machines, more is said": {[]string{"--follow", "--json", "--verbose"}, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSecretive(t, c.repeat)
			folder := t.TempDir()
			args := append([]string{"verify", s.gateway.URL, "--other-resource", "https://other.example/mcp"}, c.flags...)
			for _, form := range []string{"html", "json", "xml"} {
				args = append(args, "--report", filepath.Join(folder, "report."+form))
			}
			shown, code := s.run(t, c.terminal, args)
			if want := map[bool]int{false: 0, true: 5}[c.repeat]; code != want {
				t.Fatalf("exit %d, want %d\n%s", code, want, shown)
			}
			if len(s.seen) < 8 {
				t.Fatalf("only %d secrets went by", len(s.seen))
			}
			all := map[string]string{"the output": shown}
			for _, form := range []string{"html", "json", "xml"} {
				content, err := os.ReadFile(filepath.Join(folder, "report."+form))
				if err != nil || len(content) < 1000 {
					t.Fatalf("the %s report: %d bytes, %v", form, len(content), err)
				}
				all["the report in "+form] = string(content)
			}
			for where, text := range all {
				for _, secret := range s.seen {
					if strings.Contains(text, secret) || strings.Contains(text, url.QueryEscape(secret)) {
						at := strings.Index(text, secret)
						t.Errorf("%s tells the secret %.10s…: %q", where, secret, text[max(0, at-80):max(0, at)])
					}
				}
			}
		})
	}
}

// secretive is a tenant that is set up, and all secrets that go by on the way there and in the verification.
type secretive struct {
	vars    map[string]string
	gateway *sandbox.Gateway
	repeat  bool // the MCP server says all that it could know

	mu   sync.Mutex
	seen []string
}

func newSecretive(t *testing.T, repeat bool) *secretive {
	t.Helper()
	server, err := sandbox.Start(t.Context(), sandbox.Options{AutoApprove: true}, sandbox.Listen{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	s := &secretive{vars: pointed(server, "XDG_CONFIG_HOME="+t.TempDir(), "XDG_STATE_HOME="+t.TempDir())}
	delete(s.vars, "NO_COLOR")
	if s.gateway, err = server.StartGateway(t.Context(), sandbox.GatewayOptions{Scopes: []string{"tool:whoami"}}, sandbox.Listen{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.gateway.Close() })
	shown, code := s.run(t, false, []string{"setup", "--mcp-url", s.gateway.URL, "--mcp-url", "https://other.example/mcp", "--scope", "tool:whoami", "--connection", "google-oauth2", "--yes"})
	if code != 0 {
		t.Fatalf("exit %d\n%s", code, shown)
	}
	s.seen, s.repeat = []string{s.vars["AUTH0_CLIENT_SECRET"]}, repeat
	return s
}

// run runs the program, on a terminal or in a pipe, and returns all that it shows.
func (s *secretive) run(t *testing.T, terminal bool, args []string) (shown string, code int) {
	t.Helper()
	var piped bytes.Buffer
	var out io.Writer = &piped
	done := make(chan struct{})
	screen := func() {}
	if terminal {
		keyboard, tty, err := pty.Open()
		if err != nil {
			t.Skipf("no terminal can be made here: %v", err)
		}
		out = tty
		go func() {
			defer close(done)
			_, _ = io.Copy(&piped, keyboard) // ends with an error when the other side is closed
		}()
		screen = func() {
			_ = tty.Close()
			<-done
			_ = keyboard.Close()
		}
	}
	env := cmd.Env{
		Version: "v0.0.0-test", In: strings.NewReader(""), Out: out, Err: out, Getenv: func(name string) string { return s.vars[name] },
		Environ: func() []string { return nil }, IsTerminal: func(any) bool { return terminal }, Executable: os.Executable,
		Interrupted: context.WithCancel, Transport: s, OpenBrowser: s.visit,
	}
	code = cmd.Main(env, args)
	screen()
	return piped.String(), code
}

// visit is a browser in which someone is logged in.
func (s *secretive) visit(address string) error {
	resp, err := (&http.Client{Transport: s}).Get(address)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func (s *secretive) add(values ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, value := range values {
		if value != "" && !slices.Contains(s.seen, value) {
			s.seen = append(s.seen, value)
		}
	}
}

// known are the secrets that a server could repeat: not the one that only the tenant knows, and of the tokens, which would
// fill more than a trace shows, the last.
func (s *secretive) known() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var short []string
	last := ""
	for _, secret := range s.seen[1:] {
		if strings.Count(secret, ".") == 2 {
			last = secret
		} else {
			short = append(short, secret)
		}
	}
	return append(short, last)
}

// RoundTrip learns the secrets in requests and answers.
func (s *secretive) RoundTrip(req *http.Request) (*http.Response, error) {
	if _, token, found := strings.Cut(req.Header.Get("Authorization"), " "); found && token != "not-a-token" {
		s.add(token)
	}
	if req.Body != nil {
		sent, _ := io.ReadAll(req.Body)
		req.Body = io.NopCloser(bytes.NewReader(sent))
		if form, err := url.ParseQuery(string(sent)); err == nil {
			for _, name := range []string{"code", "code_verifier", "refresh_token", "token", "client_secret"} {
				s.add(form.Get(name))
			}
		}
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if to, err := resp.Location(); err == nil {
		s.add(to.Query().Get("code"))
	}
	body, _ := io.ReadAll(resp.Body)
	var answer struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
	}
	if json.Unmarshal(body, &answer) == nil {
		s.add(answer.Access, answer.Refresh)
	}
	if s.repeat && req.URL.Path == "/mcp" && req.Header.Get("Authorization") != "" {
		body, _ = json.Marshal(map[string]string{"title": "I was given " + strings.Join(s.known(), " and ")})
		resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
		resp.ContentLength = int64(len(body))
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}
