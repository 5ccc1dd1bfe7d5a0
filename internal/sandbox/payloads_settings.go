package sandbox

import "strings"

var flagNames = strings.Fields(`change_pwd_flow_v1 enable_apis_section disable_impersonation enable_client_connections enable_pipeline2
	allow_legacy_delegation_grant_types allow_legacy_ro_grant_types allow_legacy_tokeninfo_endpoint enable_legacy_profile enable_idtoken_api2
	enable_public_signup_user_exists_error enable_sso allow_changing_enable_sso disable_clickjack_protection_headers
	no_disclose_enterprise_connections enforce_client_authentication_on_passwordless_start enable_adfs_waad_email_verification
	revoke_refresh_token_grant dashboard_log_streams_next dashboard_insights_view disable_fields_map_fix mfa_show_factor_list_on_enrollment
	remove_alg_from_jwks improved_signup_bot_detection_in_classic genai_trial enable_dynamic_client_registration
	disable_management_api_sms_obfuscation trust_azure_adfs_email_verified_connection_property custom_domains_provisioning
	use_scope_descriptions_for_consent local_resource_discovery`)

// locales are those that Auth0's user interface is translated to.
var locales = strings.Fields(`am ar ar-EG ar-SA az bg bn bs ca-ES cnr cs cy da de el en en-CA es es-419 es-AR es-MX et eu-ES fa fi fr fr-CA
	fr-FR gl-ES gu he hi hr hu hy id is it ja ka kk kn ko lt lv mk ml mn mr ms my nb nl nn no pa pl pt pt-BR pt-PT ro ru sk sl so sq
	sr sv sw ta te th tl tr uk ur vi zgh zh-CN zh-HK zh-MO zh-TW`)

// settingsPayload is the body of PATCH /tenants/settings. use_scope_descriptions_for_consent is missing from the OpenAPI
// document, but real tenants take it.
var settingsPayload = func() *schema {
	flags := fields{}
	for _, name := range flagNames {
		flags[name] = boolean("")
	}
	f := fields{
		"flags":             record("Flags used to change the behavior of this tenant.", flags),
		"default_audience":  str("Default audience for API Authorization.", 0, 0),
		"default_directory": str("Name of connection used for password grants at the `/token` endpoint.", 0, 0),
		"sandbox_version":   str("Selected sandbox version for the extensibility environment", 0, 8),
		"enabled_locales":   {kind: "array", desc: "Supported locales for the user interface", min: 1, items: oneOf("", locales...)},
		"resource_parameter_profile": oneOf("Profile that determines how the identity of the protected resource (i.e., API) can be specified in the OAuth endpoints when access is being requested.",
			"audience", "compatibility"),
		"dynamic_client_registration_security_mode":      oneOf("Security mode for Dynamic Client Registration.", ModeStrict, ModePermissive),
		"client_id_metadata_document_supported":          boolean("Whether the authorization server supports retrieving client metadata from a client_id URL."),
		"authorization_response_iss_parameter_supported": nullable(boolean("Supports iss parameter in authorization responses")),
		"oidc_logout":    record("", fields{"rp_logout_end_session_endpoint_discovery": boolean("")}),
		"session_cookie": nullable(record("Session cookie configuration", fields{"mode": oneOf("", "persistent", "non-persistent")}, "mode")),
		"mtls":           nullable(record("mTLS configuration.", fields{"enable_endpoint_aliases": boolean("")})),
	}
	for _, name := range strings.Fields("friendly_name picture_url support_email support_url legacy_sandbox_version default_redirection_uri") {
		f[name] = str("", 0, 0)
	}
	for _, name := range strings.Fields(`session_lifetime session_lifetime_in_minutes idle_session_lifetime idle_session_lifetime_in_minutes
		ephemeral_session_lifetime idle_ephemeral_session_lifetime ephemeral_session_lifetime_in_minutes idle_ephemeral_session_lifetime_in_minutes`) {
		f[name] = integer("", 1, 0)
	}
	for _, name := range strings.Fields("change_password device_flow guardian_mfa_page error_page default_token_quota security_headers sessions country_codes universal_login") {
		f[name] = nullable(anyObject(""))
	}
	for _, name := range strings.Fields("allowed_logout_urls acr_values_supported") {
		f[name] = nullable(list("", str("", 0, 0), 0))
	}
	for _, name := range strings.Fields(`customize_mfa_in_postlogin_action allow_organization_name_in_authentication_api
		pushed_authorization_requests_supported skip_non_verifiable_callback_uri_confirmation_prompt`) {
		f[name] = nullable(boolean(""))
	}
	for _, name := range strings.Fields("enable_ai_guide phone_consolidated_experience include_session_metadata_in_tenant_logs") {
		f[name] = boolean("")
	}
	return minimum(record("", f))
}()
