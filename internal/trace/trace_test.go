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

const canary = "canary-5f1d"

func TestLogMasksSecretsAndChangesNothing(t *testing.T) {
	jwt := "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.URL.Query().Get("code") != canary || !strings.Contains(string(body), canary) {
			t.Errorf("the server got %s with %s", r.URL, body)
		}
		w.Header().Set("Location", "https://a.example/cb?x="+jwt)
		_, _ = io.WriteString(w, `{"access_token":"`+canary+`","nested":[{"client_secret":"`+canary+`"}],"text":"`+jwt+`","name":"a\u001b]0;x\u0007"}`)
	}))
	defer server.Close()
	var log bytes.Buffer
	client := &http.Client{Transport: trace.Log(http.DefaultTransport, &log)}
	form := url.Values{"client_secret": {canary}, "client_assertion": {canary}, "grant_type": {"client_credentials"}}
	resp, err := client.PostForm(server.URL+"/oauth/token?code="+canary, form)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if body, _ := io.ReadAll(resp.Body); !strings.Contains(string(body), canary) {
		t.Errorf("the client got %s", body)
	}
	shown := log.String()
	if strings.Contains(shown, canary) || strings.Contains(shown, jwt) || strings.ContainsAny(shown, "\x1b\x07") {
		t.Errorf("the trace shows\n%s", shown)
	}
	for _, part := range []string{"POST", "grant_type=client_credentials", "200 OK", trace.Masked} {
		if !strings.Contains(shown, part) {
			t.Errorf("the trace lacks %q:\n%s", part, shown)
		}
	}
}

func TestBodyOfManySizes(t *testing.T) {
	for _, size := range []int{0, 100, 4096, 4097, 100000} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bytes.Repeat([]byte("a"), size)) }))
		resp, err := (&http.Client{Transport: trace.Log(http.DefaultTransport, io.Discard)}).Get(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		server.Close()
		if err != nil || len(body) != size {
			t.Errorf("%d bytes arrived as %d, %v", size, len(body), err)
		}
	}
}
