package gateway

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func valid() Config {
	return Config{Domain: "tenant.eu.auth0.com", MCPURLs: []string{"https://my-gateway.zuplo.dev/mcp"}}
}

func TestValidate(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*Config)
		field  string // empty where the configuration is good
	}{
		"defaults":              {func(*Config) {}, ""},
		"sandbox":               {func(c *Config) { c.Domain, c.Issuer = "localhost:9400", "http://localhost:9400/" }, ""},
		"loopback MCP server":   {func(c *Config) { c.MCPURLs[0] = "http://127.0.0.1:9401/mcp" }, ""},
		"older policy type":     {func(c *Config) { c.PolicyType = "oauth-inbound" }, ""},
		"no domain":             {func(c *Config) { c.Domain = "" }, "--domain"},
		"domain with scheme":    {func(c *Config) { c.Domain = "https://tenant.eu.auth0.com" }, "--domain"},
		"domain with slash":     {func(c *Config) { c.Domain = "tenant.eu.auth0.com/" }, "--domain"},
		"domain with quote":     {func(c *Config) { c.Domain = `tenant".eu` }, "--domain"},
		"domain in upper case":  {func(c *Config) { c.Domain = "Tenant.eu.auth0.com" }, "--domain"},
		"issuer without slash":  {func(c *Config) { c.Issuer = "https://tenant.eu.auth0.com" }, "issuer"},
		"issuer over http":      {func(c *Config) { c.Issuer = "http://tenant.eu.auth0.com/" }, "issuer"},
		"no URL":                {func(c *Config) { c.MCPURLs = nil }, "--mcp-url"},
		"relative URL":          {func(c *Config) { c.MCPURLs[0] = "my-gateway.zuplo.dev/mcp" }, "--mcp-url"},
		"http off loopback":     {func(c *Config) { c.MCPURLs[0] = "http://my-gateway.zuplo.dev/mcp" }, "--mcp-url"},
		"trailing slash":        {func(c *Config) { c.MCPURLs[0] += "/" }, "--mcp-url"},
		"root":                  {func(c *Config) { c.MCPURLs[0] = "https://my-gateway.zuplo.dev/" }, "--mcp-url"},
		"query":                 {func(c *Config) { c.MCPURLs[0] += "?a=b" }, "--mcp-url"},
		"empty fragment":        {func(c *Config) { c.MCPURLs[0] += "#" }, "--mcp-url"},
		"expression in the URL": {func(c *Config) { c.MCPURLs[0] += "/$env(SECRET)" }, "--mcp-url"},
		"quote in the URL":      {func(c *Config) { c.MCPURLs[0] += `"` }, "--mcp-url"},
		"same path twice":       {func(c *Config) { c.MCPURLs = append(c.MCPURLs, "https://preview.zuplo.dev/mcp") }, "--mcp-url"},
		"blank resource name":   {func(c *Config) { c.ResourceName = " \t" }, "--resource-name"},
		"resource name, bytes":  {func(c *Config) { c.ResourceName = "a\xff" }, "--resource-name"},
		"policy name":           {func(c *Config) { c.PolicyName = "MCP" }, "--policy-name"},
		"policy type":           {func(c *Config) { c.PolicyType = "api-key-inbound" }, "--policy-type"},
		"route /":               {func(c *Config) { c.Route = "/" }, "--route"},
		"route /mcp/":           {func(c *Config) { c.Route = "config/a.oas.json#/mcp/" }, "--route"},
		"route by its file":     {func(c *Config) { c.Route = "./config/a.oas.json" }, ""},
		"route by both":         {func(c *Config) { c.Route = "a.oas.json#/mcp" }, ""},
		"route, neither":        {func(c *Config) { c.Route = "nope" }, "--route"},
		"route, other file":     {func(c *Config) { c.Route = "config/policies.json#/mcp" }, "--route"},
		"route without a slash": {func(c *Config) { c.Route = "a.oas.json#mcp" }, "--route"},
		"a route for two URLs": {func(c *Config) {
			c.MCPURLs, c.Route = append(c.MCPURLs, "https://my-gateway.zuplo.dev/docs/mcp"), "/mcp"
		}, "--route"},
	} {
		t.Run(name, func(t *testing.T) {
			c := valid()
			test.change(&c)
			err := c.Validate()
			var invalid Invalid
			if test.field == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if !errors.As(err, &invalid) || len(invalid) != 1 || invalid[0].Field != test.field || invalid[0].Hint == "" {
				t.Errorf("got %#v, want one problem of %s with a hint", err, test.field)
			}
		})
	}
}

// A wrong --route is told for what it is, with what to write.
func TestRouteProblems(t *testing.T) {
	for route, want := range map[string][2]string{
		"nope":                 {"is neither a path nor a file of routes", "write /nope if it is a path"},
		"mcp#/mcp":             {"is neither a path nor a file of routes", "write /mcp if it is a path"},
		"a.oas.json#mcp":       {"doesn't begin with a slash", "write a.oas.json#/mcp"},
		"/mcp/":                {"ends with a slash", "use a path such as /mcp"},
		"config/a.oas.json#/x": {"", ""},
	} {
		c := valid()
		c.Route = route
		var invalid Invalid
		switch errors.As(c.Validate(), &invalid); {
		case want[0] == "" && invalid == nil:
		case len(invalid) != 1 || !strings.Contains(invalid[0].What, want[0]) || !strings.Contains(invalid[0].Hint, want[1]):
			t.Errorf("%s: got %v, want %v", route, invalid, want)
		}
	}
}

func TestValidateNamesEverythingAtOnce(t *testing.T) {
	c := Config{Domain: "a/b", MCPURLs: []string{"x", "y"}, PolicyName: "A", PolicyType: "b", Route: "/", ResourceName: " "}
	var invalid Invalid
	if err := c.Validate(); !errors.As(err, &invalid) || len(invalid) != 8 {
		t.Errorf("got %d problems, want 8: %v", len(invalid), invalid)
	}
	if _, err := Render(c); !errors.As(err, &invalid) {
		t.Errorf("Render gave %v, want Invalid", err)
	}
}

func TestRender(t *testing.T) {
	sandbox := Config{Domain: "localhost:9400", Issuer: "http://localhost:9400/", MCPURLs: []string{"http://localhost:9401/mcp"}}
	two := valid()
	two.MCPURLs = append(two.MCPURLs, "https://my-gateway.zuplo.dev/docs/mcp")
	two.ResourceName = `"\` + "\n${x}`</script>\u2028\u202e שלום 🛠"
	for name, c := range map[string]Config{"one": valid(), "two": two, "sandbox": sandbox} {
		t.Run(name, func(t *testing.T) {
			parts, err := Render(c)
			if err != nil {
				t.Fatal(err)
			}
			parseTS(t, "zuplo.runtime.ts", parts.Runtime)
			if !json.Valid(parts.Policy) || !json.Valid(parts.Route) {
				t.Error("a part is not valid JSON")
			}
			dir := filepath.Join(goldenDir, "render", name)
			compare(t, filepath.Join(dir, "policy.json"), parts.Policy)
			compare(t, filepath.Join(dir, "route.json"), parts.Route)
			compare(t, filepath.Join(dir, "zuplo.runtime.ts"), parts.Runtime)
		})
	}
}

func TestProject(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "gateway")
	two := valid()
	two.MCPURLs = append(two.MCPURLs, "https://my-gateway.zuplo.dev/docs/mcp")
	result, err := Project(two, dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Fatalf("Project wrote: %v", err)
	}
	if err := Write(result); err != nil {
		t.Fatal(err)
	}
	parseScripts(t, dir)
	for name := range hashes(t, dir) {
		compare(t, filepath.Join(goldenDir, "project", name), readFile(t, filepath.Join(dir, name)))
	}
	for name, plan := range map[string]func(Config, string) (Result, error){"Project": Project, "Merge": Merge} {
		if again, err := plan(two, dir); err != nil || again.Changed() {
			t.Errorf("%s on what Project made: %v\n%s", name, err, report(again, nil))
		}
	}
	before := hashes(t, dir)
	_, err = Project(valid(), dir)
	var refusal *Refusal
	if !errors.As(err, &refusal) || !strings.Contains(err.Error(), policiesFile) || !strings.Contains(err.Error(), routesFile) {
		t.Errorf("got %v, want a refusal of both files that differ", err)
	}
	if got := hashes(t, dir); !sameHashes(got, before) {
		t.Error("a refused Project changed files")
	}
}

func TestDiffIsSafeForATerminal(t *testing.T) {
	got := Diff(File{Path: "a\x1b.json", Action: Update, Before: []byte("a\n"), After: []byte("\x1b[2J\u202eb\u009b\xff\n")})
	for _, r := range got {
		if r != '\n' && (r < ' ' || r == '\u202e' || r == '\u009b' || r == 0xFFFD) {
			t.Errorf("%q got through in %q", r, got)
		}
	}
	if !strings.Contains(got, `+\u{1b}[2J\u{202e}b\u{9b}\xff`) {
		t.Errorf("got %q", got)
	}
	mixed := Diff(File{Path: "a", Action: Update, Before: []byte("a\n"), After: []byte("a\r\n")})
	if !strings.Contains(mixed, `+a\r`) {
		t.Errorf("a changed line end is not shown: %q", mixed)
	}
}
