package provision_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/mcpauth-cli/mcpauth/internal/journal"
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
	setSometimes(t, settings, "default_audience", "", serverURLs[0], "https://other.example/api", "urn:billing")
	setSometimes(t, settings, "resource_parameter_profile", "audience", "compatibility")
	setSometimes(t, settings, "authorization_response_iss_parameter_supported", true, false)
	setSometimes(t, settings, "client_id_metadata_document_supported", true, false)
	setSometimes(t, settings, "support_email", "help@example.com")
	seed := object{"tenant_settings": settings}
	var apis, grants, connections []any
	present := some(t, "API", slices.Concat(serverURLs, otherURLs))
	for _, identifier := range present {
		apis = append(apis, drawAPI(t, identifier))
		if rapid.Bool().Draw(t, "default grant") {
			grants = append(grants, drawGrant(t, identifier))
		}
	}
	if audience, ok := settings["default_audience"].(string); ok && audience != "" && !slices.Contains(present, audience) {
		// Logins fail where the default audience names no API: undo doesn't bring a tenant back to that.
		delete(settings, "default_audience")
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
	plain(state.Settings, state.APIs)
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

// plain takes out what is the same to Auth0 as its absence, and can't be made absent again: a default audience is cleared
// by "", registration by false, scopes by an empty list, a scope's description by leaving it out.
func plain(settings object, apis []object) {
	if settings["default_audience"] == "" {
		delete(settings, "default_audience")
	}
	if flags, ok := settings["flags"].(object); ok && flags["enable_dynamic_client_registration"] == false {
		delete(flags, "enable_dynamic_client_registration")
	}
	for _, api := range apis {
		scopes, _ := api["scopes"].([]any)
		if len(scopes) == 0 {
			delete(api, "scopes")
		}
		for _, scope := range scopes {
			if scope, ok := scope.(object); ok && scope["description"] == "" {
				delete(scope, "description")
			}
		}
	}
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

// forget takes out of the grants what a plan drops from them: scopes that their API had lost, which Auth0 takes from
// nobody again.
func forget(start map[string]object, p plan.Plan) {
	for _, c := range p.Changes {
		for _, f := range c.Fields {
			was, isList := f.Before.([]string)
			if c.Action != plan.Update || c.Kind != plan.KindGrant || !isList {
				continue
			}
			grant, stays := start[string(c.Kind)+" "+c.ID], []any{}
			for _, scope := range was {
				if after, _ := f.After.([]string); slices.Contains(after, scope) {
					stays = append(stays, scope)
				}
			}
			grant["scope"] = stays
		}
	}
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

// members are the members in which an object is not as it was wanted.
func members(want, got object) []string {
	var list []string
	for name, value := range got {
		if was, there := want[name]; !there || !reflect.DeepEqual(was, value) {
			list = append(list, fmt.Sprintf("%s is %v, want %v", name, value, was))
		}
	}
	for name, value := range want {
		if _, there := got[name]; !there {
			list = append(list, fmt.Sprintf("%s is absent, want %v", name, value))
		}
	}
	return list
}

// difference names the objects in which two states differ, leaving out those that one of the bodies explains.
func difference(want, got map[string]object, created []object) []string {
	var list []string
	for key, o := range got {
		if want[key] != nil {
			if !reflect.DeepEqual(want[key], o) {
				list = append(list, key+" differs: "+strings.Join(members(want[key], o), ", "))
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

// Whatever a tenant holds and whatever is asked of it: setup changes what the plan says and nothing else, a second run
// changes nothing, and taking the run back leaves the tenant exactly as it was.
func TestSetupAndUndoOnAnyTenant(t *testing.T) {
	undone := 0
	rapid.Check(t, func(rt *rapid.T) {
		records := store(t)
		server, err := sandbox.Start(t.Context(), sandbox.Options{Seed: drawTenant(rt)}, sandbox.Listen{})
		if err != nil {
			rt.Fatal(err)
		}
		defer func() { _ = server.Close() }()
		base := tenant.NewBase(nil)
		defer base.CloseIdleConnections()
		client := connect(t, server, base)
		start, before := holdings(rt, server), holdings(rt, server)
		s := drawSpec(rt, client.Domain(), connectionNames(before))
		p, err := provision.Prepare(t.Context(), client, s)
		if err != nil {
			rt.Fatal(err)
		}
		created := expect(rt, before, p)
		forget(start, p)
		record, err := records.Begin(journal.Run{Tenant: client.Domain().String(), Command: "setup"}, p.Changes)
		if err != nil {
			rt.Fatal(err)
		}
		_, err = provision.Apply(t.Context(), client, p, record, nil)
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
		again, err := provision.Prepare(t.Context(), connect(t, server, base), s)
		if err != nil || again.Pending() != 0 || len(writes(server)) != sent {
			rt.Errorf("the second run plans %d changes, has sent %d writes and ends with %v", again.Pending(), len(writes(server))-sent, err)
		}
		takeBack(t, rt, client, records, record)
		for _, d := range difference(start, holdings(rt, server), nil) {
			rt.Errorf("after taking it back, %s", d)
		}
		undone++
	})
	if undone == 0 {
		t.Error("no drawn setup was ever taken back")
	}
}

func connectionNames(held map[string]object) []string {
	var names []string
	for key, o := range held {
		if name, ok := o["name"].(string); ok && strings.HasPrefix(key, string(plan.KindConnection)+" ") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func takeBack(t *testing.T, rt *rapid.T, client *tenant.Client, records *journal.Store, made *journal.Record) {
	runs, broken, err := records.Runs()
	if err != nil || len(broken) > 0 {
		rt.Fatalf("%v, %d broken records", err, len(broken))
	}
	undo, err := provision.PrepareUndo(t.Context(), client, made.Run(), runs)
	if err != nil {
		rt.Fatal(err)
	}
	back, err := records.Begin(journal.Run{Tenant: made.Run().Tenant, Command: "undo", Undoes: made.Run().ID}, undo.Plan.Changes)
	if err != nil {
		rt.Fatal(err)
	}
	target, err := records.Resume(made.Run().ID)
	if err != nil {
		rt.Fatal(err)
	}
	if _, err := undo.Apply(t.Context(), client, back, target, nil); err != nil {
		rt.Fatal(err)
	}
	if n := undo.LeftAlone(); n > 0 {
		rt.Errorf("%d changes were left alone, though nobody else changed anything: %+v", n, undo.Plan.Warnings)
	}
}
