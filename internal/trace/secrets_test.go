package trace_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/trace"
)

func TestSecretsAreFoundWhereverTheyStand(t *testing.T) {
	var s trace.Secrets
	s.Add("canary/1", "canary/1-longer", "short")
	s.AddAnswer([]byte(`{"list":[{"accessToken":"canary-2"}],"token_type":"Bearer-type","error_code":"too_many_entities"}`), false)
	s.AddAnswer([]byte("refresh_token=canary-3&scope=read:things"), false)
	s.AddAnswer([]byte("<b>canary_without_a_name</b>"), true)
	s.AddAnswer([]byte(`{"access_token":"canary-4","resource":"https://mcp.example/a/long/path"}`), true)
	got := s.Hide("canary/1-longer canary/1 canary%2F1 canary-2 canary-3 canary_without_a_name canary-4 https://mcp.example/a/long/path short Bearer-type too_many_entities read:things eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.")
	want := "[masked] [masked] [masked] [masked] [masked] [masked] [masked] https://mcp.example/a/long/path short Bearer-type too_many_entities read:things [masked]"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// What went by once is masked in all that follows, under whatever name, and on whatever connection.
func TestLogRemembersSecrets(t *testing.T) {
	const bearer, code, refresh = "canary-bearer", "canary-code", "canary-refresh"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/authorize":
			w.Header().Set("Location", "http://127.0.0.1/callback?code="+code)
			w.WriteHeader(http.StatusFound)
		case "/token":
			_, _ = io.WriteString(w, `{"refresh_token":"`+refresh+`"}`)
		default:
			w.Header().Set("WWW-Authenticate", `Bearer realm="`+code+`"`)
			_, _ = io.WriteString(w, `{"title":"I was given `+bearer+`, `+url.QueryEscape(code)+` and `+refresh+`"}`)
		}
	}))
	defer server.Close()
	var out bytes.Buffer
	logger := trace.Log(http.DefaultTransport, &out)
	for _, step := range []struct {
		path string
		over http.RoundTripper
	}{{"/authorize", logger}, {"/token", logger.Over(http.DefaultTransport)}, {"/mcp", logger}} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+step.path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+bearer)
		resp, err := step.over.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	if strings.Contains(out.String(), "canary") || strings.Count(out.String(), "I was given [masked], [masked] and [masked]") != 1 {
		t.Errorf("the log shows\n%s", out.String())
	}
}

// A stream has no end that could be waited for.
func TestLogDoesNotReadStreams(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))
	defer server.Close()
	var out bytes.Buffer
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := trace.Log(http.DefaultTransport, &out).RoundTrip(req) // it would hang here
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if !strings.Contains(out.String(), "a stream, not shown") {
		t.Errorf("the log shows\n%s", out.String())
	}
}
