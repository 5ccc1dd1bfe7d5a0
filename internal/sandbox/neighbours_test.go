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
