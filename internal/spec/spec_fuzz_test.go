package spec_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
)

// FuzzSpec: what is valid is within Auth0's limits and harmless, and what isn't is told with its field and a mend.
func FuzzSpec(f *testing.F) {
	f.Add("https://a.example/mcp", "MCP Server", "tool:whoami=Who am I?", "staff", "con_0123456789abcdef", int64(86400))
	f.Add("https://a.example/mcp", "a<b>", "=", "\x1b[2J", "con_", int64(-1))
	f.Add("http://localhost:1/mcp", strings.Repeat("ä", 201), strings.Repeat("s", 281)+"=\u2028", " ", "x", int64(2592001))
	f.Fuzz(func(t *testing.T, rawURL, name, scope, connection, id string, seconds int64) {
		canonical, _, err := spec.CanonicalURL(rawURL)
		if err != nil {
			return
		}
		s := spec.Spec{
			Servers:      []spec.Server{{URL: canonical, Name: name, Scopes: []spec.Scope{spec.ParseScope(scope)}}},
			Connections:  []spec.Connection{{Name: connection}, {ID: id}},
			Registration: spec.RegistrationDCR, AudienceMode: spec.AudienceBoth, TokenLifetime: time.Duration(seconds) * time.Second,
		}
		if err := s.Validate(); err != nil {
			var invalid spec.Invalid
			if !errors.As(err, &invalid) || len(invalid) == 0 {
				t.Fatalf("an error of another type: %v", err)
			}
			for _, p := range invalid {
				if p.Field == "" || p.What == "" || p.Hint == "" {
					t.Errorf("a problem that does not say its field, what is wrong and what to do: %+v", p)
				}
			}
			return
		}
		one := s.Servers[0].Scopes[0]
		for what, text := range map[string]string{"name": name, "scope": one.Value, "description": one.Description, "connection": connection, "id": id} {
			if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
				t.Errorf("the %s %q is taken for valid", what, text)
			}
		}
		if len([]rune(name)) > 200 || strings.ContainsAny(name, "<>") || len(one.Value) > 280 || len([]rune(one.Description)) > 500 ||
			one.Value == "" || strings.ContainsAny(one.Value, " \"\\") || seconds < 0 || seconds > 2592000 || !strings.HasPrefix(id, "con_") {
			t.Errorf("%q, %+v, %q, %d are taken for valid", name, one, id, seconds)
		}
	})
}

// FuzzParseDomain: a domain is a host and nothing else, on https or on this machine.
func FuzzParseDomain(f *testing.F) {
	for _, seed := range []string{"my-tenant.eu.auth0.com", "http://localhost:9400/", "http://[::1]:80", "https://a.b@c", "a.b:0", "A.ExAmPlE.", "127.1", "http://evil.example#localhost"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		domain, err := spec.ParseDomain(raw)
		if err != nil {
			return
		}
		u, err := url.Parse(domain.URL())
		if err != nil || u.Host != domain.Host() || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
			t.Fatalf("%q became %q: %v", raw, domain.URL(), err)
		}
		if u.Scheme != "https" && (u.Scheme != "http" || !spec.IsLoopback(u.Hostname())) {
			t.Errorf("%q is reached by %s", raw, domain.URL())
		}
		if again, err := spec.ParseDomain(domain.String()); err != nil || again != domain {
			t.Errorf("%q became %q, which becomes %q, %v", raw, domain, again, err)
		}
	})
}
