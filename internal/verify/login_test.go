package verify_test

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

// browser opens the address and follows it to the callback, as a browser where someone is logged in would.
func browser(t *testing.T, onCallback func(callback *url.URL)) func(string) error {
	return func(address string) error {
		client := &http.Client{CheckRedirect: func(req *http.Request, _ []*http.Request) error {
			if req.URL.Path == "/callback" && onCallback != nil {
				onCallback(req.URL)
			}
			return nil
		}}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
		if err != nil {
			return err
		}
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		defer func() { _ = resp.Body.Close() }()
		page, err := io.ReadAll(resp.Body)
		if resp.StatusCode != http.StatusOK || !strings.Contains(string(page), "You can close this page") {
			t.Errorf("the callback answers %d %s", resp.StatusCode, page)
		}
		return err
	}
}

func TestLoginInBrowser(t *testing.T) {
	s := healthy()
	s.verify.Follow, s.verify.Login = false, true
	var told string
	s.verify.Progress = func(e verify.Event) {
		if e.Login != nil {
			told += e.Login.URL
		}
	}
	s.verify.OpenBrowser = browser(t, func(callback *url.URL) {
		// Before the true answer comes, others try: each is refused, and changes nothing.
		wrong := *callback
		wrong.RawQuery = url.Values{"code": {"stolen"}, "state": {"guessed"}}.Encode()
		twice := *callback
		twice.RawQuery += "&state=" + callback.Query().Get("state")
		for _, c := range []struct {
			method, url, host string
			want              int
		}{
			{http.MethodGet, wrong.String(), "", http.StatusBadRequest},
			{http.MethodGet, twice.String(), "", http.StatusBadRequest},
			{http.MethodPost, callback.String(), "", http.StatusMethodNotAllowed},
			{http.MethodGet, callback.String(), "evil.example", http.StatusBadRequest},
			{http.MethodGet, "http://" + callback.Host + "/", "", http.StatusNotFound},
		} {
			req, err := http.NewRequestWithContext(t.Context(), c.method, c.url, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			req.Host = c.host
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if resp.StatusCode != c.want {
				t.Errorf("%s %s: %d, want %d", c.method, c.url, resp.StatusCode, c.want)
			}
		}
	})
	report, _ := verified(t, s)
	if report.Failed() || len(report.Tools) != 3 {
		t.Errorf("\n%s", dump(report))
	}
	if !strings.Contains(told, "/authorize?") || !strings.Contains(told, "resource=") {
		t.Errorf("the address to log in at: %q", told)
	}
}

// TestNobodyLogsIn is a login that nobody finishes: where a person may still open the address it is waited for as long as
// was said, and where nobody can it ends at once. The hint is never the same command alone.
func TestNobodyLogsIn(t *testing.T) {
	broken := func(string) error { return errors.New("exec: no browser here") }
	for name, c := range map[string]struct {
		browser         func(string) error
		unattended      bool
		limit           time.Duration
		got, cause      string
		hints, unwanted []string
	}{
		"a browser that nobody looks at": {
			func(string) error { return nil }, false, time.Second, "no answer from a browser within 1s", "was not finished",
			[]string{"ssh -L ", "and with more time: mcpauth verify ", "--login-timeout 15m"},
			[]string{"--follow"},
		},
		"no browser, and nobody opens the address": {
			broken, false, time.Second, "no answer from a browser within 1s", "exec: no browser here, and nobody opened the address",
			[]string{"the address that is printed", "ssh -L ", "--login-timeout 15m"},
			[]string{"--follow"},
		},
		"no browser, and nobody there": {
			broken, true, time.Hour, "no browser could be opened: exec: no browser here", "nobody is there",
			[]string{"on a terminal", "BROWSER", "--follow"},
			[]string{"--login"},
		},
		"none at all, and nobody there": {nil, true, time.Hour, "there is no browser", "nobody is there", []string{"--follow"}, []string{"--login"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := healthy()
			s.verify.Follow, s.verify.Login, s.other = false, true, false
			s.verify.LoginTimeout, s.verify.OpenBrowser, s.verify.Unattended = c.limit, c.browser, c.unattended
			var logins []verify.Login
			s.verify.Progress = func(e verify.Event) {
				if e.Login != nil {
					logins = append(logins, *e.Login)
				}
			}
			report, _ := verified(t, s)
			check := find(t, report, "login")
			if check.Status != verify.Fail || check.Got != c.got || !strings.Contains(check.Cause, c.cause) || find(t, report, "token").Status != verify.Skip {
				t.Errorf("\n%s", dump(report))
			}
			for _, hint := range c.hints {
				if !strings.Contains(check.Hint, hint) {
					t.Errorf("the hint lacks %q: %s", hint, check.Hint)
				}
			}
			for _, unwanted := range c.unwanted {
				if strings.Contains(check.Hint, unwanted+" ") || strings.HasSuffix(check.Hint, unwanted) {
					t.Errorf("the hint has %q: %s", unwanted, check.Hint)
				}
			}
			if len(logins) == 0 || logins[0].Wait != c.limit || !strings.HasSuffix(logins[0].Callback, "/callback") || logins[0].NoBrowser != nil {
				t.Fatalf("what a person is told: %+v", logins)
			}
			told := len(logins) == 2 && logins[1].NoBrowser != nil
			if want := c.browser != nil && !c.unattended && c.browser("") != nil; told != want {
				t.Errorf("what a person is told of the browser: %+v", logins)
			}
		})
	}
}

// A browser that fails may still have logged in, as may a person who opens the address; both are an answer.
func TestLoginDespiteTheBrowser(t *testing.T) {
	for name, unattended := range map[string]bool{"the program that failed": true, "a person": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := healthy()
			s.verify.Follow, s.verify.Login, s.verify.Unattended = false, true, unattended
			visit := browser(t, nil)
			if unattended {
				s.verify.OpenBrowser = func(address string) error { return errors.Join(visit(address), errors.New("exit status 1")) }
			} else {
				s.verify.OpenBrowser = func(string) error { return errors.New("no browser here") }
				s.verify.Progress = func(e verify.Event) {
					if e.Login != nil && e.Login.NoBrowser != nil {
						go func() { _ = visit(e.Login.URL) }()
					}
				}
			}
			if report, _ := verified(t, s); report.Failed() {
				t.Errorf("\n%s", dump(report))
			}
		})
	}
}

func TestRegisteredBefore(t *testing.T) {
	for _, method := range []string{"client_secret_post", "client_secret_basic"} {
		s := healthy()
		delete(s.settings, "flags")
		s.wrap = edit(asPath, func(o object) { o["token_endpoint_auth_methods_supported"] = []string{method} })
		s.ask = func(w *world, o *verify.Options) {
			o.CallbackPort = freePort(t)
			client := w.manage("POST", "clients", object{
				"name": "confidential", "app_type": "regular_web", "token_endpoint_auth_method": method,
				"callbacks":   []string{"http://127.0.0.1:" + portText(o.CallbackPort) + "/callback"},
				"grant_types": []string{"authorization_code", "refresh_token"},
			})
			o.ClientID, o.ClientSecret = client["client_id"].(string), client["client_secret"].(string)
		}
		report, w := verified(t, s)
		if report.Failed() || report.ClientID != "" || len(report.Tools) == 0 {
			t.Errorf("%s: client %q\n%s", method, report.ClientID, dump(report))
		}
		for _, e := range report.Exchanges {
			basic := slices.ContainsFunc(e.Headers, func(h verify.Header) bool { return h == verify.Header{Name: "Authorization", Value: "Basic [masked]"} })
			if e.URL == w.tenant.URL+"/oauth/token" && basic != (method == "client_secret_basic") {
				t.Errorf("%s: %+v", method, e)
			}
		}
	}
}

func TestClientMetadataDocument(t *testing.T) {
	s := healthy()
	delete(s.settings, "flags")
	s.settings["client_id_metadata_document_supported"] = true
	s.ask = func(w *world, o *verify.Options) {
		o.CallbackPort = freePort(t)
		o.ClientMetadataURL = serveDocument(w.t, "http://127.0.0.1:"+portText(o.CallbackPort)+"/callback")
	}
	report, _ := verified(t, s)
	if report.Failed() || report.ClientID != "" || find(t, report, "registration.document").Status != verify.Pass {
		t.Errorf("\n%s", dump(report))
	}
}
