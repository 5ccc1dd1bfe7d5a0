package verify_test

import (
	"net/http"
	"strings"

	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

var challenges = []broken{
	{"open to all", faulty(sandbox.GatewayOpen), []string{"challenge.status"}, runRender, "no authentication policy"},
	{"redirect to a login page", faulty(sandbox.GatewayRedirects), []string{"challenge.status"}, runRender, "login page"},
	{"no challenge", faulty(sandbox.GatewayNoChallenge), []string{"challenge.header"}, runRender, "oAuthResourceMetadataEnabled"},
	{"bare challenge", faulty(sandbox.GatewayBareChallenge), []string{"challenge.header"}, runRender, "guess"},
	{"malformed challenge", wrapped(through(func(_ *http.Request, resp *http.Response) {
		if resp.Header.Get("WWW-Authenticate") != "" {
			resp.Header.Set("WWW-Authenticate", `Bearer resource_metadata="unterminated`)
		}
	})), []string{"challenge.header"}, runRender, "malformed"},
	{"challenge of another scheme", wrapped(through(func(_ *http.Request, resp *http.Response) {
		if resp.Header.Get("WWW-Authenticate") != "" {
			resp.Header.Set("WWW-Authenticate", `Basic realm="x"`)
		}
	})), []string{"challenge.header"}, runRender, "another policy"},
	{"challenge names a wrong URL", wrapped(through(func(req *http.Request, resp *http.Response) {
		if resp.Header.Get("WWW-Authenticate") != "" {
			resp.Header.Set("WWW-Authenticate", `Bearer resource_metadata="http://`+req.URL.Host+`/elsewhere"`)
		}
	})), []string{"resource.metadata"}, runRender, "names a URL that does not serve"},
	{
		"no MCP server there", func(s *setup) { s.ask = func(_ *world, o *verify.Options) { o.URL += "/other" } },
		[]string{"challenge.status"},
		"check the URL's path", "the path is another",
	},
}

var metadata = []broken{
	{"no metadata", faulty(sandbox.GatewayNoMetadata), []string{"resource.metadata"}, runRender, "plugin is missing"},
	{"metadata is not JSON", wrapped(answering("GET", resourcePath+"/mcp", 200, "<html>")), []string{"resource.metadata", "resource.match"}, runRender, "does not serve the metadata"},
	{
		"metadata with a slash", wrapped(edit(resourcePath, func(o object) { o["resource"] = o["resource"].(string) + "/" })),
		[]string{"resource.match"},
		runRender, "trailing slash",
	},
	{
		"metadata of another host", gateway(func(o *sandbox.GatewayOptions, _ string) { o.Resource = "https://mcp.example/mcp" }),
		[]string{"resource.match"},
		runRender, "host name",
	},
	{
		"URL with a slash", func(s *setup) { s.ask = func(_ *world, o *verify.Options) { o.URL += "/" } },
		[]string{"challenge.status", "resource.url", "resource.match"},
		"URL's path", "slash too many",
	},
	{"URL in capitals", func(s *setup) {
		s.ask = func(_ *world, o *verify.Options) { o.URL = strings.Replace(o.URL, "localhost", "LOCALHOST", 1) }
	}, []string{"resource.url"}, runSetup, "capital letter"},
	{
		"no authorization server", gateway(func(o *sandbox.GatewayOptions, _ string) { o.AuthorizationServers = []string{} }),
		[]string{"resource.servers"},
		runRender, "who gives tokens",
	},
	{
		"authorization server on http", gateway(func(o *sandbox.GatewayOptions, _ string) { o.AuthorizationServers = []string{"http://auth.example/"} }),
		[]string{"resource.servers"},
		runRender, "not an issuer",
	},
	{
		"tokens in the query", wrapped(edit(resourcePath, func(o object) { o["bearer_methods_supported"] = []string{"header", "query"} })),
		[]string{"resource.bearer"},
		"bearer_methods_supported", "logs",
	},
	{
		"offline_access among the scopes", gateway(func(o *sandbox.GatewayOptions, _ string) { o.Scopes = []string{"read:tools", "offline_access"} }),
		[]string{"resource.offline"},
		"take it out of scopes_supported", "refresh tokens are between",
	},
	{"issuer without its slash", gateway(func(o *sandbox.GatewayOptions, issuer string) {
		o.AuthorizationServers = []string{strings.TrimSuffix(issuer, "/")}
	}), []string{"server.issuer"}, runRender, "trailing slash"},
	{"not an authorization server", wrapped(through(func(req *http.Request, resp *http.Response) {
		if strings.HasPrefix(req.URL.Path, asPath) || strings.HasPrefix(req.URL.Path, "/.well-known/openid") {
			replace(resp, 404, "text/plain", "not found")
		}
	})), []string{"server.metadata"}, runRender, "not an authorization server"},
	{"no PKCE", wrapped(edit(asPath, func(o object) { delete(o, "code_challenge_methods_supported") })), []string{"server.pkce"}, "S256", "refuse"},
	{"plain PKCE only", wrapped(edit(asPath, func(o object) { o["code_challenge_methods_supported"] = []string{"plain"} })), []string{"server.pkce"}, "S256", ""},
	{"token endpoint on http", wrapped(edit(asPath, func(o object) { o["token_endpoint"] = "http://auth.example/token" })), []string{"server.endpoints"}, runRender, ""},
	{"no authorization endpoint", wrapped(edit(asPath, func(o object) { delete(o, "authorization_endpoint") })), []string{"server.endpoints"}, "", "incomplete"},
	{"no keys", wrapped(answering("GET", "/.well-known/jwks.json", 200, `{"keys":[]}`)), []string{"server.keys", "token.signature"}, "authorization server", "can't check"},
}
