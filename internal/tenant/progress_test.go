package tenant_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

// What takes many answers is told as it goes, and what takes one is not.
func TestProgressOfManyAnswers(t *testing.T) {
	const apis, connections = 250, 12
	var seed struct {
		APIs        []map[string]any `json:"resource_servers"`
		Connections []map[string]any `json:"connections"`
	}
	var named []spec.Connection
	for i := range apis {
		seed.APIs = append(seed.APIs, map[string]any{"id": fmt.Sprintf("%024d", i), "identifier": fmt.Sprintf("https://%d.example/", i), "name": "x"})
	}
	for i := range connections {
		name := fmt.Sprintf("c-%d", i)
		seed.Connections = append(seed.Connections, map[string]any{"id": fmt.Sprintf("con_%016d", i), "name": name, "strategy": "samlp"})
		named = append(named, spec.Connection{Name: name})
	}
	content, err := json.Marshal(seed)
	if err != nil {
		t.Fatal(err)
	}
	server := start(t, sandbox.Options{Seed: content})
	credentials, err := tenant.Resolve(t.Context(), tenant.Sources{Token: server.Tenant.Token(time.Hour), Getenv: environment()})
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var told []string
	client := tenant.New(tenant.Config{
		Domain: parsed(t, server.URL), Credentials: credentials, Transport: tenant.NewTransport(tenant.NewBase(nil), 0, nil),
		Progress: func(what string, done, all int) {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, fmt.Sprintf("%d/%d %s", done, all, what))
		},
	})
	if _, err := client.Observe(t.Context(), plan.Query{Connections: named[:3]}); err != nil || len(told) != 0 {
		t.Errorf("of three connections %v is told, %v", told, err)
	}
	if _, err := client.Observe(t.Context(), plan.Query{Identifiers: []string{"https://a.example/mcp"}, Connections: named}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"100/251 APIs", "200/251 APIs", "251/251 APIs", "1/14 ", "14/14 "} {
		if !slices.Contains(told, want) {
			t.Errorf("%q is not among %q", want, told)
		}
	}
}
