package verify_test

import (
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

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
