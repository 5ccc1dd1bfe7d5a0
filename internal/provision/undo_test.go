package provision_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/journal"
	"github.com/mcpauth-cli/mcpauth/internal/provision"
	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

// undo takes a run back as the command does; the last that stands where none is named.
func undo(ctx context.Context, records *journal.Store, t *tenant.Client, id string) (provision.Undo, error) {
	runs, broken, err := records.Runs()
	if err != nil || len(broken) > 0 {
		return provision.Undo{}, fmt.Errorf("broken %v, %w", broken, err)
	}
	for _, run := range runs {
		if id != run.ID && (id != "" || !run.Undoable() || !run.Stands()) {
			continue
		}
		u, err := provision.PrepareUndo(ctx, t, run, runs)
		if err != nil {
			return u, err
		}
		target, err := records.Resume(run.ID)
		if err != nil {
			return u, err
		}
		if u.Plan.Pending() == 0 {
			return u, u.Settle(target)
		}
		record, err := records.Begin(journal.Run{Tenant: run.Tenant, Command: "undo", Undoes: run.ID}, u.Plan.Changes)
		if err != nil {
			return u, err
		}
		_, err = u.Apply(ctx, t, record, target, nil)
		return u, err
	}
	return provision.Undo{}, errNothingStands
}

var errNothingStands = errors.New("no run stands")

// settled is what the tenant holds, where a setting that is off or empty counts as absent: Auth0 documents the same for
// both, and offers no way to remove one.
func settled(tb testing.TB, server *sandbox.Server) string {
	tb.Helper()
	var held map[string]any
	if err := json.Unmarshal(server.Tenant.State(), &held); err != nil {
		tb.Fatal(err)
	}
	settings, _ := held["tenant_settings"].(map[string]any)
	flags, _ := settings["flags"].(map[string]any)
	if settings["default_audience"] == "" {
		delete(settings, "default_audience")
	}
	if flags["enable_dynamic_client_registration"] == false {
		delete(flags, "enable_dynamic_client_registration")
	}
	out, err := json.MarshalIndent(held, "", " ")
	if err != nil {
		tb.Fatal(err)
	}
	return string(out)
}

// tenants are starting states that setup has something to do on.
var tenants = map[string]string{
	"untouched": "",
	"made by hand": `{"resource_servers":[{"id":"69f1afe9659b98d75ab916ff","name":"By hand","identifier":"` + mcpURL + `","signing_alg":"RS256",` +
		`"scopes":[{"value":"other","description":"kept"}],"token_lifetime":7200,"allow_offline_access":false}],` +
		`"client_grants":[{"id":"cgr_0123456789abcdef","audience":"` + mcpURL + `","scope":["other"],"subject_type":"user","default_for":"third_party_clients"}],` +
		`"connections":[{"id":"con_0123456789abcdef","name":"staff","display_name":"Our staff","strategy":"oidc","options":{"client_id":"x"}}],` +
		`"tenant_settings":{"flags":{"enable_client_connections":false},"authorization_response_iss_parameter_supported":false}}`,
	"a foreign default audience": `{"resource_servers":[{"id":"69f1afe9659b98d75ab916ff","name":"x","identifier":"https://theirs","signing_alg":"RS256"}],` +
		`"tenant_settings":{"default_audience":"https://theirs","resource_parameter_profile":"audience"}}`,
}

func TestUndoRestoresTheStart(t *testing.T) {
	for name, seed := range tenants {
		t.Run(name, func(t *testing.T) {
			server, records := start(t, sandbox.Options{Seed: []byte(seed)}), store(t)
			before := settled(t, server)
			client := connect(t, server, tenant.NewBase(nil))
			s := wanted(client)
			s.ReplaceDefaultAudience = true
			if strings.Contains(seed, "staff") {
				s.Connections = append(s.Connections, spec.Connection{Name: "staff"})
			}
			if _, err := setupIn(t.Context(), records, client, s); err != nil {
				t.Fatal(err)
			}
			if settled(t, server) == before {
				t.Fatal("setup did nothing, so nothing is tested")
			}
			if u, err := undo(t.Context(), records, client, ""); err != nil || u.LeftAlone() != 0 {
				t.Fatalf("%d left alone, %v", u.LeftAlone(), err)
			}
			if got := settled(t, server); got != before {
				t.Errorf("the state is\n%s\nwant\n%s", got, before)
			}
			if _, err := undo(t.Context(), records, client, ""); !errors.Is(err, errNothingStands) {
				t.Errorf("a second undo ends with %v", err)
			}
		})
	}
}

func TestUndoKilledAfterAnyWriteItConverges(t *testing.T) {
	const total = 4
	for after := range total + 1 {
		for _, acted := range []bool{false, true} {
			t.Run(fmt.Sprintf("after %d writes, the last acted: %v", after, acted), func(t *testing.T) {
				server, records := start(t, sandbox.Options{}), store(t)
				before := settled(t, server)
				client := connect(t, server, tenant.NewBase(nil))
				if _, err := setupIn(t.Context(), records, client, wanted(client)); err != nil {
					t.Fatal(err)
				}
				dead, kill := dying(t, server, records, after, acted)
				if _, err := undo(kill.ctx, records, dead, ""); (err == nil) != (after == total) {
					t.Fatalf("the killed undo ends with %v", err)
				}
				kill.restore(t)
				if u, err := undo(t.Context(), records, client, ""); after < total && (err != nil || u.LeftAlone() != 0) {
					t.Fatalf("%d left alone, %v", u.LeftAlone(), err)
				}
				if got := settled(t, server); got != before {
					t.Errorf("the state is\n%s\nwant\n%s", got, before)
				}
				if _, err := undo(t.Context(), records, client, ""); !errors.Is(err, errNothingStands) {
					t.Errorf("it isn't done: %v", err)
				}
			})
		}
	}
}

// A setup that was killed at any write, sent or not, is taken back by what its record says and the tenant shows. So is
// one that was run again, by taking back both runs.
func TestASetupKilledAtAnyWriteCanBeUndone(t *testing.T) {
	const total = 4
	for after := range total {
		for _, acted := range []bool{false, true} {
			for _, again := range []bool{false, true} {
				t.Run(fmt.Sprintf("after %d writes, the last acted: %v, run again: %v", after, acted, again), func(t *testing.T) {
					server, records := start(t, sandbox.Options{}), store(t)
					before := settled(t, server)
					dead, kill := dying(t, server, records, after, acted)
					if _, err := setupIn(kill.ctx, records, dead, wanted(dead)); err == nil {
						t.Fatal("the run was not killed")
					}
					kill.restore(t)
					client := connect(t, server, tenant.NewBase(nil))
					if again {
						if _, err := setupIn(t.Context(), records, client, wanted(client)); err != nil {
							t.Fatal(err)
						}
					}
					for {
						u, err := undo(t.Context(), records, client, "")
						if errors.Is(err, errNothingStands) {
							break
						}
						if err != nil || u.LeftAlone() != 0 {
							t.Fatalf("%d left alone, %v, %v", u.LeftAlone(), err, u.Plan.Changes)
						}
					}
					if got := settled(t, server); got != before {
						t.Errorf("the state is\n%s\nwant\n%s", got, before)
					}
				})
			}
		}
	}
}

// death is a process killed with no chance to write anything down: what its records said at that moment is kept, and
// restored when it is over.
type death struct {
	next   http.RoundTripper
	writes atomic.Int32
	acted  bool // the fatal write still takes effect
	dir    string
	at     map[string][]byte // the records, at death
	ctx    context.Context   //nolint:containedctx // it is this death's to end
	kill   context.CancelFunc
	once   sync.Once
}

// dying is a client whose process is killed at the write that follows so many others.
func dying(t *testing.T, server *sandbox.Server, records *journal.Store, after int, acted bool) (*tenant.Client, *death) {
	t.Helper()
	d := &death{next: tenant.NewBase(nil), acted: acted, dir: records.Place().Dir}
	d.ctx, d.kill = context.WithCancel(t.Context())
	t.Cleanup(d.kill)
	d.writes.Store(int32(after))
	return connect(t, server, d), d
}

func (d *death) RoundTrip(req *http.Request) (*http.Response, error) {
	isWrite := req.Method != http.MethodGet && !strings.HasSuffix(req.URL.Path, "/oauth/token")
	if isWrite && d.writes.Add(-1) < 0 {
		d.once.Do(func() { d.at = files(d.dir) })
		if d.acted && d.writes.Load() == -1 {
			if resp, err := d.next.RoundTrip(req); err == nil {
				_ = resp.Body.Close()
			}
		}
		d.kill()
		return nil, errKilled
	}
	return d.next.RoundTrip(req)
}

func (d *death) restore(t *testing.T) {
	t.Helper()
	if d.at == nil {
		return
	}
	for name := range files(d.dir) {
		if d.at[name] == nil {
			if err := os.Remove(filepath.Join(d.dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, content := range d.at {
		if err := os.WriteFile(filepath.Join(d.dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func files(dir string) map[string][]byte {
	all := map[string][]byte{}
	names, _ := filepath.Glob(filepath.Join(dir, "run-*"))
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			panic(err)
		}
		all[filepath.Base(name)] = bytes.Clone(content)
	}
	return all
}
