package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/journal"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

// late is how long after it was sent a registration whose answer was lost is no longer carried out.
const late = time.Hour

// did tells of something that was done to the tenant, in the document too.
func (a *app) did(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	a.doc.Notes = append(a.doc.Notes, text)
	a.say("%s\n", view.Clean(text))
}

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
		if gone {
			t.putAway(note)
		} else if err := note.Leave(); err != nil {
			t.app.warn(fmt.Sprintf("the note of the client %q can't be let go of: %v", note.Name, err))
		}
	}
	if t.unkept != nil && !gone {
		t.app.warn(t.unkept.Error() + "; so no later verification knows of it")
	}
}

func (t *auditor) putAway(note *journal.Note) {
	if err := note.Settled(); err != nil {
		t.app.warn(fmt.Sprintf("the note of the client %q can't be removed: %v", note.Name, err))
	}
}

// later says who goes on with what this run can't.
func (t *auditor) later() string {
	if len(t.noted) == 0 {
		return ""
	}
	return "; a later verification on this machine tries again"
}

// lookForLeft deletes the clients that earlier runs registered and did not delete, because they were killed or could not.
// A run that registers nothing itself only tells of them.
func (t *auditor) lookForLeft(ctx context.Context, deletes bool) {
	notes, broken, err := t.app.journal().Unsettled(t.domain)
	if err != nil {
		t.app.warn(err.Error())
	}
	for _, b := range broken {
		t.app.warn(fmt.Sprintf("%s is to tell of a client that an earlier verification left, and can't be used: %v", b.Path, b.Err))
	}
	switch {
	case len(notes) == 0:
	case !deletes:
		t.app.say("%s may have left a client each: the next one with a login looks for them\n", number(len(notes), "earlier verification"))
	default:
		t.deleteLeft(ctx, notes)
	}
}

func (t *auditor) deleteLeft(ctx context.Context, notes []*journal.Note) {
	ctx, cancel := context.WithTimeout(ctx, tidyingUp)
	defer cancel()
	names := make([]string, len(notes))
	for i, note := range notes {
		names[i] = note.Name
	}
	found, err := t.client.ThirdPartyClientsNamed(ctx, names...)
	var crowd *tenant.CrowdError
	if err != nil && !errors.As(err, &crowd) {
		t.app.warn(fmt.Sprintf("a client that an earlier verification left could not be looked for: %v", err))
		return
	}
	var failed []error
	for _, note := range notes {
		ids := found[note.Name]
		for _, id := range ids {
			if err := t.client.DeleteClient(ctx, id); err != nil {
				failed = append(failed, err)
				continue
			}
			t.app.did("deleted the client %s, which an earlier verification left", id)
		}
		switch {
		case len(ids) == 0 && crowd != nil:
			t.app.warn(fmt.Sprintf("the client %q of an earlier verification may be there still: %v; look for it in the dashboard (Applications)", note.Name, crowd))
		case len(ids) == 0 && time.Since(note.Started) < late, len(failed) > 0:
		default:
			t.putAway(note)
		}
	}
	if len(failed) > 0 {
		t.app.warn(fmt.Sprintf("%s that earlier verifications left could not be deleted: %v", number(len(failed), "client"), failed[0]))
	}
}
