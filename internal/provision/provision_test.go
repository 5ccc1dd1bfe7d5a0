package provision_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/journal"
	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/provision"
	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

const mcpURL = "https://my-gateway.zuplo.dev/mcp"

func start(tb testing.TB, o sandbox.Options) *sandbox.Server {
	tb.Helper()
	server, err := sandbox.Start(tb.Context(), o, sandbox.Listen{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = server.Close() })
	return server
}

func connect(tb testing.TB, server *sandbox.Server, base http.RoundTripper) *tenant.Client {
	tb.Helper()
	domain, err := spec.ParseDomain(strings.Replace(server.URL, "https://", "", 1))
	if err != nil {
		tb.Fatal(err)
	}
	id, secret := server.Tenant.Credentials()
	credentials, err := tenant.Resolve(tb.Context(), tenant.Sources{Getenv: func(name string) string {
		return map[string]string{"AUTH0_CLIENT_ID": id, "AUTH0_CLIENT_SECRET": secret}[name]
	}})
	if err != nil {
		tb.Fatal(err)
	}
	return tenant.New(tenant.Config{Domain: domain, Credentials: credentials, Transport: tenant.NewTransport(base, time.Minute, nil), UserAgent: "test"})
}

func wanted(t *tenant.Client) spec.Spec {
	return spec.Spec{
		Domain:       t.Domain(),
		Servers:      []spec.Server{{URL: mcpURL, Scopes: []spec.Scope{{Value: "tool:whoami"}}}},
		Connections:  []spec.Connection{{Name: "Username-Password-Authentication"}},
		Registration: spec.RegistrationDCR, AudienceMode: spec.AudienceBoth,
	}
}

// setup prepares and applies once, as the command does, with a record among temporary files.
func setup(ctx context.Context, tb testing.TB, t *tenant.Client, s spec.Spec) (plan.Plan, error) {
	tb.Helper()
	return setupIn(ctx, store(tb), t, s)
}

func setupIn(ctx context.Context, records *journal.Store, t *tenant.Client, s spec.Spec) (plan.Plan, error) {
	p, err := provision.Prepare(ctx, t, s)
	if err != nil || p.Pending() == 0 {
		return p, err
	}
	return p, applyIn(ctx, records, t, p)
}

func applyIn(ctx context.Context, records *journal.Store, t *tenant.Client, p plan.Plan) error {
	record, err := records.Begin(journal.Run{Tenant: t.Domain().String(), Command: "setup", Version: "test"}, p.Changes)
	if err != nil {
		return err
	}
	_, err = provision.Apply(ctx, t, p, record, nil)
	return err
}

// store is a journal of its own.
func store(tb testing.TB) *journal.Store {
	tb.Helper()
	return journal.Open(journal.Place{Dir: filepath.Join(tb.TempDir(), "state", "mcpauth")}, nil)
}

func writes(server *sandbox.Server) []string {
	var list []string
	for _, r := range server.Tenant.Requests() {
		if r.Method != http.MethodGet && r.Path != "/oauth/token" {
			list = append(list, r.Method+" "+r.Path+" "+string(r.Body))
		}
	}
	return list
}

var ids = regexp.MustCompile(`"(con_[A-Za-z0-9]+|cgr_[A-Za-z0-9]+|[0-9a-f]{24}|[A-Za-z0-9]{32})"`)

// state is what the tenant holds, without the ids that it drew and its own address.
func state(server *sandbox.Server) string {
	return strings.ReplaceAll(ids.ReplaceAllString(string(server.Tenant.State()), `"id"`), server.URL, "TENANT")
}

func TestASecondRunWritesNothing(t *testing.T) {
	server := start(t, sandbox.Options{})
	for run := range 2 {
		client := connect(t, server, tenant.NewBase(nil))
		p, err := setup(t.Context(), t, client, wanted(client))
		if err != nil {
			t.Fatal(err)
		}
		if want := []int{4, 0}[run]; p.Pending() != want || len(writes(server)) != 4 {
			t.Errorf("run %d plans %d changes, want %d; %d writes in all", run+1, p.Pending(), want, len(writes(server)))
		}
		if counts := client.Requests(); counts.Reads != 5 || counts.Retries != 0 {
			t.Errorf("run %d sent %+v, want 5 reads", run+1, counts)
		}
	}
}

// What is sent is what the plan shows: each write's body, as the tenant saw it, is the change's body.
func TestNothingIsSentThatThePlanDoesNotShow(t *testing.T) {
	seed := `{"resource_servers":[{"id":"69f1afe9659b98d75ab916ff","name":"By hand","identifier":"` + mcpURL + `","signing_alg":"RS256",` +
		`"scopes":[{"value":"other","description":"kept"}],"token_lifetime":7200,"allow_offline_access":false}],` +
		`"connections":[{"id":"con_0123456789abcdef","name":"staff","display_name":"Our staff","strategy":"oidc","options":{"client_id":"x"}}]}`
	server := start(t, sandbox.Options{Seed: []byte(seed)})
	client := connect(t, server, tenant.NewBase(nil))
	s := wanted(client)
	s.Connections = append(s.Connections, spec.Connection{Name: "staff"})
	p, err := setup(t.Context(), t, client, s)
	if err != nil {
		t.Fatal(err)
	}
	var planned []string
	for _, c := range p.Changes {
		if c.Writes() {
			planned = append(planned, compact(t, c.Body()))
		}
	}
	var sent []string
	for _, r := range server.Tenant.Requests() {
		if r.Method == http.MethodPost || r.Method == http.MethodPatch {
			if r.Path != "/oauth/token" {
				var body any
				if err := json.Unmarshal(r.Body, &body); err != nil {
					t.Fatal(err)
				}
				sent = append(sent, compact(t, body))
			}
		}
	}
	slices.Sort(planned)
	slices.Sort(sent)
	if !slices.Equal(planned, sent) || len(sent) != 5 {
		t.Errorf("planned\n%s\nsent\n%s", strings.Join(planned, "\n"), strings.Join(sent, "\n"))
	}
	after := string(server.Tenant.State())
	for _, kept := range []string{`By hand`, `Our staff`, `"token_lifetime":7200`, `"description":"kept"`} {
		if !strings.Contains(strings.NewReplacer(": ", ":", "\n", "").Replace(after), kept) {
			t.Errorf("%s is gone from\n%s", kept, after)
		}
	}
}

func compact(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var generic any
	if err := json.Unmarshal(raw, &generic); err != nil {
		t.Fatal(err)
	}
	raw, err = json.Marshal(generic)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// killer lets n writes through and then, like a killed process, sends nothing any more.
type killer struct {
	next   http.RoundTripper
	writes atomic.Int32
	kill   context.CancelFunc // ends the run, so that nothing is tried again
}

var errKilled = errors.New("killed")

func (k *killer) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method != http.MethodGet && !strings.HasSuffix(req.URL.Path, "/oauth/token") && k.writes.Add(-1) < 0 {
		k.kill()
		return nil, errKilled
	}
	return k.next.RoundTrip(req)
}

func TestKilledAfterAnyWriteItConverges(t *testing.T) {
	straight := start(t, sandbox.Options{})
	client := connect(t, straight, tenant.NewBase(nil))
	if _, err := setup(t.Context(), t, client, wanted(client)); err != nil {
		t.Fatal(err)
	}
	total := len(writes(straight))
	for after := range total + 1 {
		t.Run(fmt.Sprintf("after %d of %d writes", after, total), func(t *testing.T) {
			server := start(t, sandbox.Options{})
			ctx, kill := context.WithCancel(t.Context())
			defer kill()
			k := &killer{next: tenant.NewBase(nil), kill: kill}
			k.writes.Store(int32(after))
			broken := connect(t, server, k)
			if _, err := setup(ctx, t, broken, wanted(broken)); (err == nil) != (after == total) {
				t.Fatalf("the killed run ends with %v", err)
			}
			again := connect(t, server, tenant.NewBase(nil))
			if _, err := setup(t.Context(), t, again, wanted(again)); err != nil {
				t.Fatal(err)
			}
			if got, want := state(server), state(straight); got != want {
				t.Errorf("the state is\n%s\nwant\n%s", got, want)
			}
			if n := len(writes(server)); n != total {
				t.Errorf("%d writes in both runs, want %d", n, total)
			}
		})
	}
}

// A write that took effect, but whose answer was lost, ends well in the same run, whatever the write.
func TestLostAnswers(t *testing.T) {
	for _, fault := range []string{
		"lost@POST:/resource-servers", "lost@POST:/client-grants", "lost@PATCH:/connections", "lost@PATCH:/tenants/settings",
		"reset@POST:/resource-servers", "reset@POST:/client-grants", "503@POST:/resource-servers", "truncated@POST:/client-grants",
		"truncated@POST:/resource-servers", "html@POST:/resource-servers", "429@POST:/client-grants", "429-bare@2", "503@3", "reset@4", "truncated@5",
	} {
		t.Run(fault, func(t *testing.T) {
			server := start(t, sandbox.Options{Faults: []string{fault}})
			client := connect(t, server, tenant.NewBase(nil))
			if _, err := setup(t.Context(), t, client, wanted(client)); err != nil {
				t.Fatal(err)
			}
			// A truncated answer to a POST that made its object needs a look, but nothing is sent again.
			if n := len(server.Tenant.Requests()); n < 10 {
				t.Errorf("only %d requests were sent: the fault did not strike", n)
			}
			var held struct {
				APIs   []struct{ Identifier string } `json:"resource_servers"`
				Grants []struct {
					DefaultFor string `json:"default_for"`
				} `json:"client_grants"`
			}
			if err := json.Unmarshal(server.Tenant.State(), &held); err != nil {
				t.Fatal(err)
			}
			apis, grants := 0, 0
			for _, a := range held.APIs {
				if a.Identifier == mcpURL {
					apis++
				}
			}
			for _, g := range held.Grants {
				if g.DefaultFor != "" {
					grants++
				}
			}
			if apis != 1 || grants != 1 {
				t.Errorf("there are %d APIs and %d default grants", apis, grants)
			}
		})
	}
}

func TestConflictsWriteNothing(t *testing.T) {
	api := func(extra string) string {
		return `{"resource_servers":[{"id":"69f1afe9659b98d75ab916ff","name":"x","identifier":"` + mcpURL + `"` + extra + `}]}`
	}
	for name, seed := range map[string]string{
		"another algorithm": api(`,"signing_alg":"HS256"`),
		"deny_all":          api(`,"signing_alg":"RS256","subject_type_authorization":{"user":{"policy":"deny_all"},"client":{"policy":"require_client_grant"}}`),
		"a near miss":       strings.Replace(api(`,"signing_alg":"RS256"`), "/mcp", "/MCP/", 1),
		"a client grant":    api(`,"signing_alg":"RS256"`)[:len(api(`,"signing_alg":"RS256"`))-1] + `,"client_grants":[{"id":"cgr_0123456789abcdef","audience":"` + mcpURL + `","scope":[],"subject_type":"client","default_for":"third_party_clients"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			server := start(t, sandbox.Options{Seed: []byte(seed)})
			before := state(server)
			client := connect(t, server, tenant.NewBase(nil))
			_, err := setup(t.Context(), t, client, wanted(client))
			var conflict *plan.ConflictError
			if !errors.As(err, &conflict) || len(writes(server)) != 0 || state(server) != before {
				t.Errorf("it ends with %v after %d writes", err, len(writes(server)))
			}
		})
	}
}

func TestMissingPermissionIsToldBeforeTheFirstWrite(t *testing.T) {
	server := start(t, sandbox.Options{Scopes: []string{"read:resource_servers", "read:client_grants", "read:connections", "read:tenant_settings", "create:resource_servers"}})
	client := connect(t, server, tenant.NewBase(nil))
	_, err := setup(t.Context(), t, client, wanted(client))
	var scope *tenant.ScopeError
	if !errors.As(err, &scope) || strings.Join(scope.Missing, " ") != "create:client_grants update:connections update:tenant_settings" {
		t.Errorf("it ends with %v", err)
	}
	if n := len(writes(server)); n != 0 {
		t.Errorf("%d writes were sent", n)
	}
}

func TestUnknownConnections(t *testing.T) {
	server := start(t, sandbox.Options{})
	client := connect(t, server, tenant.NewBase(nil))
	s := wanted(client)
	s.Connections = []spec.Connection{{Name: "google-oath2"}, {Name: "username-password-authentication"}, {ID: "con_0000000000000000"}}
	_, err := provision.Prepare(t.Context(), client, s)
	var invalid spec.Invalid
	if !errors.As(err, &invalid) || len(invalid) != 3 {
		t.Fatalf("it ends with %v", err)
	}
	if !strings.Contains(invalid[0].Hint, "google-oauth2") || !strings.Contains(invalid[1].Hint, "Username-Password-Authentication") {
		t.Errorf("the hints are %q and %q", invalid[0].Hint, invalid[1].Hint)
	}
}

// Reads go side by side on two connections at most; everything else uses the same ones.
func TestConnectionsAreKept(t *testing.T) {
	server := start(t, sandbox.Options{})
	client := connect(t, server, tenant.NewBase(nil))
	if _, err := setup(t.Context(), t, client, wanted(client)); err != nil {
		t.Fatal(err)
	}
	if n := server.Connections(); n < 1 || n > 2 {
		t.Errorf("%d connections over HTTP/1.1, want 2 at most", n)
	}
}

func TestATenantWithManyAPIsStillFindsNearMisses(t *testing.T) {
	var apis []string
	for i := range 250 {
		apis = append(apis, fmt.Sprintf(`{"id":"%024x","name":"x","identifier":"https://api.example/%d","signing_alg":"RS256"}`, i+1, i))
	}
	apis = append(apis, `{"id":"ffffffffffffffffffffffff","name":"x","identifier":"`+strings.Replace(mcpURL, "/mcp", "/MCP/", 1)+`","signing_alg":"RS256"}`)
	server := start(t, sandbox.Options{Seed: []byte(`{"resource_servers":[` + strings.Join(apis, ",") + `]}`)})
	client := connect(t, server, tenant.NewBase(nil))
	_, err := setup(t.Context(), t, client, wanted(client))
	var conflict *plan.ConflictError
	if !errors.As(err, &conflict) {
		t.Errorf("it ends with %v", err)
	}
}

// The SDK sends again on its own after any 5xx, a POST included, and sleeps through an interrupt: it must never see such
// an answer. So a creation that was answered 500 is followed by a look, not by the same again.
func TestACreationIsFollowedByALook(t *testing.T) {
	for _, fault := range []string{"500@POST:/client-grants", "503@POST:/client-grants", "lost@POST:/client-grants"} {
		server := start(t, sandbox.Options{Faults: []string{fault}})
		client := connect(t, server, tenant.NewBase(nil))
		if _, err := setup(t.Context(), t, client, wanted(client)); err != nil {
			t.Fatal(err)
		}
		var after []string
		for _, r := range server.Tenant.Requests() {
			if strings.Contains(r.Path, "/client-grants") {
				after = append(after, r.Method)
			}
		}
		want := "GET POST GET POST"
		if strings.HasPrefix(fault, "lost") {
			want = "GET POST GET"
		}
		if got := strings.Join(after, " "); got != want {
			t.Errorf("%s is followed by %s, want %s", fault, got, want)
		}
		if retries := client.Requests().Retries; retries != strings.Count(want, "POST")-1 {
			t.Errorf("%s counts %d retries", fault, retries)
		}
	}
}

func TestAnUpdateThatFailsIsNotSentAgainBlindly(t *testing.T) {
	server := start(t, sandbox.Options{Faults: []string{"500@PATCH:/tenants/settings"}})
	client := connect(t, server, tenant.NewBase(nil))
	_, err := setup(t.Context(), t, client, wanted(client))
	var failure *tenant.RequestError
	if !errors.As(err, &failure) || failure.Status != 500 || failure.Object == "" {
		t.Errorf("it ends with %v", err)
	}
	if n := len(writes(server)); n != 4 {
		t.Errorf("%d writes were sent, want 4", n)
	}
}

func TestAConnectionNamedTwiceIsChangedOnce(t *testing.T) {
	seed := `{"connections":[{"id":"con_0123456789abcdef","name":"staff","strategy":"oidc"}]}`
	server := start(t, sandbox.Options{Seed: []byte(seed)})
	client := connect(t, server, tenant.NewBase(nil))
	s := wanted(client)
	s.Connections = []spec.Connection{{Name: "staff"}, {ID: "con_0123456789abcdef"}}
	if _, err := setup(t.Context(), t, client, s); err != nil || len(writes(server)) != 4 {
		t.Errorf("%d writes, %v", len(writes(server)), err)
	}
}
