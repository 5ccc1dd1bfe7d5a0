package cmd

import (
	"context"
	"fmt"

	"github.com/mcpauth-cli/mcpauth/internal/journal"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

// note keeps in mind, beyond the life of this process, a client that is about to be registered. A verification goes on
// without: what it would leave behind is one client that nobody uses.
func (t *auditor) note(name string) {
	note, err := t.app.journal().Registering(t.domain, name)
	if err != nil {
		t.unkept = err
		return
	}
	t.noted = append(t.noted, note)
}

// settle ends the notes of this run.
func (t *auditor) settle(gone bool) {
	for _, note := range t.noted {
		end := note.Leave
		if gone {
			end = note.Settled
		}
		if err := end(); err != nil {
			t.app.warn("the note of a registered client could not be put away: " + err.Error())
		}
	}
	if t.unkept != nil && !gone {
		t.app.warn(t.unkept.Error() + ": no later run knows of the client")
	}
}

// later says who deletes what this run can't.
func (t *auditor) later() string {
	if len(t.noted) == 0 {
		return ""
	}
	return "; the next verification with working credentials for " + t.domain + " deletes it"
}

// deleteLeft deletes the clients that earlier runs registered and did not delete, because they were killed or could not.
func (t *auditor) deleteLeft(ctx context.Context) {
	if t.client == nil {
		return
	}
	notes, broken, err := t.app.journal().Unsettled(t.domain)
	if err != nil {
		t.app.warn(err.Error())
	}
	for _, b := range broken {
		t.app.warn(b.Error() + ": look for its client in the dashboard, and delete the file")
	}
	if len(notes) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, tidyingUp)
	defer cancel()
	names := make([]string, len(notes))
	for i, note := range notes {
		names[i] = note.Name
	}
	found, err := t.client.ThirdPartyClientsNamed(ctx, names...)
	if err != nil {
		t.app.warn(fmt.Sprintf("a client that an earlier verification left could not be looked for: %v", err))
	}
	looked := err == nil
	for _, note := range notes {
		if err := t.end(ctx, note, found[note.Name], looked); err != nil {
			t.app.warn("the note of a registered client could not be put away: " + err.Error())
		}
	}
}

// end deletes the clients of a note, and the note after them.
func (t *auditor) end(ctx context.Context, note *journal.Note, ids []string, looked bool) error {
	gone := looked
	for _, id := range ids {
		if err := t.client.DeleteClient(ctx, id); err != nil {
			gone = false
			t.app.warn(fmt.Sprintf("the client %s, which an earlier verification left, could not be deleted: %v", id, err))
			continue
		}
		t.app.say("deleted the client %s, which an earlier verification left\n", view.Clean(id))
	}
	if !gone {
		return note.Leave()
	}
	return note.Settled()
}
