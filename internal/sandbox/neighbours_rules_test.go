package sandbox

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// TestWhatToolsTrip: rules that users of Auth0's own tools met and reported, and those of its newest SDK.
func TestWhatToolsTrip(t *testing.T) {
	const (
		beyond = "Payload validation error: scope must be a subset of resource server scopes"
		refuse = "on property refresh_token"
	)
	for _, c := range []struct {
		says, ask string
		status    int
		has       string
	}{
		{"elements are named in brackets", `PATCH resource-servers/{api} {"scopes":[{"value":"a"},{"description":"b"}]}`, 400, `'Missing required property: value' on property scopes[1].`},
		{"and what is in them after a dot", `PATCH resource-servers/{api} {"scopes":[{"value":""}]}`, 400, `on property scopes[0].value (`},
		{"of a payload that is an array too", `PATCH connections/{db}/clients [{"client_id":"x"}]`, 400, `'Missing required property: status' on property [0].`},
		{"a grant has no scopes beyond the API's", `PATCH client-grants/{grant} {"scope":["read:notes","x"]}`, 400, `"errorCode":"invalid_body","message":"` + beyond + `"`},
		{"nor has a new one", `POST client-grants {"audience":"https://mcp.example.test/one","client_id":"{app}","scope":["x"]}`, 400, beyond},
		{"a change of something else is checked too", `PATCH client-grants/{grant} {"allow_any_organization":true,"scope":["read:notes"]}`, 200, `"allow_any_organization":true`},
		{"the Management API's scopes can't be changed", `PATCH resource-servers/{system} {"scopes":[]}`, 400, `"Payload validation error: 'Additional properties not allowed: scopes'."`},
		{"the clients of a connection come by the thousand", `GET connections/{db}/clients?take=1000`, 200, `"clients":[`},
		{"and not more", `GET connections/{db}/clients?take=1001`, 400, "on property take"},
		{"lifetimes in hours are exact", `PATCH tenants/settings {"session_lifetime_in_minutes":181}`, 200, `"session_lifetime":3.0166666666666666`},
		{"locales are those that Auth0 has", `PATCH tenants/settings {"enabled_locales":["en","xx"]}`, 400, `'No enum match for: xx' on property enabled_locales[1]`},
		{"all of them", `PATCH tenants/settings {"enabled_locales":["pt-BR","es-419","cnr"]}`, 200, `"es-419"`},
		{"an old runtime is named", `PATCH tenants/settings {"sandbox_version":"8"}`, 400, `The sandbox_version provided is invalid. Please use one of the available options: [\"22\",\"18\"]`},
		{"a runtime that there is", `PATCH tenants/settings {"sandbox_version":"18"}`, 200, `"sandbox_version":"18"`},
		{"discovery of local resources", `PATCH tenants/settings {"flags":{"local_resource_discovery":true}}`, 200, `"local_resource_discovery":true`},
		{"a public client can't act by itself", `POST clients {"name":"x","token_endpoint_auth_method":"none","grant_types":["client_credentials"]}`, 400, `"message":"Invalid grant types: client_credentials"`},
		{"nor become one that can", `PATCH clients/{app} {"token_endpoint_auth_method":"none","grant_types":["authorization_code","client_credentials"]}`, 400, `Invalid grant types: client_credentials`},
		{"without grants it gets those that it may have", `POST clients {"name":"x","token_endpoint_auth_method":"none"}`, 201, `"grant_types":["authorization_code","implicit","refresh_token"]`},
		{"an empty change", `PATCH clients/{app} {}`, 400, "Too few properties defined (0), minimum 1"},
		{"no null where a new client needs a list", `POST clients {"name":"x","callbacks":null}`, 400, "'Expected type array but found type null' on property callbacks"},
		{"null where there may be one", `POST clients {"name":"x","refresh_token":null,"default_organization":null,"compliance_level":null}`, 201, `"name":"x"`},
		{"null clears what can be cleared", `PATCH clients/{app} {"cross_origin_loc":null,"token_quota":null,"organization_usage":null}`, 200, `"name"`},
		{"organizations are used in three ways", `POST clients {"name":"x","organization_usage":"never"}`, 400, "No enum match for: never"},
		{"and asked for in three", `POST clients {"name":"x","organization_require_behavior":"never"}`, 400, "No enum match for: never"},
		{"compliance has levels", `POST clients {"name":"x","compliance_level":"high"}`, 400, "No enum match for: high"},
		{"no empty list of policies", `POST clients {"name":"x","refresh_token":{"rotation_type":"rotating","expiration_type":"expiring","policies":[]}}`, 400, "'Array is too short (0), minimum 1' " + refuse + ".policies"},
		{"refresh tokens say how they rotate", `POST clients {"name":"x","refresh_token":{"expiration_type":"expiring"}}`, 400, "'Missing required property: rotation_type' " + refuse},
		{"and nothing else", `POST clients {"name":"x","refresh_token":{"rotation_type":"rotating","expiration_type":"expiring","rotates":true}}`, 400, "Additional properties not allowed: rotates' " + refuse},
		{"they live five years at most", `POST clients {"name":"x","refresh_token":{"rotation_type":"rotating","expiration_type":"expiring","token_lifetime":157788001}}`, 400, "maximum 157788000"},
		{"anonymous sessions", `POST clients {"name":"x","anonymous_sessions":{"active":true}}`, 201, `"anonymous_sessions":{"active":true}`},
		{"grants for the anonymous", `GET client-grants?subject_type=anonymous_user`, 200, `[]`},
		{"their lifetime", `PATCH resource-servers/{api} {"token_lifetime_for_anonymous_access_tokens":60}`, 200, `"token_lifetime_for_anonymous_access_tokens":60`},
		{"newer strategies", `GET connections?strategy=linear-mcp`, 200, `[]`},
		{"access across apps", `PATCH connections/{db} {"cross_app_access_resource_app":null}`, 200, `"id":"{db}"`},
		{"the push app is one thing", `GET prompts/mfa-push`, 200, `{}`},
	} {
		tenant := newTenant(t, Options{})
		apiID, grantID := create(t, tenant, "resource-servers", theAPI), create(t, tenant, "client-grants", theGrant)
		system, _ := tenant.store.apis.getAlt(tenant.managementAudience())
		ids := strings.NewReplacer("{api}", apiID, "{grant}", grantID, "{system}", text(system, "id"),
			"{db}", text(tenant.store.connections.list[0], "id"), "{app}", text(tenant.store.clients.list[0], "client_id"))
		method, rest, _ := strings.Cut(ids.Replace(c.ask), " ")
		path, body, _ := strings.Cut(rest, " ")
		status, _, answer := request(t, tenant, method, path, body)
		data, err := json.Marshal(answer)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(string(data)); status != c.status || !strings.Contains(got, ids.Replace(c.has)) {
			t.Errorf("%s: %s: %d %s, want %d with %s", c.says, c.ask, status, got, c.status, c.has)
		}
	}
}

// TestScopesMayOutliveTheAPIs: what an API loses stays in its grants, which can be changed to what is left.
func TestScopesMayOutliveTheAPIs(t *testing.T) {
	tenant := newTenant(t, Options{})
	apiID, grantID := create(t, tenant, "resource-servers", theAPI), create(t, tenant, "client-grants", theGrant)
	for _, step := range []struct {
		method, path, body string
		status             int
	}{
		{"PATCH", "resource-servers/" + apiID, `{"scopes":[]}`, 200},
		{"PATCH", "client-grants/" + grantID, `{"allow_any_organization":false}`, 200},
		{"PATCH", "client-grants/" + grantID, `{"scope":["read:notes"]}`, 400},
		{"PATCH", "client-grants/" + grantID, `{"scope":[]}`, 200},
	} {
		if status, _, body := request(t, tenant, step.method, step.path, step.body); status != step.status {
			t.Errorf("%s %s: %d %v, want %d", step.method, step.body, status, body, step.status)
		}
	}
}

// TestKeySetAlgorithm: the key's alg is left out where the tenant's flag says so.
func TestKeySetAlgorithm(t *testing.T) {
	tenant := newTenant(t, Options{})
	for _, c := range []struct{ flag, want string }{{"false", "RS256"}, {"true", ""}} {
		if status, _, body := request(t, tenant, http.MethodPatch, "tenants/settings", `{"flags":{"remove_alg_from_jwks":`+c.flag+`}}`); status != http.StatusOK {
			t.Fatalf("%d %v", status, body)
		}
		var set jose.JSONWebKeySet
		if err := json.Unmarshal([]byte(bodyOf(t, send(t, tenant, ".well-known/jwks.json", nil))), &set); err != nil || len(set.Keys) != 1 || set.Keys[0].Algorithm != c.want {
			t.Errorf("%s: %v, %v", c.flag, set, err)
		}
	}
}
