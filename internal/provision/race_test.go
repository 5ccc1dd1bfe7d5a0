package provision_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/journal"
	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/provision"
	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

// shuffled delays each request and each answer by what a seed draws, so that each seed is another interleaving.
type shuffled struct {
	next http.RoundTripper
	mu   sync.Mutex
	rand *rand.Rand
}

func (s *shuffled) pause() {
	s.mu.Lock()
	d := time.Duration(s.rand.IntN(6)) * time.Millisecond
	s.mu.Unlock()
	time.Sleep(d)
}

func (s *shuffled) RoundTrip(req *http.Request) (*http.Response, error) {
	s.pause()
	defer s.pause()
	return s.next.RoundTrip(req)
}

// Two runs at once end in the same state, both with success. Whoever lost the race to make an object doesn't claim it, so
// both can be undone, in either order.
func TestTwoRunsAtOnce(t *testing.T) {
	straight := start(t, sandbox.Options{})
	alone := connect(t, straight, tenant.NewBase(nil))
	if _, err := setup(t.Context(), t, alone, wanted(alone)); err != nil {
		t.Fatal(err)
	}
	found := 0
	for seed := range uint64(20) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			server := start(t, sandbox.Options{})
			before := settled(t, server)
			stores := []*journal.Store{store(t), store(t)}
			errs := make([]error, len(stores))
			var wait sync.WaitGroup
			for i, records := range stores {
				client := connect(t, server, &shuffled{next: tenant.NewBase(nil), rand: rand.New(rand.NewPCG(seed, uint64(i)))})
				wait.Go(func() { _, errs[i] = setupIn(t.Context(), records, client, wanted(client)) })
			}
			wait.Wait()
			if errs[0] != nil || errs[1] != nil {
				t.Fatal(errs)
			}
			if got, want := state(server), state(straight); got != want {
				t.Fatalf("the state is\n%s\nwant\n%s", got, want)
			}
			client := connect(t, server, tenant.NewBase(nil))
			if p, err := provision.Prepare(t.Context(), client, wanted(client)); err != nil || p.Pending() != 0 {
				t.Errorf("after both, %d changes are left, %v", p.Pending(), err)
			}
			claims := map[plan.Kind]int{}
			for _, records := range stores {
				for _, run := range runs(t, records) {
					for _, e := range run.Entries {
						switch {
						case e.Action == plan.Create && e.Status == journal.Applied:
							claims[e.Kind]++
						case e.Status == journal.Found:
							found++
						case e.Status != journal.Applied:
							t.Errorf("%s is recorded as %s", e.Change().Address(), e.Status)
						}
					}
				}
			}
			if claims[plan.KindAPI] != 1 || claims[plan.KindGrant] != 1 {
				t.Errorf("the API is claimed %d times, the grant %d", claims[plan.KindAPI], claims[plan.KindGrant])
			}
			// An API on which the other run's grant stands goes when that is gone: so whoever came first may have to come again.
			for i := range 2 * len(stores) {
				_, err := undo(t.Context(), stores[(i+int(seed))%2], client, "")
				if err != nil && !errors.Is(err, errNothingStands) {
					t.Error(err)
				}
			}
			for _, records := range stores {
				for _, run := range runs(t, records) {
					if run.Undoable() {
						t.Errorf("run %s still stands: %+v", run.ID, run.Entries)
					}
				}
			}
			if got := settled(t, server); got != before {
				t.Errorf("the state is\n%s\nwant\n%s", got, before)
			}
		})
	}
	t.Logf("%d creations were found done by the other run", found)
	if found == 0 {
		t.Error("no run ever lost a race, so nothing was tested")
	}
}
