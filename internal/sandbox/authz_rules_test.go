package sandbox

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// rule is a request to /authorize that must be refused, and why.
type rule struct {
	name   string
	tenant func(*snapshot) // what is missing at the tenant
	params []string        // what is different about the request
	status int             // of the page that a strict client gets; 0: it is not refused
	code   string
	text   string // {client} is the client's id
	anyway bool   // refused with the same page in permissive mode
	strict bool   // refused in strict mode alone
}

const notAuthorized = `Client "{client}" is not authorized to access resource server "` + notes + `"`

func setting(name string, value any) func(*snapshot) {
	return func(s *snapshot) { s.Settings[name] = value }
}

func policy(name string) func(*snapshot) {
	return func(s *snapshot) {
		s.APIs[0]["subject_type_authorization"] = object{"user": object{"policy": name}, "client": object{"policy": "require_client_grant"}}
	}
}

func noGrant(s *snapshot) { s.Grants = nil }

func both(changes ...func(*snapshot)) func(*snapshot) {
	return func(s *snapshot) {
		for _, change := range changes {
			change(s)
		}
	}
}

var authorizeRules = []rule{
	{name: "no client", params: []string{"client_id", ""}, status: 400, code: "invalid_request", text: "Missing required parameter: client_id", anyway: true},
	{name: "unknown client", params: []string{"client_id", "tpc_none"}, status: 400, code: "invalid_request", text: "Unknown client: tpc_none", anyway: true},
	{name: "another callback", params: []string{"redirect_uri", callback + "/"}, status: 403, code: "unauthorized_client", text: "Callback URL mismatch", anyway: true},
	{name: "another port", params: []string{"redirect_uri", "http://127.0.0.1:6277/oauth/callback"}, status: 403, code: "unauthorized_client", text: "Callback URL mismatch", anyway: true},
	{name: "unknown parameter", params: []string{"audiense", notes}, status: 400, code: "invalid_request", text: "Unsupported parameter: audiense", strict: true},
	{name: "response mode", params: []string{"response_mode", "query"}, status: 400, code: "invalid_request", text: "Unsupported parameter: response_mode", strict: true},
	{name: "odd response mode", params: []string{"response_mode", "web_message"}, status: 400, code: "invalid_request", text: "response_mode"},
	{name: "no response type", params: []string{"response_type", ""}, status: 400, code: "invalid_request", text: "Missing required parameter: response_type"},
	{name: "implicit", params: []string{"response_type", "token"}, status: 400, code: "unsupported_response_type", text: "Unsupported response type: token"},
	{name: "no PKCE", params: []string{"code_challenge", "", "code_challenge_method", ""}, status: 400, code: "invalid_request", text: "code_challenge", strict: true},
	{name: "plain PKCE", params: []string{"code_challenge_method", "plain"}, status: 400, code: "invalid_request", text: "Unsupported code_challenge_method: plain", strict: true},
	{name: "odd PKCE", params: []string{"code_challenge_method", "S512"}, status: 400, code: "invalid_request", text: "Unsupported code_challenge_method: S512"},
	{name: "no such API", params: []string{"resource", notes + "/"}, status: 400, code: "access_denied", text: "Service not found: " + notes + "/"},
	{name: "no such API by audience", params: []string{"audience", "https://MCP.example.test/notes"}, status: 400, code: "access_denied", text: "Service not found: https://MCP.example.test/notes"},
	{name: "wrong default audience", tenant: both(setting("default_audience", "urn:nothing"), setting("resource_parameter_profile", "audience")), status: 400, code: "access_denied", text: "Service not found: urn:nothing"},
	{name: "no grant", tenant: noGrant, status: 400, code: "invalid_request", text: notAuthorized, strict: true},
	{name: "grant for machines", tenant: func(s *snapshot) { s.Grants[0]["subject_type"] = "client" }, status: 400, code: "invalid_request", text: notAuthorized, strict: true},
	{name: "grant needed by policy", tenant: both(noGrant, policy("require_client_grant")), status: 400, code: "invalid_request", text: notAuthorized},
	{name: "API closed", tenant: policy("deny_all"), status: 400, code: "invalid_request", text: notAuthorized},
	{name: "the Management API", params: []string{"audience", "http://localhost:9400/api/v2/"}, status: 400, code: "invalid_request", text: "is not authorized to access resource server"},
	{name: "no domain connection", tenant: func(s *snapshot) { s.Connections = nil }, status: 400, code: "invalid_request", text: "no connections enabled for the client"},
	{name: "connection not of the domain", params: []string{"connection", "google-oauth2"}, status: 400, code: "invalid_request", text: "the connection was not found"},
	{name: "no one to ask", params: []string{"prompt", "none"}, status: 400, code: "login_required", text: "Login required"},
	{name: "grant without scopes", tenant: func(s *snapshot) { s.Grants[0]["scope"] = []string{} }},
	{name: "grant with the policy that needs it", tenant: policy("require_client_grant")},
	{name: "extension parameter", params: []string{"ext-colour", "red"}},
	{name: "no API at all", params: []string{"resource", ""}},
	{name: "named connection", params: []string{"connection", "Username-Password-Authentication"}},
	{name: "nothing wrong"},
}

// TestAuthorizeRules breaks one thing at a time: strict clients must get a page, permissive ones a redirect.
func TestAuthorizeRules(t *testing.T) {
	for _, mode := range []string{ModeStrict, ModePermissive} {
		for _, c := range authorizeRules {
			t.Run(mode+"/"+c.name, func(t *testing.T) {
				tenant := ready(t, Options{Mode: mode}, c.tenant)
				id := aClient(t, tenant)
				if got := strings.HasPrefix(id, "tpc_"); got != (mode == ModeStrict) {
					t.Errorf("client id %q", id)
				}
				res := send(t, tenant, authorizePath(with(asking(id), c.params...)), nil)
				want := strings.ReplaceAll(c.text, "{client}", id)
				switch {
				case c.status == 0 || (c.strict && mode == ModePermissive):
					if at, _ := location(t, res); at != tenant.issuer+"u/login" {
						t.Errorf("redirected to %s", at)
					}
				case mode == ModeStrict || c.anyway:
					page := html.UnescapeString(bodyOf(t, res))
					if res.StatusCode != c.status || res.Header.Get("Location") != "" || !strings.Contains(page, ">"+c.code+": ") || !strings.Contains(page, want) {
						t.Errorf("%d %s, want %d with %q", res.StatusCode, page, c.status, want)
					}
				default:
					at, query := location(t, res)
					if at != callback || query.Get("error") != c.code || !strings.Contains(query.Get("error_description"), want) ||
						query.Get("state") != "s t&ate" || query.Get("iss") != tenant.issuer {
						t.Errorf("%s %v, want %s %q", at, query, c.code, want)
					}
				}
			})
		}
	}
}

// TestRepeatedParameters holds RFC 6749 section 3.1, and RFC 8707's exception.
func TestRepeatedParameters(t *testing.T) {
	tenant := ready(t, Options{}, nil)
	values := asking(aClient(t, tenant))
	values["resource"] = []string{notes, notes}
	if res := send(t, tenant, authorizePath(values), nil); res.StatusCode != http.StatusFound {
		t.Errorf("resource twice: %d", res.StatusCode)
	}
	values["scope"] = []string{"a", "b"}
	if page := bodyOf(t, send(t, tenant, authorizePath(values), nil)); !strings.Contains(page, "Parameter given more than once: scope") {
		t.Errorf("scope twice: %s", page)
	}
}

// TestAudienceOfToken is which API a token is for, by the tenant's settings and the request; "" is an opaque token.
func TestAudienceOfToken(t *testing.T) {
	const other = "urn:other"
	for _, c := range []struct{ profile, standard, audience, resource, want string }{
		{"audience", "", "", notes, ""},
		{"audience", "", "", "", ""},
		{"audience", "", notes, "", notes},
		{"audience", other, "", notes, other},
		{"audience", other, notes, "", notes},
		{"compatibility", "", "", notes, notes},
		{"compatibility", "", "", "", ""},
		{"compatibility", other, "", notes, notes},
		{"compatibility", other, "", "", other},
		{"compatibility", "", other, notes, other},
	} {
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
			tenant := ready(t, Options{AutoApprove: true}, both(setting("resource_parameter_profile", c.profile), setting("default_audience", c.standard), func(s *snapshot) {
				s.APIs = append(s.APIs, object{"identifier": other, "name": "Other"})
				s.Grants = append(s.Grants, object{"audience": other, "default_for": "third_party_clients", "subject_type": "user", "allow_all_scopes": true})
			}))
			id := aClient(t, tenant)
			code := aCode(t, tenant, with(asking(id), "audience", c.audience, "resource", c.resource))
			status, answer := exchange(t, tenant, "oauth/token", codeForm(id, code))
			token := text(answer, "access_token")
			if status != http.StatusOK || (c.want == "") != (strings.Count(token, ".") == 4) {
				t.Fatalf("%d %v", status, answer)
			}
			if c.want == "" {
				return
			}
			if aud := claimsOf(t, tenant, token)["aud"]; aud != c.want {
				t.Errorf("aud %v, want %s", aud, c.want)
			}
		})
	}
}

// TestAutoApprove goes straight back to the client; iss stands in the answer only where the tenant says so.
func TestAutoApprove(t *testing.T) {
	for _, iss := range []bool{true, false} {
		tenant := ready(t, Options{AutoApprove: true}, setting("authorization_response_iss_parameter_supported", iss))
		at, query := location(t, send(t, tenant, authorizePath(with(asking(aClient(t, tenant)), "prompt", "none")), nil))
		if at != callback || query.Get("code") == "" || query.Get("state") != "s t&ate" || query.Has("iss") != iss || (iss && query.Get("iss") != tenant.issuer) {
			t.Errorf("iss %v: %s %v", iss, at, query)
		}
	}
}

// TestCallbackWithQuery keeps what the client's own callback already says.
func TestCallbackWithQuery(t *testing.T) {
	tenant := ready(t, Options{AutoApprove: true}, nil)
	own := callback + "?from=a+b"
	_, client := registered(t, tenant, object{"redirect_uris": []string{own}})
	_, query := location(t, send(t, tenant, authorizePath(with(asking(text(client, "client_id")), "redirect_uri", own)), nil))
	if query.Get("from") != "a b" || query.Get("code") == "" {
		t.Errorf("query %v", url.Values(query))
	}
}
