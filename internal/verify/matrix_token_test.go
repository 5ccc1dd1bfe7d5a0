package verify_test

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
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
		otherDefault(s)
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
	}, []string{"token.issuer"}, "one domain everywhere", "refuses tokens of another issuer"},
	{"a scope that the API lacks", func(s *setup) { s.verify.Scope = "read:tools admin:tools" }, []string{"token.scope"}, "--scope admin:tools", "that --scope names"},
	{"scopes that the API lacks", func(s *setup) {
		s.api["scopes"] = []object{{"value": "call:tools", "description": "x"}}
		s.grant["scope"] = []string{"call:tools"}
	}, []string{"token.scope"}, "--scope read:tools", "does not have"},
	{"tokens without an end", wrapped(reclaimed(func(o object) { delete(o, "exp") })), []string{"token.lifetime"}, "set exp", "has it for good"},
	{"tokens that are not signed", wrapped(unsigned), []string{"token.format"}, "sign its tokens", "whoever can write one"},
	{"no offline access", func(s *setup) { s.api["allow_offline_access"] = false }, []string{"token.refresh"}, runSetup, "offline access"},
	{"the client may not use refresh tokens", func(s *setup) {
		s.ask = func(w *world, o *verify.Options) {
			o.CallbackPort = freePort(w.t)
			client := w.confidential(o.CallbackPort)
			o.ClientID, o.ClientSecret = client["client_id"].(string), client["client_secret"].(string)
			w.manage("PATCH", "clients/"+o.ClientID, object{"grant_types": []string{"authorization_code"}})
		}
	}, []string{"token.refresh"}, "the client the grant type refresh_token", "may not use refresh tokens"},
	{"token of another type", wrapped(edit("/oauth/token", func(o object) { o["token_type"] = "DPoP" })), []string{"token"}, "authorization server", "bearer tokens alone"},
	{
		"the code is refused", wrapped(answering("POST", "/oauth/token", 403, `{"error":"invalid_grant","error_description":"Invalid authorization code"}`)),
		[]string{"token"},
		runSetup, "in the words above",
	},
	{"expires_in is a word", wrapped(edit("/oauth/token", func(o object) { o["expires_in"] = "soon" })), []string{"token"}, "make expires_in a number", "expires_in is a string, and has to be a number"},
	{"expires_in is true", wrapped(edit("/oauth/token", func(o object) { o["expires_in"] = true })), []string{"token"}, "make expires_in a number", "expires_in is true or false, and has to be a number"},
	{"scope is a list", wrapped(edit("/oauth/token", func(o object) { o["scope"] = []string{"read:tools"} })), []string{"token"}, "make scope a string", "scope is a list, and has to be a string"},
	{"no token in the answer", wrapped(answering("POST", "/oauth/token", 200, `{"token_type":"Bearer"}`)), []string{"token"}, "authorization server", "RFC 6749"},
	{"refresh token stays", wrapped(edit("/oauth/token", func(o object) { o["refresh_token"] = "one-and-the-same" })), []string{"refresh.rotation"}, runSetup, "in the words above"},
	{"refresh token is not replaced", wrapped(refreshWithoutNew()), []string{"refresh.rotation"}, "rotate", "stolen"},
	{"clocks differ", func(s *setup) {
		past := func() time.Time { return time.Now().Add(-2 * time.Hour) }
		s.tenant.Now = past
	}, []string{"token.lifetime", "mcp.initialize"}, "set the clocks: here it is 2", "was issued 2h ago by this machine's"},
}

var issuerPort = regexp.MustCompile(`(?:"issuer":|"authorization_servers":\[)"http://localhost:(\d+)/"`)

// tenantPort finds the port of the issuer in either metadata document.
func tenantPort(document string) string {
	if found := issuerPort.FindStringSubmatch(document); found != nil {
		return found[1]
	}
	return "none"
}

// otherDefault makes the second API the default.
func otherDefault(s *setup) { s.settings["default_audience"] = otherAPI }

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
	{"any audience passes", faulty(sandbox.GatewayAnyAudience), []string{"reject.audience"}, runRender, "other APIs"},
	{"expired tokens pass", func(s *setup) {
		faulty(sandbox.GatewayAnyExpiry)(s)
		s.tenant.Now = func() time.Time { return time.Now().Add(-2 * time.Hour) }
	}, []string{"reject.expired", "token.lifetime"}, runRender, "does not check exp"},
	{"GET fails", faulty(sandbox.GatewayBrokenGet), []string{"mcp.get"}, runRender, "takes GET"},
	{"a scope that nobody grants", wrapped(wanting("admin:tools")), []string{"mcp.initialize"}, "--scope admin:tools", "does not grant it"},
	{"never enough scopes", wrapped(wanting("read:tools")), []string{"mcp.initialize"}, "check what the server compares", "that has the scopes"},
	{"a scope without a name", wrapped(wanting("")), []string{"mcp.initialize"}, "name the scopes", "does not say which"},
	{"403 without a word", wrapped(through(func(req *http.Request, resp *http.Response) {
		if req.URL.Path == "/mcp" && resp.StatusCode == http.StatusOK {
			replace(resp, http.StatusForbidden, "application/json", "{}")
		}
	})), []string{"mcp.initialize"}, "name the scopes", "RFC 6750"},
	{"not MCP behind the gateway", wrapped(through(func(req *http.Request, resp *http.Response) {
		if req.URL.Path == "/mcp" && resp.StatusCode == http.StatusOK {
			replace(resp, http.StatusBadGateway, "text/html", "<h1>Bad gateway</h1>")
		}
	})), []string{"mcp.initialize"}, "log of the MCP server behind", "what is behind it fails"},
	{"another thing behind the gateway", wrapped(through(func(req *http.Request, resp *http.Response) {
		if req.URL.Path == "/mcp" && resp.StatusCode == http.StatusOK {
			replace(resp, http.StatusOK, "text/html", "<h1>Welcome</h1>")
		}
	})), []string{"mcp.initialize"}, "behind the gateway", "a web page answers in the place of MCP"},
	{"no MCP behind the gateway", wrapped(through(func(req *http.Request, resp *http.Response) {
		if req.URL.Path == "/mcp" && resp.StatusCode == http.StatusOK {
			replace(resp, http.StatusOK, "text/plain", "OK")
		}
	})), []string{"mcp.initialize"}, "behind the gateway", "does not speak MCP"},
	{"asked too often with a token", wrapped(through(func(req *http.Request, resp *http.Response) {
		if req.URL.Path == "/mcp" && resp.StatusCode == http.StatusOK {
			replace(resp, http.StatusTooManyRequests, "application/json", "{}")
		}
	})), []string{"mcp.initialize"}, "wait a minute", "limits how often"},
	{"sent on with a token", wrapped(through(func(req *http.Request, resp *http.Response) {
		if req.URL.Path == "/mcp" && resp.StatusCode == http.StatusOK {
			replace(resp, http.StatusTemporaryRedirect, "text/plain", "")
			resp.Header.Set("Location", "/mcp")
		}
	})), []string{"mcp.initialize"}, "without redirects", "don't take a token along"},
	{"tools fail", wrapped(through(func(req *http.Request, resp *http.Response) {
		if listsTools(req) {
			replace(resp, http.StatusInternalServerError, "text/plain", "boom")
		}
	})), []string{"mcp.tools"}, "log of the MCP server behind", "what is behind it fails"},
	{"refused tokens get 403", wrapped(through(func(req *http.Request, resp *http.Response) {
		if req.Header.Get("Authorization") != "" && resp.StatusCode == http.StatusUnauthorized {
			replace(resp, http.StatusForbidden, "application/json", "{}")
		}
	})), []string{"reject.garbage", "reject.forged", "reject.audience"}, runRender, "gets 401"},
	{"forged tokens pass", wrapped(through(takingForgeries)), []string{"reject.forged"}, runRender, "signature is not checked"},
}

// wanting is a server that wants a scope of a token that it knows otherwise, and is never content with it.
func wanting(scope string) func(*world) http.RoundTripper {
	return through(func(req *http.Request, resp *http.Response) {
		if req.URL.Path == "/mcp" && resp.StatusCode == http.StatusOK {
			replace(resp, http.StatusForbidden, "application/json", "{}")
			resp.Header.Set("WWW-Authenticate", `Bearer error="insufficient_scope", scope="`+scope+`"`)
		}
	})
}

// takingForgeries is a server that reads tokens and does not look at their signatures.
func takingForgeries(req *http.Request, resp *http.Response) {
	if resp.StatusCode == http.StatusUnauthorized && bytes.Contains(claimsIn(req), []byte(req.URL.String())) {
		replace(resp, http.StatusOK, "application/json", "{}")
	}
}

// A token that has expired when it comes is refused for that, and not for its audience.
func TestClocksDiffer(t *testing.T) {
	s := healthy()
	s.tenant.Now = func() time.Time { return time.Now().Add(-2 * time.Hour) }
	report, _ := verified(t, s)
	check := find(t, report, "mcp.initialize")
	if check.Status != verify.Fail || !strings.Contains(check.Cause, "clocks differ") || !strings.Contains(check.Hint, "set the clocks") {
		t.Errorf("\n%s", dump(report))
	}
}
