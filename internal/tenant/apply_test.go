package tenant_test

import (
	"strings"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

var scopes = append(tenant.SetupScopes(), "delete:resource_servers", "delete:client_grants")

const apiURL = "https://a.example/mcp"

func newAPI(name string) plan.Change {
	return plan.Change{Action: plan.Create, Kind: plan.KindAPI, Key: apiURL, Fields: []plan.Field{
		{Path: "name", After: name}, {Path: "identifier", After: apiURL}, {Path: "signing_alg", After: "RS256"},
	}}
}

func settings() plan.Change {
	return plan.Change{Action: plan.Update, Kind: plan.KindSettings, Key: "t", Fields: []plan.Field{
		{Path: "resource_parameter_profile", Before: "audience", After: "compatibility"},
	}}
}

// What a change did has to be told apart, since an undo deletes what was made and never what was found.
func TestWhatAChangeDid(t *testing.T) {
	const existing = `{"resource_servers":[{"id":"69f1afe9659b98d75ab916ff","name":"x","identifier":"` + apiURL + `","signing_alg":"RS256"}]}`
	removal := plan.Change{Action: plan.Delete, Kind: plan.KindAPI, Key: apiURL, ID: "69f1afe9659b98d75ab916ff"}
	elsewhere := plan.Change{Action: plan.Update, Kind: plan.KindConnection, Key: "x", ID: "con_0000000000000000", Fields: []plan.Field{{Path: "is_domain_connection", After: true}}}
	for name, c := range map[string]struct {
		seed, faults string
		change       plan.Change
		want         tenant.Effect
		fails        bool
	}{
		"made":                                {"", "", newAPI("x"), tenant.Done, false},
		"made, the answer lost":               {"", "lost@POST:/resource-servers", newAPI("x"), tenant.Done, false},
		"made, the answer torn":               {"", "truncated@POST:/resource-servers", newAPI("x"), tenant.Done, false},
		"made after a failure":                {"", "503@POST:/resource-servers", newAPI("x"), tenant.Done, false},
		"made after a limit":                  {"", "429@POST:/resource-servers", newAPI("x"), tenant.Done, false},
		"found":                               {existing, "", newAPI("x"), tenant.Found, false},
		"found, the look failed once":         {existing, "503@GET:/resource-servers", newAPI("x"), tenant.Found, false},
		"found, but not as wanted":            {existing, "", newAPI("y"), tenant.Nothing, true},
		"lost, and the look failed":           {"", "lost@POST:/resource-servers,500@GET:/resource-servers", newAPI("x"), tenant.Unknown, true},
		"refused as invalid":                  {"", "", newAPI("<x>"), tenant.Nothing, true},
		"refused for lack of permission":      {"", "403@POST:/resource-servers", newAPI("x"), tenant.Nothing, true},
		"changed":                             {"", "", settings(), tenant.Done, false},
		"changed, the answer lost":            {"", "lost@PATCH:/tenants/settings", settings(), tenant.Done, false},
		"a failure that may have changed":     {"", "500@PATCH:/tenants/settings", settings(), tenant.Unknown, true},
		"lost, and then refused":              {"", "lost@PATCH:/tenants/settings,401@PATCH:/tenants/settings", settings(), tenant.Unknown, true},
		"refused at once":                     {"", "401@PATCH:/tenants/settings", settings(), tenant.Nothing, true},
		"nothing there to change":             {"", "", elsewhere, tenant.Nothing, true},
		"deleted":                             {existing, "", removal, tenant.Done, false},
		"deleted, the answer lost":            {existing, "lost@DELETE:/resource-servers", removal, tenant.Done, false},
		"deleted already":                     {"", "", removal, tenant.Done, false},
		"deleted already, and told so by 404": {"", "404@DELETE:/resource-servers", removal, tenant.Done, false},
		"not deleted":                         {existing, "403@DELETE:/resource-servers", removal, tenant.Nothing, true},
	} {
		t.Run(name, func(t *testing.T) {
			o := sandbox.Options{Seed: []byte(c.seed)}
			if c.faults != "" {
				o.Faults = strings.Split(c.faults, ",")
			}
			server := start(t, o)
			_, effect, err := client(t, server, server.Tenant.Token(time.Hour, scopes...)).Apply(t.Context(), c.change)
			if effect != c.want || (err != nil) != c.fails {
				t.Errorf("it did %d, want %d; %v", effect, c.want, err)
			}
			if there := strings.Contains(string(server.Tenant.State()), `"identifier": "`+apiURL+`"`); c.change.Kind == plan.KindAPI && c.want == tenant.Done {
				if want := c.change.Action == plan.Create; there != want {
					t.Errorf("the API is there: %v, want %v", there, want)
				}
			}
		})
	}
}

// What the SDK would leave out of a request is in it: empty lists and null.
func TestEmptyListsAndNullAreSent(t *testing.T) {
	seed := `{"resource_servers":[{"id":"69f1afe9659b98d75ab916ff","name":"x","identifier":"` + apiURL + `","scopes":[{"value":"a"}]}],
		"client_grants":[{"id":"cgr_0123456789abcdef","audience":"` + apiURL + `","scope":["a"],"subject_type":"user","default_for":"third_party_clients"}],
		"tenant_settings":{"authorization_response_iss_parameter_supported":true}}`
	server := start(t, sandbox.Options{Seed: []byte(seed)})
	c := client(t, server, server.Tenant.Token(time.Hour, scopes...))
	for _, change := range []plan.Change{
		{Action: plan.Update, Kind: plan.KindAPI, Key: apiURL, ID: "69f1afe9659b98d75ab916ff", Fields: []plan.Field{{Path: "scopes", After: []plan.Scope{}, Exactly: true}}},
		{Action: plan.Update, Kind: plan.KindGrant, Key: apiURL, ID: "cgr_0123456789abcdef", Fields: []plan.Field{{Path: "scope", After: []string{}, Exactly: true}}},
		{Action: plan.Update, Kind: plan.KindSettings, Key: "t", Fields: []plan.Field{{Path: "authorization_response_iss_parameter_supported", Before: true}}},
	} {
		if _, _, err := c.Apply(t.Context(), change); err != nil {
			t.Error(err)
		}
	}
	var sent []string
	for _, r := range server.Tenant.Requests() {
		if r.Method == "PATCH" {
			sent = append(sent, string(r.Body))
		}
	}
	if got, want := strings.Join(sent, " "), `{"scopes":[]} {"scope":[]} {"authorization_response_iss_parameter_supported":null}`; got != want {
		t.Errorf("%s was sent, want %s", got, want)
	}
}
