package sandbox

// The tenant as it is before anyone touches it: no settings that MCP clients need, two connections that are not
// domain-level, one application of its own and a machine-to-machine client for the Management API.

func startingSettings(mode string) object {
	return object{
		"change_password": object{"enabled": false},
		"enabled_locales": []any{"en"},
		"flags": object{
			"allow_changing_enable_sso":            false,
			"allow_legacy_delegation_grant_types":  false,
			"allow_legacy_ro_grant_types":          false,
			"allow_other_legacy_grant_types":       false,
			"disable_impersonation":                true,
			"enable_sso":                           true,
			"universal_login":                      true,
			"revoke_refresh_token_grant":           false,
			"disable_clickjack_protection_headers": false,
		},
		"friendly_name":                             "Sandbox",
		"guardian_mfa_page":                         object{"enabled": false},
		"idle_session_lifetime":                     72,
		"ephemeral_session_lifetime":                72,
		"idle_ephemeral_session_lifetime":           24,
		"sandbox_version":                           "22",
		"session_lifetime":                          168,
		"oidc_logout":                               object{"rp_logout_end_session_endpoint_discovery": true},
		"resource_parameter_profile":                "audience",
		"phone_consolidated_experience":             true,
		"client_id_metadata_document_supported":     false,
		"dynamic_client_registration_security_mode": mode,
	}
}

func startingConnections(clients []string) []object {
	database := object{"name": "Username-Password-Authentication", "strategy": "auth0", "options": object{
		"mfa": object{"active": true, "return_enroll_settings": true}, "passwordPolicy": "good",
		"strategy_version": 2, "brute_force_protection": true, "import_mode": false, "disable_signup": false,
		"password_history": object{"enable": false, "size": 5}, "password_no_personal_info": object{"enable": false},
		"password_dictionary": object{"enable": false, "dictionary": []any{}}, "password_complexity_options": object{"min_length": 8},
		"enabledDatabaseCustomization": false, "configuration": object{},
	}}
	google := object{"name": "google-oauth2", "strategy": "google-oauth2", "options": object{
		"email": true, "profile": true, "scope": []any{"email", "profile"},
	}}
	for _, c := range []object{database, google} {
		c["enabled_clients"] = toAny(clients)
	}
	return []object{database, google}
}

// populate fills an empty store: from the state file if there is one, else with the starting tenant and the seed.
func (t *Tenant) populate() error {
	snap, found, err := t.store.saved()
	if err != nil {
		return err
	}
	if found {
		if err = t.store.merge(t.store.file, t.rebase(snap)); err != nil {
			return err
		}
		t.ensureSystemAPI()
		t.ensureGlobalClient()
		t.ensureAdmin()
		return nil
	}
	t.store.settings = startingSettings(t.options.Mode)
	app := newClient(object{"name": "Default App", "app_type": "regular_web", "oidc_conformant": true, "callbacks": []any{}}, t.name())
	t.store.clients.put(app)
	if err = t.store.merge("start", snapshot{Connections: startingConnections([]string{text(app, "client_id")})}); err != nil {
		return err
	}
	t.ensureSystemAPI()
	t.ensureGlobalClient()
	t.ensureAdmin()
	if len(t.options.Seed) == 0 {
		return nil
	}
	if snap, err = decodeSnapshot("seed", t.options.Seed); err != nil {
		return err
	}
	return t.store.merge("seed", t.rebase(snap))
}

// rebase puts a snapshot's Management API under this tenant's address: it may have been taken on another port.
func (t *Tenant) rebase(snap snapshot) snapshot {
	moved := map[string]bool{}
	for i, api := range snap.APIs {
		if truth(api, "is_system") {
			moved[text(api, "identifier")] = true
			snap.APIs[i] = merged(api, object{"identifier": t.managementAudience()})
		}
	}
	for i, g := range snap.Grants {
		if moved[text(g, "audience")] {
			snap.Grants[i] = merged(g, object{"audience": t.managementAudience()})
		}
	}
	return snap
}

func (t *Tenant) ensureSystemAPI() {
	if _, known := t.store.apis.getAlt(t.managementAudience()); !known {
		t.store.apis.put(systemAPI(t.managementAudience()))
	}
}

// ensureGlobalClient makes the client that holds the tenant's classic login page: every tenant has one, and neighbouring
// tools fail without it. It isn't an application, so /sandbox/state leaves it out.
func (t *Tenant) ensureGlobalClient() {
	for _, client := range t.store.clients.list {
		if truth(client, "global") {
			return
		}
	}
	client := newClient(object{"name": "All Applications"}, t.name())
	client["global"] = true
	t.store.clients.put(client)
}

func systemAPI(identifier string) object {
	scopes := make([]any, len(knownScopes))
	for i, s := range knownScopes {
		scopes[i] = object{"value": s, "description": describeScope(s)}
	}
	return object{
		"id": newAPIID(), "name": "Auth0 Management API", "identifier": identifier, "is_system": true,
		"allow_offline_access": false, "skip_consent_for_verifiable_first_party_clients": false,
		"token_lifetime": 86400, "token_lifetime_for_web": 7200, "signing_alg": "RS256", "scopes": scopes,
	}
}

// ensureAdmin finds the machine-to-machine client (the first that holds a grant on the Management API), or makes it.
func (t *Tenant) ensureAdmin() {
	for _, g := range t.store.grants.list {
		client, known := t.store.clients.get(text(g, "client_id"))
		if known && text(g, "audience") == t.managementAudience() && text(g, "subject_type") != "user" {
			t.adminID = text(client, "client_id")
			return
		}
	}
	client := newClient(object{
		"name": "Management API Client", "app_type": "non_interactive", "grant_types": []any{"client_credentials"},
		"token_endpoint_auth_method": "client_secret_post",
	}, t.name())
	t.store.clients.put(client)
	t.adminID = text(client, "client_id")
	scopes := t.options.Scopes
	if scopes == nil {
		scopes = knownScopes
	}
	t.store.grants.put(object{
		"id": newGrantID(), "client_id": t.adminID, "audience": t.managementAudience(),
		"scope": toAny(scopes), "subject_type": "client",
	})
}
