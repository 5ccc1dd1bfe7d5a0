package verify_test

import (
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
