package verify_test

import (
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

var challenges = []broken{
	{"open to all", faulty(sandbox.GatewayOpen), []string{"challenge.status"}, runRender, "no authentication policy"},
	{"redirect to a login page", faulty(sandbox.GatewayRedirects), []string{"challenge.status"}, runRender, "login page"},
	{"no challenge", faulty(sandbox.GatewayNoChallenge), []string{"challenge.header"}, runRender, "oAuthResourceMetadataEnabled"},
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
		runVerify, "the path is another",
	},
	{"moved elsewhere", func(s *setup) {
		s.ask = func(w *world, o *verify.Options) {
			server := httptest.NewServer(http.RedirectHandler(w.gateway.URL, http.StatusPermanentRedirect))
			w.t.Cleanup(server.Close)
			o.URL = server.URL + "/mcp"
		}
	}, []string{"challenge.status", "resource.metadata"}, runVerify, "at another URL"},
	{"fails before it asks", wrapped(answering("POST", "/mcp", 503, "{}")), []string{"challenge.status"}, "log", "fails before it asks"},
	{"another policy answers", wrapped(answering("POST", "/mcp", 403, "{}")), []string{"challenge.status"}, runRender, "another policy answers"},
	{"asked too often", wrapped(answering("POST", "/mcp", 429, "{}")), []string{"challenge.status"}, "wait a minute", "limits how often"},
	{"a web page in the place of MCP", wrapped(webPageAt("/mcp")), []string{"challenge.status"}, "check the URL's path", "a web page answers"},
	{"redirects in a circle", wrapped(through(func(req *http.Request, resp *http.Response) {
		if strings.HasPrefix(req.URL.Path, "/mcp") {
			replace(resp, http.StatusTemporaryRedirect, "text/html", "")
			resp.Header.Set("Location", map[string]string{"/mcp": "/mcp/", "/mcp/": "/mcp"}[req.URL.Path])
		}
	})), []string{"challenge.status"}, "without redirects", "in a circle"},
}

var metadata = []broken{
	{"no metadata", faulty(sandbox.GatewayNoMetadata), []string{"resource.metadata"}, runRender, "plugin is missing"},
	{"metadata is a web page", wrapped(answering("GET", resourcePath+"/mcp", 200, "<html>")), []string{"resource.metadata", "resource.match"}, runRender, "a web page answers in the place"},
	{"metadata is not JSON", wrapped(answering("GET", resourcePath+"/mcp", 200, `{"resource":`)), []string{"resource.metadata", "resource.match"}, runRender, "is damaged"},
	{"metadata is empty", wrapped(answering("GET", resourcePath+"/mcp", 200, "")), []string{"resource.metadata", "resource.match"}, runRender, "is damaged"},
	{
		"metadata of other types", wrapped(edit(resourcePath, func(o object) { o["authorization_servers"] = "https://auth.example/" })),
		[]string{"resource.metadata"},
		"make authorization_servers a list", "authorization_servers is a string, and has to be a list",
	},
	{"metadata is a list", wrapped(answering("GET", resourcePath+"/mcp", 200, "[]")), []string{"resource.metadata", "resource.match"}, "make it an object", "it is a list, and has to be an object"},
	{"metadata is null", wrapped(answering("GET", resourcePath+"/mcp", 200, "null\n")), []string{"resource.metadata", "resource.match"}, "make it an object", "it is null, and has to be an object"},
	{"metadata wants a token", wrapped(answering("GET", resourcePath+"/mcp", 401, "{}")), []string{"resource.metadata", "resource.match"}, "take the authentication off", "is itself protected"},
	{"metadata fails", wrapped(answering("GET", resourcePath+"/mcp", 502, "{}")), []string{"resource.metadata", "resource.match"}, "log", "the server fails where it should give"},
	{
		"metadata with a slash", wrapped(edit(resourcePath, func(o object) { o["resource"] = o["resource"].(string) + "/" })),
		[]string{"resource.match"},
		runRender, "trailing slash",
	},
	{
		"metadata that the challenge names is about the host", wrapped(edit(resourcePath, func(o object) { o["resource"] = strings.TrimSuffix(o["resource"].(string), "/mcp") })),
		[]string{"resource.match"},
		runRender, "about the whole host",
	},
	{
		"metadata of another host", gateway(func(o *sandbox.GatewayOptions, _ string) { o.Resource = "https://mcp.example/mcp" }),
		[]string{"resource.match"},
		runRender, "their hosts differ",
	},
	{
		"URL with a slash", func(s *setup) { s.ask = func(_ *world, o *verify.Options) { o.URL += "/" } },
		[]string{"challenge.status", "resource.url", "resource.match"},
		runVerify, "slash too many",
	},
	{"URL in capitals", func(s *setup) {
		s.ask = func(_ *world, o *verify.Options) { o.URL = strings.Replace(o.URL, "localhost", "LOCALHOST", 1) }
	}, []string{"resource.url"}, runVerify, "capital letter"},
	{"URL with a query", func(s *setup) { s.ask = func(_ *world, o *verify.Options) { o.URL += "?a=b" } }, []string{"resource.url", "resource.match"}, "canonical URL", "query"},
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
	{"metadata without an issuer", wrapped(edit(asPath, func(o object) { delete(o, "issuer") })), []string{"server.issuer"}, "name itself", "does not say whose it is"},
	{"not an authorization server", func(s *setup) {
		other := httptest.NewServer(http.NotFoundHandler())
		s.stop = other.Close
		gateway(func(o *sandbox.GatewayOptions, _ string) { o.AuthorizationServers = []string{other.URL + "/"} })(s)
	}, []string{"server.metadata"}, runRender, "not an authorization server"},
	{"server metadata is a web page", wrapped(through(func(req *http.Request, resp *http.Response) {
		if strings.HasPrefix(req.URL.Path, serverPath) && !strings.HasPrefix(req.URL.Path, resourcePath) {
			replace(resp, 200, "text/html", "<title>Sign in</title>")
		}
	})), []string{"server.metadata"}, "a route of its own", "a web page answers in the place"},
	{"no PKCE", wrapped(edit(asPath, func(o object) { delete(o, "code_challenge_methods_supported") })), []string{"server.pkce"}, "S256", "refuse"},
	{"plain PKCE only", wrapped(edit(asPath, func(o object) { o["code_challenge_methods_supported"] = []string{"plain"} })), []string{"server.pkce"}, "S256", "must refuse a server"},
	{"token endpoint on http", wrapped(edit(asPath, func(o object) { o["token_endpoint"] = "http://auth.example/token" })), []string{"server.endpoints"}, runRender, "not safe to use"},
	{"token endpoint with a fragment", wrapped(edit(asPath, func(o object) { o["token_endpoint"] = o["token_endpoint"].(string) + "#x" })), []string{"server.endpoints"}, runRender, "not safe to use"},
	{"no authorization endpoint", wrapped(edit(asPath, func(o object) { delete(o, "authorization_endpoint") })), []string{"server.endpoints"}, "correct the authorization server's metadata", "incomplete"},
	{"keys are gone", wrapped(answering("GET", "/.well-known/jwks.json", 404, "{}")), []string{"server.keys"}, "serve it there", "can't check any token"},
	{"a private key", wrapped(answering("GET", "/.well-known/jwks.json", 200, privateKeySet)), []string{"server.keys", "token.signature"}, "replace the key", "signs tokens"},
	{"no keys", wrapped(answering("GET", "/.well-known/jwks.json", 200, `{"keys":[]}`)), []string{"server.keys"}, "authorization server", "can't check"},
}

// webPageAt answers all that comes to a path with a page for people.
func webPageAt(path string) func(*world) http.RoundTripper {
	return through(func(req *http.Request, resp *http.Response) {
		if req.URL.Path == path {
			replace(resp, http.StatusOK, "text/html; charset=utf-8", "<title>Acme</title><h1>Welcome</h1>")
		}
	})
}

// privateKeySet is a key that nothing is signed with.
const privateKeySet = `{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"leaked","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}]}`
