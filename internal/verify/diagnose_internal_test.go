package verify

import (
	"net/http"
	"strings"
	"testing"
)

// Words of Auth0's own are taken for what they mean there only where Auth0 says them, and as a refusal.
func TestWordsOfAuth0(t *testing.T) {
	const (
		server  = "https://a.example/mcp"
		none    = "no API whose identifier is exactly this URL"
		misled  = "ignored the resource parameter"
		refuses = "in the words above"
		fails   = "itself fails"
	)
	for _, row := range []struct {
		issuer, paths string
		status        int
		said, cause   string
	}{
		{"https://t.eu.auth0.com/", "/connect/", 400, "access_denied: Service not found: https://b.example/mcp", misled},
		{"https://login.example/", "/oidc/", 400, "Service not found: https://b.example/mcp", misled},
		{"https://login.example/", "/oidc/", 400, `Client "tpc_x" is not authorized to access resource server "https://b.example/mcp".`, misled},
		{"https://login.example/", "/oidc/", 400, "Service not found: " + server, none},
		{"https://login.example/", "/oidc/", 400, "Service not found: '" + server + "'", none},
		{"https://login.example/", "/oidc/", 400, "(Service not found: <" + server + ">)", none},
		{"https://login.example/", "/oidc/", 400, `Service not found: \"` + server + `\".`, none},
		{"https://login.example/", "/oidc/", 503, "Service not found: 12", fails},
		{"https://login.example/", "/connect/", 400, "Service not found: billing", refuses},
		{"https://login.example/", "/connect/", 404, "Service not found: no route to upstream", refuses},
		{"https://login.example/", "/connect/", 400, "the connection was not found", refuses},
		{"https://auth0.com.example/", "/connect/", 400, "too many entities", refuses},
		{"https://login.example/", "/connect/", 400, "unauthorized_client", "no grant for this API, or may not use"},
	} {
		r := &run{issuer: row.issuer, indicator: server, server: &serverMetadata{}}
		r.server.TokenEndpoint, r.server.RegistrationEndpoint = row.issuer+"oauth/token", strings.TrimSuffix(row.issuer, "/")+row.paths+"register"
		got := r.refusal(&reply{status: row.status, header: http.Header{"Content-Type": {"text/plain"}}, body: []byte(row.said)}, TenantRules)
		if !strings.Contains(got.cause, row.cause) {
			t.Errorf("%s says %d %s: the cause is %q, want %q in it", row.issuer, row.status, row.said, got.cause, row.cause)
		}
	}
}
