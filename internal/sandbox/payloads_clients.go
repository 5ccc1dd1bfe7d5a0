package sandbox

import "strings"

// clientFields are those of an application. What only other parts of Auth0 give a meaning to is taken as it comes.
func clientFields() fields {
	f := fields{
		"name":                       {kind: "string", desc: "Name of this client (min length: 1 character, does not allow `<` or `>`).", pattern: noAngles},
		"description":                str("Free text description of this client (max length: 140 characters).", 0, 140),
		"is_first_party":             boolean("Whether this client a first party client or not"),
		"oidc_conformant":            boolean("Whether this client conforms to strict OIDC specifications (true) or uses legacy features (false)."),
		"token_endpoint_auth_method": nullable(oneOf("Defines the requested authentication method for the token endpoint.", "none", "client_secret_post", "client_secret_basic")),
		"third_party_security_mode":  oneOf("Security mode for third-party clients.", ModeStrict, ModePermissive),
		"redirection_policy":         oneOf("Controls whether Auth0 redirects users to the application's callback URL on authentication errors.", "allow_always", "open_redirect_protection"),
		"app_type": oneOf("The type of application this client represents", strings.Fields(`native spa regular_web non_interactive
			resource_server express_configuration rms box cloudbees concur dropbox mscrm echosign egnyte newrelic office365 salesforce
			sentry sharepoint slack springcm zendesk zoom sso_integration oag`)...),
		"client_secret": str("The secret used to sign tokens for the client", 1, 0),
	}
	for _, name := range strings.Fields(`sso sso_disabled cross_origin_authentication custom_login_page_on require_pushed_authorization_requests
		require_proof_of_possession is_token_endpoint_ip_header_trusted`) {
		f[name] = boolean("")
	}
	for _, name := range strings.Fields(`callbacks allowed_origins web_origins client_aliases allowed_clients allowed_logout_urls grant_types
		organization_discovery_methods async_approval_notification_channels`) {
		f[name] = nullable(list("", str("", 0, 0), 0))
	}
	for _, name := range strings.Fields(`logo_uri cross_origin_loc custom_login_page custom_login_page_preview form_template initiate_login_uri
		organization_usage organization_require_behavior compliance_level resource_server_identifier external_client_id`) {
		f[name] = nullable(str("", 0, 0))
	}
	for _, name := range strings.Fields(`oidc_logout oidc_backchannel_logout session_transfer jwt_configuration encryption_key addons client_metadata
		mobile native_social_login fedcm_login refresh_token default_organization client_authentication_methods signed_request_object
		token_exchange token_quota express_configuration my_organization_configuration token_vault_privileged_access identity_assertion_authorization_grant`) {
		f[name] = nullable(anyObject(""))
	}
	for _, name := range strings.Fields(`skip_non_verifiable_callback_uri_confirmation_prompt par_request_expiry b2b_saas`) {
		f[name] = anything()
	}
	return f
}

var createClientPayload = record("", clientFields(), "name")

var updateClientPayload = record("", clientFields())
