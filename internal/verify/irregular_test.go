package verify_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

// A token that comes in another form than RFC 6749's is a token all the same: it is shown nowhere.
func TestTokensInIrregularAnswersAreNotShown(t *testing.T) {
	const token = "gho_canary16CharactersAndMore"
	for name, answer := range map[string]struct {
		status     int
		kind, body string
	}{
		"201 form":       {201, "application/x-www-form-urlencoded", "access_token=" + token + "&scope=repo&token_type=bearer"},
		"201 page":       {201, "text/html", "<p>your token: " + token + "</p>"},
		"201 other JSON": {201, "application/json", `{"accessToken":"` + token + `","error_description":"here: ` + token + `"}`},
		"200 form":       {200, "text/plain", "access_token=" + token},
		"400 JSON":       {400, "application/json", `{"error":"x","error_description":"got ` + token + `","refreshToken":"` + token + `"}`},
	} {
		t.Run(name, func(t *testing.T) {
			report := runAgainst(t, func(w http.ResponseWriter) {
				w.Header().Set("Content-Type", answer.kind)
				w.WriteHeader(answer.status)
				_, _ = io.WriteString(w, answer.body)
			})
			reached := false
			for _, c := range report.Checks {
				reached = reached || (c.ID == "token" && c.Status == verify.Fail)
			}
			if !reached {
				t.Fatal("the token endpoint's answer was not judged")
			}
			var all bytes.Buffer
			if err := verify.WriteHTML(&all, report); err != nil {
				t.Fatal(err)
			}
			if err := verify.WriteJUnit(&all, report); err != nil {
				t.Fatal(err)
			}
			if err := json.NewEncoder(&all).Encode(report); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(all.String(), "canary") {
				t.Error("the token is shown")
			}
		})
	}
}

// Where the authorization server does not name offline_access, no setup of an Auth0 tenant mends that.
func TestNoRefreshTokenOutsideAuth0(t *testing.T) {
	check := find(t, runAgainst(t, func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"access_token":"an-opaque-token","token_type":"Bearer","expires_in":3600}`)
	}), "token.refresh")
	if check.Status != verify.Warn || !strings.Contains(check.Hint, "name offline_access") || strings.Contains(check.Hint, "mcpauth setup") {
		t.Errorf("%+v", check)
	}
}

// What a token of Auth0's would mean, another server's need not.
func TestTokensOutsideAuth0(t *testing.T) {
	part := base64.RawURLEncoding.EncodeToString
	shared := part([]byte(`{"alg":"HS256"}`)) + "." + part([]byte(`{"aud":"account"}`)) + "." + part([]byte("signature"))
	for _, c := range []struct {
		token, id string
		status    verify.Status
		cause     string
	}{
		{"a.b.c.d.e", "token.format", verify.Warn, "needs a key to read it"},
		{"a.b.c.d.e", "mcp.initialize", verify.Fail, "can't read the token: see token.format"},
		{shared, "token.signature", verify.Fail, "shared secret"},
		{shared, "token.audience", verify.Fail, "as it must"},
	} {
		check := find(t, runAgainst(t, func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"access_token":"`+c.token+`","token_type":"Bearer","expires_in":3600}`)
		}), c.id)
		said := check.Cause + check.Hint
		if check.Status != c.status || !strings.Contains(check.Cause, c.cause) || strings.Contains(said, "profile") || strings.Contains(said, "default audience") || strings.Contains(said, "dashboard") {
			t.Errorf("%+v", check)
		}
	}
}

// runAgainst is a login at a small authorization server that approves at once, and whose token endpoint answers so.
func runAgainst(t *testing.T, token func(http.ResponseWriter)) verify.Report {
	t.Helper()
	var server *httptest.Server
	reply := func(w http.ResponseWriter, status int, v any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v)
	}
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/mcp":
			w.Header().Set("WWW-Authenticate", `Bearer resource_metadata="`+server.URL+`/.well-known/oauth-protected-resource/mcp"`)
			w.WriteHeader(http.StatusUnauthorized)
		case "/.well-known/oauth-protected-resource/mcp":
			reply(w, 200, map[string]any{"resource": server.URL + "/mcp", "authorization_servers": []string{server.URL}})
		case "/.well-known/oauth-authorization-server":
			reply(w, 200, map[string]any{
				"issuer": server.URL, "authorization_endpoint": server.URL + "/authorize", "token_endpoint": server.URL + "/token",
				"registration_endpoint": server.URL + "/register", "code_challenge_methods_supported": []string{"S256"},
				"response_types_supported": []string{"code"},
			})
		case "/register":
			reply(w, 201, map[string]any{"client_id": "a-client", "redirect_uris": []string{}})
		case "/authorize":
			q := r.URL.Query()
			http.Redirect(w, r, q.Get("redirect_uri")+"?code=one-time-code&state="+q.Get("state"), http.StatusFound)
		case "/token":
			token(w)
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	report, err := verify.Run(t.Context(), verify.Options{URL: server.URL + "/mcp", Follow: true, Timeout: ample})
	if err != nil {
		t.Fatal(err)
	}
	return report
}
