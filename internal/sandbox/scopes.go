package sandbox

import "strings"

// knownScopes are the Management API's scopes, built from what each family of objects can do.
var knownScopes = buildScopes()

func buildScopes() []string {
	families := []struct{ verbs, nouns string }{
		{"read create update delete", `client_grants users clients client_keys client_credentials connections connections_keys resource_servers rules
			rules_configs hooks actions email_provider triggers custom_domains branding log_streams organizations organization_members
			organization_connections organization_member_roles organization_invitations organization_client_grants roles grants
			device_credentials attack_protection forms flows flows_vault_connections self_service_profiles network_acls
			user_attribute_profiles connection_profiles event_streams encryption_keys phone_providers phone_templates scim_config
			directory_provisionings token_exchange_profiles authentication_methods guardian_enrollments email_templates
			prompts refresh_tokens sessions`},
		{"read update", `tenant_settings guardian_factors limits mfa_policies supplemental_signals`},
		{"read update", "connections_options"},
		{"read", `logs logs_users stats insights organizations_summary client_summary user_idp_tokens
			entitlements shields anomaly_blocks`},
		{"create", `signing_keys user_tickets passwords_checking_job organization_ticket guardian_enrollment_tickets`},
		{"read delete update create", `users_app_metadata user_custom_blocks`},
		{"blacklist", "tokens"},
		{"update", "client_token_vault_privileged_access signing_keys"},
		{"read", "signing_keys"},
		{"delete", "anomaly_blocks"},
		{"run", "checks"},
	}
	var out []string
	seen := map[string]bool{}
	for _, f := range families {
		for _, noun := range strings.Fields(f.nouns) {
			for _, verb := range strings.Fields(f.verbs) {
				if s := verb + ":" + noun; !seen[s] {
					seen[s] = true
					out = append(out, s)
				}
			}
		}
	}
	return out
}

// describeScope turns "read:client_grants" into "Read Client Grants".
func describeScope(scope string) string {
	words := strings.FieldsFunc(scope, func(r rune) bool { return r == ':' || r == '_' })
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, " ")
}
