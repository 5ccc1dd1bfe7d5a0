package sandbox

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// hidden are a form's hidden fields, as a browser would send them.
func hidden(page string) url.Values {
	out := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`).FindAllStringSubmatch(page, -1) {
		out.Set(m[1], html.UnescapeString(m[2]))
	}
	return out
}

// page follows the redirect to a page of the tenant and returns it.
func page(t *testing.T, tenant *Tenant, res *http.Response) string {
	t.Helper()
	path := strings.TrimPrefix(res.Header.Get("Location"), tenant.issuer)
	next := send(t, tenant, path, nil)
	text := bodyOf(t, next)
	if next.StatusCode != http.StatusOK || !strings.HasPrefix(next.Header.Get("Content-Type"), "text/html") {
		t.Fatalf("%s: %d %s", path, next.StatusCode, text)
	}
	return text
}

// atConsent logs in and returns the consent page.
func atConsent(t *testing.T, tenant *Tenant, values url.Values) string {
	t.Helper()
	login := page(t, tenant, send(t, tenant, authorizePath(values), nil))
	return page(t, tenant, send(t, tenant, "u/login", with(hidden(login), "username", "ann@example.com", "password", "pw")))
}

func TestLoginAndConsent(t *testing.T) {
	tenant := ready(t, Options{}, nil)
	id := aClient(t, tenant)
	consent := atConsent(t, tenant, asking(id))
	for _, want := range []string{"Test client", "ann@example.com", "<strong>Notes</strong>", "<code>read:notes</code>", "<code>write:notes</code>", callback} {
		if !strings.Contains(consent, want) {
			t.Errorf("the consent page lacks %q: %s", want, consent)
		}
	}
	answer := with(hidden(consent), "action", "accept")
	at, query := location(t, send(t, tenant, "u/consent", answer))
	if at != callback || query.Get("code") == "" || query.Get("state") != "s t&ate" || query.Get("iss") != tenant.issuer {
		t.Fatalf("%s %v", at, query)
	}
	status, token := exchange(t, tenant, "oauth/token", codeForm(id, query.Get("code")))
	if status != http.StatusOK || text(claimsOf(t, tenant, text(token, "access_token")), "sub") != newPerson("auth0", "ann@example.com", time.Time{}).subject {
		t.Errorf("%d %v", status, token)
	}
	if again := send(t, tenant, "u/consent", answer); again.StatusCode != http.StatusBadRequest {
		t.Errorf("the same consent twice: %d", again.StatusCode)
	}
}

// TestConsentDeclined ends on a page for strict clients, at the client for others.
func TestConsentDeclined(t *testing.T) {
	for _, mode := range []string{ModeStrict, ModePermissive} {
		tenant := ready(t, Options{Mode: mode}, nil)
		consent := atConsent(t, tenant, asking(aClient(t, tenant)))
		res := send(t, tenant, "u/consent", with(hidden(consent), "action", "deny"))
		if mode == ModeStrict {
			if text := bodyOf(t, res); res.StatusCode != http.StatusBadRequest || !strings.Contains(text, "access_denied: User did not authorize the request") {
				t.Errorf("strict: %d %s", res.StatusCode, text)
			}
			continue
		}
		if at, query := location(t, res); at != callback || query.Get("error") != "access_denied" {
			t.Errorf("permissive: %s %v", at, query)
		}
	}
}

func TestLoginRefused(t *testing.T) {
	tenant := ready(t, Options{}, nil)
	login := page(t, tenant, send(t, tenant, authorizePath(with(asking(aClient(t, tenant)), "login_hint", "x@example.com")), nil))
	if !strings.Contains(login, `value="x@example.com"`) || strings.Contains(login, "google-oauth2") {
		t.Errorf("login page: %s", login)
	}
	filled := with(hidden(login), "username", "ann@example.com", "password", "pw")
	for name, form := range map[string]url.Values{
		"no name":           with(filled, "username", " "),
		"no password":       with(filled, "password", ""),
		"wrong password":    with(filled, "password", wrongPassword),
		"closed connection": with(filled, "connection", "google-oauth2"),
		"unknown page":      with(filled, "state", "x"),
	} {
		if res := send(t, tenant, "u/login", form); res.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d", name, res.StatusCode)
		}
	}
	if body := bodyOf(t, send(t, tenant, "u/login", with(filled, "password", wrongPassword))); !strings.Contains(body, "Wrong email or password") {
		t.Errorf("wrong password: %s", body)
	}
	// Consent before anyone has logged in leads back to the login page.
	if at, _ := location(t, send(t, tenant, "u/consent", with(hidden(login), "action", "accept"))); at != tenant.issuer+"u/login" {
		t.Errorf("consent without login: %s", at)
	}
	if res := send(t, tenant, "u/login", filled); res.StatusCode != http.StatusFound {
		t.Errorf("the right one afterwards: %d", res.StatusCode)
	}
}

func TestPagesExpire(t *testing.T) {
	now := newClock()
	tenant := ready(t, Options{Now: now.Now}, nil)
	res := send(t, tenant, authorizePath(asking(aClient(t, tenant))), nil)
	now.advance(pageLifetime + 1)
	if late := send(t, tenant, strings.TrimPrefix(res.Header.Get("Location"), tenant.issuer), nil); late.StatusCode != http.StatusBadRequest {
		t.Errorf("%d", late.StatusCode)
	}
}

// TestFirstPartyNeedsNoConsent: only third-party applications are always asked about.
func TestFirstPartyNeedsNoConsent(t *testing.T) {
	tenant := ready(t, Options{}, func(s *snapshot) {
		s.Clients = []object{{"client_id": "own", "name": "Own", "is_first_party": true, "callbacks": []string{callback}}}
	})
	for prompt, want := range map[string]string{"": callback, "consent": "http://localhost:9400/u/consent"} {
		login := page(t, tenant, send(t, tenant, authorizePath(with(asking("own"), "prompt", prompt)), nil))
		res := send(t, tenant, "u/login", with(hidden(login), "username", "ann@example.com", "password", "pw"))
		if at, _ := location(t, res); at != want {
			t.Errorf("prompt %q leads to %s", prompt, at)
		}
	}
}

// TestPagesEscape sends markup wherever a client or a person can send text.
func TestPagesEscape(t *testing.T) {
	const markup = `"'><script>alert(1)</script>`
	tenant := ready(t, Options{}, func(s *snapshot) {
		s.Clients = []object{{
			"client_id": "tpc_x", "name": markup, "is_first_party": false, "callbacks": []string{callback}, "token_endpoint_auth_method": "none",
			"grant_types": []string{"authorization_code"},
		}}
		s.Connections[0]["name"] = markup
		s.APIs[0]["name"] = markup
		s.APIs[0]["scopes"] = []object{{"value": markup}}
		s.Grants[0]["scope"] = []string{markup}
	})
	values := with(asking("tpc_x"), "login_hint", markup)
	login := page(t, tenant, send(t, tenant, authorizePath(values), nil))
	consent := page(t, tenant, send(t, tenant, "u/login", with(hidden(login), "username", markup, "password", "pw")))
	shown := map[string]string{"login": login, "consent": consent}
	for name, params := range map[string][]string{
		"client": {"client_id", markup}, "parameter": {markup, "x"}, "audience": {"audience", markup}, "type": {"response_type", markup},
	} {
		shown[name] = bodyOf(t, send(t, tenant, authorizePath(with(values, params...)), nil))
	}
	for name, text := range shown {
		if strings.Contains(text, "<script") || !strings.Contains(text, "&lt;script&gt;") {
			t.Errorf("%s: %s", name, text)
		}
	}
}

func TestPageHeaders(t *testing.T) {
	res := send(t, ready(t, Options{}, nil), "authorize", nil)
	if h := res.Header; !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-store" {
		t.Errorf("headers: %v", h)
	}
}

// TestResponseModes: the answer, or the error, goes where the client wants it.
func TestResponseModes(t *testing.T) {
	for _, approved := range []bool{true, false} {
		tenant := ready(t, Options{Mode: ModePermissive, AutoApprove: approved}, nil)
		asked := with(asking(aClient(t, tenant)), "prompt", "none") // which fails without approval
		for _, mode := range []string{"query", "fragment", "form_post"} {
			res := send(t, tenant, authorizePath(with(asked, "response_mode", mode)), nil)
			to, text := res.Header.Get("Location"), bodyOf(t, res)
			var got url.Values
			switch mode {
			case "form_post":
				if got = hidden(text); !strings.Contains(text, `action="`+callback+`"`) || res.StatusCode != http.StatusOK {
					t.Errorf("%s: %d %s", mode, res.StatusCode, text)
				}
			case "fragment":
				got, _ = url.ParseQuery(strings.TrimPrefix(to, callback+"#"))
			default:
				got, _ = url.ParseQuery(strings.TrimPrefix(to, callback+"?"))
			}
			if got.Has("code") != approved || got.Has("error") == approved || got.Get("state") != "s t&ate" || got.Get("iss") != tenant.issuer {
				t.Errorf("%s, approved %v: to %q with %v", mode, approved, to, got)
			}
		}
	}
}

// TestFormsArePostedToTheWeb: a browser posts a form to no other scheme, so there would be a page that leads nowhere.
func TestFormsArePostedToTheWeb(t *testing.T) {
	for to, posted := range map[string]bool{callback: true, "HTTP://localhost/cb": true, "cursor://cb": false, "cb": false} {
		tenant := ready(t, Options{AutoApprove: true}, func(s *snapshot) {
			s.Clients = []object{{"client_id": "own", "name": "Own", "is_first_party": true, "callbacks": []string{to}}}
		})
		asked := with(asking("own"), "redirect_uri", to, "response_mode", "form_post")
		res := send(t, tenant, authorizePath(asked), nil)
		text := bodyOf(t, res)
		if strings.Contains(text, `action="`+to+`"`) != posted || strings.Contains(text, "invalid_request: response_mode form_post") == posted || (res.StatusCode == http.StatusOK) != posted {
			t.Errorf("%s: %d %s", to, res.StatusCode, text)
		}
		if res = send(t, tenant, authorizePath(with(asked, "response_mode", "query")), nil); res.StatusCode != http.StatusFound {
			t.Errorf("%s by the query: %d", to, res.StatusCode)
		}
	}
}
