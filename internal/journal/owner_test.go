//go:build unix

package journal_test

import (
	"os"
	"testing"
)

// Among temporary files someone else may have put a folder of that name.
func TestAFolderOfSomeoneElseIsNotUsed(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a folder away")
	}
	store := newStore(t)
	if err := store.Ready(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(store.Place().Dir, 12345, -1); err != nil {
		t.Fatal(err)
	}
	if err := store.Ready(); err == nil {
		t.Error("it is ready")
	}
	if _, _, err := store.Runs(); err == nil {
		t.Error("it is read")
	}
}
