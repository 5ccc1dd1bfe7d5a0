package provision

import (
	"context"
	"fmt"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

// APINames asks the tenant for the APIs of the servers, so that a gateway is only made to match what is there. Servers
// that have no API of exactly their URL are a spec.Invalid, which names near misses.
func APINames(ctx context.Context, t Tenant, servers []spec.Server) (map[string]string, error) {
	query := plan.Query{}
	for _, server := range servers {
		query.Identifiers = append(query.Identifiers, server.URL)
	}
	lacking, err := t.Lacking(ctx, tenant.ReadScopes(query))
	if err != nil {
		return nil, err
	}
	if len(lacking) > 0 {
		return nil, &tenant.ScopeError{Missing: lacking, Domain: t.Domain().String()}
	}
	observed, err := t.Observe(ctx, query)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	var problems spec.Invalid
	for _, server := range servers {
		if api := observed.API(server.URL); api != nil {
			names[server.URL], _ = api.Values["name"].(string)
			continue
		}
		hint := fmt.Sprintf("make it: mcpauth setup --mcp-url %s --domain %s", server.URL, t.Domain())
		if near := observed.NearMisses(server.URL); len(near) > 0 {
			hint = fmt.Sprintf("there is %s, but Auth0 compares byte for byte; %s", near[0], hint)
		}
		problems = append(problems, spec.Problem{Field: "--mcp-url", What: fmt.Sprintf("%s has no API %s", t.Domain(), server.URL), Hint: hint})
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return names, nil
}
