package verify_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

// spy sees all tokens and codes as they go by.
type spy struct {
	mu     sync.Mutex
	seen   []string
	repeat bool // the MCP server repeats all that it could know
}

func (s *spy) add(values ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, value := range values {
		if value != "" {
			s.seen = append(s.seen, value)
		}
	}
}

func (s *spy) RoundTrip(req *http.Request) (*http.Response, error) {
	token := strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")
	if strings.Count(token, ".") == 2 {
		s.add(token)
	}
	if req.Body != nil {
		sent, _ := io.ReadAll(req.Body)
		req.Body = io.NopCloser(bytes.NewReader(sent))
		if form, err := url.ParseQuery(string(sent)); err == nil {
			s.add(form.Get("code"), form.Get("code_verifier"), form.Get("refresh_token"), form.Get("token"))
		}
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if to, err := resp.Location(); err == nil {
		s.add(to.Query().Get("code"))
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	var answer struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
	}
	if json.Unmarshal(body, &answer) == nil {
		s.add(answer.Access, answer.Refresh)
	}
	if s.repeat && req.URL.Path == "/mcp" {
		s.mu.Lock()
		replace(resp, max(resp.StatusCode, http.StatusUnauthorized), "text/plain", "I was given "+strings.Join(s.seen, " and "))
		s.mu.Unlock()
	}
	return resp, nil
}

// TestNoSecretIsTold looks for every token and code in all that comes out of a run.
func TestNoSecretIsTold(t *testing.T) {
	for _, repeat := range []bool{false, true} {
		s := healthy()
		watch := &spy{repeat: repeat}
		s.wrap = func(*world) http.RoundTripper { return watch }
		var events strings.Builder
		s.verify.Progress = func(e verify.Event) { fmt.Fprintf(&events, "%+v\n", e) }
		report, _ := verified(t, s)
		if len(watch.seen) < 6 {
			t.Fatalf("only %d secrets went by", len(watch.seen))
		}
		var out bytes.Buffer
		if err := verify.WriteHTML(&out, report); err != nil {
			t.Fatal(err)
		}
		if err := verify.WriteJUnit(&out, report); err != nil {
			t.Fatal(err)
		}
		if err := json.NewEncoder(&out).Encode(report); err != nil {
			t.Fatal(err)
		}
		all := out.String() + events.String() + dump(report)
		for _, secret := range watch.seen {
			if strings.Contains(all, secret) || strings.Contains(all, url.QueryEscape(secret)) {
				t.Errorf("repeated %t: the secret %.12s… is told:\n%.200s", repeat, secret, all[strings.Index(all, secret):])
			}
		}
	}
}
