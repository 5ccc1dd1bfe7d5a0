package cmd_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
)

// hostile is what a name could hold to take over a terminal: a title, a cleared screen, C1 controls, a carriage return,
// a line of its own, direction overrides, text that shows nothing, and a pile of marks.
const hostile = "\x1b]0;owned\x07\x1b[2J\x9b2J\u009b2J\rFORGED\nFORGED\x00\u202eesrever\u2066\u200b\u00ad\u3164\ufe0f\U000e0041\u2028" +
	"z\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301"

// ours are the sequences that this program itself sends to a terminal: colours, and a line that is drawn anew.
var ours = regexp.MustCompile("\r?\x1b\\[K|\x1b\\[[0-9;]*m")

// never are the ranges that no terminal, document or file may be sent.
var never = regexp.MustCompile("[\x00-\x08\x0b-\x1f\x7f-\u009f\u00ad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb" +
	"\U000e0000-\U0010ffff]|\u0301{5}|(?m:^FORGED)")

// harm is what a terminal must not get of a text, with what stands around it; empty where there is nothing.
func harm(text string) string {
	rest := ours.ReplaceAllString(text, "")
	if !utf8.ValidString(rest) {
		return "it is not UTF-8"
	}
	at := never.FindStringIndex(rest)
	if at == nil {
		return ""
	}
	return fmt.Sprintf("%q in %q", rest[at[0]:at[1]], rest[max(0, at[0]-60):min(len(rest), at[1]+20)])
}

// spoiler adds what is hostile to the texts of every answer, but for those members that are left out.
type spoiler struct {
	next http.RoundTripper
	keep []string
	// failing turns every answer to a request whose path holds it into a failure.
	failing string
	method  string // of the requests that fail; empty for all
	did     atomic.Int64
}

func (s *spoiler) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := s.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	if s.failing != "" && strings.Contains(req.URL.Path, s.failing) && (s.method == "" || s.method == req.Method) {
		resp.StatusCode = http.StatusBadRequest
		body, _ = json.Marshal(map[string]any{"statusCode": 400, "error": "Bad" + hostile, "message": "no" + hostile, "errorCode": "x" + hostile, "error_description": "no" + hostile})
	}
	var document any
	if json.Unmarshal(body, &document) == nil {
		body, _ = json.Marshal(s.spoil("", document))
	}
	for name := range resp.Header {
		if name == "Www-Authenticate" {
			resp.Header.Set(name, strings.ReplaceAll(resp.Header.Get(name), `error="`, `error="`+hostile))
		}
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	resp.Header.Del("Content-Length")
	return resp, nil
}

func (s *spoiler) spoil(name string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		for n := range v {
			v[n] = s.spoil(n, v[n])
		}
	case []any:
		for i := range v {
			v[i] = s.spoil(name, v[i])
		}
	case string:
		if !slices.Contains(s.keep, name) {
			s.did.Add(1)
			return v + hostile
		}
	}
	return v
}

// needed are the members without which no command gets far.
var needed = []string{
	"access_token", "token_type", "id", "identifier", "audience", "name", "subject_type", "signing_alg", "default_for", "issuer", "authorization_endpoint",
	"token_endpoint", "registration_endpoint", "jwks_uri", "resource", "authorization_servers", "client_id", "kty", "n", "e", "kid", "alg", "use", "jsonrpc",
	"protocolVersion", "code_challenge_methods_supported", "grant_types_supported", "response_types_supported", "bearer_methods_supported", "resource_parameter_profile",
	"strategy", "scope", "default_audience",
}

// hostileTenant holds hostile names wherever a tenant holds names, and an MCP server behind it.
func hostileTenant(t *testing.T) (*sandbox.Server, *sandbox.Gateway) {
	t.Helper()
	seed, err := json.Marshal(map[string]any{
		"tenant_settings": map[string]any{"friendly_name": "T" + hostile, "default_audience": "https://other.example/" + hostile},
		"connections": []map[string]any{
			{"id": "con_0000000000000001", "name": "google" + hostile, "strategy": "saml" + hostile, "display_name": "G" + hostile},
			{"id": "con_0000000000000002", "name": "google-oauth2", "strategy": "google-oauth2" + hostile},
		},
		"resource_servers": []map[string]any{
			{"id": "111111111111111111111111", "identifier": "https://a.example/mcp/", "name": "near" + hostile},
			{"id": "222222222222222222222222", "identifier": "https://b.example/mcp", "name": "same" + hostile, "scopes": []map[string]any{{"value": "read:x", "description": "D" + hostile}}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	server, err := sandbox.Start(t.Context(), sandbox.Options{Seed: seed, AutoApprove: true}, sandbox.Listen{})
	if err != nil {
		t.Fatal(err)
	}
	gateway, err := server.StartGateway(t.Context(), sandbox.GatewayOptions{}, sandbox.Listen{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = gateway.Close(); _ = server.Close() })
	return server, gateway
}

// hostileRuns are runs of all commands that speak to a tenant or a server.
func hostileRuns(mcp string) [][]string {
	setup := func(url string, more ...string) []string {
		return append([]string{"setup", "--no-input", "--yes", "--mcp-url", url, "--connection", "google-oauth2", "--scope", "read:x=mine"}, more...)
	}
	return [][]string{
		setup("https://a.example/mcp"),
		setup("https://b.example/mcp"),
		setup("https://a.example/mcp", "--beside-near-miss"),
		setup("https://c.example/mcp", "--connection-id", "con_0000000000000001"),
		setup(mcp, "--replace-default-audience", "--verify"),
		{"promote-connection", "--yes", "--id", "con_0000000000000001"},
		{"promote-connection", "--yes", "--id", "con_0000000000000001", "--demote"},
		{"promote-connection", "--yes", "--name", "googel"},
		{"render-gateway-config", "--mcp-url", "https://b.example/mcp", "--from-tenant"},
		{"render-gateway-config", "--mcp-url", "https://b.example/mcp", "--from-tenant", "--out", "out"},
		{"verify", mcp, "--follow", "--report", "r.html", "--report", "r.json", "--report", "r.xml"},
		{"undo", "--list"},
		{"undo", "--yes"},
		{"clients", "list"},
		{"clients", "prune", "--yes"},
		{"export"},
		{"__complete", "promote-connection", "--name", ""},
	}
}

// speechless are the commands that hear of no tenant but the program's own.
var speechless = []string{"sandbox", "demo", "completion", "version", "environment", "exit-codes"}

// Nothing that a tenant or a server says can move the cursor of the terminal that it ends on, set its title, or hide what
// it says; nor does it get into documents and files.
func TestNothingHostileReachesATerminal(t *testing.T) {
	covered := map[string]bool{}
	for _, args := range hostileRuns("") {
		covered[args[0]] = true
	}
	for _, path := range commands(t) {
		if !covered[path[0]] && !slices.Contains(speechless, path[0]) {
			t.Errorf("mcpauth %s is not run here: add it", path[0])
		}
	}
	for world, transport := range map[string]*spoiler{
		"as it is":                      nil,
		"only what must be is unspoilt": {keep: needed},
		"everything is spoilt":          {keep: []string{"access_token", "token_type"}},
		"signing in fails":              {failing: "/oauth/token"},
		"reading fails":                 {failing: "/api/v2/", keep: []string{"access_token", "token_type"}},
		"the server's answers fail":     {failing: "/.well-known/", keep: needed},
		"making an API fails":           {failing: "/api/v2/resource-servers", method: http.MethodPost, keep: needed},
		"names and clients are spoilt":  {keep: slices.DeleteFunc(slices.Clone(needed), func(s string) bool { return s == "name" || s == "client_id" })},
	} {
		t.Run(world, func(t *testing.T) {
			t.Parallel()
			server, gateway := hostileTenant(t)
			state := t.TempDir()
			for _, args := range hostileRuns(gateway.URL) {
				for _, voice := range [][]string{{"--debug", "--verbose"}, {"--json"}, nil} {
					runHostile(t, server, transport, state, append(slices.Clone(args), voice...))
				}
			}
			if transport != nil && transport.did.Load() == 0 {
				t.Error("nothing was spoilt")
			}
		})
	}
}

func runHostile(t *testing.T, server *sandbox.Server, transport *spoiler, state string, args []string) {
	t.Helper()
	work := t.TempDir()
	for i, arg := range args {
		if i > 0 && (args[i-1] == "--out" || args[i-1] == "--report") {
			args[i] = filepath.Join(work, arg)
		}
	}
	s := station{terminal: true, columns: 60, vars: maps.Clone(pointed(server)), keyring: noSecret}
	s.vars["XDG_STATE_HOME"] = state
	delete(s.vars, "NO_COLOR")
	if transport != nil {
		transport.next = http.DefaultTransport
		s.transport = transport
	}
	text, code := s.run(t, args...)
	what := fmt.Sprintf("mcpauth %s (exit %d)", strings.Join(args, " "), code)
	if found := harm(text); found != "" {
		t.Errorf("%s: %s", what, found)
	}
	look := func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(name)
		if strings.HasSuffix(name, ".html") { // where the end of a line is a space
			content = bytes.ReplaceAll(content, []byte("\n"), []byte(" "))
		}
		if found := harm(string(content)); found != "" {
			t.Errorf("%s: %s: %s", what, filepath.Base(name), found)
		}
		return err
	}
	if err := errors.Join(filepath.WalkDir(work, look), filepath.WalkDir(state, look)); err != nil {
		t.Error(err)
	}
}

// What the user's own surroundings say is no more trusted: a login of the auth0 CLI, a token's claims.
func TestNothingHostileComesFromOtherPlaces(t *testing.T) {
	server, err := sandbox.Start(t.Context(), sandbox.Options{}, sandbox.Listen{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	vars := pointed(server, "AUTH0_CLIENT_ID=", "AUTH0_CLIENT_SECRET=", "HOME="+cliHome(t, server, map[string]any{
		"client_id": "id" + hostile, "scopes": []string{hostile}, "expires_at": time.Now().Add(-time.Hour),
	}))
	claims := func(aud string) string {
		data, _ := json.Marshal(map[string]any{"aud": aud})
		return "e30." + base64.RawURLEncoding.EncodeToString(data) + ".c2ln"
	}
	for name, more := range map[string]map[string]string{
		"a CLI login":    {},
		"an audience":    {"AUTH0_API_TOKEN": claims("https://x.example/" + strings.ToValidUTF8(hostile, ""))},
		"a client id":    {"AUTH0_CLIENT_ID": "id" + hostile, "AUTH0_CLIENT_SECRET": "x"},
		"a domain":       {"AUTH0_DOMAIN": "a.example" + hostile},
		"a CA file":      {"MCPAUTH_CA_FILE": "ca" + hostile},
		"an algorithm":   {"AUTH0_CLIENT_ID": "x", "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY": "k" + hostile},
		"a verified URL": {"MCPAUTH_MCP_URL": "https://a" + hostile},
	} {
		s := station{terminal: true, columns: 60, vars: maps.Clone(vars), keyring: noSecret}
		maps.Copy(s.vars, more)
		for _, args := range [][]string{{"promote-connection", "--name", "google-oauth2", "--yes"}, {"verify"}, {"setup", "--no-input", "--mcp-url", "x" + hostile, "--name", hostile}} {
			text, _ := s.run(t, args...)
			if found := harm(text); found != "" {
				t.Errorf("%s, %s: %s", name, args[0], found)
			}
		}
	}
}
