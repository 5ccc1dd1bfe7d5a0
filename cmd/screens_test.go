package cmd_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/cmd"
	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

// station is what a run of the program sees of the world: variables, a terminal or none, a keyring.
type station struct {
	vars     map[string]string
	terminal bool
	columns  int
	keyring  tenant.Keyring
	in       string

	transport http.RoundTripper // in the place of the network; nil for none
}

// run runs the program once; what it prints to stdout and stderr comes as one text, as on a terminal.
func (s station) run(t *testing.T, args ...string) (string, int) {
	t.Helper()
	var out bytes.Buffer
	vars := map[string]string{"XDG_STATE_HOME": t.TempDir()}
	maps.Copy(vars, s.vars)
	env := cmd.Env{
		Version: "v0.0.0-test", In: strings.NewReader(s.in), Out: &out, Err: &out, Getenv: func(name string) string { return vars[name] },
		Environ:    func() []string { return nil },
		IsTerminal: func(any) bool { return s.terminal }, Columns: func(any) int { return s.columns },
		Interrupted: context.WithCancel, Executable: os.Executable, Keyring: s.keyring, Transport: s.transport,
		OpenBrowser: func(string) error { return errors.New("no browser here") },
	}
	code := cmd.Main(env, args)
	return out.String(), code
}

// pointed are the variables that point at a sandbox, over others.
func pointed(server *sandbox.Server, more ...string) map[string]string {
	vars := map[string]string{"NO_COLOR": "1"}
	for _, pair := range append(server.Env(), more...) {
		name, value, _ := strings.Cut(pair, "=")
		vars[name] = value
	}
	return vars
}

// settled is what stays on a terminal: of a line that was drawn anew, the last.
func settled(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if at := strings.LastIndex(line, "\r\x1b[K"); at >= 0 {
			lines[i] = line[at+len("\r\x1b[K"):]
		}
	}
	return strings.Join(lines, "\n")
}

var changing = []struct {
	pattern *regexp.Regexp
	with    string
}{
	{regexp.MustCompile(`localhost:\d+`), "localhost:PORT"},
	{regexp.MustCompile(`\b[A-Za-z0-9]{32}\b`), "CLIENT-ID-OF-THIRTY-TWO-LETTERS"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d UTC`), "2026-01-01 00:00 UTC"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`), "2026-01-01 00:00:00"},
	{regexp.MustCompile(`\d{8}T\d{6}-[0-9a-f]{6}`), "20260101T000000-abcdef"},
	{regexp.MustCompile(`(recorded in\s+)/\S+`), "$1/STATE/mcpauth"},
	{regexp.MustCompile(`(✓ changed connection \S+\n)(✓ created default grant for \S+\n)`), "$2$1"}, // they go side by side
	{regexp.MustCompile(`customer-\d\d(  \d)`), "customer-NN$1"},                                    // they are changed side by side
}

// inOrder sorts lines that tell of what was done side by side, in whatever order it was.
func inOrder(text string) string {
	lines := strings.Split(text, "\n")
	for from := 0; from < len(lines); from++ {
		to := from
		for to < len(lines) && strings.HasPrefix(lines[to], "✓ ") {
			to++
		}
		slices.Sort(lines[from:to])
		from = max(from, to)
	}
	return strings.Join(lines, "\n")
}

// golden compares a text with a file of testdata/screens, or writes it anew with -update. What changes from run to run
// is replaced by words of about its length.
func golden(t *testing.T, name, text string) {
	t.Helper()
	for _, c := range changing {
		text = c.pattern.ReplaceAllString(text, c.with)
	}
	text = inOrder(text)
	file := filepath.Join("..", "testdata", "screens", filepath.FromSlash(name)+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("%s isn't there: look at the screen, and write it with -update:\n%s", file, text)
	}
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("%s: the screen is\n%s\nwant\n%s", name, text, want)
	}
}

// command is a line that a person copies, or a flag of one: neither is broken within a word.
var command = regexp.MustCompile(`^( +|\$ )((do +)?(mcpauth|auth0|ssh) |--[a-z-]+ \S+( \\)?$|export \S+$)`)

// label is what stands before a detail of a check.
var label = regexp.MustCompile(`^    (sent|got|want|why|spec|do) +`)

// fits makes sure that no line is longer than the terminal, but for commands and for words that can't be broken.
func fits(t *testing.T, name, text string, width int) {
	t.Helper()
	for line := range strings.SplitSeq(text, "\n") {
		words := strings.TrimSpace(label.ReplaceAllString(line, ""))
		if view.Width(line) > width && !command.MatchString(line) && strings.Contains(words, " ") {
			t.Errorf("%s: %d columns, and the terminal has %d: %s", name, view.Width(line), width, line)
		}
	}
}

// commands are all that help tells of, found as a shell finds them.
func commands(t *testing.T, at ...string) (all [][]string) {
	t.Helper()
	listed, _ := station{}.run(t, append(append([]string{"__complete", "help"}, at...), "")...)
	for line := range strings.Lines(listed) {
		name, _, found := strings.Cut(line, "\t")
		if found && !strings.HasPrefix(line, ":") {
			path := append(append([]string{}, at...), name)
			all = append(append(all, path), commands(t, path...)...)
		}
	}
	return all
}

func TestHelpScreens(t *testing.T) {
	all := commands(t)
	if len(all) < 9 {
		t.Fatalf("only %d commands were found: %v", len(all), all)
	}
	for _, path := range append(all, nil) {
		name := strings.Join(append([]string{"help/mcpauth"}, path...), "-")
		text, code := station{}.run(t, append([]string{"help"}, path...)...)
		if code != 0 {
			t.Errorf("%s: exit %d", name, code)
		}
		golden(t, name, text)
		for line := range strings.SplitSeq(text, "\n") {
			if view.Width(line) > 80 {
				t.Errorf("%s: %d columns: %s", name, view.Width(line), line)
			}
		}
		if usage, examples := strings.Index(text, "\nUsage:"), strings.Index(text, "\nExamples:"); examples > usage {
			t.Errorf("%s: the examples come after the usage", name)
		}
		if asked, _ := (station{}).run(t, append(path, "--help")...); asked != text {
			t.Errorf("%s: --help says something else:\n%s", name, asked)
		}
		narrow, _ := station{terminal: true, columns: 50, vars: map[string]string{"NO_COLOR": "1"}}.run(t, append(path, "--help")...)
		_, flags, _ := strings.Cut(narrow, "\nFlags:")
		fits(t, name+" at 50 columns", flags, 50)
	}
}

// Every variable that the program reads is in help environment: looked for in its source, by the ways in which it reads.
func TestHelpNamesEveryVariable(t *testing.T) {
	help, _ := station{}.run(t, "help", "environment")
	reads := regexp.MustCompile(`[gG]etenv\("([A-Z][A-Z0-9_]+)"\)|\b(?:Env|env)[A-Z]\w+ *= "([A-Z][A-Z0-9_]+)"`)
	found := 0
	err := filepath.WalkDir("..", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		content, err := os.ReadFile(name)
		for _, match := range reads.FindAllStringSubmatch(string(content), -1) {
			found++
			if variable := match[1] + match[2]; !strings.Contains(help, "  "+variable) && !strings.Contains(help, ", "+variable) {
				t.Errorf("%s reads %s, of which help environment says nothing", name, variable)
			}
		}
		return err
	})
	if err != nil || found < 15 {
		t.Errorf("%d variables were found, %v", found, err)
	}
}

// cliHome makes a home with a login of the auth0 CLI for the sandbox.
func cliHome(t *testing.T, server *sandbox.Server, entry map[string]any) string {
	t.Helper()
	domain := strings.TrimPrefix(server.URL, "http://")
	entry["domain"], entry["name"] = domain, "sandbox"
	content, err := json.Marshal(map[string]any{"default_tenant": domain, "tenants": map[string]any{domain: entry}})
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	dir := filepath.Join(home, ".config", "auth0")
	if err := errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(filepath.Join(dir, "config.json"), content, 0o600)); err != nil {
		t.Fatal(err)
	}
	return home
}

func noSecret(string, string) (string, error) { return "", tenant.ErrNoSecret }

func TestScreens(t *testing.T) {
	start := func(o sandbox.Options) *sandbox.Server {
		server, err := sandbox.Start(t.Context(), o, sandbox.Listen{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = server.Close() })
		return server
	}
	var seed strings.Builder
	var many []string
	for i := range 12 {
		fmt.Fprintf(&seed, `{"id": "con_%016d", "name": "customer-%02d", "strategy": "samlp"},`, i, i)
		many = append(many, "--name", fmt.Sprintf("customer-%02d", i))
	}
	server := start(sandbox.Options{Seed: []byte(`{"connections": [` + strings.TrimSuffix(seed.String(), ",") + `, {"id": "con_aaaaaaaaaaaaaaaa", "name": "google-oauth2", "strategy": "google-oauth2"}]}`)})
	other := start(sandbox.Options{})
	state := "XDG_STATE_HOME=" + t.TempDir()
	setup := []string{"setup", "--mcp-url", "https://my-gateway.zuplo.dev/mcp", "--connection", "google-oauth2", "--scope", "tool:whoami=Who am I?", "--no-input"}
	with := func(args ...string) []string { return append(append([]string{}, setup...), args...) }
	token := func(s *sandbox.Server, ttl time.Duration, scopes ...string) []string {
		return []string{"AUTH0_CLIENT_ID=", "AUTH0_CLIENT_SECRET=", "AUTH0_API_TOKEN=" + s.Tenant.Token(ttl, scopes...)}
	}
	cli := func(entry map[string]any) []string {
		return []string{"AUTH0_CLIENT_ID=", "AUTH0_CLIENT_SECRET=", "HOME=" + cliHome(t, server, entry)}
	}
	for _, c := range []struct {
		name string
		more []string // variables
		args []string
		code int
	}{
		{"plan", nil, with("--dry-run"), 0},
		{"applied", nil, with("--yes"), 0},
		{"no-changes", nil, with("--yes"), 0},
		{"promote-many", nil, append([]string{"promote-connection", "--yes"}, many...), 0},
		{"missing", []string{"AUTH0_DOMAIN=", "AUTH0_CLIENT_ID="}, []string{"setup", "--no-input"}, 3},
		{"missing-domain-cli", append(cli(map[string]any{"expires_at": time.Now().Add(time.Hour)}), "AUTH0_DOMAIN="), with("--yes"), 3},
		{"invalid", nil, []string{"setup", "--mcp-url", "http://a.example/mcp", "--registration", "dcrr", "--scope", "a b", "--token-lifetime", "soon", "--yes"}, 3},
		{"unknown-connection", nil, []string{"promote-connection", "--name", "gogle-oauth2", "--yes"}, 3},
		{"unknown-flag", nil, []string{"setup", "--conection", "x"}, 3},
		{"unknown-command", nil, []string{"setpu"}, 3},
		{"no-credentials", []string{"AUTH0_CLIENT_ID="}, with("--yes"), 4},
		{"wrong-secret", []string{"AUTH0_CLIENT_SECRET=wrong"}, with("--yes"), 4},
		{"expired-token", token(server, -time.Hour), with("--yes"), 4},
		{"other-tenants-token", token(other, time.Hour), with("--yes"), 4},
		{"lacking-scopes", token(server, time.Hour, "read:resource_servers"), with("--yes"), 4},
		{"cli-ended", cli(map[string]any{"expires_at": time.Now().Add(-48 * time.Hour)}), with("--yes"), 4},
		{"cli-no-token", cli(map[string]any{"expires_at": time.Now().Add(time.Hour)}), with("--yes"), 4},
		{"cli-lacking-scopes", cli(map[string]any{"expires_at": time.Now().Add(time.Hour), "access_token": server.Tenant.Token(time.Hour, "read:connections")}), []string{"promote-connection", "--name", "google-oauth2", "--yes"}, 4},
		{"promote", nil, []string{"promote-connection", "--name", "google-oauth2", "--demote", "--yes"}, 0},
		{"undo-plan", nil, []string{"undo", "--dry-run"}, 0},
		{"undo-list", nil, []string{"undo", "--list"}, 0},
		{"undo", nil, []string{"undo", "--yes"}, 0}, // the narrow one takes the run before back, and the next the first
		{"undo-setup", nil, []string{"undo", "--yes"}, 0},
		{"undo-none", nil, []string{"undo", "--yes"}, 0},
		{"undo-unknown", nil, []string{"undo", "--yes", "--run", "20260101T000000-abcdef"}, 3},
	} {
		s := station{terminal: true, columns: 80, vars: pointed(server, append(c.more, state)...), keyring: noSecret}
		text, code := s.run(t, c.args...)
		text = settled(text)
		if code != c.code {
			t.Errorf("%s: exit %d, want %d:\n%s", c.name, code, c.code, text)
		}
		golden(t, c.name, text)
		fits(t, c.name, text, 80)
		s.columns, s.vars = 40, maps.Clone(s.vars)
		narrow, _ := s.run(t, c.args...)
		fits(t, c.name+" at 40 columns", settled(narrow), 40)
	}
}
