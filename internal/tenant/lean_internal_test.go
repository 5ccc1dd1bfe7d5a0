package tenant

import (
	"encoding/json"
	"reflect"
	"testing"
)

func TestOnlyTheScopesAskedForAreRead(t *testing.T) {
	const ours, other = "https://mcp.example/mcp", "https://mcp.example/mcp/"
	for _, c := range []struct{ name, in, want string }{
		{
			"a page",
			`{"start":0,"limit":100,"total":2,"resource_servers":[` +
				`{"identifier":"` + ours + `","scopes":[{"value":"a"}],"x":1},{"identifier":"` + other + `","scopes":[{"value":"b"}],"x":2}]}`,
			`{"start":0,"limit":100,"total":2,"resource_servers":[` +
				`{"identifier":"` + ours + `","scopes":[{"value":"a"}],"x":1},{"identifier":"` + other + `","x":2}]}`,
		},
		{"an identifier that is none", `{"resource_servers":[{"identifier":7,"scopes":[]}]}`, `{"resource_servers":[{"identifier":7,"scopes":[]}]}`},
		{"a bare list", `[{"identifier":"x","scopes":[]}]`, `[{"identifier":"x","scopes":[]}]`},
		{"another shape", `{"resource_servers":{"scopes":[]}}`, `{"resource_servers":{"scopes":[]}}`},
		{"an empty page", `{"resource_servers":[],"total":0}`, `{"resource_servers":[],"total":0}`},
	} {
		var got, want any
		if err := json.Unmarshal(lean{identifiers: []string{ours}}.strip([]byte(c.in)), &got); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if err := json.Unmarshal([]byte(c.want), &want); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, want %v", c.name, got, want)
		}
	}
}
