package sandbox

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestCodeExchangeRefused(t *testing.T) {
	now := newClock()
	tenant := ready(t, Options{AutoApprove: true, Now: now.Now}, nil)
	id, other := aClient(t, tenant), aClient(t, tenant)
	for _, c := range []struct {
		name   string
		params []string
		after  time.Duration
		status int
		code   string
		text   string
	}{
		{"no code", []string{"code", ""}, 0, 400, "invalid_request", "Missing required parameter: code"},
		{"bad code", []string{"code", "x"}, 0, 403, "invalid_grant", "Invalid authorization code"},
		{"another client's", []string{"client_id", other}, 0, 403, "invalid_grant", "Invalid authorization code"},
		{"too late", nil, codeLifetime + time.Second, 403, "invalid_grant", "Invalid authorization code"},
		{"wrong verifier", []string{"code_verifier", "x"}, 0, 403, "invalid_grant", "Failed to verify code verifier"},
		{"no verifier", []string{"code_verifier", ""}, 0, 403, "invalid_grant", "Failed to verify code verifier"},
		{"another callback", []string{"redirect_uri", callback + "/"}, 0, 403, "invalid_grant", "The redirect URI is wrong."},
		{"no callback", []string{"redirect_uri", ""}, 0, 403, "invalid_grant", "The redirect URI is wrong."},
		{"unknown client", []string{"client_id", "tpc_none"}, 0, 401, "access_denied", "Unauthorized"},
		{"no grant type", []string{"grant_type", ""}, 0, 400, "invalid_request", "grant_type"},
		{"a public client by itself", []string{"grant_type", "client_credentials"}, 0, 401, "access_denied", "Unauthorized"},
	} {
		code := aCode(t, tenant, asking(id))
		now.advance(c.after)
		status, answer := exchange(t, tenant, "oauth/token", with(codeForm(id, code), c.params...))
		if status != c.status || answer["error"] != c.code || !strings.Contains(text(answer, "error_description"), c.text) {
			t.Errorf("%s: %d %v", c.name, status, answer)
		}
	}
}

func TestCodeWorksOnce(t *testing.T) {
	tenant := ready(t, Options{AutoApprove: true}, nil)
	id := aClient(t, tenant)
	form := codeForm(id, aCode(t, tenant, with(asking(id), "scope", "offline_access")))
	status, first := exchange(t, tenant, "oauth/token", form)
	if status != http.StatusOK || text(first, "refresh_token") == "" {
		t.Fatalf("%d %v", status, first)
	}
	if status, answer := exchange(t, tenant, "oauth/token", form); status != http.StatusForbidden || answer["error_description"] != "Invalid authorization code" {
		t.Errorf("second use: %d %v", status, answer)
	}
	if status, answer := refresh(t, tenant, id, text(first, "refresh_token")); status != http.StatusForbidden {
		t.Errorf("what the first use gave is still good: %d %v", status, answer)
	}
}

func refresh(t *testing.T, tenant *Tenant, id, token string, params ...string) (int, object) {
	t.Helper()
	form := url.Values{"grant_type": {"refresh_token"}, "client_id": {id}, "refresh_token": {token}}
	return exchange(t, tenant, "oauth/token", with(form, params...))
}

func TestRefresh(t *testing.T) {
	tenant := ready(t, Options{AutoApprove: true}, nil)
	id, other := aClient(t, tenant), aClient(t, tenant)
	_, answer := exchange(t, tenant, "oauth/token", codeForm(id, aCode(t, tenant, with(asking(id), "scope", "read:notes write:notes offline_access"))))
	first := text(answer, "refresh_token")
	if status, answer := refresh(t, tenant, other, first); status != http.StatusForbidden {
		t.Errorf("another client: %d %v", status, answer)
	}
	status, answer := refresh(t, tenant, id, first, "scope", "read:notes delete:notes")
	second := text(answer, "refresh_token")
	if status != http.StatusOK || second == "" || second == first || answer["scope"] != "read:notes" {
		t.Fatalf("first refresh: %d %v", status, answer)
	}
	status, answer = refresh(t, tenant, id, second)
	third := text(answer, "refresh_token")
	if status != http.StatusOK || answer["scope"] != "read:notes write:notes offline_access" {
		t.Fatalf("second refresh: %d %v", status, answer)
	}
	if status, answer = refresh(t, tenant, id, first); status != http.StatusForbidden || answer["error_description"] != "Unknown or invalid refresh token." {
		t.Errorf("reuse: %d %v", status, answer)
	}
	if status, answer = refresh(t, tenant, id, third); status != http.StatusForbidden {
		t.Errorf("the family outlives the reuse: %d %v", status, answer)
	}
}

// TestRefreshTokenNeeds takes away, one at a time, what a refresh token needs.
func TestRefreshTokenNeeds(t *testing.T) {
	all := []string{"authorization_code", "refresh_token"}
	for _, c := range []struct {
		name    string
		scope   string
		offline bool
		grants  []string
		want    bool
	}{
		{"all there", "offline_access", true, all, true},
		{"not asked for", "read:notes", true, all, false},
		{"no scope at all", "", true, all, false},
		{"not allowed by the API", "offline_access", false, all, false},
		{"not a grant type of the client", "offline_access", true, all[:1], false},
	} {
		tenant := ready(t, Options{AutoApprove: true}, func(s *snapshot) { s.APIs[0]["allow_offline_access"] = c.offline })
		_, client := registered(t, tenant, object{"grant_types": c.grants})
		id := text(client, "client_id")
		_, answer := exchange(t, tenant, "oauth/token", codeForm(id, aCode(t, tenant, with(asking(id), "scope", c.scope))))
		if got := text(answer, "refresh_token") != ""; got != c.want || strings.Contains(text(answer, "scope"), "offline_access") != c.want {
			t.Errorf("%s: %v", c.name, answer)
		}
	}
}

func TestRevoke(t *testing.T) {
	tenant := ready(t, Options{AutoApprove: true}, nil)
	id, other := aClient(t, tenant), aClient(t, tenant)
	_, answer := exchange(t, tenant, "oauth/token", codeForm(id, aCode(t, tenant, with(asking(id), "scope", "offline_access"))))
	token := text(answer, "refresh_token")
	for _, c := range []struct {
		client, token string
		status        int
	}{{other, token, 200}, {id, "unknown", 200}, {id, "", 400}, {"tpc_none", token, 401}} {
		if status, answer := exchange(t, tenant, "oauth/revoke", url.Values{"client_id": {c.client}, "token": {c.token}}); status != c.status {
			t.Errorf("%+v: %d %v", c, status, answer)
		}
	}
	status, answer := refresh(t, tenant, id, token)
	if status != http.StatusOK {
		t.Fatalf("before: %d %v", status, answer)
	}
	token = text(answer, "refresh_token")
	exchange(t, tenant, "oauth/revoke", url.Values{"client_id": {id}, "token": {token}})
	if status, _ = refresh(t, tenant, id, token); status != http.StatusForbidden {
		t.Errorf("after: %d", status)
	}
}

// TestConfidentialClient must show its secret; the code alone is not enough.
func TestConfidentialClient(t *testing.T) {
	tenant := ready(t, Options{AutoApprove: true}, nil)
	_, client := registered(t, tenant, object{"token_endpoint_auth_method": "client_secret_post"})
	id, secret := text(client, "client_id"), text(client, "client_secret")
	for _, c := range []struct {
		secret string
		status int
	}{{"", 401}, {"wrong", 401}, {secret, 200}} {
		if status, answer := exchange(t, tenant, "oauth/token", with(codeForm(id, aCode(t, tenant, asking(id))), "client_secret", c.secret)); status != c.status {
			t.Errorf("secret %q: %d %v", c.secret, status, answer)
		}
	}
}

// TestPermissiveWithoutPKCE works, but a verifier to which there is no challenge does not.
func TestPermissiveWithoutPKCE(t *testing.T) {
	tenant := ready(t, Options{AutoApprove: true, Mode: ModePermissive}, nil)
	id := aClient(t, tenant)
	plain := with(asking(id), "code_challenge", "", "code_challenge_method", "")
	if status, answer := exchange(t, tenant, "oauth/token", codeForm(id, aCode(t, tenant, plain))); status != http.StatusForbidden {
		t.Errorf("verifier without challenge: %d %v", status, answer)
	}
	if status, answer := exchange(t, tenant, "oauth/token", with(codeForm(id, aCode(t, tenant, plain)), "code_verifier", "")); status != http.StatusOK {
		t.Errorf("neither: %d %v", status, answer)
	}
}

// TestRotationByClient: refresh tokens rotate where the client's settings say so, whoever it is.
func TestRotationByClient(t *testing.T) {
	for _, c := range []struct {
		method, rotation string
		want             bool
	}{
		{"client_secret_post", "non-rotating", false},
		{"client_secret_post", "rotating", true},
		{"none", "non-rotating", false},
		{"none", "rotating", true},
	} {
		tenant := ready(t, Options{AutoApprove: true}, func(s *snapshot) {
			s.Clients = []object{{
				"client_id": "c", "name": "C", "is_first_party": false, "callbacks": []string{callback}, "client_secret": "s",
				"token_endpoint_auth_method": c.method, "grant_types": []string{"authorization_code", "refresh_token"},
				"refresh_token": object{"rotation_type": c.rotation},
			}}
		})
		code := aCode(t, tenant, with(asking("c"), "scope", "offline_access"))
		_, answer := exchange(t, tenant, "oauth/token", with(codeForm("c", code), "client_secret", "s"))
		token := text(answer, "refresh_token")
		status, answer := refresh(t, tenant, "c", token, "client_secret", "s")
		if got := text(answer, "refresh_token") != ""; status != http.StatusOK || got != c.want {
			t.Errorf("%+v: %d %v", c, status, answer)
		}
		if status, _ = refresh(t, tenant, "c", token, "client_secret", "s"); (status == http.StatusOK) == c.want {
			t.Errorf("%+v: the first token again: %d", c, status)
		}
	}
}

// TestGrantTypeTakenAway: a refresh token ends with the client's right to use it.
func TestGrantTypeTakenAway(t *testing.T) {
	tenant := ready(t, Options{AutoApprove: true}, nil)
	id := aClient(t, tenant)
	_, answer := exchange(t, tenant, "oauth/token", codeForm(id, aCode(t, tenant, with(asking(id), "scope", "offline_access"))))
	request(t, tenant, http.MethodPatch, "clients/"+id, `{"grant_types":["authorization_code"]}`)
	status, refused := refresh(t, tenant, id, text(answer, "refresh_token"))
	if status != http.StatusForbidden || refused["error"] != "unauthorized_client" {
		t.Errorf("%d %v", status, refused)
	}
}
