package verify_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

// broken is a world with one thing wrong.
type broken struct {
	name   string
	change func(*setup)
	fails  []string // the checks that fail, all of them; the first is the diagnosis
	hint   string   // part of the first one's hint
	cause  string   // part of the first one's cause
}

func faulty(faults ...sandbox.GatewayFault) func(*setup) {
	return func(s *setup) {
		s.gateway = func(string) sandbox.GatewayOptions {
			return sandbox.GatewayOptions{Scopes: []string{"read:tools"}, Faults: faults}
		}
	}
}

func gateway(change func(*sandbox.GatewayOptions, string)) func(*setup) {
	return func(s *setup) {
		s.gateway = func(issuer string) sandbox.GatewayOptions {
			o := sandbox.GatewayOptions{Scopes: []string{"read:tools"}}
			change(&o, issuer)
			return o
		}
	}
}

func wrapped(wrap func(*world) http.RoundTripper) func(*setup) {
	return func(s *setup) { s.wrap = wrap }
}

const (
	runSetup  = "mcpauth setup --mcp-url http://localhost:"
	runRender = "mcpauth render-gateway-config --mcp-url http://localhost:"
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

var registrations = []broken{
	{"registration off", func(s *setup) { delete(s.settings, "flags") }, []string{"registration"}, runSetup, "registration is off"},
	{"no registration endpoint", wrapped(edit(asPath, func(o object) { delete(o, "registration_endpoint") })), []string{"registration"}, "--client-id", "someone registered"},
	{
		"quota", wrapped(answering("POST", "/oidc/register", 403, `{"statusCode":403,"error":"Forbidden","message":"too many","errorCode":"too_many_entities"}`)),
		[]string{"registration"},
		"mcpauth clients prune", "number of applications",
	},
	{
		"rate limit", wrapped(answering("POST", "/oidc/register", 429, `{"error":"too_many_requests","message":"Global limit has been reached"}`)),
		[]string{"registration"},
		"wait", "how often",
	},
	{"registration without a client id", wrapped(answering("POST", "/oidc/register", 201, `{}`)), []string{"registration"}, "", "RFC 7591"},
	{"client metadata document of another", func(s *setup) {
		s.ask = func(w *world, o *verify.Options) {
			server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
				_, _ = rw.Write([]byte(`{"client_id":"https://other.example/client","redirect_uris":["http://127.0.0.1/callback"]}`))
			}))
			w.t.Cleanup(server.Close)
			o.ClientMetadataURL = server.URL + "/client"
		}
	}, []string{"registration.document"}, "client_id to the document's URL", "name itself"},
	{"unknown client", func(s *setup) { s.verify.ClientID = "nobody-knows-it" }, []string{"authorize"}, "--registration both", "does not know this client"},
	{"callback not registered", func(s *setup) {
		s.ask = func(w *world, o *verify.Options) {
			client := w.manage("POST", "clients", object{"name": "a", "app_type": "native", "callbacks": []string{"http://127.0.0.1:1/callback"}})
			o.ClientID = client["client_id"].(string)
		}
	}, []string{"authorize"}, "--callback-port", "redirect URI"},
}

var logins = []broken{
	{"no connection", func(s *setup) { s.promote = false }, []string{"authorize"}, "mcpauth promote-connection --name", "domain-level"},
	{
		"no connection, answered by redirect", func(s *setup) {
			s.promote = false
			s.tenant.Mode = sandbox.ModePermissive
			s.settings["dynamic_client_registration_security_mode"] = "permissive"
		},
		[]string{"authorize"},
		"mcpauth promote-connection --name", "domain-level",
	},
	{"no grant", func(s *setup) { s.grant = nil }, []string{"authorize"}, runSetup, "no grant"},
	{"grant for machines", func(s *setup) { s.grant["subject_type"] = "client" }, []string{"authorize"}, runSetup, "no grant"},
	{"API that denies all", func(s *setup) {
		s.api["subject_type_authorization"] = object{"user": object{"policy": "deny_all"}, "client": object{"policy": "require_client_grant"}}
	}, []string{"authorize"}, runSetup, "no grant"},
	{"no API", func(s *setup) { s.api, s.grant = nil, nil }, []string{"authorize"}, runSetup, "exactly this URL"},
	{
		"API of another name", func(s *setup) {
			s.api["identifier"] = "https://mcp.example/mcp/"
			s.grant["audience"] = "https://mcp.example/mcp/"
		},
		[]string{"authorize"},
		runSetup, "exactly this URL",
	},
	{"a page that needs a person", func(s *setup) { s.tenant.AutoApprove = false }, []string{"login"}, "--login", "did not come back"},
	{
		"login in a private network", wrapped(edit(asPath, func(o object) { o["authorization_endpoint"] = "https://10.0.0.1/authorize" })),
		[]string{"authorize"},
		"authorization server", "can't be reached",
	},
	{"an error page that calls itself fine", wrapped(through(func(req *http.Request, resp *http.Response) {
		if req.URL.Path == "/authorize" {
			replace(resp, http.StatusOK, "text/html", "<title>Oops</title><p>no connections enabled for the client</p>")
		}
	})), []string{"authorize"}, "mcpauth promote-connection", "a page of its own"},
	{"a login page without a redirect", wrapped(through(func(req *http.Request, resp *http.Response) {
		if req.URL.Path == "/authorize" {
			replace(resp, http.StatusOK, "text/html", "<title>Log in</title><form><input></form>")
		}
	})), []string{"login"}, "--login", "did not come back"},
	{"login in circles", wrapped(through(func(req *http.Request, resp *http.Response) {
		if strings.HasPrefix(req.URL.Path, "/authorize") || req.URL.Path == "/round" {
			replace(resp, http.StatusFound, "text/html", "")
			resp.Header.Set("Location", "/round")
		}
	})), []string{"login"}, "--login", "did not come back"},
	{"state is lost", wrapped(through(func(_ *http.Request, resp *http.Response) {
		if to := resp.Header.Get("Location"); strings.Contains(to, "/callback") {
			resp.Header.Set("Location", strings.Replace(to, "state=", "other=", 1))
		}
	})), []string{"login"}, "authorization server", "does not return state"},
	{"iss is promised and missing", func(s *setup) {
		s.settings["authorization_response_iss_parameter_supported"] = false
		s.wrap = edit(asPath, func(o object) { o["authorization_response_iss_parameter_supported"] = true })
	}, []string{"login.iss"}, runSetup, "then does not"},
	{"iss of another", wrapped(through(func(_ *http.Request, resp *http.Response) {
		if to := resp.Header.Get("Location"); strings.Contains(to, "/callback") {
			resp.Header.Set("Location", strings.Replace(to, "iss=", "iss=x", 1))
		}
	})), []string{"login.iss"}, "authorization server", "mix-up"},
}

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

// stopping tells of which checks a client that fails them goes no further.
func stopping(id string) bool {
	return slices.Contains([]string{
		"challenge.status", "resource.url", "resource.match", "resource.servers", "server.issuer", "server.pkce", "server.endpoints",
	}, id)
}

// TestOneThingBroken breaks one thing at a time and wants exactly its checks to fail, with the command that mends it.
func TestOneThingBroken(t *testing.T) {
	for _, b := range slices.Concat(challenges, metadata, registrations, logins, tokens, servers) {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			s := healthy()
			b.change(&s)
			report, _ := verified(t, s)
			failed := with(report, verify.Fail)
			want := slices.Clone(b.fails)
			slices.Sort(want)
			if got := slices.Sorted(slices.Values(failed)); !slices.Equal(got, want) {
				t.Fatalf("failed: %v, want %v\n%s", got, want, dump(report))
			}
			if slices.ContainsFunc(failed, stopping) && (report.ClientID != "" || find(t, report, "registration").Status != verify.Skip) {
				t.Errorf("a client was registered where a client stops:\n%s", dump(report))
			}
			check := find(t, report, b.fails[0])
			if !strings.Contains(check.Hint, b.hint) || check.Hint == "" {
				t.Errorf("%s: the hint is %q, want %q in it", check.ID, check.Hint, b.hint)
			}
			if !strings.Contains(check.Cause, b.cause) || check.Cause == "" {
				t.Errorf("%s: the cause is %q, want %q in it", check.ID, check.Cause, b.cause)
			}
			if check.Got == "" || check.Want == "" || check.Spec == "" {
				t.Errorf("%s is not a whole diagnosis: %+v", check.ID, check)
			}
		})
	}
}
