package sandbox

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
)

// TestWhatIsNotModelled: lists are empty in the shape that each has, single things are absent in the words of their
// kind, and what Auth0 doesn't know isn't found. The shapes are those of recordings.
func TestWhatIsNotModelled(t *testing.T) {
	tenant := newTenant(t, Options{})
	ids := strings.NewReplacer("{app}", text(tenant.store.clients.list[0], "client_id"),
		"{grant}", text(tenant.store.grants.list[0], "id"), "{db}", text(tenant.store.connections.list[0], "id"))
	for _, c := range []struct {
		ask, want string
		status    int
	}{
		{"GET roles", `[]`, 200},
		{"GET roles?include_totals=true&per_page=50", `{"limit":50,"roles":[],"start":0,"total":0}`, 200},
		{"GET roles?include_totals=true&per_page=50&page=3", `{"limit":50,"roles":[],"start":150,"total":0}`, 200},
		{"GET organizations?take=50&include_totals=true", `{"organizations":[]}`, 200},
		{"GET custom-domains?take=50", `{"custom_domains":[]}`, 200},
		{"GET event-streams", `{"eventStreams":[]}`, 200},
		{"GET user-attribute-profiles?take=10", `{"user_attribute_profiles":[]}`, 200},
		{"GET user-attribute-profiles/templates", `{"user_attribute_profile_templates":[]}`, 200},
		{"GET token-exchange-profiles", `{"token_exchange_profiles":[]}`, 200},
		{"GET network-acls", `[]`, 200},
		{"GET network-acls?include_totals=true", `{"limit":50,"network_acls":[],"start":0,"total":0}`, 200},
		{"GET flows/vault/connections?include_totals=true", `{"connections":[],"limit":50,"start":0,"total":0}`, 200},
		{"GET keys/encryption?include_totals=true", `{"keys":[],"limit":50,"start":0,"total":0}`, 200},
		{"GET rules-configs?include_totals=true", `[]`, 200},
		{"GET blacklists/tokens?aud=x", `[]`, 200},
		{"GET log-streams", `[]`, 200},
		{"GET logs?from=1&take=10", `[]`, 200},
		{"GET logs?sort=date:-1&page=0&per_page=100", `[]`, 200},
		{"GET actions/actions?page=0&per_page=100", `{"actions":[],"per_page":100}`, 200},
		{"GET actions/actions?page=2&per_page=100", `{"actions":[],"page":2,"per_page":100}`, 200},
		{"GET actions/triggers/post-login/bindings", `{"bindings":[],"per_page":50}`, 200},
		{"GET attack-protection/phone-provider-protection", `{"type":"exponential"}`, 200},
		{"GET custom-domains/default", `{"domain":"localhost:9400"}`, 200},
		{"GET keys/custom-signing", `{"keys":[]}`, 200},
		{"GET guardian/settings", `{"display_remember_me_checkbox":true,"mfa_session_inactivity_timeout":604800,"mfa_session_overall_timeout":2592000,"remember_me_default_value":false}`, 200},
		{"GET guardian/factors/phone/settings", `{"otp_expiration_time":300,"otp_length":6}`, 200},
		{"GET guardian/factors/webauthn-roaming/settings", `{"overrideRelyingParty":false,"userVerification":"discouraged"}`, 200},
		{"GET guardian/factors/sms/providers/twilio", `{}`, 200},
		{"GET guardian/factors/push-notification/providers/sns", `{}`, 200},
		{"GET guardian/factors/sms/templates", `{}`, 200},
		{"GET guardian/factors/sms", `{"error":"Not Found","message":"Not Found","statusCode":404}`, 404},
		{"GET branding/phone/providers", `{"providers":[]}`, 200},
		{"GET guardian/factors", `[` + factorList("sms push-notification otp email duo webauthn-roaming webauthn-platform recovery-code") + `]`, 200},
		{"GET stats/daily", `[]`, 200},
		{"GET stats/active-users", `0`, 200},
		{"GET users-by-email?email=a@b.c", `[]`, 200},
		{"GET user-blocks?identifier=x", `{"blocked_for":[]}`, 200},
		{"GET prompts/login/custom-text/en", `{}`, 200},
		{"GET clients/{app}/credentials", `[]`, 200},
		{"GET client-grants/{grant}/organizations?take=50", `{"organizations":[]}`, 200},
		{"GET connections/{db}/keys", `[]`, 200},
		{"GET connections/{db}/scim-configuration", `{"error":"Not Found","message":"Not Found","statusCode":404}`, 404},
		{"GET client-grants/cgr_none/organizations", "The grant does not exist.", 404},
		{"GET connections/con_none/keys", "The connection does not exist", 404},
		{"GET roles/rol_x", "The role does not exist.", 404},
		{"GET roles/rol_x/users", "The role does not exist.", 404},
		{"DELETE roles/rol_x", "The role does not exist.", 404},
		{"GET users/auth0%7Cx", `"errorCode":"inexistent_user"`, 404},
		{"GET organizations/org_x/members?include_totals=true", "No organization found by that id or name", 404},
		{"GET organizations/name/acme", "No organization found by that id or name", 404},
		{"GET custom-domains/cd_x", "The custom domain cd_x does not exist", 404},
		{"GET emails/provider", `"errorCode":"inexistent_email_provider"`, 404},
		{"GET email-templates/verify_email", `{"error":"Not Found","errorCode":"inexistent_email_template","message":"The template does not exist.","statusCode":404}`, 404},
		{"PATCH email-templates/verify_email", "The template does not exist.", 404},
		{"GET branding/themes/default", `"errorCode":"theme_not_found"`, 404},
		{"GET jobs/job_x", `{"error":"Not Found","message":"Not Found","statusCode":404}`, 404},
		{"GET nonsense", `{"error":"Not Found","message":"Not Found","statusCode":404}`, 404},
		{"GET client_grants", `{"error":"Not Found","message":"Not Found","statusCode":404}`, 404},
		{"GET clients/", `{"error":"Not Found","message":"Not Found","statusCode":404}`, 404},
		{"GET /clients", `{"error":"Not Found","message":"Not Found","statusCode":404}`, 404},
		{"PUT clients", `{"error":"Not Found","message":"Not Found","statusCode":404}`, 404},
		{"POST roles", `"errorCode":"sandbox_does_not_keep"`, 404},
		{"POST email-templates", `"errorCode":"sandbox_does_not_keep"`, 404},
		{"POST emails/provider", `"errorCode":"sandbox_does_not_keep"`, 404},
		{"POST keys/signing/rotate", `"errorCode":"sandbox_does_not_keep"`, 404},
		{"POST roles/rol_x/permissions", "The role does not exist.", 404},
		{"POST actions/actions/x/deploy", "That action does not exist.", 404},
		{"PUT guardian/factors/fingers", `{"error":"Not Found","message":"Not Found","statusCode":404}`, 404},
		{"GET roles?per_page=101", "on property per_page", 400},
	} {
		method, path, _ := strings.Cut(ids.Replace(c.ask), " ")
		status, _, body := request(t, tenant, method, path, "")
		data, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		got, exact := string(data), strings.HasPrefix(c.want, "[") || (strings.HasPrefix(c.want, "{") && c.status == 200)
		if status != c.status || (exact && got != c.want) || !strings.Contains(got, c.want) {
			t.Errorf("%s: %d %s, want %d %s", c.ask, status, got, c.status, c.want)
		}
	}
}

func factorList(names string) string {
	var all []string
	for _, name := range strings.Fields(names) {
		all = append(all, `{"enabled":false,"name":"`+name+`","trial_expired":false}`)
	}
	return strings.Join(all, ",")
}

// TestFactors: one that is switched on is on in the list, as it was recorded.
func TestFactors(t *testing.T) {
	tenant := newTenant(t, Options{})
	if status, _, body := request(t, tenant, http.MethodPut, "guardian/factors/otp", `{"enabled":true}`); status != http.StatusOK || !reflect.DeepEqual(body, object{"enabled": true}) {
		t.Errorf("PUT: %d %v", status, body)
	}
	_, _, body := request(t, tenant, http.MethodGet, "guardian/factors", "")
	all, _ := body.([]any)
	for i, v := range all {
		if one, _ := v.(object); one["enabled"] != (one["name"] == "otp") {
			t.Errorf("%d: %v", i, v)
		}
	}
	if len(all) != 8 {
		t.Errorf("%d factors", len(all))
	}
	for body, want := range map[string]string{`{}`: "Missing required property: enabled", `{"enabled":"yes"}`: "on property enabled"} {
		if status, _, got := request(t, tenant, http.MethodPut, "guardian/factors/otp", body); status != http.StatusBadRequest || !strings.Contains(message(got), want) {
			t.Errorf("PUT %s: %d %v", body, status, got)
		}
	}
	if status, _, _ := request(t, tenant, http.MethodPut, "guardian/factors/otp", `{"enabled":true}`, "read:guardian_factors"); status != http.StatusForbidden {
		t.Errorf("without the scope: %d", status)
	}
}

// TestSigningKeys: the one key that signs is listed, by the id that tokens and the key set give it.
func TestSigningKeys(t *testing.T) {
	tenant := newTenant(t, Options{})
	status, _, body := request(t, tenant, http.MethodGet, "keys/signing", "")
	all, _ := body.([]any)
	if status != http.StatusOK || len(all) != 1 {
		t.Fatalf("%d %v", status, body)
	}
	key, _ := all[0].(object)
	if text(key, "kid") != tenant.key.id || key["current"] != true || key["revoked"] != false || len(text(key, "fingerprint")) != 59 || !strings.HasPrefix(text(key, "cert"), "-----BEGIN CERTIFICATE-----\r\n") {
		t.Errorf("%v", key)
	}
	if status, _, one := request(t, tenant, http.MethodGet, "keys/signing/"+tenant.key.id, ""); status != http.StatusOK || !reflect.DeepEqual(one, all[0]) {
		t.Errorf("by id: %d %v", status, one)
	}
	if status, _, _ := request(t, tenant, http.MethodGet, "keys/signing/none", ""); status != http.StatusNotFound {
		t.Errorf("unknown: %d", status)
	}
}

// TestHead is GET, told by its length; the server leaves the body out.
func TestHead(t *testing.T) {
	tenant := newTenant(t, Options{})
	for _, path := range []string{"tenants/settings", "connections?take=1", "resource-servers/none", "roles"} {
		_, want, _ := request(t, tenant, http.MethodGet, path, "")
		status, got, _ := request(t, tenant, http.MethodHead, path, "")
		if length := got.Get("Content-Length"); length != want.Get("Content-Length") || (status == http.StatusNotFound) != (path == "resource-servers/none") {
			t.Errorf("%s: %d and a length of %s, want %s", path, status, length, want.Get("Content-Length"))
		}
	}
}

// TestContentTypes: JSON is the default, a form is one, and nothing else is read.
func TestContentTypes(t *testing.T) {
	for _, c := range []struct {
		kind, body string
		status     int
		want       string
	}{
		{"", `{"identifier":"urn:x"}`, 201, ""},
		{"application/json; charset=utf-8", `{"identifier":"urn:x"}`, 201, ""},
		{"application/x-www-form-urlencoded", "identifier=urn%3Ax", 201, ""},
		{"application/x-www-form-urlencoded", `{"identifier":"urn:x"}`, 400, "Additional properties not allowed"},
		{"text/plain", `{"identifier":"urn:x"}`, 415, "Unsupported Media Type"},
		{"application/json", `{"identifier":"urn:x"} {}`, 400, "Invalid request payload JSON format"},
		{"application/json", `[]`, 400, "Expected type object but found type array"},
		{"application/json", `null`, 400, "Expected type object but found type null"},
		{"application/json", `{"identifier":"` + strings.Repeat("x", maxBody) + `"}`, 413, "Payload content length greater than maximum allowed"},
	} {
		tenant := newTenant(t, Options{})
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, tenant.issuer+"api/v2/resource-servers", strings.NewReader(c.body))
		r.Header.Set("Authorization", "Bearer "+tenant.Token(tokenLifetime))
		if c.kind != "" {
			r.Header.Set("Content-Type", c.kind)
		}
		if status, _, body := serve(t, tenant, r); status != c.status || !strings.Contains(message(body), c.want) {
			t.Errorf("%s %.40s: %d %v, want %d %s", c.kind, c.body, status, body, c.status, c.want)
		}
	}
}

// TestCheckpointSurvivesDeletion: what prunes while it pages must see every object once.
func TestCheckpointSurvivesDeletion(t *testing.T) {
	tenant := newTenant(t, Options{})
	for range 9 {
		create(t, tenant, "clients", `{"name":"x","is_first_party":false}`)
	}
	seen, from := map[string]bool{}, ""
	for range 20 {
		_, _, body := request(t, tenant, "GET", "clients?is_first_party=false&take=2&from="+from, "")
		page, _ := field(body, "clients").([]any)
		for _, v := range page {
			id := text(v.(object), "client_id") //nolint:forcetypeassert,errcheck // a list of clients
			if seen[id] {
				t.Errorf("%s comes twice", id)
			}
			seen[id] = true
			request(t, tenant, "DELETE", "clients/"+id, "")
		}
		next, more := field(body, "next").(string)
		if from = next; !more {
			break
		}
	}
	if len(seen) != 9 {
		t.Errorf("%d of 9 were seen", len(seen))
	}
}
