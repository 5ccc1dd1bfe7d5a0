package tenant

import (
	"slices"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
)

// ReadScopes are the permissions that a query needs.
func ReadScopes(q plan.Query) []string {
	var scopes []string
	if len(q.Identifiers) > 0 {
		scopes = append(scopes, "read:client_grants", "read:resource_servers")
	}
	if len(q.Connections) > 0 || q.AnyConnection {
		scopes = append(scopes, "read:connections")
	}
	if q.Settings {
		scopes = append(scopes, "read:tenant_settings")
	}
	return scopes
}

// WriteScopes are the permissions that applying changes needs.
func WriteScopes(changes []plan.Change) []string {
	verbs := map[plan.Action]string{plan.Create: "create:", plan.Update: "update:", plan.Delete: "delete:"}
	things := map[plan.Kind]string{
		plan.KindAPI: "resource_servers", plan.KindGrant: "client_grants",
		plan.KindConnection: "connections", plan.KindSettings: "tenant_settings",
	}
	var scopes []string
	for _, c := range changes {
		if verb := verbs[c.Action]; verb != "" {
			scopes = append(scopes, verb+things[c.Kind])
		}
	}
	slices.Sort(scopes)
	return slices.Compact(scopes)
}

// SetupScopes are all that setup can need, whatever the tenant holds.
func SetupScopes() []string {
	return []string{
		"create:client_grants", "create:resource_servers", "read:client_grants", "read:connections", "read:resource_servers",
		"read:tenant_settings", "update:client_grants", "update:connections", "update:resource_servers", "update:tenant_settings",
	}
}
