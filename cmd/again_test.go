package cmd_test

import (
	"context"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/cmd"
	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
)

// answers is someone at a terminal who takes their time: before each answer something happens on the tenant.
type answers struct{ before []func() }

func (a *answers) Read(p []byte) (int, error) {
	if len(a.before) == 0 {
		return copy(p, "n\n"), nil
	}
	a.before[0]()
	a.before = a.before[1:]
	return copy(p, "y\n"), nil
}

// A yes is for the plan that was shown. Where the tenant changed meanwhile, the new plan is shown and asked about: else a
// scope that someone added in between would be overwritten by a list that was read before.
func TestAYesIsForThePlanThatWasShown(t *testing.T) {
	const api = "https://a.example/mcp"
	server, err := sandbox.Start(t.Context(), sandbox.Options{Seed: []byte(`{"resource_servers":[{"id":"69f1afe9659b98d75ab916ff","name":"x",` +
		`"identifier":"` + api + `","signing_alg":"RS256","scopes":[{"value":"first"}]}]}`)}, sandbox.Listen{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	patch := func() {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, server.URL+"/api/v2/resource-servers/69f1afe9659b98d75ab916ff",
			strings.NewReader(`{"scopes":[{"value":"first"},{"value":"theirs"}]}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+server.Tenant.Token(time.Hour))
		req.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(req)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatal(resp, err)
		}
		_ = resp.Body.Close()
	}
	vars := map[string]string{"XDG_STATE_HOME": t.TempDir()}
	for _, pair := range server.Env() {
		name, value, _ := strings.Cut(pair, "=")
		vars[name] = value
	}
	run := func(before []func(), args ...string) (code int, output string) {
		var out strings.Builder
		env := cmd.Env{
			Version: "test", In: &answers{before}, Out: &out, Err: &out, Getenv: func(name string) string { return vars[name] },
			Environ: func() []string { return nil }, IsTerminal: func(any) bool { return true }, Executable: os.Executable,
			Interrupted: context.WithCancel,
		}
		return cmd.Main(env, append(args, "--no-color")), out.String()
	}
	setup := []string{"setup", "--mcp-url", api, "--connection", "google-oauth2", "--scope", "wanted"}
	code, output := run([]func(){patch}, setup...)
	if code != 3 || !strings.Contains(output, "The tenant changed while the question was open") || strings.Contains(string(server.Tenant.State()), "wanted") {
		t.Errorf("it ends with %d, and the second question is not answered by the first answer:\n%s", code, output)
	}
	if code, output = run([]func(){func() {}}, setup...); code != 0 || strings.Contains(output, "The tenant changed") {
		t.Errorf("it ends with %d:\n%s", code, output)
	}
	for _, scope := range []string{"first", "theirs", "wanted"} {
		if !strings.Contains(string(server.Tenant.State()), `"value": "`+scope+`"`) {
			t.Errorf("the scope %s is gone", scope)
		}
	}
	code, output = run(nil, "undo", "--list")
	if lines := strings.Split(strings.TrimSpace(output), "\n"); code != 0 || len(lines) != 2 || !strings.HasSuffix(lines[1], "  setup: can be undone") {
		t.Errorf("the list ends with %d:\n%s", code, output)
	}
	if code, output = run([]func(){func() {}}, "undo"); code != 0 || strings.Contains(string(server.Tenant.State()), "wanted") {
		t.Errorf("undo ends with %d:\n%s", code, output)
	}
}
