package cmd

import (
	"runtime"

	"github.com/mcpauth-cli/mcpauth/internal/journal"
	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

// journal is where this user's runs are recorded.
func (a *app) journal() *journal.Store {
	return journal.Open(journal.Where(a.env.Getenv, runtime.GOOS), nil)
}

// begin starts the record of a run that is about to write. undoes is the run that it takes back, if it does.
func (a *app) begin(client *tenant.Client, p plan.Plan, undoes string) (*journal.Record, error) {
	store := a.journal()
	record, err := store.Begin(journal.Run{
		Tenant: client.Domain().String(), Command: a.command, Version: a.env.Version, Undoes: undoes,
	}, p.Changes)
	if err != nil {
		return nil, err
	}
	a.doc.Run = record.Run().ID
	switch {
	case store.Place().Temporary:
		a.warn("neither HOME nor XDG_STATE_HOME says where the record of this run belongs, so it is in " + record.Path() + ": keep it to be able to undo the run")
	case a.global.verbose:
		a.say("record: %s\n", view.Clean(record.Path()))
	}
	return record, nil
}

// sayUndo tells how to take back what this run changed, if there will be a tenant to take it back on.
func (a *app) sayUndo() {
	if a.doc.Run != "" && !a.passes() {
		a.say("To take it back:\n  mcpauth undo --run %s\n", a.doc.Run)
	}
}
