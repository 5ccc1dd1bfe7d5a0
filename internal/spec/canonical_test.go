package spec_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
)

func TestCanonicalURL(t *testing.T) {
	for _, c := range []struct{ raw, want, note string }{
		{"https://my-gateway.zuplo.dev/mcp", "https://my-gateway.zuplo.dev/mcp", ""},
		{"https://my-gateway.zuplo.dev/mcp/", "https://my-gateway.zuplo.dev/mcp", "byte for byte"},
		{"https://my-gateway.zuplo.dev/mcp//", "https://my-gateway.zuplo.dev/mcp", "byte for byte"},
		{"HTTPS://My-Gateway.Zuplo.dev/MCP", "https://my-gateway.zuplo.dev/MCP", "byte for byte"},
		{"https://my-gateway.zuplo.dev:443/mcp", "https://my-gateway.zuplo.dev/mcp", "byte for byte"},
		{"https://my-gateway.zuplo.dev:8443/mcp", "https://my-gateway.zuplo.dev:8443/mcp", ""},
		{" https://a.example/mcp\n", "https://a.example/mcp", `" https://a.example/mcp\n" is used as`},
		{"http://localhost:9401/mcp", "http://localhost:9401/mcp", ""},
		{"http://127.0.0.1:80/mcp", "http://127.0.0.1/mcp", "byte for byte"},
		{"http://[::1]:9401/mcp", "http://[::1]:9401/mcp", ""},
		{"https://a.example", "https://a.example", "has no path"},
		{"https://a.example/", "https://a.example", "has no path"},
		{"https://a.example/a%2Fb", "https://a.example/a%2Fb", ""},
		{"https://a.example/é", "https://a.example/%C3%A9", "byte for byte"},
	} {
		got, notes, err := spec.CanonicalURL(c.raw)
		if err != nil || got != c.want {
			t.Errorf("CanonicalURL(%q) = %q, %v; want %q", c.raw, got, err, c.want)
		}
		if said := strings.Join(notes, "\n"); (c.note == "") != (said == "") || !strings.Contains(said, c.note) {
			t.Errorf("CanonicalURL(%q) says %q; want %q in it", c.raw, said, c.note)
		}
	}
}

func TestCanonicalURLRefuses(t *testing.T) {
	for raw, what := range map[string]string{
		"":                                    "no URL",
		"my-gateway.zuplo.dev/mcp":            "no scheme",
		"http://my-gateway.zuplo.dev/mcp":     "not encrypted",
		"ftp://my-gateway.zuplo.dev/mcp":      "not https",
		"user:pw@a.example/mcp":               "user name",
		"https://user:pw@a.example/m cp":      "user name",
		"https://a.example:99999/mcp":         "not a port",
		"https://a.example:0443/mcp":          "not a port",
		"https://user:pw@a.example/mcp":       "user name",
		"https://a.example/mcp?x=1":           "query",
		"https://a.example/mcp?":              "query",
		"https://a.example/mcp?token=pw":      `"https://a.example/mcp?…" has a query`,
		"a.example/mcp?token=pw":              "no scheme",
		"https://a.example/m cp?token=pw":     "space",
		"https://a.example/mcp#frag":          "fragment",
		"https://a.example/mcp#token=pw":      `"https://a.example/mcp#…" has a fragment`,
		"https://a.example/mcp#":              "fragment",
		"https:///mcp":                        "no host",
		"https://a.example:/mcp":              "without a port",
		"https://a.example./mcp":              "not a host name",
		"https://a..example/mcp":              "not a host name",
		"https://ä.example/mcp":               "not a host name",
		"https://a.example/a/../b":            "resolve away",
		"https://a.example/%2e%2E/b":          "resolve away",
		`https://a.example\mcp`:               "backslash",
		"https://a.example/a b":               "space",
		"https://a.example/%zz":               "not a URL",
		"https://a.example/a\"b":              "",
		"https://a.example/" + long(600, "a"): "600",
	} {
		got, _, err := spec.CanonicalURL(raw)
		if what == "" {
			// A quote is percent-encoded, as clients do it.
			if err != nil || strings.Contains(got, `"`) {
				t.Errorf("CanonicalURL(%q) = %q, %v", raw, got, err)
			}
			continue
		}
		var invalid spec.Invalid
		if !errors.As(err, &invalid) || !strings.Contains(err.Error(), what) {
			t.Errorf("CanonicalURL(%q) = %q, %v; want an error with %q", raw, got, err, what)
		}
		if strings.Contains(raw, "pw") && strings.Contains(err.Error(), "pw") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}

// What is suggested would be taken.
func TestSuggestionsHold(t *testing.T) {
	url := func(raw string) error { _, _, err := spec.CanonicalURL(raw); return err }
	domain := func(raw string) error { _, err := spec.ParseDomain(raw); return err }
	const likeURL, likeDomain = "write it like https://my-gateway.zuplo.dev/mcp", "write it like my-tenant.eu.auth0.com"
	for _, c := range []struct {
		parse     func(string) error
		raw, hint string
	}{
		{url, "//a.example/mcp", "did you mean https://a.example/mcp?"},
		{url, "bad url", likeURL},
		{url, "a.example./mcp", likeURL},
		{domain, "https://My-Tenant.eu.auth0.com/login", "write my-tenant.eu.auth0.com"},
		{domain, "https://my-tenant.eu.auth0.com", "write my-tenant.eu.auth0.com: a tenant is always reached by https"},
		{domain, "http://localhost:9400/path", "write http://localhost:9400"},
		{domain, "https://tenant/path", likeDomain},
		{domain, "https://tenant", likeDomain},
		{domain, "ftp://-x.example", likeDomain},
		{domain, "https://manage.auth0.com/dashboard/eu/my-tenant/", "write my-tenant.eu.auth0.com"},
		{domain, "manage.auth0.com/dashboard/us/My-Tenant", "write my-tenant.us.auth0.com, or my-tenant.auth0.com where its applications have that"},
		{domain, "https://manage.auth0.com/dashboard/eu/-/", likeDomain},
		{domain, "https://manage.auth0.com/", likeDomain},
	} {
		var invalid spec.Invalid
		if !errors.As(c.parse(c.raw), &invalid) || invalid[0].Hint != c.hint {
			t.Errorf("%q gets %q, want the hint %q", c.raw, invalid, c.hint)
		}
	}
}

func long(n int, s string) string { return strings.Repeat(s, n) }

func FuzzCanonicalURL(f *testing.F) {
	for _, seed := range []string{"https://a.example/mcp", "http://[::1]:80//", "HTTPS://A:443/%41/", "https://a/..", "https://a.example/é?"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		canonical, _, err := spec.CanonicalURL(raw)
		if err != nil {
			return
		}
		again, notes, err := spec.CanonicalURL(canonical)
		if err != nil || again != canonical {
			t.Fatalf("%q became %q, which becomes %q, %v", raw, canonical, again, err)
		}
		for _, note := range notes {
			if strings.Contains(note, "byte for byte") {
				t.Fatalf("the canonical form %q is changed again: %s", canonical, note)
			}
		}
		if strings.ContainsAny(canonical, "\"<>\\ ?#\n\r\t\x00") || strings.HasSuffix(canonical, "/") {
			t.Fatalf("%q became %q", raw, canonical)
		}
	})
}

func TestParseDomain(t *testing.T) {
	for _, c := range []struct{ raw, shown, issuer string }{
		{"my-tenant.eu.auth0.com", "my-tenant.eu.auth0.com", "https://my-tenant.eu.auth0.com/"},
		{"My-Tenant.EU.auth0.com", "my-tenant.eu.auth0.com", "https://my-tenant.eu.auth0.com/"},
		{"localhost:9400", "localhost:9400", "https://localhost:9400/"},
		{"http://localhost:9400", "http://localhost:9400", "http://localhost:9400/"},
		{"http://127.0.0.1:9400/", "http://127.0.0.1:9400", "http://127.0.0.1:9400/"},
		{"https://localhost:9400", "localhost:9400", "https://localhost:9400/"},
	} {
		d, err := spec.ParseDomain(c.raw)
		if err != nil || d.String() != c.shown || d.Issuer() != c.issuer {
			t.Errorf("ParseDomain(%q) = %q with issuer %q, %v; want %q, %q", c.raw, d, d.Issuer(), err, c.shown, c.issuer)
		}
		if d.ManagementAudience() != c.issuer+"api/v2/" {
			t.Errorf("%q has audience %q", c.raw, d.ManagementAudience())
		}
	}
	for raw, what := range map[string]string{
		"":                               "no domain",
		"https://my-tenant.eu.auth0.com": "has a scheme",
		"http://my-tenant.eu.auth0.com":  "has a scheme",
		"my-tenant.eu.auth0.com/":        "more than a host",
		"my-tenant.eu.auth0.com/api/v2/": "more than a host",
		"my-tenant.eu.auth0.com?x":       "more than a host",
		"my-tenant.eu.auth0.com?t=pw":    `"my-tenant.eu.auth0.com?…" has more than a host`,
		"my tenant":                      "not a host",
		"my-tenant":                      "not a tenant's domain",
		"user@my-tenant.eu.auth0.com":    "user name",
		"-bad-.example":                  "not a host name",
		"ftp://localhost":                "has a scheme",
		"my-tenant.eu.auth0.com:port":    "not a host name",
		"http://localhost:9400/path":     "more than a host",
		"tenant.auth0.com\x1b]0;title\a": "",
		"my-tenant.auth0.com:99999":      "not a port",
		"localhost:0":                    "not a port",
		"manage.auth0.com":               "the dashboard",
	} {
		d, err := spec.ParseDomain(raw)
		var invalid spec.Invalid
		if !errors.As(err, &invalid) || !strings.Contains(err.Error(), what) {
			t.Errorf("ParseDomain(%q) = %q, %v; want an error with %q", raw, d, err, what)
		}
	}
}
