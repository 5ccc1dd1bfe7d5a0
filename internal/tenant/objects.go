package tenant

import (
	"encoding/json"
	"slices"

	"github.com/auth0/go-auth0/v3/management"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
)

// put keeps an attribute that the tenant sent; one that is absent there stays absent.
func put[T any](values plan.Values, path string, value *T) {
	if value != nil {
		values[path] = *value
	}
}

// putText does the same for the SDK's enumerations, which the plan knows as text.
func putText[T ~string](values plan.Values, path string, value *T) {
	if value != nil {
		values[path] = string(*value)
	}
}

// rest adds the attributes of an answer that the values don't have yet, as JSON: nothing here sets them, and all that matters
// is whether they differ from what they were when the object was made. Those that were never set are left out.
func rest(values plan.Values, answer any, known ...string) {
	text, err := json.Marshal(answer)
	var all map[string]json.RawMessage
	if err != nil || json.Unmarshal(text, &all) != nil {
		return
	}
	for path, value := range all {
		_, there := values[path]
		if there || slices.Contains(known, path) || slices.Contains(neverSet, string(value)) {
			continue
		}
		values[path] = string(value)
	}
}

// neverSet are the forms of an attribute that was never set.
var neverSet = []string{"null", "false", `""`, "0", "[]", "{}"}

// api is what the answers about an API have in common: list, create and update have a type each.
type api interface {
	GetID() string
	GetName() string
	GetIdentifier() string
	GetScopes() []*management.ResourceServerScope
	GetSigningAlg() management.SigningAlgorithmEnum
	GetAllowOfflineAccess() bool
	GetTokenLifetime() int
	GetEnforcePolicies() bool
	GetTokenDialect() management.ResourceServerTokenDialectResponseEnum
	GetSubjectTypeAuthorization() management.ResourceServerSubjectTypeAuthorization
}

func apiObject(a api) plan.Object {
	v := plan.Values{
		"name": a.GetName(), "identifier": a.GetIdentifier(),
		"allow_offline_access": a.GetAllowOfflineAccess(), "token_lifetime": a.GetTokenLifetime(),
		"enforce_policies": a.GetEnforcePolicies(), "token_dialect": string(a.GetTokenDialect()),
	}
	if alg := a.GetSigningAlg(); alg != "" { // what isn't said is not known: Auth0 documents another default than it answers with
		v["signing_alg"] = string(alg)
	}
	if scopes := a.GetScopes(); scopes != nil {
		list := make([]plan.Scope, 0, len(scopes))
		for _, s := range scopes {
			list = append(list, plan.Scope{Value: s.GetValue(), Description: s.GetDescription()})
		}
		v[plan.PathScopes] = list
	}
	if authorization := a.GetSubjectTypeAuthorization(); authorization.User != nil {
		putText(v, "subject_type_authorization.user.policy", authorization.User.Policy)
	}
	if authorization := a.GetSubjectTypeAuthorization(); authorization.Client != nil {
		putText(v, "subject_type_authorization.client.policy", authorization.Client.Policy)
	}
	rest(v, a, "id", "is_system", "scopes", "signing_secret", "subject_type_authorization")
	return plan.Object{ID: a.GetID(), Values: v}
}

// grant is what the answers about a client grant have in common.
type grant interface {
	GetID() string
	GetAudience() string
	GetScope() []string
	GetSubjectType() management.ClientGrantSubjectTypeEnum
	GetAllowAllScopes() bool
	GetDefaultFor() management.ClientGrantDefaultForEnum
}

func grantObject(g grant) plan.Object {
	v := plan.Values{
		"audience": g.GetAudience(), "subject_type": string(g.GetSubjectType()), "scope": g.GetScope(),
		"default_for": string(g.GetDefaultFor()), "allow_all_scopes": g.GetAllowAllScopes(),
	}
	rest(v, g, "id", "is_system")
	return plan.Object{ID: g.GetID(), Values: v}
}

// connection is what the answers about a connection have in common.
type connection interface {
	GetID() string
	GetName() string
	GetDisplayName() string
	GetStrategy() string
	GetIsDomainConnection() bool
}

func connectionObject(c connection) plan.Object {
	v := plan.Values{"name": c.GetName(), "strategy": c.GetStrategy(), "is_domain_connection": c.GetIsDomainConnection()}
	if display := c.GetDisplayName(); display != "" {
		v["display_name"] = display
	}
	return plan.Object{ID: c.GetID(), Values: v}
}

func settingsObject(s *management.GetTenantSettingsResponseContent) plan.Object {
	return managedSettings(s.Flags, s.DefaultAudience, s.ResourceParameterProfile, s.AuthorizationResponseIssParameterSupported, s.ClientIDMetadataDocumentSupported)
}

func updatedSettings(s *management.UpdateTenantSettingsResponseContent) plan.Object {
	return managedSettings(s.Flags, s.DefaultAudience, s.ResourceParameterProfile, s.AuthorizationResponseIssParameterSupported, s.ClientIDMetadataDocumentSupported)
}

// managedSettings takes pointers, since an absent setting is not the same as one that is off.
func managedSettings(flags *management.TenantSettingsFlags, audience *string, profile *management.TenantSettingsResourceParameterProfile, iss, cimd *bool) plan.Object {
	v := plan.Values{}
	if flags != nil {
		put(v, "flags.enable_dynamic_client_registration", flags.EnableDynamicClientRegistration)
		put(v, "flags.enable_client_connections", flags.EnableClientConnections)
	}
	put(v, "default_audience", audience)
	putText(v, "resource_parameter_profile", profile)
	put(v, "authorization_response_iss_parameter_supported", iss)
	put(v, "client_id_metadata_document_supported", cimd)
	return plan.Object{Values: v}
}
