package journal_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/journal"
	"github.com/mcpauth-cli/mcpauth/internal/plan"
)

const (
	planned, sending = journal.Planned, journal.Sending
	applied, failed  = journal.Applied, journal.Failed
)

func statuses(t *testing.T, store *journal.Store) (list []journal.Status) {
	t.Helper()
	for _, e := range only(t, store).Entries {
		list = append(list, e.Status)
	}
	return list
}

// beside is what the store's folder holds beside records.
func beside(t *testing.T, store *journal.Store) (names []string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(store.Place().Dir, ".*"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// What is prepared is not said before it is sent; and whatever comes in between, the disk says the truth after each step.
func TestPrepared(t *testing.T) {
	first, second, third := changes[:1], changes[1:2], changes[2:3]
	for _, c := range []struct {
		name    string
		between func(*testing.T, *journal.Store, *journal.Record)
		sent    []plan.Change
		want    []journal.Status
		flushed []journal.Status
	}{
		{"nothing in between", nil, second, []journal.Status{sending, sending, planned}, []journal.Status{sending, sending, planned}},
		{"an answer", func(_ *testing.T, _ *journal.Store, record *journal.Record) {
			record.Answered(changes[0], applied, plan.Object{ID: "api1"})
		}, second, []journal.Status{sending, sending, planned}, []journal.Status{applied, sending, planned}},
		{"an answer that is written down", func(t *testing.T, _ *journal.Store, record *journal.Record) {
			record.Answered(changes[0], applied, plan.Object{ID: "api1"})
			if err := record.Flush(); err != nil {
				t.Error(err)
			}
		}, second, []journal.Status{applied, sending, planned}, []journal.Status{applied, sending, planned}},
		{"an answer, and it is prepared again", func(_ *testing.T, _ *journal.Store, record *journal.Record) {
			record.Answered(changes[0], failed, plan.Object{})
			record.Prepare(third)
			record.Prepare(second)
		}, second, []journal.Status{failed, sending, planned}, []journal.Status{failed, sending, planned}},
		{"others are sent", nil, third, []journal.Status{sending, planned, sending}, []journal.Status{sending, planned, sending}},
		{"it is put away", func(t *testing.T, store *journal.Store, record *journal.Record) {
			if err := record.Finish(); err != nil || len(beside(t, store)) > 0 {
				t.Errorf("left are %v; %v", beside(t, store), err)
			}
		}, second, []journal.Status{sending, sending, planned}, []journal.Status{sending, sending, planned}},
		{"it is swept away", func(t *testing.T, store *journal.Store, _ *journal.Record) {
			for _, name := range beside(t, store) {
				if err := os.Remove(name); err != nil {
					t.Error(err)
				}
			}
		}, second, []journal.Status{sending, sending, planned}, []journal.Status{sending, sending, planned}},
	} {
		t.Run(c.name, func(t *testing.T) {
			store := newStore(t)
			record := begin(t, store)
			if err := record.Sending(first); err != nil {
				t.Fatal(err)
			}
			record.Prepare(second)
			if got, want := statuses(t, store), []journal.Status{sending, planned, planned}; !reflect.DeepEqual(got, want) || len(beside(t, store)) != 1 {
				t.Fatalf("prepared, the disk says %v, want %v; beside it are %v", got, want, beside(t, store))
			}
			if c.between != nil {
				c.between(t, store, record)
			}
			if err := record.Sending(c.sent); err != nil {
				t.Fatal(err)
			}
			if got := statuses(t, store); !reflect.DeepEqual(got, c.want) {
				t.Errorf("sent, the disk says %v, want %v", got, c.want)
			}
			if err := record.Finish(); err != nil {
				t.Fatal(err)
			}
			if got := statuses(t, store); !reflect.DeepEqual(got, c.flushed) || !reflect.DeepEqual(only(t, store), record.Run()) {
				t.Errorf("in the end the disk says %v, want %v; the record %+v", got, c.flushed, record.Run())
			}
			if left := beside(t, store); len(left) > 0 {
				t.Errorf("left are %v", left)
			}
		})
	}
}

// What was prepared before another run wrote in the record would forget what that did.
func TestPreparedBeforeAnotherWrote(t *testing.T) {
	store := newStore(t)
	running := begin(t, store)
	if err := running.Sending(changes[:1]); err != nil {
		t.Fatal(err)
	}
	running.Prepare(changes[1:2])
	undoing, err := store.Resume(running.Run().ID)
	if err = errors.Join(err, undoing.TookBack(0)); err != nil {
		t.Fatal(err)
	}
	var refused *journal.WriteError
	if err := running.Sending(changes[1:2]); !errors.As(err, &refused) {
		t.Errorf("it ends with %v", err)
	}
	if run := only(t, store); !run.Entries[0].TakenBack {
		t.Errorf("the record says %+v", run)
	}
	if left := beside(t, store); len(left) > 0 {
		t.Errorf("left are %v", left)
	}
}

// A run that was killed leaves what it had prepared, and the next one removes it. One that lives after all writes it anew.
func TestWhatAKilledRunPreparedIsRemoved(t *testing.T) {
	store := newStore(t)
	killed := begin(t, store)
	killed.Prepare(changes[:1])
	left := beside(t, store)
	if len(left) != 1 {
		t.Fatalf("prepared are %v", left)
	}
	if _, err := store.Begin(journal.Run{Tenant: "t"}, changes); err != nil {
		t.Fatal(err)
	}
	if got := beside(t, store); len(got) > 0 {
		t.Errorf("of a run that was killed, %v is left", got)
	}
	if err := killed.Sending(changes[:1]); err != nil {
		t.Errorf("a run that lives after all ends with %v", err)
	}
	if got := statuses(t, store); len(got) != len(changes)-1 {
		t.Errorf("the record says %v", got)
	}
}
