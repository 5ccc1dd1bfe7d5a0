package provision_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/provision"
	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

// The identifiers that tenants and specs are drawn from: servers of the spec, and what lies near them and beside them.
var (
	serverURLs  = []string{"https://a.example/mcp", "https://b.example/v1/mcp"}
	otherURLs   = []string{"https://a.example/mcp/", "https://A.example/mcp", "https://other.example/api", "urn:billing"}
	scopeValues = []string{"tool:whoami", "tool:list", "read:all", "tool:délicat"}
)

// some draws a part of a list, in its order.
func some(t *rapid.T, label string, from []string) []string {
	var list []string
	for _, value := range from {
		if rapid.Bool().Draw(t, label+" "+value) {
			list = append(list, value)
		}
	}
	return list
}

type object = map[string]any

// setSometimes puts one of the values, or leaves the attribute absent.
func setSometimes(t *rapid.T, o object, name string, values ...any) {
	if i := rapid.IntRange(-1, len(values)-1).Draw(t, name); i >= 0 {
		o[name] = values[i]
	}
}

func drawScopes(t *rapid.T, label string) []any {
	list := []any{}
	for _, value := range some(t, label, scopeValues) {
		list = append(list, object{"value": value, "description": rapid.SampledFrom([]string{"", "by hand"}).Draw(t, label+" description")})
	}
	return list
}

func drawAPI(t *rapid.T, identifier string) object {
	api := object{"identifier": identifier, "name": rapid.SampledFrom([]string{"By hand", "API \u202e 7"}).Draw(t, "API name")}
	setSometimes(t, api, "signing_alg", "RS256", "RS256", "RS256", "HS256", "PS256")
	setSometimes(t, api, "allow_offline_access", true, false)
	setSometimes(t, api, "token_lifetime", 60, 86400)
	setSometimes(t, api, "token_dialect", "access_token_authz", "rfc9068_profile")
	setSometimes(t, api, "subject_type_authorization", object{"user": object{"policy": "allow_all"}, "client": object{"policy": "require_client_grant"}},
		object{"user": object{"policy": "require_client_grant"}, "client": object{"policy": "deny_all"}})
	if rapid.Bool().Draw(t, "API has scopes") {
		api["scopes"] = drawScopes(t, "API scope")
	}
	return api
}

func drawGrant(t *rapid.T, audience string) object {
	scope := []any{}
	for _, value := range some(t, "grant scope", scopeValues) {
		scope = append(scope, value)
	}
	grant := object{
		"audience": audience, "default_for": "third_party_clients", "scope": scope,
		"subject_type": rapid.SampledFrom([]string{"user", "user", "user", "client"}).Draw(t, "subject type"),
	}
	setSometimes(t, grant, "organization_usage", "allow")
	return grant
}

// drawTenant draws what a tenant holds before anyone runs mcpauth.
func drawTenant(t *rapid.T) []byte {
	flags, settings := object{}, object{}
	for _, flag := range []string{"enable_dynamic_client_registration", "enable_client_connections", "enable_apis_section", "enable_pipeline2"} {
		setSometimes(t, flags, flag, true, false)
	}
	settings["flags"] = flags
	setSometimes(t, settings, "default_audience", "", serverURLs[0], "https://other.example/api", "https://api.example/")
	setSometimes(t, settings, "resource_parameter_profile", "audience", "compatibility")
	setSometimes(t, settings, "authorization_response_iss_parameter_supported", true, false)
	setSometimes(t, settings, "client_id_metadata_document_supported", true, false)
	setSometimes(t, settings, "support_email", "help@example.com")
	seed := object{"tenant_settings": settings}
	var apis, grants, connections []any
	for _, identifier := range some(t, "API", slices.Concat(serverURLs, otherURLs)) {
		apis = append(apis, drawAPI(t, identifier))
		if rapid.Bool().Draw(t, "default grant") {
			grants = append(grants, drawGrant(t, identifier))
		}
	}
	for _, name := range some(t, "connection", []string{"staff", "partners"}) {
		c := object{"name": name, "strategy": "oidc", "options": object{"client_id": "x", "secret_of_ours": "stays"}}
		setSometimes(t, c, "display_name", "Our "+name)
		setSometimes(t, c, "is_domain_connection", true, false)
		connections = append(connections, c)
	}
	seed["resource_servers"], seed["client_grants"], seed["connections"] = apis, grants, connections
	raw, err := json.Marshal(seed)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// drawSpec draws what someone may ask for of that tenant.
func drawSpec(t *rapid.T, domain spec.Domain, connections []string) spec.Spec {
	s := spec.Spec{
		Domain:                 domain,
		Registration:           rapid.SampledFrom([]spec.Registration{spec.RegistrationDCR, spec.RegistrationCIMD, spec.RegistrationBoth, spec.RegistrationNone}).Draw(t, "registration"),
		AudienceMode:           rapid.SampledFrom([]spec.AudienceMode{spec.AudienceBoth, spec.AudienceResource, spec.AudienceDefault}).Draw(t, "mode"),
		NoOfflineAccess:        rapid.Bool().Draw(t, "no offline access"),
		ReplaceDefaultAudience: rapid.Bool().Draw(t, "replace"),
		BesideNearMiss:         rapid.Bool().Draw(t, "beside"),
	}
	for _, url := range serverURLs[:rapid.IntRange(1, len(serverURLs)).Draw(t, "servers")] {
		server := spec.Server{URL: url, Name: rapid.SampledFrom([]string{"", "Ours"}).Draw(t, "name")}
		for _, value := range some(t, "scope", scopeValues) {
			server.Scopes = append(server.Scopes, spec.Scope{Value: value, Description: rapid.SampledFrom([]string{"", "new"}).Draw(t, "description")})
		}
		s.Servers = append(s.Servers, server)
	}
	for _, name := range some(t, "wanted connection", connections) {
		s.Connections = append(s.Connections, spec.Connection{Name: name})
	}
	return s
}

// holdings is a tenant's state by object, so that two states can be held against each other.
func holdings(t *rapid.T, server *sandbox.Server) map[string]object {
	var state struct {
		Settings    object   `json:"tenant_settings"`
		APIs        []object `json:"resource_servers"`
		Grants      []object `json:"client_grants"`
		Connections []object `json:"connections"`
		Clients     []object `json:"clients"`
	}
	if err := json.Unmarshal(server.Tenant.State(), &state); err != nil {
		t.Fatal(err)
	}
	all := map[string]object{string(plan.KindSettings): state.Settings}
	for kind, list := range map[plan.Kind][]object{plan.KindAPI: state.APIs, plan.KindGrant: state.Grants, plan.KindConnection: state.Connections, "client": state.Clients} {
		for _, o := range list {
			id, _ := o["id"].(string)
			if id == "" {
				id, _ = o["client_id"].(string)
			}
			all[string(kind)+" "+id] = o
		}
	}
	return all
}

// overlay puts a body into an object as a PATCH does: objects are merged, all else is replaced.
func overlay(o, body object) {
	for name, value := range body {
		inner, isObject := value.(object)
		have, had := o[name].(object)
		if isObject && had {
			overlay(have, inner)
			continue
		}
		o[name] = value
	}
}

// generic is a body in the types that decoding JSON gives.
func generic(t *rapid.T, body map[string]any) object {
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	var o object
	if err := json.Unmarshal(raw, &o); err != nil {
		t.Fatal(err)
	}
	return o
}

// expect makes of the state before a run what the plan says that it becomes; objects that are created are returned apart,
// since their ids aren't known yet.
func expect(t *rapid.T, before map[string]object, p plan.Plan) (created []object) {
	for _, c := range p.Changes {
		body := generic(t, c.Body())
		switch c.Action {
		case plan.Create:
			created = append(created, body)
		case plan.Update:
			key := string(c.Kind)
			if c.Kind != plan.KindSettings {
				key += " " + c.ID
			}
			if before[key] == nil {
				t.Fatalf("%s is to be updated, but isn't there", key)
			}
			overlay(before[key], body)
		case plan.None, plan.Conflict, plan.Delete:
		}
	}
	return created
}

// holds tells whether an object has all that a body says.
func holds(o, body object) bool {
	for name, value := range body {
		if !reflect.DeepEqual(o[name], value) {
			return false
		}
	}
	return true
}

// difference names the objects in which two states differ, leaving out those that one of the bodies explains.
func difference(want, got map[string]object, created []object) []string {
	var list []string
	for key, o := range got {
		if want[key] != nil {
			if !reflect.DeepEqual(want[key], o) {
				list = append(list, fmt.Sprintf("%s is %v, want %v", key, o, want[key]))
			}
			continue
		}
		i := slices.IndexFunc(created, func(body object) bool { return holds(o, body) })
		if i < 0 {
			list = append(list, fmt.Sprintf("%s is new: %v", key, o))
			continue
		}
		created = slices.Delete(slices.Clone(created), i, i+1)
	}
	for key := range want {
		if got[key] == nil {
			list = append(list, key+" is gone")
		}
	}
	for _, body := range created {
		list = append(list, fmt.Sprintf("was not created: %v", body))
	}
	return list
}

// quiet takes away what Auth0 documents to mean the same as absent: there is no way to remove a setting.
func quiet(all map[string]object) map[string]object {
	settings := all[string(plan.KindSettings)]
	standard := object{"default_audience": "", "resource_parameter_profile": "audience", "client_id_metadata_document_supported": false}
	for name, value := range standard {
		if settings[name] == value {
			delete(settings, name)
		}
	}
	if flags, ok := settings["flags"].(object); ok && flags["enable_dynamic_client_registration"] == false {
		delete(flags, "enable_dynamic_client_registration")
	}
	for _, o := range all {
		scopes, _ := o["scopes"].([]any)
		for _, scope := range scopes {
			if s, ok := scope.(object); ok && s["description"] == "" {
				delete(s, "description")
			}
		}
		if len(scopes) == 0 { // an API answers an empty list once it had scopes
			delete(o, "scopes")
		}
	}
	return all
}

// dangles tells whether the default audience names no API: one that setup makes for it stays, since every login that names
// no audience would fail without.
func dangles(all map[string]object) bool {
	audience := all[string(plan.KindSettings)]["default_audience"]
	for _, o := range all {
		if audience == nil || o["identifier"] == audience {
			return false
		}
	}
	return true
}

// Whatever a tenant holds and whatever is asked of it: setup changes what the plan says and nothing else, a second run
// changes nothing, and undo restores the start.
func TestSetupChangesOnlyWhatThePlanSays(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		server, err := sandbox.Start(t.Context(), sandbox.Options{Seed: drawTenant(rt)}, sandbox.Listen{})
		if err != nil {
			rt.Fatal(err)
		}
		defer func() { _ = server.Close() }()
		base := tenant.NewBase(nil)
		defer base.CloseIdleConnections()
		client := connect(t, server, base)
		before, start := holdings(rt, server), quiet(holdings(rt, server))
		var names []string
		for _, o := range before {
			if name, ok := o["name"].(string); ok && strings.HasPrefix(fmt.Sprint(o["id"]), "con_") {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		s := drawSpec(rt, client.Domain(), names)
		p, err := provision.Prepare(t.Context(), client, s)
		if err != nil {
			rt.Fatal(err)
		}
		created := expect(rt, before, p)
		records := store(t)
		err = applyIn(t.Context(), records, client, p)
		if len(p.Blocked()) > 0 {
			if err == nil || len(writes(server)) > 0 {
				rt.Fatalf("a plan in conflict ends with %v and %d writes", err, len(writes(server)))
			}
			return
		}
		if err != nil {
			rt.Fatal(err)
		}
		for _, d := range difference(before, holdings(rt, server), created) {
			rt.Error(d)
		}
		sent := len(writes(server))
		again, err := setupIn(t.Context(), records, connect(t, server, base), s)
		if err != nil || again.Pending() != 0 || len(writes(server)) != sent {
			rt.Errorf("the second run plans %d changes, sends %d writes and ends with %v", again.Pending(), len(writes(server))-sent, err)
		}
		if p.Pending() == 0 || dangles(start) {
			return
		}
		if u, err := undo(t.Context(), records, connect(t, server, base), ""); err != nil || u.LeftAlone() > 0 {
			rt.Errorf("undo leaves %d alone and ends with %v: %v", u.LeftAlone(), err, u.Plan.Warnings)
		}
		for _, d := range difference(start, quiet(holdings(rt, server)), nil) {
			rt.Errorf("after undo %s", d)
		}
	})
}
