package verify_test

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

var tokens = []broken{
	{
		"resource profile off", func(s *setup) { delete(s.settings, "resource_parameter_profile") },
		[]string{"token.format", "token.refresh", "mcp.initialize"},
		runSetup, "resource profile",
	},
	{"token for the default audience", func(s *setup) {
		delete(s.settings, "resource_parameter_profile")
		other(s)
	}, []string{"token.audience", "mcp.initialize"}, runSetup, "ignored the resource"},
	{
		"shared secret", func(s *setup) { s.api["signing_alg"] = "HS256"; s.api["signing_secret"] = strings.Repeat("k", 64) },
		[]string{"token.signature", "mcp.initialize"},
		"RS256", "shared secret",
	},
	{"token of another issuer", func(s *setup) {
		s.settings["authorization_response_iss_parameter_supported"] = false
		s.wrap = through(func(req *http.Request, resp *http.Response) {
			if !strings.HasPrefix(req.URL.Path, "/.well-known/oauth-") {
				return
			}
			data, _ := io.ReadAll(resp.Body)
			text := strings.ReplaceAll(string(data), `"http://localhost:`+tenantPort(string(data))+`/"`, `"http://127.0.0.1:`+tenantPort(string(data))+`/"`)
			replace(resp, resp.StatusCode, "application/json", text)
		})
	}, []string{"token.issuer"}, "one domain everywhere", "different"},
	{"scopes that the API lacks", func(s *setup) {
		s.api["scopes"] = []object{{"value": "call:tools", "description": "x"}}
		s.grant["scope"] = []string{"call:tools"}
	}, []string{"token.scope"}, "--scope read:tools", "does not have"},
	{"no offline access", func(s *setup) { s.api["allow_offline_access"] = false }, []string{"token.refresh"}, runSetup, "offline access"},
	{"token of another type", wrapped(edit("/oauth/token", func(o object) { o["token_type"] = "DPoP" })), []string{"token"}, "", "bearer tokens alone"},
	{
		"the code is refused", wrapped(answering("POST", "/oauth/token", 403, `{"error":"invalid_grant","error_description":"Invalid authorization code"}`)),
		[]string{"token"},
		"", "",
	},
	{"refresh token stays", wrapped(edit("/oauth/token", func(o object) { o["refresh_token"] = "one-and-the-same" })), []string{"refresh.rotation"}, runSetup, ""},
	{"refresh token is not replaced", wrapped(refreshWithoutNew()), []string{"refresh.rotation"}, "rotate", "stolen"},
	{"clocks differ", func(s *setup) {
		past := func() time.Time { return time.Now().Add(-2 * time.Hour) }
		s.tenant.Now = past
	}, []string{"token.lifetime", "mcp.initialize"}, "clocks", "clocks"},
}

var issuerPort = regexp.MustCompile(`(?:"issuer":|"authorization_servers":\[)"http://localhost:(\d+)/"`)

// tenantPort finds the port of the issuer in either metadata document.
func tenantPort(document string) string {
	if found := issuerPort.FindStringSubmatch(document); found != nil {
		return found[1]
	}
	return "none"
}

// other adds a second API, which is the default.
func other(s *setup) {
	const audience = "https://other.example/api"
	s.ask = func(w *world, _ *verify.Options) {
		w.manage("POST", "resource-servers", object{
			"name": "Other", "identifier": audience, "signing_alg": "RS256", "allow_offline_access": true,
			"scopes": []object{{"value": "read:tools", "description": "x"}, {"value": "call:tools", "description": "x"}},
		})
		w.manage("POST", "client-grants", object{"default_for": "third_party_clients", "audience": audience, "subject_type": "user", "scope": []string{"read:tools", "call:tools"}})
		w.manage("PATCH", "tenants/settings", object{"default_audience": audience})
	}
}

func refreshWithoutNew() func(*world) http.RoundTripper {
	seen := 0
	return edit("/oauth/token", func(o object) {
		if seen++; seen > 2 { // the first two are those of the codes
			delete(o, "refresh_token")
		}
	})
}

var servers = []broken{
	{"another audience expected", gateway(func(o *sandbox.GatewayOptions, _ string) { o.Audience = "https://mcp.example/mcp" }), []string{"mcp.initialize"}, runRender, "another audience"},
	{"refuses all", faulty(sandbox.GatewayRefusesAll), []string{"mcp.initialize"}, runRender, "audience or issuer"},
	{"any token passes", faulty(sandbox.GatewayAnyToken), []string{"reject.garbage", "reject.forged", "reject.audience"}, runRender, "calls itself a token"},
	{"any audience passes", func(s *setup) { faulty(sandbox.GatewayAnyAudience)(s); other(s) }, []string{"reject.audience"}, runRender, "other APIs"},
	{"expired tokens pass", func(s *setup) {
		faulty(sandbox.GatewayAnyExpiry)(s)
		s.tenant.Now = func() time.Time { return time.Now().Add(-2 * time.Hour) }
	}, []string{"reject.expired", "token.lifetime"}, runRender, "does not check exp"},
	{"GET fails", faulty(sandbox.GatewayBrokenGet), []string{"mcp.get"}, runRender, "takes GET"},
	{"a scope is missing", wrapped(through(func(req *http.Request, resp *http.Response) {
		if req.URL.Path == "/mcp" && strings.Count(req.Header.Get("Authorization"), ".") == 2 && resp.StatusCode == http.StatusOK {
			replace(resp, http.StatusForbidden, "application/json", "{}")
			resp.Header.Set("WWW-Authenticate", `Bearer error="insufficient_scope", scope="admin:tools"`)
		}
	})), []string{"mcp.initialize"}, "--scope", "lacks a scope"},
	{"403 without a word", wrapped(through(func(req *http.Request, resp *http.Response) {
		if req.URL.Path == "/mcp" && resp.StatusCode == http.StatusOK {
			replace(resp, http.StatusForbidden, "application/json", "{}")
		}
	})), []string{"mcp.initialize"}, "name the scopes", "RFC 6750"},
	{"not MCP behind the gateway", wrapped(through(func(req *http.Request, resp *http.Response) {
		if req.URL.Path == "/mcp" && resp.StatusCode == http.StatusOK {
			replace(resp, http.StatusBadGateway, "text/html", "<h1>Bad gateway</h1>")
		}
	})), []string{"mcp.initialize"}, "behind the gateway", "does not speak MCP"},
}
