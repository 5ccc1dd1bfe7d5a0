package verify_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// requirement is one thing that a verifier must check (MCP authorization, revision 2026-07-28, and the RFCs behind it).
type requirement struct {
	what string
	ids  []string // our checks
	rows []string // the rows in which a server breaks it, and one of the checks tells
	// own is for what only a client can break, and so no row: it looks at what this one sent.
	own func(*witness, *testing.T)
}

var requirements = []requirement{
	{"an unauthenticated POST is 401, never 200 or a redirect", []string{"challenge.status"}, []string{"open to all", "redirect to a login page", "moved elsewhere", "only later messages are protected"}, nil},
	{"the challenge parses and resource_metadata is used", []string{"challenge.header", "resource.metadata"}, []string{"no challenge", "malformed challenge", "challenge of another scheme", "challenge names a wrong URL", "bare challenge"}, nil},
	{"the metadata URLs are tried in order, and each is told", []string{"resource.metadata"}, []string{"no metadata", "metadata is not JSON", "metadata is a web page", "metadata wants a token", "metadata fails"}, nil},
	{"at least one authorization server", []string{"resource.servers"}, []string{"no authorization server", "authorization server on http"}, nil},
	{"resource is byte for byte the URL that is used", []string{"resource.match"}, []string{"metadata with a slash", "metadata of another host", "metadata for the whole host"}, nil},
	{"the URL is canonical: a scheme, no fragment", []string{"resource.url"}, []string{"URL with a query"}, nil},
	{"no trailing slash, scheme and host in lower case", []string{"resource.url"}, []string{"URL with a slash", "URL in capitals"}, nil},
	{"the authorization server's metadata is looked for in order", []string{"server.metadata"}, []string{"not an authorization server", "server metadata is a web page"}, nil},
	{"issuer is byte for byte the value that led there", []string{"server.issuer"}, []string{"issuer without its slash"}, nil},
	{"S256 is supported, and said to be", []string{"server.pkce"}, []string{"no PKCE", "plain PKCE only"}, nil},
	{"endpoints are https, redirect URIs https or loopback", []string{"server.endpoints", "authorize"}, []string{"token endpoint on http", "token endpoint with a fragment", "no authorization endpoint", "login leaves https"}, (*witness).redirectsToLoopback},
	{"registered before, then a metadata document, then dynamic registration", []string{"registration"}, []string{"no registration endpoint", "metadata documents are not read"}, (*witness).registersInOrder},
	{"why a registration is refused is told in the server's words", []string{"registration"}, []string{"registration off", "quota", "rate limit", "registration without a client id", "registration wants other clients"}, nil},
	{"credentials are kept for each issuer", []string{"registration"}, []string{"a client of another server"}, nil},
	{"a metadata document is at an https URL with a path, and names itself", []string{"registration.document"}, []string{"client metadata document of another", "a document without redirect URIs", "a document with a secret", "a document that isn't there"}, nil},
	{"resource is in both the authorization and the token request", []string{"authorize", "token.audience"}, []string{"token for the default audience", "a resource that is not known"}, (*witness).sendsResource},
	{"PKCE with S256", []string{"server.pkce", "token"}, []string{"no PKCE", "the code is refused"}, (*witness).provesPossession},
	{"state is compared", []string{"login"}, []string{"state is lost"}, (*witness).sendsState},
	{"the scope is the challenge's, else the metadata's, else none", []string{"resource.scopes", "token.scope"}, []string{"no scopes anywhere", "scopes that the API lacks", "a scope that the API lacks"}, (*witness).asksForPublishedScopes},
	{"offline_access is neither in the challenge nor in the metadata", []string{"resource.offline"}, []string{"offline_access among the scopes"}, nil},
	{"iss is compared byte for byte if it is there, and must be if it is promised", []string{"login.iss"}, []string{"iss of another", "iss is promised and missing"}, nil},
	{"the server promises what it sends", []string{"server.iss", "login.iss"}, []string{"iss is sent and not promised", "iss is not promised, and not sent"}, nil},
	{
		"the token's audience is this server, and garbage, other audiences and expired tokens get 401",
		[]string{"token.audience", "token.format", "mcp.initialize", "reject.garbage", "reject.forged", "reject.audience", "reject.expired"},
		[]string{"token for the default audience", "resource profile off", "another audience expected", "any token passes", "forged tokens pass", "any audience passes", "expired tokens pass", "refused tokens get 403"},
		nil,
	},
	{"the token is in the header of every request, never in the query", []string{"resource.bearer"}, []string{"tokens in the query"}, (*witness).sendsTokensInHeaders},
	{"403 says insufficient_scope", []string{"mcp.initialize"}, []string{"403 without a word", "a scope that nobody grants", "a second login for more scopes"}, nil},
	{"refresh tokens rotate", []string{"refresh.rotation"}, []string{"refresh token stays", "refresh token is not replaced"}, nil},
	{"the modern request first, then initialize", []string{"mcp.initialize"}, []string{"another thing behind the gateway"}, (*witness).discoversFirst},
}

// TestRequirements holds the list of what must be checked against the checks and against the rows that break them.
func TestRequirements(t *testing.T) {
	const many = 27
	if len(requirements) != many {
		t.Fatalf("there are %d requirements, want %d", len(requirements), many)
	}
	w := &witness{}
	s := healthy()
	s.wrap = func(*world) http.RoundTripper { return w }
	w.report, _ = verified(t, s)
	known := map[string]bool{}
	for _, c := range w.report.Checks {
		known[c.ID] = true
	}
	rows := slices.Concat(all(), warnings)
	for i, r := range requirements {
		for _, id := range r.ids {
			if !known[id] {
				t.Errorf("%d (%s): there is no check %q", i+1, r.what, id)
			}
		}
		for _, name := range r.rows {
			at := slices.IndexFunc(rows, func(b broken) bool { return b.name == name })
			if at < 0 {
				t.Errorf("%d (%s): there is no row %q", i+1, r.what, name)
			} else if !slices.ContainsFunc(rows[at].fails, func(id string) bool { return slices.Contains(r.ids, id) }) {
				t.Errorf("%d (%s): the row %q is told by %v, not by %v", i+1, r.what, name, rows[at].fails, r.ids)
			}
		}
		if len(r.rows) == 0 {
			t.Errorf("%d (%s): no row breaks it", i+1, r.what)
		}
		if r.own != nil {
			t.Run(r.what, func(t *testing.T) { r.own(w, t) })
		}
	}
}

// TestFallbackOrder holds where metadata is looked for, and that each place is told of.
func TestFallbackOrder(t *testing.T) {
	s := healthy()
	s.gateway = healthy().gateway
	var asked []string
	s.verify.Follow = false
	s.wrap = through(func(req *http.Request, resp *http.Response) {
		if strings.HasPrefix(req.URL.Path, "/.well-known/") && !strings.HasSuffix(req.URL.Path, "jwks.json") {
			asked = append(asked, req.URL.Path)
			if len(asked) != 2 && len(asked) != 4 {
				replace(resp, http.StatusNotFound, "text/plain", "")
			}
		}
		if resp.Header.Get("WWW-Authenticate") != "" {
			resp.Header.Set("WWW-Authenticate", `Bearer scope="read:tools"`)
		}
		if req.URL.Path == resourcePath && len(asked) == 2 { // the second place is about the first
			edit(resourcePath, func(o object) { o["resource"] = "http://" + req.URL.Host + "/mcp" })(nil).(tamper)(req, resp)
		}
	})
	report, _ := verified(t, s)
	want := []string{resourcePath + "/mcp", resourcePath, asPath, "/.well-known/openid-configuration"}
	if !slices.Equal(asked, want) {
		t.Errorf("asked %v, want %v\n%s", asked, want, dump(report))
	}
	for id, places := range map[string][]string{"resource.metadata": want[:2], "server.metadata": want[2:]} {
		for _, place := range places {
			if got := find(t, report, id).Got; !strings.Contains(got, place) {
				t.Errorf("%s does not tell of %s: %q", id, place, got)
			}
		}
	}
}
