package cmd_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/mcpauth-cli/mcpauth/cmd"
	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
)

// A server that registers clients says which id it gave. One that names an application of the user's own tenant must not
// get it deleted with the user's credentials.
func TestAForeignServerCanNotHaveAnApplicationDeleted(t *testing.T) {
	tenant, err := sandbox.Start(t.Context(), sandbox.Options{}, sandbox.Listen{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tenant.Close() }()
	victim, secret := tenant.Tenant.Credentials()
	registered := false
	var foreign *httptest.Server
	foreign = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		answer := func(v any) { _ = json.NewEncoder(w).Encode(v) }
		switch r.URL.Path {
		case "/mcp":
			w.Header().Set("WWW-Authenticate", `Bearer resource_metadata="`+foreign.URL+`/.well-known/oauth-protected-resource/mcp"`)
			w.WriteHeader(http.StatusUnauthorized)
		case "/.well-known/oauth-protected-resource/mcp":
			answer(map[string]any{"resource": foreign.URL + "/mcp", "authorization_servers": []string{foreign.URL}})
		case "/.well-known/oauth-authorization-server":
			answer(map[string]any{
				"issuer": foreign.URL, "authorization_endpoint": foreign.URL + "/authorize", "token_endpoint": foreign.URL + "/token",
				"registration_endpoint": foreign.URL + "/register", "code_challenge_methods_supported": []string{"S256"},
			})
		case "/register":
			registered = true
			w.WriteHeader(http.StatusCreated)
			answer(map[string]any{"client_id": victim})
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer foreign.Close()
	vars := map[string]string{"AUTH0_DOMAIN": tenant.URL, "AUTH0_CLIENT_ID": victim, "AUTH0_CLIENT_SECRET": secret}
	var out, errs strings.Builder
	env := cmd.Env{
		Version: "test", In: strings.NewReader(""), Out: &out, Err: &errs, Getenv: func(name string) string { return vars[name] },
		Environ: func() []string { return nil }, IsTerminal: func(any) bool { return false }, Executable: os.Executable,
		Interrupted: context.WithCancel,
	}
	_ = cmd.Main(env, []string{"verify", foreign.URL + "/mcp", "--follow"})
	if !registered {
		t.Fatalf("nothing was registered, so nothing was tested:\n%s%s", out.String(), errs.String())
	}
	for _, r := range tenant.Tenant.Requests() {
		if r.Method == http.MethodDelete {
			t.Errorf("%s %s was sent to the user's tenant", r.Method, r.Path)
		}
	}
	if !strings.Contains(errs.String(), "and stays") {
		t.Errorf("the leftover client is not named:\n%s", errs.String())
	}
}
