package sandbox

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

// TestDocumentsAreKept: what other tools write to the parts that an MCP login doesn't touch is there when they read again.
func TestDocumentsAreKept(t *testing.T) {
	tenant := newTenant(t, Options{})
	for _, c := range []struct{ method, path, body, want string }{
		{"PUT", "guardian/policies", `["all-applications"]`, `["all-applications"]`},
		{"PUT", "guardian/factors/sms/providers/twilio", `{"from":"+1","sid":"s"}`, `{"from":"+1","sid":"s"}`},
		{"PATCH", "guardian/factors/push-notification/providers/sns", `{"aws_region":"eu"}`, `{"aws_region":"eu"}`},
		{"PUT", "guardian/factors/sms/templates", `{"enrollment_message":"a"}`, `{"enrollment_message":"a"}`},
		{"PUT", "guardian/factors/webauthn-platform/settings", `{"overrideRelyingParty":true}`, `{"overrideRelyingParty":true}`},
		{"PUT", "guardian/settings", `{"remember_me_default_value":true}`, `{"remember_me_default_value":true}`},
		{"PATCH", "attack-protection/phone-provider-protection", `{"type":"none"}`, `{"type":"none"}`},
		{"PUT", "guardian/factors/phone/message-types", `{"message_types":["sms"]}`, `{"message_types":["sms"]}`},
		{"PATCH", "branding", `{"colors":{"primary":"#112233"}}`, `{"colors":{"primary":"#112233"}}`},
		{"PATCH", "branding", `{"logo_url":"https://x.example/"}`, `{"colors":{"primary":"#112233"},"logo_url":"https://x.example/"}`},
		{"PATCH", "prompts", `{"identifier_first":true}`, `{"identifier_first":true,"universal_login_experience":"new","webauthn_platform_first_factor":false}`},
		{"PATCH", "attack-protection/captcha", `{"active_provider_id":"arkose","auth_challenge":null}`, `{"active_provider_id":"arkose"}`},
		{"PUT", "prompts/login/custom-text/en", `{"login":{"title":"Hello"}}`, `{"login":{"title":"Hello"}}`},
		{"PATCH", "risk-assessments/settings", `{"enabled":true}`, `{"enabled":true}`},
	} {
		var want any
		if err := json.Unmarshal([]byte(c.want), &want); err != nil {
			t.Fatal(err)
		}
		if status, _, got := request(t, tenant, c.method, c.path, c.body); status != http.StatusOK || !reflect.DeepEqual(got, want) {
			t.Errorf("%s %s: %d %v, want %s", c.method, c.path, status, got, c.want)
		}
		if _, _, got := request(t, tenant, "GET", c.path, ""); !reflect.DeepEqual(got, want) {
			t.Errorf("GET %s after %s: %v, want %s", c.path, c.method, got, c.want)
		}
	}
}

func TestDocumentsRefused(t *testing.T) {
	tenant := newTenant(t, Options{})
	for _, c := range []struct {
		method, path, body, scope string
		status                    int
		want                      string
	}{
		{"PATCH", "branding", `{}`, "read:branding", 403, "expected any of: update:branding"},
		{"PUT", "guardian/policies", `[]`, "update:guardian_factors", 403, "update:mfa_policies"},
		{"GET", "guardian/policies", ``, "read:guardian_factors", 403, "read:mfa_policies"},
		{"PATCH", "risk-assessments/settings", `{}`, "read:attack_protection", 403, "update:attack_protection"},
		{"PATCH", "branding", `{`, "update:branding", 400, "JSON"},
		{"PUT", "stats/active-users", `1`, "read:stats", 404, "Not Found"},
		{"POST", "branding", `{}`, "update:branding", 404, "Not Found"},
		{"PATCH", "organizations/org_none", `{}`, "update:organizations", 404, "No organization found by that id or name"},
	} {
		status, _, body := request(t, tenant, c.method, c.path, c.body, c.scope)
		if status != c.status || !strings.Contains(message(body), c.want) {
			t.Errorf("%s %s with %s: %d %v, want %d with %q", c.method, c.path, c.scope, status, body, c.status, c.want)
		}
	}
}

// TestLifetimesInMinutes: they are answered in hours only.
func TestLifetimesInMinutes(t *testing.T) {
	tenant := newTenant(t, Options{})
	status, _, body := request(t, tenant, "PATCH", "tenants/settings", `{"session_lifetime_in_minutes":90,"idle_session_lifetime":12}`)
	if status != http.StatusOK || field(body, "session_lifetime") != 1.5 || field(body, "idle_session_lifetime") != 12.0 {
		t.Errorf("PATCH: %d %v", status, body)
	}
	_, _, body = request(t, tenant, "GET", "tenants/settings", "")
	if field(body, "session_lifetime") != 1.5 || field(body, "session_lifetime_in_minutes") != nil {
		t.Errorf("GET: %v", body)
	}
	status, _, body = request(t, tenant, "PATCH", "tenants/settings", `{"session_lifetime_in_minutes":90,"session_lifetime":2}`)
	if status != http.StatusBadRequest || !strings.Contains(message(body), "cannot be specified together") {
		t.Errorf("both units: %d %v", status, body)
	}
}
