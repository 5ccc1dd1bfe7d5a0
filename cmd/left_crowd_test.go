package cmd_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/journal"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
)

const leftName = "mcpauth verify AAAAAAAAAAAAAAAC"

// killed leaves the note of a client as a verification does that was killed then.
func (w *world) killed(t *testing.T, at time.Time) {
	t.Helper()
	domain, err := spec.ParseDomain(w.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	store := journal.Open(journal.Place{Dir: filepath.Join(w.vars["XDG_STATE_HOME"], "mcpauth")}, func() time.Time { return at })
	note, err := store.Registering(domain.String(), leftName)
	if err = errors.Join(err, note.Leave()); err != nil {
		t.Fatal(err)
	}
}

// Where more applications exist than Auth0 lists, a client that isn't found may be there all the same: its note stays.
func TestAClientInACrowdIsNotForgotten(t *testing.T) {
	var seed struct {
		Clients []map[string]any `json:"clients"`
	}
	for i := range 1005 {
		seed.Clients = append(seed.Clients, map[string]any{"client_id": fmt.Sprintf("tpc_%022d", i), "name": fmt.Sprint("Client ", i), "is_first_party": false})
	}
	content, err := json.Marshal(seed)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, content...)
	if r := w.run(t, nil, w.setupArgs()...); r.code != 0 {
		t.Fatal(r.err)
	}
	w.killed(t, time.Now().Add(-24*time.Hour))
	r := w.run(t, nil, "verify", w.gateway.URL, "--follow")
	if !strings.Contains(r.err, leftName) || !strings.Contains(r.err, "only 1000 of 1005 third-party applications can be listed") || len(w.notes(t)) != 1 {
		t.Errorf("the notes are %v\n%s", w.notes(t), r.err)
	}
}

// A registration whose answer was lost may be carried out late: that its client isn't there is the last word only later.
func TestAClientThatIsNotThereYetIsLookedForAgain(t *testing.T) {
	w := newWorld(t)
	if r := w.run(t, nil, w.setupArgs()...); r.code != 0 {
		t.Fatal(r.err)
	}
	for age, stays := range map[time.Duration]bool{time.Minute: true, 24 * time.Hour: false} {
		w.killed(t, time.Now().Add(-age))
		if r := w.run(t, nil, "verify", w.gateway.URL, "--follow"); r.code != 0 || (len(w.notes(t)) == 1) != stays {
			t.Errorf("after %s the notes are %v\n%s", age, w.notes(t), r.err)
		}
	}
}
