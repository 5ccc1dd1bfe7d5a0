package tenant_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

// A server that echoes what it was sent must not bring a secret into an error.
func TestAnEchoedSecretIsNotShown(t *testing.T) {
	for name, answer := range map[string]func(string) (string, string){
		"as text": func(form string) (string, string) { return "text/plain", "Blocked: " + form },
		"as OAuth": func(form string) (string, string) {
			return "application/json", `{"error":"invalid_request","error_description":"got ` + form + `"}`
		},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			form, _ := io.ReadAll(r.Body)
			kind, body := answer(string(form))
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, body)
		}))
		domain, err := spec.ParseDomain(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		credentials, err := tenant.Resolve(t.Context(), tenant.Sources{Getenv: environment("AUTH0_CLIENT_ID", "id", "AUTH0_CLIENT_SECRET", "canary-value")})
		if err != nil {
			t.Fatal(err)
		}
		c := tenant.New(tenant.Config{Domain: domain, Credentials: credentials, Transport: tenant.NewTransport(tenant.NewBase(nil), 0, nil)})
		err = c.SignIn(t.Context())
		server.Close()
		if err == nil || strings.Contains(err.Error(), "canary") || !strings.Contains(err.Error(), "400") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
