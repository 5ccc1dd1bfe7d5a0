package tenant_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

const blocked = "<!doctype html>\n<html><head><TITLE>Access\n denied &amp; logged</TITLE></head><body>ray 7f3</body></html>"

// What answers in the tenant's place is told from the tenant, in own words, and shown by no more than a page's title.
func TestAnswersOfOthersAreToldApart(t *testing.T) {
	const secret = "secret-value-that-a-server-repeats" // #nosec G101 -- a made-up one
	long := strings.Repeat("x", 160) + " " + strings.Repeat("y", 10) + secret + "</title>"
	for _, c := range []struct {
		name     string
		status   int
		body     string
		location string
		want     string // of every error
		foreign  bool
	}{
		{"a firewall's page", 403, blocked, "", "403 Forbidden: not one of Auth0's errors, but a page: Access denied & logged", true},
		{"a page that is not there", 404, "<html>nothing</html>", "", "404 Not Found: not one of Auth0's errors, but a page", true},
		{"a page that asks to sign in", 401, "<html>sign in</html>", "", "401 Unauthorized: not one of Auth0's errors, but a page", true},
		{"plain text", 500, "upstream\nfailed", "", "500 Internal Server Error: not one of Auth0's errors", true},
		{"plain text that repeats the secret", 400, long, "", "400 Bad Request: not one of Auth0's errors", true},
		{"a page that repeats the secret", 200, "<title>" + long, "", "200 OK: the answer is not JSON, but a page", true},
		{"an answer that repeats the secret", 200, `{"a":"` + long + `"}`, "", "the answer ", true},
		{"nothing", 400, "", "", "400 Bad Request: not one of Auth0's errors", true},
		{"others' JSON", 404, `{"detail":"no route"}`, "", "404 Not Found: not one of Auth0's errors", true},
		{"a portal's page", 200, "<title>Sign in</title>", "", "200 OK: the answer is not JSON, but a page: Sign in", true},
		{"a redirect", 302, "", "https://user:secret-value@portal.example:8443/login?state=1", "302 Found: a redirect to https://portal.example:8443, which is not followed", true},
		{"a redirect within", 307, "", "/login", "307 Temporary Redirect: a redirect to http://127.0.0.1:", true},
		{"a redirect to nowhere", 301, "", "", "301 Moved Permanently: a redirect to no address, which is not followed", true},
		{"Auth0's error", 400, `{"statusCode":400,"error":"Bad Request","message":"no"}`, "", "400 Bad Request: no", false},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if c.location != "" {
				w.Header().Set("Location", c.location)
			}
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.body)
		}))
		failed := func(err error) {
			t.Helper()
			var failure *tenant.RequestError
			if !errors.As(err, &failure) || !strings.Contains(err.Error(), c.want) || failure.Foreign != c.foreign || failure.Object == "" || strings.Contains(err.Error(), "secret") {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		client := clientOf(t, server.URL, "AUTH0_API_TOKEN", secret)
		_, err := client.Observe(t.Context(), plan.Query{Connections: []spec.Connection{{ID: "con_1"}}})
		failed(err)
		_, effect, err := client.Apply(t.Context(), settings())
		failed(err)
		if refused := c.status >= 400 && c.status < 500; refused != (effect == tenant.Nothing) {
			t.Errorf("%s: a change did %d", c.name, effect)
		}
		if c.foreign {
			failed(clientOf(t, server.URL, "AUTH0_CLIENT_ID", "id", "AUTH0_CLIENT_SECRET", secret).SignIn(t.Context()))
		}
		server.Close()
	}
}

// A 401 refuses the credentials in whatever form it comes, but for a page: that wants a person to sign in.
func TestARefusalIsOneInAnyForm(t *testing.T) {
	for _, body := range []string{"", "Unauthorized", `{"message":"Unauthorized"}`, `{"code":401}`} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, body)
		}))
		_, observing := clientOf(t, server.URL, "AUTH0_API_TOKEN", "token").Observe(t.Context(), plan.Query{Settings: true})
		signing := clientOf(t, server.URL, "AUTH0_CLIENT_ID", "id", "AUTH0_CLIENT_SECRET", "secret").SignIn(t.Context())
		for _, err := range []error{observing, signing} {
			var refused *tenant.AuthError
			if !errors.As(err, &refused) || !strings.Contains(err.Error(), "not one of Auth0's errors") || refused.Hint == "" {
				t.Errorf("%q: %v", body, err)
			}
		}
		server.Close()
	}
}

// An answer of another type than Auth0's is told by its member, and not in the words of the program's insides.
func TestAWrongTypeIsToldByItsMember(t *testing.T) {
	for _, c := range []struct {
		body, want string
		query      plan.Query
	}{
		{`{"flags":[]}`, "holds an array as flags, where Auth0 has an object", plan.Query{Settings: true}},
		{`{"flags":{"enable_client_connections":"yes"}}`, "holds a string as flags.enable_client_connections, where Auth0 has a boolean", plan.Query{Settings: true}},
		{`{"flags":{},"default_audience":7}`, "holds a number as default_audience, where Auth0 has a string", plan.Query{Settings: true}},
		{`{"connections":[{"id":"con_1","name":"x","is_domain_connection":"x"}]}`, "holds a string as connections.is_domain_connection, where Auth0 has a boolean", plan.Query{Connections: []spec.Connection{{Name: "x"}}}},
		{`{"flags":{},"device_flow":{"charset":[]}}`, "holds an array as device_flow.charset, where Auth0 has a string", plan.Query{Settings: true}},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, c.body) }))
		_, err := clientOf(t, server.URL, "AUTH0_API_TOKEN", "token").Observe(t.Context(), c.query)
		var failure *tenant.RequestError
		if !errors.As(err, &failure) || !failure.Foreign || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "Go ") || strings.Contains(err.Error(), "management.") {
			t.Errorf("%s: %v", c.body, err)
		}
		server.Close()
	}
}
