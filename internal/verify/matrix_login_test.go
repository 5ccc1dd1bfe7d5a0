package verify_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

var registrations = []broken{
	{"registration off", func(s *setup) { delete(s.settings, "flags") }, []string{"registration"}, runSetup, "registration is off"},
	{"registration off, where clients have documents", func(s *setup) {
		s.settings["flags"], s.settings["client_id_metadata_document_supported"] = object{}, true
	}, []string{"registration"}, "get in all the same: " + runVerify, "registration is off"},
	{"registration off, and documents too", func(s *setup) {
		delete(s.settings, "flags")
		s.ask = func(w *world, o *verify.Options) {
			o.CallbackPort = freePort(w.t)
			o.ClientMetadataURL = serveDocument(w.t, "http://127.0.0.1:"+portText(o.CallbackPort)+"/callback")
		}
	}, []string{"registration"}, "--registration cimd", "registration is off"},
	{"no registration endpoint", wrapped(edit(asPath, func(o object) { delete(o, "registration_endpoint") })), []string{"registration"}, "--client-id", "someone registered"},
	{"no registration endpoint, where clients have documents", wrapped(edit(asPath, func(o object) {
		delete(o, "registration_endpoint")
		o["client_id_metadata_document_supported"] = true
	})), []string{"registration"}, "--follow --client-metadata-url URL", "someone registered, or that have a metadata document"},
	{
		"quota", wrapped(answering("POST", "/oidc/register", 403, `{"statusCode":403,"error":"Forbidden","message":"too many","errorCode":"too_many_entities"}`)),
		[]string{"registration"},
		"in the dashboard (Applications)", "number of applications",
	},
	{
		"rate limit", wrapped(answering("POST", "/oidc/register", 429, `{"error":"too_many_requests","message":"Global limit has been reached"}`)),
		[]string{"registration"},
		"wait", "how often",
	},
	{"registration without a client id", wrapped(answering("POST", "/oidc/register", 201, `{}`)), []string{"registration"}, "authorization server", "RFC 7591"},
	{"registration is a web page", wrapped(answering("POST", "/oidc/register", 200, "<title>Acme</title><h1>Welcome</h1>")), []string{"registration"}, "a route of its own", "a web page answers in the place"},
	{"registration is for others", wrapped(answering("POST", "/oidc/register", 400, `{"error":"invalid_redirect_uri","error_description":"not on our list"}`)), []string{"registration"}, "RFC 8252", "a redirect URI on this machine"},
	{"registration wants other clients", wrapped(answering("POST", "/oidc/register", 400, `{"error":"invalid_client_metadata","error_description":"not today"}`)), []string{"registration"}, "public native clients", "says of itself"},
	{"registration is refused for other reasons", wrapped(answering("POST", "/oidc/register", 403, `{"message":"not today"}`)), []string{"registration"}, runSetup, "in the words above"},
	{"registration fails", wrapped(answering("POST", "/oidc/register", 500, `{}`)), []string{"registration"}, "try again in a while: " + runVerify, "itself fails"},
	{"client metadata document of another", func(s *setup) {
		s.ask = func(w *world, o *verify.Options) {
			server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
				_, _ = rw.Write([]byte(`{"client_id":"https://other.example/client","redirect_uris":["http://127.0.0.1/callback"]}`))
			}))
			w.t.Cleanup(server.Close)
			o.ClientMetadataURL = server.URL + "/client"
		}
	}, []string{"registration.document"}, "client_id to the document's URL", "name itself"},
	{"unknown client", func(s *setup) { s.verify.ClientID = "nobody-knows-it" }, []string{"authorize"}, runVerify, "does not know this client"},
	{"a client of another server", func(s *setup) {
		s.verify.ClientID, s.verify.ClientIssuer = "theirs", "https://auth.example/"
	}, []string{"registration"}, runVerify, "good for the issuer alone"},
	{"the client's secret is wrong", func(s *setup) {
		s.ask = func(w *world, o *verify.Options) {
			o.CallbackPort = freePort(w.t)
			client := w.confidential(o.CallbackPort)
			o.ClientID, o.ClientSecret = client["client_id"].(string), "a-wrong-secret"
		}
	}, []string{"token"}, "MCPAUTH_CLIENT_SECRET", "does not take this client's secret"},
	{"the client has no grant of its own", func(s *setup) {
		s.api["subject_type_authorization"] = object{"user": object{"policy": "require_client_grant"}, "client": object{"policy": "require_client_grant"}}
		s.ask = ownApplication
	}, []string{"authorize"}, "verify with a client that registers itself: " + runVerify, "for third-party clients alone"},
	{"no connection is enabled for the client", func(s *setup) {
		s.promote = false
		s.settings["flags"] = object{"enable_dynamic_client_registration": true, "enable_client_connections": false}
		s.ask = ownApplication
	}, []string{"authorize"}, "Connections), then: " + runVerify, "enabled for this client"},
	{"a document without redirect URIs", ownDocument(func(o object) { delete(o, "redirect_uris") }), []string{"registration.document"}, "add redirect_uris", "where to send"},
	{"a document with a secret", ownDocument(func(o object) { o["client_secret"] = "for-all-to-see" }), []string{"registration.document"}, "take the secret out", "everybody can read"},
	{"a document that isn't there", func(s *setup) {
		s.ask = func(w *world, o *verify.Options) { o.ClientMetadataURL = w.gateway.URL + "/nowhere" }
	}, []string{"registration.document"}, "serve it there", "nothing at the address"},
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
	{"default audience without an API", func(s *setup) {
		delete(s.settings, "resource_parameter_profile")
		s.settings["default_audience"] = "https://gone.example/mcp"
	}, []string{"authorize"}, runSetup, `default audience "https://gone.example/mcp" names no API`},
	{"default audience without a grant", func(s *setup) {
		delete(s.settings, "resource_parameter_profile")
		s.ask = func(w *world, _ *verify.Options) {
			w.manage("POST", "resource-servers", object{"name": "Gone", "identifier": "https://gone.example/mcp", "signing_alg": "RS256"})
			w.manage("PATCH", "tenants/settings", object{"default_audience": "https://gone.example/mcp"})
		}
	}, []string{"authorize"}, runSetup, `is for its default audience "https://gone.example/mcp"`},
	{
		"API that differs by a slash", func(s *setup) {
			s.api, s.grant = nil, nil
			s.ask = func(w *world, _ *verify.Options) {
				w.manage("POST", "resource-servers", object{"name": "MCP", "identifier": w.gateway.URL + "/", "signing_alg": "RS256"})
			}
		},
		[]string{"authorize"},
		runSetup, "exactly this URL",
	},
	{
		"active Rule", func(s *setup) {
			s.ask = func(w *world, _ *verify.Options) {
				w.manage("POST", "rules", object{"name": "rule", "script": "function (user, context, callback) { callback(null, user, context); }", "enabled": true})
			}
		},
		[]string{"authorize"},
		runSetup, "in the words above",
	},
	{"a page that needs a person", func(s *setup) { s.tenant.AutoApprove = false }, []string{"login"}, "--login", "did not come back"},
	{
		"login in a private network", wrapped(edit(asPath, func(o object) { o["authorization_endpoint"] = "https://10.0.0.1/authorize" })),
		[]string{"authorize"},
		"public https address", "not on the internet",
	},
	{
		"login leaves https", wrapped(through(func(req *http.Request, resp *http.Response) {
			if req.URL.Path == "/authorize" {
				resp.Header.Set("Location", "http://login.example/")
			}
		})),
		[]string{"authorize"},
		"authorization server", "leave https",
	},
	{"no code in the answer", wrapped(through(func(_ *http.Request, resp *http.Response) {
		if to := resp.Header.Get("Location"); strings.Contains(to, "/callback") {
			resp.Header.Set("Location", strings.Replace(to, "code=", "other=", 1))
		}
	})), []string{"login"}, "authorization server", "RFC 6749"},
	{"refused after the first page", wrapped(through(func(req *http.Request, resp *http.Response) {
		if req.URL.Path == "/authorize" {
			resp.Header.Set("Location", "/second?"+req.URL.RawQuery)
		}
		if req.URL.Path == "/second" {
			replace(resp, http.StatusFound, "text/html", "")
			resp.Header.Set("Location", req.URL.Query().Get("redirect_uri")+"?error=access_denied&error_description=Service+not+found%3A+"+url.QueryEscape(req.URL.Query().Get("resource"))+"&iss=http%3A%2F%2F"+req.URL.Host+"%2F&state="+req.URL.Query().Get("state"))
		}
	})), []string{"login"}, runSetup, "exactly this URL"},
	{"an unsupported parameter", wrapped(through(func(req *http.Request, resp *http.Response) {
		if req.URL.Path == "/authorize" {
			replace(resp, http.StatusBadRequest, "text/html", "<p>invalid_request: Unsupported parameter: resource</p>")
		}
	})), []string{"authorize"}, runSetup, "in the words above"},
	{"a resource that is not known", wrapped(through(func(req *http.Request, resp *http.Response) {
		if req.URL.Path == "/authorize" {
			resp.Header.Set("Location", req.URL.Query().Get("redirect_uri")+"?error=invalid_target&state="+req.URL.Query().Get("state"))
		}
	})), []string{"authorize"}, runSetup, "no resource of exactly this URL"},
	{"a scope that is not known", wrapped(through(func(req *http.Request, resp *http.Response) {
		if req.URL.Path == "/authorize" {
			resp.Header.Set("Location", req.URL.Query().Get("redirect_uri")+"?error=invalid_scope&state="+req.URL.Query().Get("state"))
		}
	})), []string{"authorize"}, "--scope read:tools --scope call:tools", "does not know"},
	{"the authorization endpoint fails", wrapped(through(func(req *http.Request, resp *http.Response) {
		if req.URL.Path == "/authorize" {
			replace(resp, http.StatusBadGateway, "text/html", "<title>Oops</title><p>upstream</p>")
		}
	})), []string{"authorize"}, "try again in a while: " + runVerify, "itself fails"},
	{"another network's page", wrapped(through(func(req *http.Request, resp *http.Response) {
		if req.URL.Path == "/authorize" {
			replace(resp, http.StatusOK, "text/html", "<title>Wi-Fi</title><p>This network asks you to sign in first.</p>")
		}
	})), []string{"authorize"}, "--login", "a sign-in of its own"},
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
