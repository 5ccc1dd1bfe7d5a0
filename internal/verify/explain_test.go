package verify_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

// explained are the rows whose true cause only the tenant tells: the words of the authorization server are those of another.
// Each says which of the tenant's checks knows it.
var explained = []struct{ name, by, cause, hint string }{
	{"grant for machines", verify.TenantGrant, "subject_type client", "auth0 api delete client-grants/cgr_"},
	{"API that denies all", verify.TenantAPI, "deny_all", "require_client_grant"},
	{"API that differs by a slash", verify.TenantAPI, "differs only by a slash", "--beside-near-miss"},
	{"active Rule", verify.TenantRules, "active Rules", "Actions"},
	{"no connection", verify.TenantConnection, "is at domain level", "--name Username-Password-Authentication"},
}

// What stands in the way of something else than a login explains none: the grant is missing, whatever the API signs with.
func TestTenantExplainsNoMoreThanItKnows(t *testing.T) {
	m := newMending(t, broken{change: func(s *setup) {
		s.grant, s.api["signing_alg"], s.api["signing_secret"] = nil, "HS256", strings.Repeat("k", 64)
	}})
	found := m.verify()
	login, by := found.check("authorize"), found.check(verify.TenantAPI)
	if by.Status != verify.Fail || !strings.Contains(by.Cause, "HS256") {
		t.Fatalf("the tenant's API: %+v", by)
	}
	if !strings.Contains(login.Cause, "no grant") {
		t.Errorf("authorize: the cause is %q", login.Cause)
	}
}

// A Rule bars no application of the tenant's own, so that it explains none of their failures.
func TestRulesExplainNoLoginOfTheTenantsOwn(t *testing.T) {
	m := newMending(t, broken{change: func(s *setup) {
		s.ask = func(w *world, o *verify.Options) {
			ownApplication(w, o)
			w.manage("POST", "rules", object{"name": "rule", "script": "function (user, context, callback) { callback(null, user, context); }", "enabled": true})
		}
		s.wrap = answering("GET", "/authorize", 403, `{"error":"server_error"}`)
	}})
	found := m.verify()
	login, by := found.check("authorize"), found.check(verify.TenantRules)
	if by.Status != verify.Warn || login.Status != verify.Fail || !strings.Contains(login.Cause, "in the words above") {
		t.Errorf("the Rules: %+v\nauthorize: %+v", by, login)
	}
}

// An application of the tenant's own logs in without what third-party clients need: of that it is only warned.
func TestTenantsOwnApplication(t *testing.T) {
	m := newMending(t, broken{change: func(s *setup) {
		s.grant, s.promote, s.other = nil, false, false
		s.ask = func(w *world, o *verify.Options) {
			o.CallbackPort = freePort(w.t)
			client := w.confidential(o.CallbackPort)
			o.ClientID, o.ClientSecret = client["client_id"].(string), client["client_secret"].(string)
		}
	}})
	found := m.verify()
	for _, id := range []string{verify.TenantGrant, verify.TenantConnection} {
		if c := found.check(id); c.Status != verify.Warn || !strings.Contains(c.Cause, "third-party clients alone") {
			t.Errorf("%s: %+v", id, c)
		}
	}
	if found.exit != 0 {
		t.Errorf("it ends with %d, failed: %v\n%s", found.exit, found.failed(), found.raw)
	}
}

// The one connection at domain level may be beyond the hundred that a plan looks at.
func TestConnectionBeyondTheFirstHundred(t *testing.T) {
	m := newMending(t, broken{change: func(s *setup) {
		s.promote = false
		s.ask = func(w *world, _ *verify.Options) {
			for n := range 100 {
				w.manage("POST", "connections", object{"name": fmt.Sprintf("c%d", n), "strategy": "auth0", "is_domain_connection": n == 99})
			}
		}
	}})
	if found := m.verify(); found.exit != 0 || found.status(verify.TenantConnection) != verify.Pass {
		t.Errorf("it ends with %d: %+v", found.exit, found.check(verify.TenantConnection))
	}
}

// TestTenantExplains verifies with credentials: a failed login is told with the cause that the audit of the same run finds.
func TestTenantExplains(t *testing.T) {
	for _, e := range explained {
		i := slices.IndexFunc(logins, func(b broken) bool { return b.name == e.name })
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			found := newMending(t, logins[i]).verify()
			login, by := found.check("authorize"), found.check(e.by)
			if login.Status != verify.Fail || !strings.Contains(login.Cause, e.cause) || !strings.Contains(login.Hint, e.hint) {
				t.Errorf("authorize: the cause is %q, the hint %q; want %q and %q in them", login.Cause, login.Hint, e.cause, e.hint)
			}
			if by.Cause == "" || !strings.HasPrefix(login.Cause, by.Cause) || login.Hint != by.Hint {
				t.Errorf("%s says %q and %q, authorize %q and %q", e.by, by.Cause, by.Hint, login.Cause, login.Hint)
			}
		})
	}
}
