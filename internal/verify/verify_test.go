package verify_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

func TestHealthy(t *testing.T) {
	report, w := verified(t, healthy())
	if bad := with(report, verify.Fail); len(bad) > 0 || report.Failed() {
		t.Errorf("failed: %v", bad)
	}
	if warned := with(report, verify.Warn); len(warned) > 0 {
		t.Errorf("warned: %v", warned)
	}
	if open := report.Open(); len(open) != 1 || open[0].ID != "reject.expired" {
		t.Errorf("open: %v", open)
	}
	// No document was named, and a fresh token does not expire in time.
	if skipped := with(report, verify.Skip); !slices.Equal(skipped, []string{"registration.document", "reject.expired"}) {
		t.Errorf("skipped: %v", skipped)
	}
	if !slices.Equal(report.Tools, []string{"whoami", "add", "time"}) || report.ClientID == "" || report.Issuer != w.tenant.URL+"/" {
		t.Errorf("tools %v, client %q, issuer %q", report.Tools, report.ClientID, report.Issuer)
	}
	if t.Failed() {
		t.Log("\n" + dump(report))
	}
}

// TestHealthyOverTLS trusts the sandbox's own authority, also for the servers that the metadata names.
func TestHealthyOverTLS(t *testing.T) {
	s := healthy()
	s.tls = true
	s.wrap = func(w *world) http.RoundTripper { return w.client.Transport }
	report, w := verified(t, s)
	if report.Failed() || len(report.Tools) == 0 || !strings.HasPrefix(w.gateway.URL, "https://") {
		t.Errorf("\n%s", dump(report))
	}
}

// TestGatewayThatPublishesNoScopes is what Zuplo's plugin makes: it works, and clients will never have a refresh token.
func TestGatewayThatPublishesNoScopes(t *testing.T) {
	s := healthy()
	s.gateway = func(string) sandbox.GatewayOptions { return sandbox.GatewayOptions{} }
	report, _ := verified(t, s)
	if warned := with(report, verify.Warn); report.Failed() || !slices.Equal(warned, []string{"resource.scopes", "token.refresh"}) {
		t.Errorf("warned: %v\n%s", warned, dump(report))
	}
	s = healthy()
	s.gateway = func(string) sandbox.GatewayOptions { return sandbox.GatewayOptions{} }
	s.verify.Scope = "read:tools"
	report, _ = verified(t, s)
	if check := find(t, report, "token.refresh"); check.Status != verify.Pass {
		t.Errorf("with a scope:\n%s", dump(report))
	}
}

// TestOtherServersAreToldOtherwise: what mends an Auth0 tenant mends no other server.
func TestOtherServersAreToldOtherwise(t *testing.T) {
	s := healthy()
	s.wrap = edit(asPath, func(o object) {
		o["registration_endpoint"], o["token_endpoint"] = "https://auth.example/register", "https://auth.example/token"
		o["authorization_response_iss_parameter_supported"] = false
	})
	s.verify.Follow = false
	report, _ := verified(t, s)
	if check := find(t, report, "server.iss"); !strings.HasPrefix(check.Hint, "change it at the authorization server") {
		t.Errorf("%q", check.Hint)
	}
}

// Where redirects lead is asked no more often than a client would: once in each revision's way.
func TestRedirectsAreFollowedSparingly(t *testing.T) {
	var mu sync.Mutex
	asked := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.Method == http.MethodPost {
			asked[r.URL.Path]++
		}
		next := map[string]string{"/mcp": "/one", "/one": "/two", "/two": "/login"}[r.URL.Path]
		if next == "" {
			return
		}
		http.Redirect(w, r, next, http.StatusFound)
	}))
	defer server.Close()
	report, err := verify.Run(t.Context(), verify.Options{URL: server.URL + "/mcp", Timeout: ample})
	if check := find(t, report, "challenge.status"); err != nil || !strings.Contains(check.Cause, "login page") {
		t.Errorf("%v: %+v", err, check)
	}
	mu.Lock()
	defer mu.Unlock()
	for path, times := range asked {
		if times > 2 {
			t.Errorf("%s was asked %d times", path, times)
		}
	}
}

// TestNoHollowPass: a token that is refused for what it is shows nothing about audiences, and one that may be good for this
// server must not be held against it. What can't be known is open, and said.
func TestNoHollowPass(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*setup)
		why    string
	}{
		"the default audience": {func(s *setup) {
			s.ask = func(w *world, _ *verify.Options) {
				w.manage("PATCH", "tenants/settings", object{"default_audience": w.gateway.URL})
			}
		}, "it is the default audience"},
		"opaque without an audience": {func(*setup) {}, "an opaque token is all"},
		"tokens that can't be read":  {func(s *setup) { s.wrap = opaque }, "can't be told"},
		"a person's login":           {func(s *setup) { s.verify.Follow, s.verify.Login, s.verify.OpenBrowser = false, true, browser(t, nil) }, "takes another login"},
		"an API that isn't there":    {func(s *setup) { s.verify.OtherResource = "https://nowhere.example" }, "Service not found"},
	} {
		s := healthy()
		s.other = false
		faulty(sandbox.GatewayAnyAudience)(&s) // what must not pass for a server that looks at audiences
		c.change(&s)
		report, _ := verified(t, s)
		check := find(t, report, "reject.audience")
		if check.Status != verify.Skip || !check.Open || !strings.Contains(check.Got, c.why) || !strings.Contains(check.Hint, "--other-resource") {
			t.Errorf("%s: %s, open %t, got %q, hint %q", name, check.Status, check.Open, check.Got, check.Hint)
		}
	}
	s := healthy() // a person logs in a second time where another API is named
	s.verify.Follow, s.verify.Login, s.verify.OpenBrowser = false, true, browser(t, nil)
	faulty(sandbox.GatewayAnyAudience)(&s)
	report, _ := verified(t, s)
	if check := find(t, report, "reject.audience"); check.Status != verify.Fail {
		t.Errorf("%+v", check)
	}
}
