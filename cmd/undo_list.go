package cmd

import (
	"fmt"
	"slices"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/journal"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

// listRuns shows the recorded runs, of one tenant where one is named: a table on a terminal, tab-separated values in a
// pipe.
func (a *app) listRuns(o undoOptions) error {
	domain, _, problems := a.parseDomain("")
	if len(problems) > 0 {
		return problems
	}
	if o.run != "" || o.consent.yes || o.consent.dryRun || o.consent.detailedExitcode {
		return &usageError{What: "--list only lists", Hint: "leave out the other flags of undo, or --list"}
	}
	store := a.journal()
	runs, broken, err := store.Runs()
	if err != nil {
		return err
	}
	a.doc.Runs = []view.Run{}
	others := 0
	for _, run := range runs {
		if !domain.IsZero() && run.Tenant != domain.String() {
			others++
			continue
		}
		a.doc.Runs = append(a.doc.Runs, listed(run))
	}
	for _, b := range broken {
		a.doc.Runs = append(a.doc.Runs, view.Run{ID: b.ID, Status: "unusable", Error: b.Err.Error()})
	}
	if a.global.json {
		return nil
	}
	switch {
	case len(a.doc.Runs) == 0:
		a.say("No run is recorded in %s.\n", view.Clean(store.Place().Dir))
	case a.env.IsTerminal(a.env.Out):
		a.outf("%s", forPeople(a.doc.Runs).Text(a.foldAt(a.env.Out), a.outPalette()))
	default:
		a.outf("%s", forPipes(a.doc.Runs).TSV())
	}
	if others > 0 {
		a.say("%d on other tenants than %s are not listed.\n", others, domain)
	}
	return nil
}

func listed(run journal.Run) view.Run {
	r := view.Run{
		ID: run.ID, Started: run.Started.Format(time.RFC3339), Command: run.Command, Tenant: run.Tenant,
		Changes: len(run.Entries), Undoes: run.Undoes, Status: "standing",
	}
	switch {
	case run.Undoes != "":
		r.Status = "undo"
	case !run.Undone.IsZero():
		r.Status = "undone"
	case !run.Stands():
		r.Status = "empty"
	case run.Unfinished():
		r.Status = "unfinished"
	}
	return r
}

// runStates say a run's status in words.
var runStates = map[string]string{
	"standing": "can be undone", "unfinished": "stopped half-way, can be undone", "undone": "undone", "empty": "changed nothing",
}

// forPeople names the tenants only where there are several: on a terminal there is little room, and an id has to be whole.
func forPeople(runs []view.Run) view.Table {
	table := view.Table{Header: []string{"RUN", "WHAT"}, Whole: 1}
	several := slices.ContainsFunc(runs, func(r view.Run) bool { return r.Tenant != runs[0].Tenant })
	if several {
		table.Header = append(table.Header, "TENANT")
	}
	for _, r := range runs {
		what := r.Command + ": " + runStates[r.Status]
		switch r.Status {
		case "undo":
			what = "undo of " + r.Undoes
		case "unusable":
			what = "can't be used: " + r.Error
		}
		row := []string{r.ID, what}
		if several {
			row = append(row, r.Tenant)
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}

func forPipes(runs []view.Run) view.Table {
	var table view.Table
	for _, r := range runs {
		table.Rows = append(table.Rows, []string{r.ID, r.Started, r.Command, r.Tenant, fmt.Sprint(r.Changes), r.Status, r.Undoes + r.Error})
	}
	return table
}
