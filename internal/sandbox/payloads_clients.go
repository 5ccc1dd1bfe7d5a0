package sandbox

import "strings"

// clientFields are those of an application, after Auth0's OpenAPI document and its newest SDK. What only other parts of
// Auth0 give a meaning to is taken as it comes.
func clientFields() fields {
	f := fields{
		"name":                       {kind: "string", desc: "Name of this client (min length: 1 character, does not allow `<` or `>`).", pattern: noAngles},
		"description":                str("Free text description of this client (max length: 140 characters).", 0, 140),
		"is_first_party":             boolean("Whether this client a first party client or not"),
		"oidc_conformant":            boolean("Whether this client conforms to strict OIDC specifications (true) or uses legacy features (false)."),
		"token_endpoint_auth_method": oneOf("Defines the requested authentication method for the token endpoint.", "none", "client_secret_post", "client_secret_basic"),
		"third_party_security_mode":  oneOf("Security mode for third-party clients.", ModeStrict, ModePermissive),
		"redirection_policy":         oneOf("Controls whether Auth0 redirects users to the application's callback URL on authentication errors.", "allow_always", "open_redirect_protection"),
		"app_type": oneOf("The type of application this client represents", strings.Fields(`native spa regular_web non_interactive
			resource_server express_configuration rms box cloudbees concur dropbox mscrm echosign egnyte newrelic office365 salesforce
			sentry sharepoint slack springcm zendesk zoom sso_integration oag`)...),
		"client_secret":                 str("The secret used to sign tokens for the client", 1, 0),
		"organization_usage":            oneOf("Defines how to proceed during an authentication transaction with regards an organization.", "deny", "allow", "require"),
		"organization_require_behavior": oneOf("Defines how to proceed during an authentication transaction when `organization_usage: 'require'`.", "no_prompt", "pre_login_prompt", "post_login_prompt"),
		"compliance_level": oneOf("Defines the compliance level for this client, which may restrict it's capabilities", "none", "fapi1_adv_pkj_par",
			"fapi1_adv_mtls_par", "fapi2_sp_pkj_mtls", "fapi2_sp_mtls_mtls"),
		"organization_discovery_methods":       atLeastOne(list("Defines the available methods for organization discovery during the `pre_login_prompt`.", oneOf("", "email", "organization_name"), 0)),
		"async_approval_notification_channels": atLeastOne(list("", oneOf("", "guardian-push", "email"), 0)),
		"refresh_token":                        refreshTokenPayload,
		"par_request_expiry":                   integer("Specifies how long, in seconds, a Pushed Authorization Request URI remains valid", 0, 0),
	}
	for _, name := range strings.Fields(`sso sso_disabled cross_origin_authentication custom_login_page_on require_pushed_authorization_requests
		require_proof_of_possession is_token_endpoint_ip_header_trusted skip_non_verifiable_callback_uri_confirmation_prompt`) {
		f[name] = boolean("")
	}
	for _, name := range strings.Fields(`callbacks allowed_origins web_origins allowed_logout_urls`) {
		f[name] = list("", str("", 0, 0), 0)
	}
	for _, name := range strings.Fields(`client_aliases allowed_clients grant_types`) {
		f[name] = list("", str("", 1, 0), 0)
	}
	for _, name := range strings.Fields(`logo_uri cross_origin_loc custom_login_page custom_login_page_preview form_template initiate_login_uri`) {
		f[name] = str("", 0, 0)
	}
	for _, name := range strings.Fields(`oidc_logout oidc_backchannel_logout session_transfer jwt_configuration encryption_key addons client_metadata
		mobile native_social_login fedcm_login default_organization client_authentication_methods signed_request_object token_exchange
		token_quota express_configuration my_organization_configuration token_vault_privileged_access
		identity_assertion_authorization_grant anonymous_sessions b2b_integration_configuration`) {
		f[name] = anyObject("")
	}
	return f
}

// refreshTokenPayload is how a client's refresh tokens live and change.
var refreshTokenPayload = record("Refresh token configuration", fields{
	"rotation_type":                oneOf("Refresh token rotation types, one of: non-rotating, rotating", "non-rotating", "rotating"),
	"expiration_type":              oneOf("Refresh token expiration types, one of: expiring, non-expiring", "expiring", "non-expiring"),
	"leeway":                       integer("Period in seconds where the previous refresh token can be exchanged without triggering breach detection", 0, 0),
	"token_lifetime":               integer("Period (in seconds) for which refresh tokens will remain valid", 1, 157788000),
	"infinite_token_lifetime":      boolean("Prevents tokens from having a set lifetime when `true` (takes precedence over `token_lifetime` values)"),
	"idle_token_lifetime":          integer("Period (in seconds) for which refresh tokens will remain valid without use", 1, 0),
	"infinite_idle_token_lifetime": boolean("Prevents tokens from expiring without use when `true` (takes precedence over `idle_token_lifetime` values)"),
	"policies": nullable(atLeastOne(list("A collection of policies governing multi-resource refresh token exchange (MRRT), defining how refresh tokens can be used across different resource servers",
		record("", fields{"audience": str("", 1, 600), "scope": list("", str("", 1, 280), 0)}, "audience", "scope"), 0))),
}, "rotation_type", "expiration_type")

func atLeastOne(s *schema) *schema { s.min = 1; return s }

// withNulls is a payload's fields of which those named may be null.
func withNulls(f fields, names string) fields {
	for _, name := range strings.Fields(names) {
		f[name] = nullable(f[name])
	}
	return f
}

var createClientPayload = func() *schema {
	f := clientFields()
	f["resource_server_identifier"] = str("The identifier of the resource server that this client is linked to.", 1, 600)
	return record("", withNulls(f, "session_transfer encryption_key refresh_token default_organization compliance_level par_request_expiry"), "name")
}()

var updateClientPayload = minimum(record("", withNulls(clientFields(), `session_transfer encryption_key refresh_token default_organization compliance_level
	par_request_expiry cross_origin_loc token_endpoint_auth_method token_quota identity_assertion_authorization_grant anonymous_sessions
	native_social_login fedcm_login organization_usage organization_require_behavior organization_discovery_methods
	client_authentication_methods skip_non_verifiable_callback_uri_confirmation_prompt token_exchange express_configuration
	my_organization_configuration async_approval_notification_channels b2b_integration_configuration`)))
