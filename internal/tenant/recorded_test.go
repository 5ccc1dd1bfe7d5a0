package tenant_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

// recorded reads the answer of a fixture, which has the shape of a real one.
func recorded(t *testing.T, name string) map[string]any {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "testdata", "recordings", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var fixture struct {
		Response struct{ Body map[string]any }
	}
	if err := json.Unmarshal(raw, &fixture); err != nil {
		t.Fatal(err)
	}
	return fixture.Response.Body
}

// Answers in the shapes that Auth0 was recorded to give, undocumented members included, are understood.
func TestRecordedAnswersAreUnderstood(t *testing.T) {
	apis, grant, connections, settings := recorded(t, "04-resource-server-list"), recorded(t, "10-client-grant-get"), recorded(t, "13-connection-list"), recorded(t, "22-tenant-settings-get")
	listed, _ := apis["resource_servers"].([]any)
	delete(listed[0].(map[string]any), "signing_alg")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		var answer any
		switch strings.TrimPrefix(r.URL.Path, "/api/v2") {
		case "/resource-servers":
			answer = apis
		case "/client-grants":
			answer = map[string]any{"client_grants": []any{grant}}
		case "/connections":
			answer = connections
		case "/tenants/settings":
			answer = settings
		}
		if err := json.NewEncoder(w).Encode(answer); err != nil {
			t.Error(err)
		}
	}))
	defer server.Close()
	domain, err := spec.ParseDomain(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	credentials, err := tenant.Resolve(t.Context(), tenant.Sources{Token: "token", Getenv: environment()})
	if err != nil {
		t.Fatal(err)
	}
	c := tenant.New(tenant.Config{Domain: domain, Credentials: credentials, Transport: tenant.NewTransport(tenant.NewBase(nil), time.Second, nil)})
	audience, _ := grant["audience"].(string)
	list, _ := connections["connections"].([]any)
	first, _ := list[0].(map[string]any)
	name, _ := first["name"].(string)
	o, err := c.Observe(t.Context(), plan.Query{Identifiers: []string{audience}, Connections: []spec.Connection{{Name: name}}, Settings: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(o.APIs) != len(listed) || len(o.APIs) == 0 || o.APIs[0].ID == "" {
		t.Errorf("the APIs are %+v", o.APIs)
	}
	if alg, there := o.APIs[0].Values["signing_alg"]; there {
		t.Errorf("an absent algorithm must stay absent, and is %q", alg)
	}
	if g := o.Grants[audience]; len(g) != 1 || g[0].Values["subject_type"] != grant["subject_type"] || g[0].ID != grant["id"] {
		t.Errorf("the grants are %+v", g)
	}
	if found := o.Connections[spec.Connection{Name: name}]; found == nil || found.ID != first["id"] || found.Values["is_domain_connection"] != first["is_domain_connection"] {
		t.Errorf("the connection is %+v", found)
	}
	for path, want := range map[string]any{"resource_parameter_profile": settings["resource_parameter_profile"], "client_id_metadata_document_supported": settings["client_id_metadata_document_supported"]} {
		if want == nil || o.Settings.Values[path] != want {
			t.Errorf("%s is %v, want %v", path, o.Settings.Values[path], want)
		}
	}
	if _, there := o.Settings.Values["default_audience"]; there != (settings["default_audience"] != nil) {
		t.Error("an absent default audience must stay absent")
	}
}
