package verify_test

import (
	"bytes"
	"net/http"
	"strings"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

// warnings are rows in which a login works, and something will hurt.
var warnings = []broken{
	{"bare challenge", func(s *setup) {
		s.gateway = func(string) sandbox.GatewayOptions {
			return sandbox.GatewayOptions{Scopes: []string{"read:tools"}, Faults: []sandbox.GatewayFault{sandbox.GatewayBareChallenge}}
		}
	}, []string{"challenge.header"}, runRender, "guess"},
	{"only later messages are protected", wrapped(through(func(req *http.Request, resp *http.Response) {
		if req.URL.Path == "/mcp" && req.Header.Get("Authorization") == "" && !listsTools(req) {
			replace(resp, http.StatusOK, "application/json", `{"jsonrpc":"2.0","id":1,"result":{}}`)
		}
	})), []string{"challenge.status"}, runRender, "only later"},
	{"a URL without a path", func(s *setup) {
		s.verify.Follow = false
		s.ask = func(_ *world, o *verify.Options) { o.URL = strings.TrimSuffix(o.URL, "/mcp") }
		s.wrap = atRoot
	}, []string{"resource.url"}, "/mcp", "add a slash"},
	{"metadata for the whole host", func(s *setup) {
		s.verify.Follow = false
		s.wrap = through(func(req *http.Request, resp *http.Response) {
			switch {
			case resp.Header.Get("WWW-Authenticate") != "":
				resp.Header.Set("WWW-Authenticate", `Bearer scope="read:tools"`)
			case req.URL.Path == resourcePath+"/mcp":
				replace(resp, http.StatusNotFound, "text/plain", "")
			}
		})
	}, []string{"resource.match", "challenge.header"}, resourcePath + "/mcp", "about the whole host"},
	{"no scopes anywhere", func(s *setup) {
		s.gateway = func(string) sandbox.GatewayOptions { return sandbox.GatewayOptions{} }
	}, []string{"resource.scopes", "token.refresh"}, runVerify, "for every one"},
	{"iss is not promised, and not sent", func(s *setup) { s.settings["authorization_response_iss_parameter_supported"] = false }, []string{"server.iss", "login.iss"}, runSetup, "whose answer"},
	{"iss is sent and not promised", wrapped(edit(asPath, func(o object) { delete(o, "authorization_response_iss_parameter_supported") })), []string{"login.iss", "server.iss"}, runSetup, "names itself without saying so"},
	{"no key set", wrapped(edit(asPath, func(o object) { delete(o, "jwks_uri") })), []string{"server.keys"}, "jwks_uri", "can't be checked"},
	{"metadata documents are not read", func(s *setup) {
		ownDocument(func(object) {})(s)
	}, []string{"registration"}, "--registration cimd", "registered in their place"},
	{"tokens live for a minute", func(s *setup) { s.api["token_lifetime"] = 30 }, []string{"token.lifetime"}, "--token-lifetime 1h", "log in all the time"},
	{"tokens live for a month", func(s *setup) { s.api["token_lifetime"] = 2592000 }, []string{"token.lifetime"}, "--token-lifetime 1h", "stolen tokens"},
	{"tokens just expired still pass", func(s *setup) {
		faulty(sandbox.GatewayAnyExpiry)(s)
		s.api["token_lifetime"] = 1
		s.tenant.Now = func() time.Time { return time.Now().Add(500 * time.Millisecond) }
	}, []string{"reject.expired", "token.lifetime"}, "no leeway", "clocks that differ"},
	{"a second login for more scopes", func(s *setup) {
		gateway(func(*sandbox.GatewayOptions, string) {})(s)
		s.wrap = wantingTheScope("call:tools")
	}, []string{"mcp.initialize"}, "scopes_supported", "more scopes than it tells of"},
	{"a second login for more scopes to list tools", func(s *setup) {
		gateway(func(*sandbox.GatewayOptions, string) {})(s)
		wants := wantingTheScope("call:tools")(nil).(tamper)
		s.wrap = through(func(req *http.Request, resp *http.Response) {
			if req.URL.Path == "/mcp" && listsTools(req) {
				wants(req, resp)
			}
		})
	}, []string{"mcp.tools"}, "scopes_supported", "more scopes than it tells of"},
	{"expires_in is a string", wrapped(edit("/oauth/token", func(o object) { o["expires_in"] = "3600" })), []string{"token.lifetime"}, "make expires_in a number", "clients read the string too"},
	{"exp long after expires_in", wrapped(reclaimed(ending(70 * 365 * 24 * time.Hour))), []string{"token.lifetime"}, "expires_in and exp", "still good"},
	{"exp long before expires_in", wrapped(reclaimed(ending(10 * time.Minute))), []string{"token.lifetime"}, "expires_in and exp", "refused already"},
	{"offline_access is not named", wrapped(edit(asPath, func(o object) { o["scopes_supported"] = []string{"openid"} })), []string{"token.refresh"}, "name offline_access", "where the authorization server names it"},
	{"no refresh token outside Auth0", func(s *setup) {
		s.api["allow_offline_access"] = false
		s.wrap = elsewhere
	}, []string{"token.refresh"}, "the grant type refresh_token", "gives this client none"},
	{"tokens that can't be read", wrapped(opaque), []string{"token.format"}, runSetup, "by asking the authorization server"},
	{"no tools", wrapped(through(func(req *http.Request, resp *http.Response) {
		if listsTools(req) && resp.StatusCode == http.StatusOK {
			replace(resp, http.StatusOK, "application/json", `{"jsonrpc":"2.0","id":`+messageID(req)+`,"result":{"tools":[]}}`)
		}
	})), []string{"mcp.tools"}, "behind the gateway", "nothing to call"},
}

// wantingTheScope is a server that wants a scope of which it says nothing until it is missing.
func wantingTheScope(scope string) func(*world) http.RoundTripper {
	return through(func(req *http.Request, resp *http.Response) {
		if req.URL.Path != "/mcp" || resp.StatusCode != http.StatusOK {
			return
		}
		if !bytes.Contains(claimsIn(req), []byte(scope)) {
			replace(resp, http.StatusForbidden, "application/json", "{}")
			resp.Header.Set("WWW-Authenticate", `Bearer error="insufficient_scope", scope="`+scope+`"`)
		}
	})
}

// atRoot serves the gateway at a URL without a path.
func atRoot(*world) http.RoundTripper {
	return rewritten(http.DefaultTransport, func(req *http.Request) {
		switch req.URL.Path {
		case "", "/":
			req.URL.Path = "/mcp"
		case resourcePath + "/mcp":
			req.URL.Path = resourcePath
		}
	})
}

// elsewhere makes the tenant one that isn't Auth0's, by its paths.
func elsewhere(*world) http.RoundTripper {
	named := editing(asPath, func(o object) {
		o["registration_endpoint"] = strings.Replace(o["registration_endpoint"].(string), "/oidc/register", "/register", 1)
	})
	return rewritten(named, func(req *http.Request) {
		if req.URL.Path == "/register" {
			req.URL.Path = "/oidc/register"
		}
	})
}
