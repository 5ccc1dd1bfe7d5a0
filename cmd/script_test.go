package cmd_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/mcpauth-cli/mcpauth/cmd"
	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestMain(m *testing.M) {
	testscript.Main(hearing{m}, map[string]func(){
		"mcpauth": func() {
			env := mortal(cmd.System("v0.0.0-test"))
			env.Keyring = fileKeyring(os.Getenv("TEST_KEYRING"))
			os.Exit(cmd.Main(env, os.Args[1:]))
		},
		// xdg-open stands in for the browser: it writes down what it was given, and follows the page to its end.
		"xdg-open": func() {
			if err := os.WriteFile(os.Getenv("TEST_BROWSER"), []byte(strings.Join(os.Environ(), "\n")), 0o600); err != nil {
				os.Exit(1)
			}
			if resp, err := http.Get(os.Args[1]); err == nil {
				_ = resp.Body.Close()
			}
		},
	})
}

// searchPath is where programs are found: this one and its browser among them.
func searchPath() string { return "PATH=" + os.Getenv("PATH") }

// atOnce lets a program that was built to find races end at once. One that ends well would wait a second first, for
// goroutines that the real one doesn't wait for either; among the hundreds of these tests that made minutes.
const atOnce = "GORACE=atexit_sleep_ms=0"

// fileKeyring reads the system's keyring from a JSON file, {"service/user": "secret"}; without one it is empty.
func fileKeyring(name string) tenant.Keyring {
	return func(service, user string) (string, error) {
		var secrets map[string]string
		if content, err := os.ReadFile(name); err == nil {
			_ = json.Unmarshal(content, &secrets)
		}
		if secret, ok := secrets[service+"/"+user]; ok {
			return secret, nil
		}
		return "", tenant.ErrNoSecret
	}
}

// TestScripts runs the stories in testdata/script. Beside testscript's own commands they have:
//
//	tenant [-free] [-gateway] [-fault F] [-latency D] [-seed FILE] [-scopes S,S] [-key FILE]  start a sandbox and set the variables that point at it
//	token [-expired|-ending] [scope…]                      set AUTH0_API_TOKEN to a token of that tenant, and nothing else
//	clilogin [-machine] [-ended] [-file] [-elsewhere] [scope…]  log the auth0 CLI in to that tenant, and set nothing else
//	asked [N]                                              assert how often the tenant was asked since the last asked
//	writes N                                               assert how many writes the tenant has seen
//	seen N                                                 wait until the tenant was asked N times
//	patch PATH JSON                                        change the tenant as someone else would
//	state FILE                                             write what the tenant holds
//	exitcode N program arg…                                run a program and assert its exit code
//	clean FILE                                             replace ports and ids in a file, to compare it
//	project FIXTURE FOLDER                                 copy the project of a fixture in testdata/gateway, and remember it
//	remember FOLDER                                        remember what a folder holds
//	unchanged FOLDER                                       assert that it still does: hashes, permissions and links
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("..", "testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Setup: func(env *testscript.Env) error {
			env.Setenv("CI", "")
			env.Setenv("NO_PROXY", "*")
			env.Vars = append(env.Vars, atOnce)
			env.Setenv("XDG_STATE_HOME", filepath.Join(env.WorkDir, "state"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"clilogin": cliLogin, "asked": countRequests, "tenant": startTenant, "token": setToken, "writes": countWrites, "state": writeState, "seen": waitSeen, "patch": patchTenant, "clean": cleanFile, "exitcode": assertExit,
			"project": copyProject, "remember": rememberTree, "unchanged": unchangedTree,
		},
	})
}

// servers finds the running tenant of a script by its work folder, which is its own.
var (
	mu      sync.Mutex
	servers = map[string]*sandbox.Server{}
)

func serverOf(ts *testscript.TestScript) *sandbox.Server {
	mu.Lock()
	defer mu.Unlock()
	server := servers[ts.Getenv("WORK")]
	if server == nil {
		ts.Fatalf("no tenant was started")
	}
	return server
}

func startTenant(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("tenant can't be negated")
	}
	flags := flag.NewFlagSet("tenant", flag.ContinueOnError)
	free := flags.Bool("free", false, "")
	fault := flags.String("fault", "", "")
	seed := flags.String("seed", "", "")
	scopes := flags.String("scopes", "", "")
	gateway := flags.Bool("gateway", false, "")
	latency := flags.Duration("latency", 0, "")
	key := flags.String("key", "", "")
	ts.Check(flags.Parse(args))
	options := sandbox.Options{AutoApprove: true, Latency: *latency}
	if *free {
		options.RateLimit = "free"
	}
	if *fault != "" {
		options.Faults = strings.Split(*fault, ",")
	}
	if *seed != "" {
		options.Seed = []byte(ts.ReadFile(*seed))
	}
	if *scopes != "" {
		options.Scopes = strings.Split(*scopes, ",")
	}
	if *key != "" {
		options.AssertionKey = writeKey(ts, *key)
	}
	server, err := sandbox.Start(context.Background(), options, sandbox.Listen{})
	ts.Check(err)
	mu.Lock()
	servers[ts.Getenv("WORK")] = server
	mu.Unlock()
	ts.Defer(func() { _ = server.Close() })
	if *gateway {
		mcp, err := server.StartGateway(context.Background(), sandbox.GatewayOptions{}, sandbox.Listen{})
		ts.Check(err)
		ts.Defer(func() { _ = mcp.Close() })
		ts.Setenv("MCPAUTH_MCP_URL", mcp.URL)
	}
	for _, pair := range server.Env() {
		name, value, _ := strings.Cut(pair, "=")
		ts.Setenv(name, value)
	}
}

func setToken(ts *testscript.TestScript, _ bool, args []string) {
	ttl := time.Hour
	switch {
	case len(args) > 0 && args[0] == "-expired":
		ttl, args = -time.Hour, args[1:]
	case len(args) > 0 && args[0] == "-ending":
		ttl, args = 30*time.Second, args[1:]
	}
	ts.Setenv("AUTH0_CLIENT_ID", "")
	ts.Setenv("AUTH0_CLIENT_SECRET", "")
	ts.Setenv("AUTH0_API_TOKEN", serverOf(ts).Tenant.Token(ttl, args...))
}

func countWrites(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	n := 0
	for _, r := range serverOf(ts).Tenant.Requests() {
		if r.Method != "GET" && r.Path != "/oauth/token" {
			n++
		}
	}
	if n != want {
		ts.Fatalf("the tenant has seen %d writes, want %d", n, want)
	}
}

func writeState(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), serverOf(ts).Tenant.State(), 0o600))
}

var (
	ports   = regexp.MustCompile(`localhost:\d+`)
	clients = regexp.MustCompile(`client [A-Za-z0-9]{32}`)
	grants  = regexp.MustCompile(`cgr_[A-Za-z0-9]{16}`)
)

func cleanFile(ts *testscript.TestScript, _ bool, args []string) {
	content := ts.ReadFile(args[0])
	content = ports.ReplaceAllString(content, "localhost:PORT")
	content = clients.ReplaceAllString(content, "client CLIENT")
	content = grants.ReplaceAllString(content, "cgr_ID")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(content), 0o600))
}

func assertExit(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	switch {
	case err == nil && want == 0:
	case errors.As(err, &exit) && exit.ExitCode() == want:
	default:
		ts.Fatalf("%s ended with %v, want exit code %d", args[1], err, want)
	}
}

func waitSeen(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	server := serverOf(ts)
	for deadline := time.Now().Add(20 * time.Second); len(server.Tenant.Requests()) < want; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			ts.Fatalf("the tenant was asked %d times, want %d", len(server.Tenant.Requests()), want)
		}
	}
}

func patchTenant(ts *testscript.TestScript, _ bool, args []string) {
	server := serverOf(ts)
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPatch, server.URL+"/api/v2"+args[0], strings.NewReader(strings.Join(args[1:], " ")))
	ts.Check(err)
	req.Header.Set("Authorization", "Bearer "+server.Tenant.Token(time.Hour))
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		ts.Fatalf("PATCH %s is answered %d", args[0], resp.StatusCode)
	}
}
