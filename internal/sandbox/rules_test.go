package sandbox

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

const api = `{"identifier":"https://mcp.example.test/one","name":"One","scopes":[{"value":"read:notes"}]}`

func TestPayloadsRefused(t *testing.T) {
	tenant := newTenant(t, Options{})
	id := create(t, tenant, "resource-servers", api)
	long := strings.Repeat("n", 201)
	for _, c := range []struct{ method, path, body, want string }{
		{"POST", "resource-servers", `{"identifier":"x","colour":1}`, "Payload validation error: 'Additional properties not allowed: colour'."},
		{"POST", "resource-servers", ``, "Payload validation error: 'Missing required property: identifier'."},
		{"POST", "resource-servers", `{`, "Invalid request payload JSON format"},
		{"POST", "resource-servers", `{"identifier":""}`, "'String is too short (0 chars), minimum 1' on property identifier ("},
		{"POST", "resource-servers", `{"identifier":"` + strings.Repeat("i", 601) + `"}`, "'String is too long (601 chars), maximum 600' on property identifier"},
		{"POST", "resource-servers", `{"identifier":"x","name":"` + long + `"}`, "(201 chars), maximum 200' on property name"},
		{"POST", "resource-servers", `{"identifier":"x","name":"<b>"}`, "String does not match pattern ^[^<>]+$: <b>' on property name"},
		{"POST", "resource-servers", `{"identifier":"x","scopes":[{"value":"` + strings.Repeat("s", 281) + `"}]}`, "on property scopes[0].value"},
		{"POST", "resource-servers", `{"identifier":"x","token_lifetime":2592001}`, "'Value 2592001 is greater than maximum 2592000' on property token_lifetime"},
		{"POST", "resource-servers", `{"identifier":"x","token_lifetime":"1"}`, "'Expected type integer but found type string'"},
		{"POST", "resource-servers", `{"identifier":"x","signing_alg":"none"}`, "'No enum match for: none'"},
		{"PATCH", "resource-servers/" + id, `{"identifier":"y"}`, "Additional properties not allowed: identifier"},
		{"PATCH", "resource-servers/" + id, `{}`, "Payload validation error: 'Too few properties defined (0), minimum 1'."},
		{"PATCH", "tenants/settings", `{}`, "Too few properties defined (0), minimum 1"},
		{"PATCH", "tenants/settings", `{"flags":{"universal_login":true}}`, "'Additional properties not allowed: universal_login' on property flags"},
		{"PATCH", "tenants/settings", `{"sandbox_versions_available":[]}`, "Additional properties not allowed: sandbox_versions_available"},
		{"PATCH", "tenants/settings", `{"resource_parameter_profile":"both"}`, "No enum match for: both"},
		{"POST", "client-grants", `{"scope":[]}`, "Missing required property: audience"},
		{"POST", "client-grants", `{"audience":"https://mcp.example.test/one"}`, "client_id"},
		{"POST", "client-grants", `{"audience":"https://mcp.example.test/one","default_for":"third_party_clients","allow_all_scopes":true,"scope":["read:notes"]}`, "must be empty"},
		{"POST", "clients", `{"name":"x","hue":"red"}`, "Additional properties not allowed: hue"},
	} {
		status, _, body := request(t, tenant, c.method, c.path, c.body)
		if status != http.StatusBadRequest || !strings.Contains(message(body), c.want) {
			t.Errorf("%s %s %.60s: %d %q, want 400 with %q", c.method, c.path, c.body, status, message(body), c.want)
		}
	}
}

func TestImmutableGrantFields(t *testing.T) {
	tenant := newTenant(t, Options{})
	create(t, tenant, "resource-servers", api)
	id := create(t, tenant, "client-grants", `{"audience":"https://mcp.example.test/one","default_for":"third_party_clients","subject_type":"user","scope":[]}`)
	for _, name := range []string{"audience", "client_id", "subject_type", "default_for"} {
		status, _, body := request(t, tenant, "PATCH", "client-grants/"+id, `{"`+name+`":"user"}`)
		if status != http.StatusBadRequest || !strings.Contains(message(body), "not allowed: "+name) {
			t.Errorf("%s: %d %v", name, status, body)
		}
	}
}

func TestConflictsAndAbsence(t *testing.T) {
	tenant := newTenant(t, Options{})
	create(t, tenant, "resource-servers", api)
	grant := `{"audience":"https://mcp.example.test/one","default_for":"third_party_clients","subject_type":"user","scope":["read:notes"]}`
	create(t, tenant, "client-grants", grant)
	client, _ := tenant.Credentials()
	own := `{"audience":"https://mcp.example.test/one","client_id":"` + client + `","scope":[]}`
	create(t, tenant, "client-grants", own)
	for _, c := range []struct {
		method, path, body string
		status             int
		code               any
	}{
		{"POST", "resource-servers", api, 409, nil},
		{"POST", "client-grants", grant, 409, nil},
		{"POST", "client-grants", strings.Replace(grant, `"user"`, `"client"`, 1), 409, nil},
		{"POST", "client-grants", own, 409, nil},
		{"POST", "client-grants", strings.Replace(grant, "/one", "/two", 1), 404, "inexistent_resource_server"},
		{"GET", "resource-servers/none", "", 404, "inexistent_resource_server"},
		{"GET", "connections/con_0000000000000000", "", 404, "inexistent_connection"},
		{"GET", "client-grants/cgr_0000000000000000", "", 404, "inexistent_client_grant"},
		{"GET", "clients/none", "", 404, "inexistent_client"},
		{"GET", "organizations/org_none", "", 404, nil},
		{"DELETE", "resource-servers/none", "", 204, nil},
		{"DELETE", "client-grants/none", "", 204, nil},
		{"DELETE", "clients/none", "", 204, nil},
	} {
		status, _, body := request(t, tenant, c.method, c.path, c.body)
		if status != c.status || field(body, "errorCode") != c.code {
			t.Errorf("%s %s: %d %v, want %d %v", c.method, c.path, status, body, c.status, c.code)
		}
	}
}

func TestMerge(t *testing.T) {
	tenant := newTenant(t, Options{Seed: []byte(`{"connections":[{"name":"corp","strategy":"waad","display_name":"Corp","options":{"a":1,"b":2}}]}`)})
	_, _, body := request(t, tenant, "PATCH", "tenants/settings", `{"flags":{"enable_dynamic_client_registration":true},"default_audience":"x","picture_url":"https://a.test/p"}`)
	flags, _ := field(body, "flags").(object)
	if flags["enable_dynamic_client_registration"] != true || flags["enable_sso"] != true || flags["enforce_client_authentication_on_passwordless_start"] != true {
		t.Errorf("flags are not merged: %v", flags)
	}
	if field(body, "sandbox_versions_available") != nil {
		t.Error("the answer to PATCH holds sandbox_versions_available")
	}
	request(t, tenant, "PATCH", "tenants/settings", `{"default_audience":"","mtls":null}`)
	_, _, body = request(t, tenant, "GET", "tenants/settings", "")
	if field(body, "default_audience") != "" || field(body, "picture_url") != "https://a.test/p" || field(body, "sandbox_versions_available") == nil {
		t.Errorf("settings after two patches: %v", body)
	}
	if flags, _ = field(body, "flags").(object); flags["enforce_client_authentication_on_passwordless_start"] != nil {
		t.Error("GET answers the flags that only PATCH adds")
	}

	id := create(t, tenant, "resource-servers", api)
	for _, at := range []string{id, "https:%2F%2Fmcp.example.test%2Fone"} {
		status, _, body := request(t, tenant, "PATCH", "resource-servers/"+at, `{"scopes":[{"value":"write:notes"}]}`)
		if list, _ := field(body, "scopes").([]any); status != 200 || len(list) != 1 || field(body, "name") != "One" {
			t.Errorf("PATCH %s: %d %v", at, status, body)
		}
	}

	_, _, body = request(t, tenant, "GET", "connections?name=corp", "")
	one, _ := body.([]any)[0].(object)
	_, _, body = request(t, tenant, "PATCH", "connections/"+text(one, "id"), `{"is_domain_connection":true,"options":{"a":3}}`)
	if options, _ := field(body, "options").(object); len(options) != 1 || field(body, "display_name") != "corp" || field(body, "is_domain_connection") != true {
		t.Errorf("connection after PATCH: %v", body)
	}
}

func TestScopesPerOperation(t *testing.T) {
	tenant := newTenant(t, Options{})
	for _, op := range tenant.api {
		path := strings.ReplaceAll(strings.Join(op.path, "/"), "*", "x")
		status, _, body := request(t, tenant, op.method, path, "{}", "read:nothing")
		want := "Insufficient scope, expected any of: " + strings.Join(op.scopes, ", ")
		if status != 403 || message(body) != want || field(body, "errorCode") != "insufficient_scope" {
			t.Errorf("%s %s: %d %v, want 403 %q", op.method, path, status, body, want)
		}
		if status, _, _ = request(t, tenant, op.method, path, "{}", op.scopes[0]); status == 403 {
			t.Errorf("%s %s is refused with %s", op.method, path, op.scopes[0])
		}
	}
	_, _, body := request(t, tenant, "GET", "connections", "", "read:connections")
	if one, _ := body.([]any)[0].(object); one["options"] != nil {
		t.Error("options are shown without read:connections_options")
	}
}

func TestPaging(t *testing.T) {
	var seed strings.Builder
	for i := range 120 {
		fmt.Fprintf(&seed, `,{"name":"c%03d","strategy":"oidc"}`, i)
	}
	tenant := newTenant(t, Options{Seed: []byte(`{"connections":[` + seed.String()[1:] + `]}`)})
	_, _, body := request(t, tenant, "GET", "connections?strategy=oidc", "")
	if part, plain := body.([]any); !plain || len(part) != 100 {
		t.Errorf("without include_totals: %T of %d", body, len(part))
	}
	_, _, body = request(t, tenant, "GET", "connections?strategy=oidc&include_totals=true&page=1&per_page=100", "")
	if part, _ := field(body, "connections").([]any); len(part) != 20 || field(body, "total") != 120. || field(body, "start") != 100. {
		t.Errorf("offset page: %v of %v", len(part), field(body, "total"))
	}
	seen, from := 0, ""
	for range 10 {
		_, _, body = request(t, tenant, "GET", "connections?strategy=oidc&take=50&fields=name&from="+from, "")
		part, _ := field(body, "connections").([]any)
		seen += len(part)
		if one, _ := part[0].(object); len(one) != 2 || one["is_domain_connection"] == nil {
			t.Errorf("fields=name answers %v", part[0])
		}
		if field(body, "total") != nil {
			t.Error("a checkpoint page has totals")
		}
		next, more := field(body, "next").(string)
		if from = next; !more {
			break
		}
	}
	if seen != 120 {
		t.Errorf("checkpoint paging saw %d of 120", seen)
	}
	for _, query := range []string{"per_page=101", "take=0", "page=-1", "page=x", "include_totals=yes", "from=bm9uZQ"} {
		if status, _, body := request(t, tenant, "GET", "connections?"+query, ""); status != 400 {
			t.Errorf("%s: %d %v", query, status, body)
		}
	}
	_, _, body = request(t, tenant, "GET", "resource-servers?identifiers=none&include_totals=true", "")
	if field(body, "total") != 0. {
		t.Errorf("identifiers filter: %v", body)
	}
}
