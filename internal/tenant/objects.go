package tenant

import (
	"bytes"
	"encoding/json"

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

// asJSON is an attribute as text, for where only a difference matters; empty where it was never set.
func asJSON[T any](value *T) string {
	text, err := json.Marshal(value)
	unset, unsetErr := json.Marshal(new(T))
	if err != nil || unsetErr != nil || bytes.Equal(text, unset) {
		return ""
	}
	return string(text)
}

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
	GetSkipConsentForVerifiableFirstPartyClients() bool
	GetConsentPolicy() management.ResourceServerConsentPolicyEnum
	GetTokenEncryption() management.ResourceServerTokenEncryption
	GetAuthorizationDetails() []any
	GetProofOfPossession() management.ResourceServerProofOfPossession
}

func apiObject(a api) plan.Object {
	v := plan.Values{
		"name": a.GetName(), "identifier": a.GetIdentifier(), "signing_alg": string(a.GetSigningAlg()),
		"allow_offline_access": a.GetAllowOfflineAccess(), "token_lifetime": a.GetTokenLifetime(),
		"enforce_policies": a.GetEnforcePolicies(), "token_dialect": string(a.GetTokenDialect()),
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
	// What follows is never set here, and tells whether an API is still as it was made.
	v["skip_consent_for_verifiable_first_party_clients"] = a.GetSkipConsentForVerifiableFirstPartyClients()
	v["consent_policy"] = string(a.GetConsentPolicy())
	encryption, details, proof := a.GetTokenEncryption(), a.GetAuthorizationDetails(), a.GetProofOfPossession()
	v["token_encryption"], v["proof_of_possession"], v["authorization_details"] = asJSON(&encryption), asJSON(&proof), ""
	if len(details) > 0 {
		v["authorization_details"] = asJSON(&details)
	}
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
	GetOrganizationUsage() management.ClientGrantOrganizationUsageEnum
	GetAllowAnyOrganization() bool
}

func grantObject(g grant) plan.Object {
	v := plan.Values{
		"audience": g.GetAudience(), "subject_type": string(g.GetSubjectType()), "scope": g.GetScope(),
		"default_for": string(g.GetDefaultFor()), "allow_all_scopes": g.GetAllowAllScopes(),
		"allow_any_organization": g.GetAllowAnyOrganization(),
	}
	if usage := g.GetOrganizationUsage(); usage != "" {
		v["organization_usage"] = string(usage)
	}
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
