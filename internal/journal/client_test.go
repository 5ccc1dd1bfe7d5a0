package journal_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/journal"
)

const tenantOf, clientOf = "t.eu.auth0.com", "mcpauth verify ABCDEFGHIJKLMNOP"

func unsettled(t *testing.T, store *journal.Store, tenant string) (names []string, broken []string) {
	t.Helper()
	notes, bad, err := store.Unsettled(tenant)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range notes {
		names = append(names, n.Name)
		if err := n.Leave(); err != nil {
			t.Error(err)
		}
	}
	for _, b := range bad {
		broken = append(broken, b.Error())
	}
	return names, broken
}

// A client is left to others only by a run that let go of it: by ending, however it ends.
func TestAClientBelongsToItsRunWhileThatLives(t *testing.T) {
	store := newStore(t)
	if names, _ := unsettled(t, store, tenantOf); names != nil {
		t.Errorf("nothing was registered, and %v is left", names)
	}
	note, err := store.Registering(tenantOf, clientOf)
	if err != nil {
		t.Fatal(err)
	}
	if names, broken := unsettled(t, store, tenantOf); names != nil || broken != nil {
		t.Errorf("its run lives, and %v is left, %v", names, broken)
	}
	if err := note.Leave(); err != nil {
		t.Fatal(err)
	}
	if names, broken := unsettled(t, store, "other.eu.auth0.com"); names != nil || broken != nil {
		t.Errorf("another tenant gets %v, %v", names, broken)
	}
	for range 2 { // to look takes nothing
		if names, _ := unsettled(t, store, tenantOf); len(names) != 1 || names[0] != clientOf {
			t.Fatalf("%v is left", names)
		}
	}
	var both []*journal.Note
	for range 2 {
		notes, _, err := store.Unsettled(tenantOf)
		if err != nil || len(notes) != 1 {
			t.Fatal(notes, err)
		}
		both = append(both, notes...)
	}
	for _, n := range both { // two runs at once may settle the same
		if err := n.Settled(); err != nil {
			t.Error(err)
		}
	}
	if files, err := os.ReadDir(store.Place().Dir); err != nil || len(files) != 0 {
		t.Errorf("%v stays, %v", files, err)
	}
	if runs, broken, err := store.Runs(); len(runs)+len(broken) != 0 || err != nil {
		t.Errorf("a note is taken for the record of a run: %v, %v, %v", runs, broken, err)
	}
}

// Whoever can write in the folder can't have an application of their choice deleted.
func TestNotesThatNoRunWrites(t *testing.T) {
	for name, c := range map[string]struct{ content, says string }{
		"cut off":         {`{"schema":"mcpauth/client/v1","tenant":`, "cut off"},
		"empty":           {"", "cut off"},
		"another form":    {`{"schema":"mcpauth/client/v2","tenant":"t.eu.auth0.com","name":"mcpauth verify ABCDEFGHIJKLMNOP"}`, "mcpauth/client/v2"},
		"another name":    {`{"schema":"mcpauth/client/v1","tenant":"t.eu.auth0.com","name":"My Shop"}`, "My Shop"},
		"another's name":  {`{"schema":"mcpauth/client/v1","tenant":"t.eu.auth0.com","name":"mcpauth verify ABCDEFGHIJKLMNOQ"}`, "ABCDEFGHIJKLMNOQ"},
		"a name and more": {`{"schema":"mcpauth/client/v1","tenant":"t.eu.auth0.com","name":"mcpauth verify ABCDEFGHIJKLMNOP\nMy Shop"}`, "My Shop"},
		"long":            {strings.Repeat(" ", 5<<10), "bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			store := newStore(t)
			note, err := store.Registering(tenantOf, clientOf)
			if err = errors.Join(err, note.Leave()); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(store.Place().Dir, "client-ABCDEFGHIJKLMNOP.json")
			if err := os.WriteFile(file, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			names, broken := unsettled(t, store, tenantOf)
			if names != nil || len(broken) != 1 || !strings.Contains(broken[0], c.says) || !strings.Contains(broken[0], file) {
				t.Errorf("%v is left, %v", names, broken)
			}
			if _, err := os.Stat(file); err != nil {
				t.Error("the note is gone: ", err)
			}
		})
	}
	if _, err := newStore(t).Registering(tenantOf, "My Shop"); err == nil {
		t.Error("a name that isn't a verification's is written down")
	}
}

func TestALinkIsNoNote(t *testing.T) {
	store := newStore(t)
	note, err := store.Registering(tenantOf, clientOf)
	if err = errors.Join(err, note.Leave()); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(store.Place().Dir, "client-ABCDEFGHIJKLMNOP.json")
	outside := filepath.Join(t.TempDir(), "note.json")
	if err := errors.Join(os.Rename(file, outside), os.Symlink(outside, file)); err != nil {
		t.Skip("links can't be made here: ", err)
	}
	if names, broken := unsettled(t, store, tenantOf); names != nil || len(broken) != 1 {
		t.Errorf("%v is left, %v", names, broken)
	}
}

func TestWhereNoNoteCanBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var unwritable *journal.NoteError
	if _, err := journal.Open(journal.Place{Dir: filepath.Join(file, "mcpauth")}, nil).Registering(tenantOf, clientOf); !errors.As(err, &unwritable) || !strings.Contains(err.Error(), clientOf) {
		t.Errorf("it ends with %v", err)
	}
}

// A run that looks and one that begins don't get in each other's way.
func TestLookingWhileClientsAreRegistered(t *testing.T) {
	store := newStore(t)
	done := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				if notes, broken, err := store.Unsettled(tenantOf); len(broken) > 0 || err != nil {
					t.Error(notes, broken, err)
				}
			}
		}
	})
	for i := range 300 {
		note, err := store.Registering(tenantOf, "mcpauth verify ABCDEFGHIJKLMN"+string(rune('A'+i%26))+string(rune('A'+i/26%26)))
		if err == nil {
			err = note.Settled()
		}
		if err != nil {
			t.Error(err)
		}
	}
	close(done)
	wait.Wait()
	if files, err := os.ReadDir(store.Place().Dir); err != nil || len(files) != 0 {
		t.Errorf("%v stays, %v", files, err)
	}
}
