package gateway

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/mcpauth-cli/mcpauth/templates"
)

func TestPolicyDifferences(t *testing.T) {
	want := templates.Policy{Name: "p", Type: DefaultPolicyType, Domain: "tenant.eu.auth0.com", Audience: "https://a.example/mcp"}
	rendered, err := templates.PolicyJSON(want)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ from, to, differs string }{
		"the same":        {"", "", ""},
		"older type":      {DefaultPolicyType, olderPolicyType, ""},
		"default left":    {`"allowUnauthenticatedRequests": false,`, ``, ""},
		"environment":     {"https://a.example/mcp", "https://$env(HOST)/mcp", ""},
		"domain":          {"tenant.eu.auth0.com", "other.eu.auth0.com", "handler.options.auth0Domain"},
		"open to anybody": {"false", "true", "handler.options.allowUnauthenticatedRequests"},
		"two":             {`"auth0Domain": "tenant.eu.auth0.com",`, `"zone": 1,`, "handler.options.auth0Domain handler.options.zone"},
		"null, and more":  {`"name"`, `"note": null, "name"`, "note"},
		"no options":      {`"options"`, `"choices"`, "handler.choices handler.options"},
		"no handler":      {`"handler"`, `"handles"`, "handler handles"},
		"another type":    {DefaultPolicyType, "api-key-inbound", "policyType"},
	} {
		t.Run(name, func(t *testing.T) {
			var p policy
			if err := json.Unmarshal([]byte(strings.Replace(string(rendered), test.from, test.to, 1)), &p.plain); err != nil {
				t.Fatal(err)
			}
			p.kind, _ = p.plain["policyType"].(string)
			if got := strings.Join(p.differences(want), " "); got != test.differs || p.same(want) != (test.differs == "") {
				t.Errorf("got %q, want %q", got, test.differs)
			}
		})
	}
}
