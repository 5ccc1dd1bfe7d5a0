package provision_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/journal"
	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/provision"
	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

// byHand changes a tenant as someone else would.
func byHand(t *testing.T, server *sandbox.Server, path, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, server.URL+"/api/v2"+path, bytes.NewBufferString(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+server.Tenant.Token(time.Hour))
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode > 299 {
		t.Fatalf("%s is answered %d", path, resp.StatusCode)
	}
}

func runs(t *testing.T, records *journal.Store) []journal.Run {
	t.Helper()
	all, broken, err := records.Runs()
	if err != nil || len(broken) > 0 {
		t.Fatal(broken, err)
	}
	return all
}

func says(server *sandbox.Server, text string) bool {
	return strings.Contains(string(server.Tenant.State()), text)
}

// What someone changed since stays, and what was taken back then isn't looked at again: it may be theirs meanwhile.
func TestWhatOthersChangedStays(t *testing.T) {
	server, records := start(t, sandbox.Options{}), store(t)
	client := connect(t, server, tenant.NewBase(nil))
	if _, err := setupIn(t.Context(), records, client, wanted(client)); err != nil {
		t.Fatal(err)
	}
	byHand(t, server, "/tenants/settings", `{"default_audience":"https://theirs"}`)
	api := strings.ReplaceAll(strings.ReplaceAll(mcpURL, ":", "%3A"), "/", "%2F")
	byHand(t, server, "/resource-servers/"+api, `{"name":"Theirs"}`)
	u, err := undo(t.Context(), records, client, "")
	if err != nil || u.LeftAlone() != 2 {
		t.Fatalf("%d left alone, %v", u.LeftAlone(), err)
	}
	if !says(server, `"https://theirs"`) || !says(server, `"Theirs"`) || says(server, `"is_domain_connection": true`) || says(server, "third_party_clients") {
		t.Errorf("the state is %s", server.Tenant.State())
	}
	if first := runs(t, records)[1]; !first.Undoable() || !first.Stands() {
		t.Errorf("the run counts as undone: %+v", first)
	}
	byHand(t, server, "/tenants/settings", `{"default_audience":"","flags":{"enable_dynamic_client_registration":true}}`)
	byHand(t, server, "/resource-servers/"+api, `{"name":"MCP Server"}`)
	if u, err = undo(t.Context(), records, client, ""); err != nil || u.LeftAlone() != 0 {
		t.Fatalf("%d left alone, %v", u.LeftAlone(), err)
	}
	if says(server, mcpURL) || !says(server, `"enable_dynamic_client_registration": true`) {
		t.Errorf("the state is %s", server.Tenant.State())
	}
	if first := runs(t, records)[2]; first.Undoable() || first.Stands() {
		t.Errorf("the run doesn't count as undone: %+v", first)
	}
}

// Also what is never set here tells that an API or a grant is someone's by now.
func TestWhatOthersAddedStays(t *testing.T) {
	api := "/resource-servers/" + strings.ReplaceAll(strings.ReplaceAll(mcpURL, ":", "%3A"), "/", "%2F")
	for attribute, body := range map[string]string{
		"token_encryption":      `{"token_encryption":{"format":"compact-nested-jwe","encryption_key":{"alg":"RSA-OAEP-256","pem":"-----BEGIN PUBLIC KEY-----"}}}`,
		"consent_policy":        `{"consent_policy":"transactional-authorization-with-mfa"}`,
		"authorization_details": `{"authorization_details":[{"type":"payment"}]}`,
		"proof_of_possession":   `{"proof_of_possession":{"mechanism":"dpop","required":true}}`,
		"skip_consent_for_verifiable_first_party_clients": `{"skip_consent_for_verifiable_first_party_clients":true}`,
		"token_lifetime_for_web":                          `{"token_lifetime_for_web":600}`,
		"allow_online_access":                             `{"allow_online_access":true}`,
		"subject_type_authorization":                      `{"subject_type_authorization":{"client":{"policy":"deny_all"}}}`,
		"authorization_details_types":                     `{"authorization_details_types":["payment"]}`,
		"organization_usage":                              `{"organization_usage":"allow"}`,
		"allow_any_organization":                          `{"organization_usage":"deny","allow_any_organization":true}`,
	} {
		t.Run(attribute, func(t *testing.T) {
			server, records := start(t, sandbox.Options{}), store(t)
			client := connect(t, server, tenant.NewBase(nil))
			if _, err := setupIn(t.Context(), records, client, wanted(client)); err != nil {
				t.Fatal(err)
			}
			path := api
			if strings.Contains(attribute, "organization") || attribute == "authorization_details_types" {
				path = "/client-grants/" + defaultGrant(t, server)
			}
			byHand(t, server, path, body)
			u, err := undo(t.Context(), records, client, "")
			if err != nil || u.LeftAlone() == 0 || !says(server, attribute) {
				t.Fatalf("%d left alone, %v", u.LeftAlone(), err)
			}
			if warnings := strings.Join(u.Plan.Warnings, "\n"); !strings.Contains(warnings, attribute) {
				t.Errorf("it is not named: %s", warnings)
			}
		})
	}
}

// defaultGrant is the id of the one default grant that a tenant has.
func defaultGrant(t *testing.T, server *sandbox.Server) string {
	t.Helper()
	var state struct {
		Grants []struct {
			ID         string `json:"id"`
			DefaultFor string `json:"default_for"`
		} `json:"client_grants"`
	}
	if err := json.Unmarshal(server.Tenant.State(), &state); err != nil {
		t.Fatal(err)
	}
	for _, g := range state.Grants {
		if g.DefaultFor != "" {
			return g.ID
		}
	}
	t.Fatal("there is no default grant")
	return ""
}

// A run that another was built on: the later one goes first, and out of turn it stays what the later one changed.
func TestRunsBuiltOnOneAnother(t *testing.T) {
	server, records := start(t, sandbox.Options{}), store(t)
	before := settled(t, server)
	client := connect(t, server, tenant.NewBase(nil))
	s := wanted(client)
	if _, err := setupIn(t.Context(), records, client, s); err != nil {
		t.Fatal(err)
	}
	first := runs(t, records)[0].ID
	s.Servers[0].Scopes = append(s.Servers[0].Scopes, spec.Scope{Value: "more"})
	s.Connections = append(s.Connections, spec.Connection{Name: "google-oauth2"})
	if _, err := setupIn(t.Context(), records, client, s); err != nil {
		t.Fatal(err)
	}
	second := runs(t, records)[0].ID
	u, err := undo(t.Context(), records, client, first)
	if err != nil || u.LeftAlone() != 2 {
		t.Fatalf("%d left alone, %v", u.LeftAlone(), err)
	}
	for _, warning := range u.Plan.Warnings {
		if !strings.Contains(warning, "mcpauth undo --run "+second) {
			t.Errorf("a warning doesn't name the later run: %s", warning)
		}
	}
	for _, id := range []string{"", ""} { // the later one, then what is left of the first
		if u, err = undo(t.Context(), records, client, id); err != nil || u.LeftAlone() != 0 {
			t.Fatalf("%d left alone, %v", u.LeftAlone(), err)
		}
	}
	if got := settled(t, server); got != before {
		t.Errorf("the state is\n%s\nwant\n%s", got, before)
	}
}

func TestUndoNamesAllMissingPermissionsBeforeTheFirstWrite(t *testing.T) {
	server, records := start(t, sandbox.Options{Scopes: tenant.SetupScopes()}), store(t)
	client := connect(t, server, tenant.NewBase(nil))
	if _, err := setupIn(t.Context(), records, client, wanted(client)); err != nil {
		t.Fatal(err)
	}
	sent := len(writes(server))
	_, err := undo(t.Context(), records, client, "")
	var scope *tenant.ScopeError
	if !errors.As(err, &scope) || strings.Join(scope.Missing, " ") != "delete:client_grants delete:resource_servers" || len(writes(server)) != sent {
		t.Errorf("it ends with %v after %d writes", err, len(writes(server))-sent)
	}
	want := "delete:client_grants delete:resource_servers read:client_grants read:connections read:resource_servers read:tenant_settings update:connections update:tenant_settings"
	if got := strings.Join(provision.UndoScopes(runs(t, records)[0]), " "); got != want {
		t.Errorf("undo may need %s, want %s", got, want)
	}
}

// Where even reading isn't allowed, all that the way back may need is named at once.
func TestUndoNamesAllThatItMayNeed(t *testing.T) {
	server, records := start(t, sandbox.Options{}), store(t)
	client := connect(t, server, tenant.NewBase(nil))
	if _, err := setupIn(t.Context(), records, client, wanted(client)); err != nil {
		t.Fatal(err)
	}
	credentials, err := tenant.Resolve(t.Context(), tenant.Sources{Token: server.Tenant.Token(time.Hour, "read:connections"), Getenv: func(string) string { return "" }})
	if err != nil {
		t.Fatal(err)
	}
	poor := tenant.New(tenant.Config{Domain: client.Domain(), Credentials: credentials, Transport: tenant.NewTransport(tenant.NewBase(nil), time.Minute, nil)})
	_, err = undo(t.Context(), records, poor, "")
	var scope *tenant.ScopeError
	want := "delete:client_grants delete:resource_servers read:client_grants read:resource_servers read:tenant_settings update:connections update:tenant_settings"
	if !errors.As(err, &scope) || strings.Join(scope.Missing, " ") != want {
		t.Errorf("it ends with %v, want %s", err, want)
	}
}

// spoiled is a tenant whose answers make its user's disk go away.
type spoiled struct {
	*tenant.Client
	after func()
}

func (s spoiled) Apply(ctx context.Context, c plan.Change) (plan.Object, tenant.Effect, error) {
	object, effect, err := s.Client.Apply(ctx, c)
	s.after()
	return object, effect, err
}

// What can't be recorded isn't sent.
func TestNothingIsSentThatIsNotRecorded(t *testing.T) {
	server, records := start(t, sandbox.Options{}), store(t)
	client := connect(t, server, tenant.NewBase(nil))
	p, err := provision.Prepare(t.Context(), client, wanted(client))
	if err != nil {
		t.Fatal(err)
	}
	gone := func() {
		if err := os.RemoveAll(records.Place().Dir); err != nil {
			t.Error(err)
		}
	}
	var unwritable *journal.WriteError
	record, err := records.Begin(journal.Run{Tenant: "t"}, p.Changes)
	if err != nil {
		t.Fatal(err)
	}
	gone()
	if _, err := provision.Apply(t.Context(), client, p, record, nil); !errors.As(err, &unwritable) || unwritable.Begun || len(writes(server)) != 0 {
		t.Errorf("it ends with %v after %d writes", err, len(writes(server)))
	}
	if record, err = records.Begin(journal.Run{Tenant: "t"}, p.Changes); err != nil {
		t.Fatal(err)
	}
	outcomes, err := provision.Apply(t.Context(), spoiled{client, gone}, p, record, nil)
	if !errors.As(err, &unwritable) || !unwritable.Begun || len(writes(server)) != 1 {
		t.Errorf("it ends with %v after %d writes", err, len(writes(server)))
	}
	if told := strings.Count(err.Error(), "can't be written"); told != 1 {
		t.Errorf("the record is told of %d times: %v", told, err)
	}
	for i, want := range []provision.Status{provision.Applied, provision.Skipped, provision.Skipped, provision.Skipped} {
		if outcomes[i].Status != want {
			t.Errorf("%s is %s, want %s", outcomes[i].Address(), outcomes[i].Status, want)
		}
	}
}

// Of two runs at once either may have made the API, and the other the grant on it: then the API waits for the other run,
// whichever began first.
func TestAnAPIWaitsForTheRunThatMadeItsGrant(t *testing.T) {
	server, records := start(t, sandbox.Options{}), store(t)
	before := settled(t, server)
	client := connect(t, server, tenant.NewBase(nil))
	p, err := provision.Prepare(t.Context(), client, wanted(client))
	if err != nil {
		t.Fatal(err)
	}
	var recorded []*journal.Record // the first made the grant, the second the API
	for _, change := range []plan.Change{p.Changes[1], p.Changes[0]} {
		record, err := records.Begin(journal.Run{Tenant: client.Domain().String()}, []plan.Change{change})
		if err != nil {
			t.Fatal(err)
		}
		recorded = append(recorded, record)
	}
	for i, change := range p.Changes[:2] {
		if _, err := provision.Apply(t.Context(), client, plan.Plan{Changes: []plan.Change{change}}, recorded[1-i], nil); err != nil {
			t.Fatal(err)
		}
	}
	u, err := undo(t.Context(), records, client, "")
	if err != nil || u.LeftAlone() != 1 || !strings.Contains(u.Plan.Warnings[0], "mcpauth undo --run "+recorded[0].Run().ID) {
		t.Fatalf("%d left alone, %v: %v", u.LeftAlone(), err, u.Plan.Warnings)
	}
	for _, id := range []string{recorded[0].Run().ID, ""} {
		if u, err := undo(t.Context(), records, client, id); err != nil || u.LeftAlone() != 0 {
			t.Fatalf("%d left alone, %v: %v", u.LeftAlone(), err, u.Plan.Warnings)
		}
	}
	if got := settled(t, server); got != before {
		t.Errorf("the state is\n%s\nwant\n%s", got, before)
	}
}
