package sandbox

import (
	"net/http"
	"reflect"
	"strings"
	"testing"
)

// TestInfrastructureAsCode walks the life of one set of resources as Auth0's Terraform provider asks for it: create each,
// read it back, read everything again (an empty plan needs the same answer twice), destroy in the reverse order.
func TestInfrastructureAsCode(t *testing.T) {
	tenant := newTenant(t, Options{})
	const identifier = "https://mcp.example.test/iac"
	byIdentifier := "resource-servers/" + strings.ReplaceAll(identifier, "/", "%2F") // the colon stays as it is
	var paths []string
	do := func(method, path, body string, want int) object {
		t.Helper()
		status, _, got := request(t, tenant, method, path, body)
		if status != want {
			t.Errorf("%s %s %s: %d %v, want %d", method, path, body, status, got, want)
		}
		o, _ := got.(object)
		return o
	}
	made := func(path, body, id string) string {
		t.Helper()
		o := do("POST", path, body, http.StatusCreated)
		paths = append(paths, path+"/"+text(o, id))
		return text(o, id)
	}

	api := made("resource-servers", `{"name":"IaC","identifier":"`+identifier+`","authorization_details":[{"type":"payment"}],
		"subject_type_authorization":{"user":{"policy":"allow_all"},"client":{"policy":"require_client_grant"}}}`, "id")
	do("PATCH", byIdentifier, `{"scopes":[{"value":"read:data","description":"Read data"}]}`, http.StatusOK)
	do("PATCH", "resource-servers/"+api, `{"consent_policy":null,"authorization_details":null,"token_encryption":null,"proof_of_possession":null}`, http.StatusOK)
	paths = append(paths, byIdentifier)
	client := made("clients", `{"name":"IaC","is_first_party":true,"custom_login_page_on":true,"oidc_logout":{}}`, "client_id")
	page := do("GET", "client-grants?audience=https%3A%2F%2Fmcp.example.test%2Fiac&client_id="+client+"&include_totals=true&per_page=50", "", http.StatusOK)
	if want := (object{"total": 0.0, "start": 0.0, "limit": 50.0, "client_grants": []any{}}); !reflect.DeepEqual(page, want) {
		t.Errorf("no grants: %v, want %v", page, want)
	}
	grant := made("client-grants", `{"client_id":"`+client+`","audience":"`+identifier+`","scope":["read:data"],"subject_type":"user","allow_all_scopes":false}`, "id")
	do("PATCH", "client-grants/"+grant, `{"allow_all_scopes":false,"scope":[]}`, http.StatusOK)
	third := made("client-grants", `{"audience":"`+identifier+`","scope":["read:data"],"default_for":"third_party_clients"}`, "id")
	if o := do("GET", "client-grants/"+third, "", http.StatusOK); text(o, "subject_type") != "client" || o["client_id"] != nil {
		t.Errorf("the default grant: %v", o)
	}
	connection := made("connections", `{"name":"IaC","strategy":"auth0","is_domain_connection":true}`, "id")
	do("PATCH", "connections/"+connection+"/clients", `[{"client_id":"`+client+`","status":true}]`, http.StatusNoContent)
	o := do("GET", "connections/"+connection+"?fields=enabled_clients%2Cstrategy%2Cname&include_fields=true", "", http.StatusOK)
	if o["options"] != nil || !reflect.DeepEqual(o["enabled_clients"], []any{client}) {
		t.Errorf("the connection's clients: %v", o)
	}
	do("PATCH", "tenants/settings", `{"session_lifetime":168,"idle_session_lifetime":72,"client_id_metadata_document_supported":true,
		"resource_parameter_profile":"compatibility","flags":{"enable_dynamic_client_registration":true}}`, http.StatusOK)
	do("PATCH", "tenants/settings", `{"default_token_quota":null,"acr_values_supported":null,"mtls":null,"error_page":null,
		"skip_non_verifiable_callback_uri_confirmation_prompt":null,"default_redirection_uri":""}`, http.StatusOK)
	paths = append(paths, "tenants/settings")

	for _, path := range paths {
		if first, second := do("GET", path, "", http.StatusOK), do("GET", path, "", http.StatusOK); !reflect.DeepEqual(first, second) {
			t.Errorf("GET %s answers %v, then %v", path, first, second)
		}
	}
	do("DELETE", "connections/"+connection, "", http.StatusAccepted)
	for _, path := range []string{"client-grants/" + third, "client-grants/" + grant, "clients/" + client} {
		do("DELETE", path, "", http.StatusNoContent)
	}
	do("PATCH", byIdentifier, `{"scopes":[]}`, http.StatusOK)
	do("DELETE", "resource-servers/"+api, "", http.StatusNoContent)
	for _, path := range paths[:len(paths)-1] {
		do("GET", path, "", http.StatusNotFound)
	}
}

// TestCommandLine asks as the auth0 CLI does when it lists, shows, creates, changes and deletes, and when it collects
// what to write as Terraform.
func TestCommandLine(t *testing.T) {
	tenant := newTenant(t, Options{})
	app := text(tenant.store.clients.list[0], "client_id")
	const totals = "include_totals=true&per_page=50"
	for _, c := range []struct {
		method, path, body string
		status             int
		has                string // a key of the answer
	}{
		{"GET", "resource-servers?include_totals=true&page=0&per_page=100", "", 200, "resource_servers"},
		{"POST", "resource-servers", `{"name":"cli","identifier":"https://cli.example.test","scopes":[{"value":"a","description":""}],"token_lifetime":86400,"allow_offline_access":false,"signing_alg":"RS256"}`, 201, "id"},
		{"GET", "resource-servers/https:%2F%2Fcli.example.test", "", 200, "scopes"},
		{"PATCH", "resource-servers/https:%2F%2Fcli.example.test", `{"name":"cli2","allow_offline_access":true,"token_lifetime":3600}`, 200, "id"},
		{"DELETE", "resource-servers/https:%2F%2Fcli.example.test", "", 204, ""},
		{"GET", "clients?include_totals=true&is_global=false&page=0&per_page=100", "", 200, "clients"},
		{"GET", "clients?app_type=native%2Cspa%2Cregular_web&" + totals + "&is_global=false", "", 200, "clients"},
		{"GET", "clients?fields=client_id%2Cname&include_fields=true&" + totals + "&is_global=false&page=0", "", 200, "clients"},
		{"POST", "clients", `{"name":"cli","description":"","app_type":"regular_web","callbacks":["http://localhost:3000"],"allowed_origins":[],"web_origins":[],"allowed_logout_urls":[],"grant_types":["authorization_code","refresh_token"],"token_endpoint_auth_method":"client_secret_post","oidc_conformant":true,"jwt_configuration":{"alg":"RS256"}}`, 201, "client_secret"},
		{"GET", "clients/" + app, "", 200, "name"},
		{"PATCH", "clients/" + app, `{"callbacks":["http://localhost:8484"],"allowed_logout_urls":["http://localhost:8484"]}`, 200, "callbacks"},
		{"GET", "tenants/settings", "", 200, "flags"},
		{"GET", "connections?" + totals, "", 200, "connections"},
		{"GET", "connections?name=google-oauth2&" + totals, "", 200, "connections"},
		{"GET", "client-grants?" + totals, "", 200, "client_grants"},
		{"GET", "custom-domains", "", 200, ""},
		{"GET", "organizations?" + totals, "", 200, "organizations"},
		{"GET", "roles?" + totals, "", 200, "roles"},
		{"GET", "actions/actions?per_page=50", "", 200, "actions"},
		{"GET", "log-streams", "", 200, ""},
		{"GET", "logs?page=0&per_page=100&sort=date%3A-1", "", 200, ""},
		{"GET", "users?include_totals=true&per_page=100&q=x&search_engine=v3", "", 200, "users"},
		{"GET", "email-templates/verify_email", "", 404, "message"},
		{"GET", "branding", "", 200, ""},
		{"GET", "branding/themes/default", "", 404, "errorCode"},
		{"GET", "branding/templates/universal-login", "", 404, "message"},
		{"GET", "prompts", "", 200, "universal_login_experience"},
		{"GET", "prompts/login/custom-text/en", "", 200, ""},
		{"GET", "prompts/login/partials", "", 200, ""},
		{"GET", "attack-protection/captcha", "", 200, ""},
		{"GET", "guardian/factors", "", 200, ""},
		{"GET", "network-acls", "", 200, ""},
		{"GET", "forms?" + totals, "", 200, "forms"},
		{"GET", "flows/vault/connections?" + totals, "", 200, "connections"},
		{"GET", "self-service-profiles?" + totals, "", 200, "self_service_profiles"},
		{"GET", "rules?" + totals, "", 200, "rules"},
	} {
		status, _, body := request(t, tenant, c.method, c.path, c.body)
		if status != c.status || (c.has != "" && field(body, c.has) == nil) {
			t.Errorf("%s %s: %d %v, want %d with %q", c.method, c.path, status, body, c.status, c.has)
		}
	}
}
