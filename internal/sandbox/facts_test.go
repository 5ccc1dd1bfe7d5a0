package sandbox

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// fact is one thing that is known of Auth0's Management API, and a request that shows it.
type fact struct {
	says   string
	before []string // requests that must succeed first
	ask    string   // METHOD path [body]; {api}, {grant}, {db}, {social}, {app} are ids of what is there
	scope  string   // of the token; all without one
	status int
	has    string // parts of the answer's compact JSON, by |
	hasNot string
}

const (
	theAPI   = `{"identifier":"https://mcp.example.test/one","name":"One","scopes":[{"value":"read:notes","description":"Read"}]}`
	theGrant = `{"audience":"https://mcp.example.test/one","default_for":"third_party_clients","subject_type":"user","scope":["read:notes"]}`
	manyAPIs = `GET resource-servers?include_totals=true`
)

var apiFacts = []fact{
	{
		says: "an API gets these defaults", ask: `POST resource-servers {"identifier":"urn:new"}`, status: 201,
		has:    `"signing_alg":"RS256"|"token_lifetime":86400|"token_lifetime_for_web":7200|"allow_offline_access":false|"skip_consent_for_verifiable_first_party_clients":false|"subject_type_authorization":{"client":{"policy":"require_client_grant"},"user":{"policy":"allow_all"}}`,
		hasNot: `"scopes"|"enforce_policies"|"token_dialect"|"name"`,
	},
	{says: "its id is 24 hex digits, and it is found by it", ask: `GET resource-servers/{api}`, status: 200, has: `"id":"{api}"`},
	{says: "it is found by its URL-encoded identifier, the colon bare", ask: `GET resource-servers/https:%2F%2Fmcp.example.test%2Fone`, status: 200, has: `"id":"{api}"`},
	{says: "identifiers match byte for byte", ask: `GET resource-servers/https:%2F%2Fmcp.example.test%2Fone%2F`, status: 404, has: `"errorCode":"inexistent_resource_server"|"message":"The resource server does not exist"`},
	{says: "case counts too", ask: `GET resource-servers?identifiers=https%3A%2F%2FMCP.example.test%2Fone&include_totals=true`, status: 200, has: `"total":0`},
	{says: "PATCH replaces scopes", ask: `PATCH resource-servers/{api} {"scopes":[{"value":"write:notes"}]}`, status: 200, has: `"scopes":[{"value":"write:notes"}]|"name":"One"`},
	{says: "PATCH by identifier, and no scopes is an empty array", ask: `PATCH resource-servers/https:%2F%2Fmcp.example.test%2Fone {"scopes":[]}`, status: 200, has: `"scopes":[]`},
	{says: "the identifier is immutable", ask: `PATCH resource-servers/{api} {"identifier":"urn:x"}`, status: 400, has: `Additional properties not allowed: identifier|"errorCode":"invalid_body"`},
	{says: "a second API of the identifier is a conflict", ask: `POST resource-servers {"identifier":"https://mcp.example.test/one"}`, status: 409, has: `"error":"Conflict"`, hasNot: "errorCode"},
	{says: "a slash more is another API", ask: `POST resource-servers {"identifier":"https://mcp.example.test/one/"}`, status: 201},
	{says: "names have at most 200 characters", ask: `POST resource-servers {"identifier":"urn:x","name":"` + strings.Repeat("n", 201) + `"}`, status: 400, has: "'String is too long (201 chars), maximum 200' on property name"},
	{says: "names have no angle brackets", ask: `POST resource-servers {"identifier":"urn:x","name":"a<b"}`, status: 400, has: "on property name"},
	{says: "identifiers have at most 600 characters", ask: `POST resource-servers {"identifier":"` + strings.Repeat("i", 601) + `"}`, status: 400, has: "maximum 600' on property identifier"},
	{says: "and at least one", ask: `POST resource-servers {"identifier":""}`, status: 400, has: "on property identifier"},
	{says: "scope values have at most 280 characters", ask: `PATCH resource-servers/{api} {"scopes":[{"value":"` + strings.Repeat("s", 281) + `"}]}`, status: 400, has: "maximum 280' on property scopes[0].value"},
	{says: "descriptions have at most 500", ask: `PATCH resource-servers/{api} {"scopes":[{"value":"s","description":"` + strings.Repeat("d", 501) + `"}]}`, status: 400, has: "maximum 500' on property scopes[0].description"},
	{says: "an API has at most 1000 scopes", ask: `PATCH resource-servers/{api} {"scopes":[` + strings.TrimSuffix(strings.Repeat(`{"value":"s"},`, 1001), ",") + `]}`, status: 400, has: "'Array is too long (1001), maximum 1000' on property scopes"},
	{says: "lifetimes go to 30 days", ask: `PATCH resource-servers/{api} {"token_lifetime":2592001}`, status: 400, has: "maximum 2592000"},
	{says: "the longest of them is allowed", ask: `PATCH resource-servers/{api} {"token_lifetime":2592000}`, status: 200, has: `"token_lifetime":2592000`},
	{says: "deleting is idempotent, even where nothing was", ask: `DELETE resource-servers/none`, status: 204},
	{says: "and a second time", before: []string{`DELETE resource-servers/{api}`}, ask: `DELETE resource-servers/{api}`, status: 204},
	{says: "the Management API is a system API", ask: `GET resource-servers/http:%2F%2Flocalhost:9400%2Fapi%2Fv2%2F`, status: 200, has: `"is_system":true|"name":"Auth0 Management API"`, hasNot: "subject_type_authorization"},
	{says: "identifiers is a filter that repeats", ask: `GET resource-servers?identifiers=https%3A%2F%2Fmcp.example.test%2Fone&identifiers=urn%3Anone&include_totals=true&per_page=50&fields=id%2Cidentifier&include_fields=true`, status: 200, has: `"limit":50|"start":0|"total":1|[{"id":"{api}","identifier":"https://mcp.example.test/one"}]`},
	{says: "at most ten times", ask: `GET resource-servers?` + strings.Repeat("identifiers=x&", 11), status: 400, has: "'Array is too long (11), maximum 10' on property identifiers"},
	{says: "without include_totals a list is an array", ask: `GET resource-servers`, status: 200, has: `[{`, hasNot: `"total"`},
	{says: "pages have at most 100", ask: manyAPIs + `&per_page=101`, status: 400, has: `Query validation error: 'Value 101 is greater than maximum 100' on property per_page`},
	{says: "and at least one", ask: manyAPIs + `&per_page=0`, status: 400, has: "on property per_page"},
	{says: "a page behind the end is empty", ask: manyAPIs + `&page=9&per_page=2`, status: 200, has: `"limit":2|"resource_servers":[]|"start":18|"total":2`},
	{says: "a misspelt parameter is refused", ask: `GET resource-servers?identifier=x`, status: 400, has: "Additional properties not allowed: identifier"},
	{says: "a misspelt collection is not found", ask: `GET resource_servers`, status: 404, has: `"error":"Not Found"`},
}

var grantFacts = []fact{
	{says: "the default grant has no client", ask: `GET client-grants/{grant}`, status: 200, has: `"default_for":"third_party_clients"|"subject_type":"user"`, hasNot: "client_id"},
	{says: "without subject_type it is for machines", before: []string{`DELETE client-grants/{grant}`}, ask: `POST client-grants {"audience":"https://mcp.example.test/one","scope":["read:notes"],"default_for":"third_party_clients"}`, status: 201, has: `"subject_type":"client"`},
	{says: "one default grant an audience, of whatever subject type", ask: `POST client-grants {"audience":"https://mcp.example.test/one","scope":[],"default_for":"third_party_clients","subject_type":"client"}`, status: 409, has: `client_grant already exists`},
	{says: "a client has one of each subject type", before: []string{`POST client-grants {"audience":"https://mcp.example.test/one","client_id":"{app}","scope":[],"subject_type":"client"}`}, ask: `POST client-grants {"audience":"https://mcp.example.test/one","client_id":"{app}","scope":[],"subject_type":"user"}`, status: 201},
	{says: "and no second", before: []string{`POST client-grants {"audience":"https://mcp.example.test/one","client_id":"{app}","scope":[],"subject_type":"user"}`}, ask: `POST client-grants {"audience":"https://mcp.example.test/one","client_id":"{app}","scope":[],"subject_type":"user"}`, status: 409},
	{says: "allow_all_scopes excludes scopes", ask: `PATCH client-grants/{grant} {"allow_all_scopes":true,"scope":["read:notes"]}`, status: 400},
	{says: "and goes with none", ask: `PATCH client-grants/{grant} {"allow_all_scopes":true,"scope":[]}`, status: 200, has: `"allow_all_scopes":true`},
	{says: "PATCH replaces scope", ask: `PATCH client-grants/{grant} {"scope":[]}`, status: 200, has: `"scope":[]`},
	{says: "the audience is immutable", ask: `PATCH client-grants/{grant} {"audience":"urn:x"}`, status: 400, has: "Additional properties not allowed: audience"},
	{says: "the subject type is immutable", ask: `PATCH client-grants/{grant} {"subject_type":"client"}`, status: 400, has: "Additional properties not allowed: subject_type"},
	{says: "default_for is immutable", ask: `PATCH client-grants/{grant} {"default_for":"third_party_clients"}`, status: 400},
	{says: "the client is immutable", ask: `PATCH client-grants/{grant} {"client_id":"{app}"}`, status: 400},
	{says: "the audience must be an API", ask: `POST client-grants {"audience":"urn:none","scope":[],"default_for":"third_party_clients"}`, status: 404, has: "Resource server not found"},
	{says: "absent grants have their code", ask: `GET client-grants/cgr_0000000000000000`, status: 404, has: `"errorCode":"inexistent_client_grant"|The grant does not exist.`},
	{says: "deleting is idempotent", ask: `DELETE client-grants/cgr_0000000000000000`, status: 204},
	{says: "grants go with their API", before: []string{`DELETE resource-servers/{api}`}, ask: `GET client-grants/{grant}`, status: 404},
	{says: "filter by audience", ask: `GET client-grants?audience=https%3A%2F%2Fmcp.example.test%2Fone&include_totals=true`, status: 200, has: `"total":1|{grant}`},
	{says: "filter by subject type", ask: `GET client-grants?subject_type=user&include_totals=true`, status: 200, has: `"total":1|{grant}`},
	{says: "filter by default_for", ask: `GET client-grants?default_for=third_party_clients`, status: 200, has: `[{`, hasNot: "client_id"},
	{says: "filter by client", ask: `GET client-grants?client_id=none&include_totals=true&per_page=50`, status: 200, has: `"client_grants":[]|"limit":50|"start":0|"total":0`},
	{says: "checkpoint pages have no totals", ask: `GET client-grants?take=1&include_totals=true`, status: 200, has: `"next"`, hasNot: `"total"`},
	{says: "no third party may have the Management API", ask: `POST client-grants {"audience":"http://localhost:9400/api/v2/","default_for":"third_party_clients","scope":[]}`, status: 400},
}

var connectionFacts = []fact{
	{says: "PATCH sends nothing but the flag, and the rest stays", ask: `PATCH connections/{db} {"is_domain_connection":true}`, status: 200, has: `"is_domain_connection":true|"passwordPolicy":"good"|"strategy":"auth0"`},
	{says: "PATCH replaces options whole", ask: `PATCH connections/{db} {"options":{"a":1}}`, status: 200, has: `"options":{"a":1}`},
	{says: "options want a scope of their own to be written", ask: `PATCH connections/{db} {"options":{"a":1}}`, scope: "update:connections", status: 403, has: "update:connections_options"},
	{says: "and another to be seen", ask: `GET connections/{db}`, scope: "read:connections", status: 200, hasNot: `"options"`},
	{says: "a display name that is left out is overwritten by the name", before: []string{`PATCH connections/{db} {"display_name":"Staff"}`}, ask: `PATCH connections/{db} {"is_domain_connection":true}`, status: 200, has: `"display_name":"Username-Password-Authentication"`},
	{says: "one that is sent stays", before: []string{`PATCH connections/{db} {"display_name":"Staff"}`}, ask: `PATCH connections/{db} {"is_domain_connection":true,"display_name":"Staff"}`, status: 200, has: `"display_name":"Staff"`},
	{says: "name and strategy are immutable", ask: `PATCH connections/{db} {"name":"x"}`, status: 400, has: "Additional properties not allowed: name"},
	{says: "an empty PATCH is refused", ask: `PATCH connections/{db} {}`, status: 400, has: "Too few properties defined (0), minimum 1"},
	{says: "name is exact", ask: `GET connections?name=Username-Password&include_totals=true`, status: 200, has: `"connections":[]|"total":0`},
	{says: "and finds one", ask: `GET connections?name=Username-Password-Authentication&include_totals=true&per_page=50`, status: 200, has: `"total":1|"limit":50|"start":0`},
	{says: "strategy repeats", ask: `GET connections?strategy=auth0&strategy=google-oauth2&include_totals=true`, status: 200, has: `"total":2`},
	{says: "and is one of a list", ask: `GET connections?strategy=nonsense`, status: 400, has: "No enum match for: nonsense"},
	{says: "take and from give next", ask: `GET connections?take=1`, status: 200, has: `"next"`, hasNot: `"total"`},
	{says: "the last page has none", ask: `GET connections?take=2`, status: 200, hasNot: `"next"`},
	{says: "take goes to 100", ask: `GET connections?take=101`, status: 400, has: "on property take"},
	{says: "offsets reach the first 1000", ask: `GET connections?page=10&per_page=100`, status: 400, has: "exceeds the allowed maximum of 1000 records"},
	{says: "and all of them", ask: `GET connections?page=9&per_page=100`, status: 200},
	{says: "is_domain_connection comes with any fields", ask: `GET connections?fields=id&name=google-oauth2`, status: 200, has: `[{"id":"{social}","is_domain_connection":false}]`},
	{says: "fields can be excluded", ask: `GET connections/{db}?fields=options,realms&include_fields=false`, status: 200, has: `"name"`, hasNot: `"options"|"realms"`},
	{says: "absent ones have their code", ask: `GET connections/con_0000000000000000`, status: 404, has: `"errorCode":"inexistent_connection"`},
	{says: "also to PATCH", ask: `PATCH connections/con_0000000000000000 {"is_domain_connection":true}`, status: 404, has: `"errorCode":"inexistent_connection"`},
	{says: "a name is taken once", ask: `POST connections {"name":"google-oauth2","strategy":"google-oauth2"}`, status: 409, has: "A connection with the same name already exists"},
	{says: "the clients of one", ask: `GET connections/{social}/clients`, status: 200, has: `"clients":[{"client_id":"{app}"}]`},
	{says: "are changed one by one", before: []string{`PATCH connections/{social}/clients [{"client_id":"{app}","status":false}]`}, ask: `GET connections/{social}/clients`, status: 200, has: `{"clients":[]}`},
	{says: "and seen from the client", ask: `GET clients/{app}/connections?take=50`, status: 200, has: `"connections":[{|{social}`},
	{says: "deleting answers 202", ask: `DELETE connections/{db}`, status: 202, has: `"deleted_at":"`},
	{says: "and 204 when it is gone", before: []string{`DELETE connections/{db}`}, ask: `DELETE connections/{db}`, status: 204},
	{says: "enterprise connections say more", ask: `POST connections {"name":"corp","strategy":"oidc"}`, status: 201, has: `"show_as_button":false|"display_name":"corp"|"authentication":{"active":true}|"connected_accounts":{"active":false}`},
}

var settingsFacts = []fact{
	{says: "PATCH merges, flags among flags", ask: `PATCH tenants/settings {"flags":{"enable_dynamic_client_registration":true}}`, status: 200, has: `"enable_dynamic_client_registration":true|"enable_sso":true|"session_lifetime":168`},
	{says: "and answers two flags more", ask: `PATCH tenants/settings {"friendly_name":"x"}`, status: 200, has: `"enforce_client_authentication_on_passwordless_start":true`, hasNot: "sandbox_versions_available"},
	{says: "GET has the versions", ask: `GET tenants/settings`, status: 200, has: `"sandbox_versions_available":["22","18"]`, hasNot: "enforce_client_authentication"},
	{says: "what was never set is absent", ask: `GET tenants/settings`, status: 200, hasNot: `"default_audience"|"enable_client_connections"|"enable_dynamic_client_registration"|"authorization_response_iss`},
	{says: "flags that were read can't be written back", ask: `PATCH tenants/settings {"flags":{"universal_login":true}}`, status: 400, has: "Additional properties not allowed: universal_login' on property flags"},
	{says: "an empty default audience clears it", before: []string{`PATCH tenants/settings {"default_audience":"urn:x"}`}, ask: `PATCH tenants/settings {"default_audience":""}`, status: 200, has: `"default_audience":""`},
	{says: "null clears", before: []string{`PATCH tenants/settings {"mtls":{"enable_endpoint_aliases":true}}`}, ask: `PATCH tenants/settings {"mtls":null}`, status: 200, hasNot: `"mtls"`},
	{says: "not everything may be null", ask: `PATCH tenants/settings {"default_audience":null}`, status: 400, has: "Expected type string but found type null"},
	{says: "the profile is one of two", ask: `PATCH tenants/settings {"resource_parameter_profile":"compatibility"}`, status: 200, has: `"resource_parameter_profile":"compatibility"`},
	{says: "and no third", ask: `PATCH tenants/settings {"resource_parameter_profile":"on"}`, status: 400},
	{says: "the mode is one of two", ask: `PATCH tenants/settings {"dynamic_client_registration_security_mode":"permissive"}`, status: 200, has: `"dynamic_client_registration_security_mode":"permissive"`},
	{says: "metadata documents are a switch", ask: `PATCH tenants/settings {"client_id_metadata_document_supported":true,"authorization_response_iss_parameter_supported":true}`, status: 200, has: `"client_id_metadata_document_supported":true|"authorization_response_iss_parameter_supported":true`},
	{says: "empty is refused", ask: `PATCH tenants/settings {}`, status: 400, has: "Too few properties defined (0), minimum 1"},
	{says: "fields", ask: `GET tenants/settings?fields=flags&include_fields=true`, status: 200, has: `{"flags":{`, hasNot: "friendly_name"},
}

var clientFacts = []fact{
	{says: "a client with a name alone", ask: `POST clients {"name":"x"}`, status: 201, has: `"is_first_party":true|"oidc_conformant":false|"grant_types":["authorization_code","implicit","refresh_token","client_credentials"]|"jwt_configuration":{"lifetime_in_seconds":36000,"secret_encoded":false}|"token_lifetime":2592000|"idle_token_lifetime":1296000|BEGIN CERTIFICATE|"client_secret":"`, hasNot: `"callbacks"|third_party_security_mode`},
	{says: "a third party is strict", ask: `POST clients {"name":"x","app_type":"regular_web","is_first_party":false,"callbacks":["https://example.com/callback"],"token_endpoint_auth_method":"client_secret_post"}`, status: 201, has: `"client_id":"tpc_|"third_party_security_mode":"strict"|"redirection_policy":"open_redirect_protection"|"oidc_conformant":true|"grant_types":["authorization_code"]|"jwt_configuration":{"alg":"RS256","lifetime_in_seconds":3600,"secret_encoded":false}|"expiration_type":"expiring"|"rotation_type":"non-rotating"|"token_lifetime":31557600`},
	{says: "a public one's refresh tokens rotate", ask: `POST clients {"name":"x","app_type":"native","is_first_party":false}`, status: 201, has: `"rotation_type":"rotating"`},
	{says: "a public first party's do not", ask: `POST clients {"name":"x","app_type":"native"}`, status: 201, has: `"rotation_type":"non-rotating"|"expiration_type":"non-expiring"`},
	{says: "a permissive one has an id like any", ask: `POST clients {"name":"x","is_first_party":false,"third_party_security_mode":"permissive"}`, status: 201, hasNot: "tpc_|open_redirect_protection"},
	{says: "strict mode has three grant types", ask: `POST clients {"name":"x","is_first_party":false,"grant_types":["implicit"]}`, status: 400},
	{says: "ownership is for ever", ask: `PATCH clients/{app} {"is_first_party":false}`, status: 400},
	{says: "saying it again changes nothing", ask: `PATCH clients/{app} {"is_first_party":true}`, status: 200},
	{says: "lists carry the tenant's name whatever the fields", ask: `GET clients?fields=client_id&include_fields=true&include_totals=true&is_global=true&per_page=50`, status: 200, has: `"clients":[{"client_id":"|"tenant":"sandbox"}]|"limit":50|"total":1`},
	{says: "filter by party", ask: `GET clients?is_first_party=false&include_totals=true`, status: 200, has: `"total":0`},
	{says: "filter by kinds, with commas", ask: `GET clients?app_type=regular_web,non_interactive&include_totals=true`, status: 200, has: `"total":2`},
	{says: "filter by document", ask: `GET clients?external_client_id=https%3A%2F%2Fx.example%2Fc&include_totals=true`, status: 200, has: `"total":0`},
	{says: "questions are about organizations", ask: `GET clients?q=name:x&take=10`, status: 400},
	{says: "and no client has one", ask: `GET clients?q=client_grant.organization_id:org_x&take=10`, status: 200, has: `{"clients":[]}`},
	{says: "keys want a scope of their own", ask: `GET clients/{app}`, scope: "read:clients", status: 200, has: `"name"`, hasNot: "client_secret|signing_keys"},
	{says: "absent ones have their code", ask: `GET clients/none`, status: 404, has: `"errorCode":"inexistent_client"|The client does not exist`},
	{says: "deleting is idempotent", ask: `DELETE clients/none`, status: 204},
	{says: "grants go with their client", before: []string{`POST client-grants {"audience":"https://mcp.example.test/one","client_id":"{app}","scope":[]}`, `DELETE clients/{app}`}, ask: `GET client-grants?client_id={app}`, status: 200, has: "[]"},
	{says: "and so does the connection's mention", before: []string{`DELETE clients/{app}`}, ask: `GET connections/{social}/clients`, status: 200, has: `{"clients":[]}`},
	{says: "documents elsewhere are not fetched", ask: `POST clients/cimd/register {"external_client_id":"https://client.example/c.json"}`, status: 400, has: "was not contacted"},
	{says: "preview tells of it", ask: `POST clients/cimd/preview {"external_client_id":"https://client.example/c.json"}`, status: 200, has: `{"errors":["`},
	{says: "a document's URL has at most 120 characters", ask: `POST clients/cimd/register {"external_client_id":"https://a.example/` + strings.Repeat("c", 120) + `"}`, status: 400, has: "maximum 120"},
	{says: "secrets rotate", ask: `POST clients/{app}/rotate-secret`, status: 200, has: `"client_secret":"|"client_id":"{app}"`},
}

// TestFacts shows each of the facts on a tenant of its own.
func TestFacts(t *testing.T) {
	for kind, facts := range map[string][]fact{"apis": apiFacts, "grants": grantFacts, "connections": connectionFacts, "settings": settingsFacts, "clients": clientFacts} {
		for _, f := range facts {
			t.Run(kind+"/"+f.says, func(t *testing.T) { f.show(t) })
		}
	}
}

func (f fact) show(t *testing.T) {
	tenant := newTenant(t, Options{})
	ids := strings.NewReplacer(
		"{api}", create(t, tenant, "resource-servers", theAPI), "{grant}", create(t, tenant, "client-grants", theGrant),
		"{db}", text(tenant.store.connections.list[0], "id"), "{social}", text(tenant.store.connections.list[1], "id"),
		"{app}", text(tenant.store.clients.list[0], "client_id"),
	)
	send := func(line, scope string) (int, string) {
		method, rest, _ := strings.Cut(ids.Replace(line), " ")
		path, body, _ := strings.Cut(rest, " ")
		r := httptest.NewRequestWithContext(t.Context(), method, tenant.issuer+"api/v2/"+path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+tenant.Token(tokenLifetime, strings.Fields(scope)...))
		status, header, answer := serve(t, tenant, r)
		if kind := header.Get("Content-Type"); kind != "application/json; charset=utf-8" {
			t.Errorf("%s has the content type %q", line, kind)
		}
		if header.Get("X-RateLimit-Limit") == "" || header.Get("X-RateLimit-Remaining") == "" || header.Get("X-RateLimit-Reset") == "" {
			t.Errorf("%s has no rate limit headers: %v", line, header)
		}
		if answer == nil {
			return status, ""
		}
		data, err := json.Marshal(answer)
		if err != nil {
			t.Fatal(err)
		}
		return status, plainJSON.Replace(string(data))
	}
	for _, line := range f.before {
		if status, answer := send(line, ""); status >= http.StatusBadRequest {
			t.Fatalf("%s: %d %s", line, status, answer)
		}
	}
	status, answer := send(f.ask, f.scope)
	if status != f.status {
		t.Fatalf("%s: %d, want %d: %s", f.ask, status, f.status, answer)
	}
	for _, part := range parts(ids.Replace(f.has)) {
		if !strings.Contains(answer, part) {
			t.Errorf("%s: %s\nlacks %s", f.ask, answer, part)
		}
	}
	for _, part := range parts(f.hasNot) {
		if strings.Contains(answer, part) {
			t.Errorf("%s: %s\nhas %s", f.ask, answer, part)
		}
	}
	if status >= http.StatusBadRequest && !strings.Contains(answer, `"statusCode":`) {
		t.Errorf("%s: %s is not Auth0's envelope", f.ask, answer)
	}
}

// plainJSON takes back what Go's encoder escapes.
var plainJSON = strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&")

func parts(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "|")
}
