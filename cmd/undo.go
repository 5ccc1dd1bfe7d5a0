package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/mcpauth-cli/mcpauth/internal/journal"
	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/provision"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

type undoOptions struct {
	list    bool
	run     string
	consent consent
}

func (a *app) undoCommand() *cobra.Command {
	var o undoOptions
	command := &cobra.Command{
		Use:   "undo",
		Short: "Take the last run back",
		Example: "  mcpauth undo --dry-run                            # what would change\n" +
			"  mcpauth undo --list                               # which runs there are\n" +
			"  mcpauth undo --run 20260728T154501-4f1c9a --yes   # that one",
		Long: "Every run of setup and promote-connection is recorded on this machine. Undo looks at the tenant, shows\n" +
			"the way back and takes it: settings get their former values first, so that registration closes, then\n" +
			"grants and connections, then the API. What was made is deleted only if it is unchanged and nothing of\n" +
			"others stands on it. What someone changed since is left alone and named.\n\n" +
			"In a pipe --list is tab-separated, without a header: id, start, command, tenant, number of changes,\n" +
			"status, and the run that it undoes or why it can't be used.",
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if o.list {
				return a.listRuns(o)
			}
			return a.undo(c.Context(), o)
		},
	}
	f := command.Flags()
	f.BoolVar(&o.list, "list", false, "list the recorded runs, the newest first")
	f.StringVar(&o.run, "run", "", "the run to take back (default the last that isn't undone)")
	f.BoolVar(&o.consent.dryRun, "dry-run", false, "only show what would change")
	f.BoolVar(&o.consent.detailedExitcode, "detailed-exitcode", false, "with --dry-run: exit 2 if changes are pending")
	f.BoolVar(&o.consent.yes, "yes", false, "consent to the changes")
	return command
}

func (a *app) undo(ctx context.Context, o undoOptions) error {
	domain, noDomain, problems := a.parseDomain("")
	if o.run != "" && !journal.IsID(o.run) {
		problems = append(problems, spec.Problem{Field: "--run", What: fmt.Sprintf("%q is not the id of a run", o.run), Hint: "see the ids: mcpauth undo --list"})
	}
	var lacking []missing
	if !a.given(o.consent) {
		lacking = append(lacking, missingConsent)
	}
	if len(problems) > 0 {
		return a.demand(problems, lacking, nil)
	}
	choice, err := a.chooseRun(domain, o.run)
	if err != nil {
		return err
	}
	if choice.done != "" {
		a.say("%s\n", choice.done)
		return nil
	}
	if noDomain {
		// The record alone doesn't say where credentials may go: it may be of a sandbox, or of another tenant than the one in mind.
		lacking = append(lacking, missing{"--domain", fmt.Sprintf("run %s was on %s: name that tenant, or set %s", choice.run.ID, choice.run.Tenant, tenant.EnvDomain)})
	}
	credentials, credentialsErr := a.credentials(ctx, domain, provision.UndoScopes(choice.run))
	if err := a.demand(nil, lacking, credentialsErr); err != nil {
		return err
	}
	a.doc.Undoes = choice.run.ID
	a.say("run %s: %s of %s\n", choice.run.ID, view.Clean(choice.run.Command), choice.run.Started.Local().Format(time.DateTime))
	for _, text := range choice.warnings {
		a.warn(text)
	}
	client, err := a.open(domain, credentials)
	if err != nil {
		return err
	}
	defer a.tally(client)
	return a.takeBack(ctx, client, choice, o.consent)
}

func (a *app) takeBack(ctx context.Context, client *tenant.Client, choice choice, c consent) error {
	var u provision.Undo
	c.question = fmt.Sprintf("Take this run back on %s?", client.Domain())
	c.again = func(ctx context.Context) (plan.Plan, error) {
		defer a.working("looking at the tenant")()
		var err error
		u, err = provision.PrepareUndo(ctx, client, choice.run, choice.runs)
		return u.Plan, err
	}
	p, err := c.again(ctx)
	if err != nil {
		return untouched(err)
	}
	p, answer, err := a.agree(ctx, client, p, c)
	if err != nil || answer == stopHere {
		return untouched(err)
	}
	target, err := a.journal().Resume(choice.run.ID)
	if err != nil {
		a.nothingDone(c)
		return err
	}
	if answer == nothingToDo {
		if err := u.Settle(target); err != nil {
			return err
		}
	} else {
		record, err := a.begin(client, p, choice.run.ID)
		if err != nil {
			a.nothingDone(c)
			return err
		}
		outcomes, err := a.telling(p, func(done func(provision.Outcome)) ([]provision.Outcome, error) {
			return u.Apply(ctx, client, record, target, done)
		})
		if err := a.applied(outcomes, c, err); err != nil {
			return err
		}
	}
	a.concludeUndo(u, choice)
	return nil
}

func (a *app) concludeUndo(u provision.Undo, choice choice) {
	if n := u.LeftAlone(); n > 0 {
		text := fmt.Sprintf("Run %s is taken back but for what the warnings name (%d), which stays as it is.", u.Run.ID, n)
		a.say("\n%s\n", a.errPalette().Warn(text))
	} else {
		a.say("\n%s\n", a.errPalette().Strong("Run "+u.Run.ID+" is taken back."))
	}
	for _, run := range choice.runs {
		if run.ID != u.Run.ID && run.Tenant == u.Run.Tenant && run.Undoable() && run.Stands() {
			a.say("Another run still stands, %s of %s:\n  mcpauth undo --run %s\n", view.Clean(run.Command), run.Started.Local().Format(time.DateTime), run.ID)
			return
		}
	}
}

// choice is the run to take back, and all that are known.
type choice struct {
	run      journal.Run
	runs     []journal.Run
	warnings []string
	done     string // why there is nothing to take back
}

// chooseRun finds the run that was named, or the last one on the tenant that still stands. A record that can't be used
// may be the last run's: then none is chosen in its stead.
func (a *app) chooseRun(domain spec.Domain, id string) (choice, error) {
	store := a.journal()
	runs, broken, err := store.Runs()
	if err != nil {
		return choice{}, err
	}
	c := choice{runs: runs}
	if id != "" {
		return c.named(id, domain, broken, store.Place().Dir)
	}
	known := 0
	for _, run := range runs {
		if !domain.IsZero() && run.Tenant != domain.String() {
			continue
		}
		known++
		if !run.Undoable() || !run.Stands() {
			continue
		}
		c.run = run
		break
	}
	for _, b := range broken {
		if c.run.ID == "" || !earlier(b.ID, c.run.ID) {
			return c, b
		}
	}
	switch {
	case c.run.ID != "":
	case known == 0:
		of := "any tenant"
		if !domain.IsZero() {
			of = domain.String()
		}
		return c, &usageError{
			What: fmt.Sprintf("no run on %s is recorded in %s", of, store.Place().Dir),
			Hint: "records are kept on the machine and for the user that ran setup; XDG_STATE_HOME names another folder",
		}
	default:
		c.done = "Nothing to take back: every recorded run is undone already."
	}
	return c, nil
}

// earlier compares the times in two ids.
func earlier(a, b string) bool { return a[:len("20060102T150405")] < b[:len("20060102T150405")] }

func (c choice) named(id string, domain spec.Domain, broken []*journal.BrokenError, dir string) (choice, error) {
	for _, b := range broken {
		switch {
		case b.ID == id:
			return c, b
		case !earlier(b.ID, id):
			c.warnings = append(c.warnings, "what a later run changed isn't known: "+b.Error())
		}
	}
	for _, run := range c.runs {
		if run.ID != id {
			continue
		}
		c.run = run
		c.warnOfLater()
		switch {
		case !domain.IsZero() && run.Tenant != domain.String():
			return c, &usageError{
				What: fmt.Sprintf("run %s was on %s, and not on %s", id, run.Tenant, domain),
				Hint: fmt.Sprintf("name its tenant, with credentials for it: mcpauth undo --run %s --domain %s", id, shellQuote(run.Tenant)),
			}
		case run.Undoes != "":
			return c, &usageError{What: fmt.Sprintf("run %s took run %s back, and an undo isn't undone", id, run.Undoes), Hint: "run setup again"}
		case !run.Undone.IsZero():
			c.done = fmt.Sprintf("Nothing to take back: run %s was undone on %s.", id, run.Undone.Local().Format(time.DateTime))
		case !run.Stands():
			c.done = fmt.Sprintf("Nothing to take back: run %s changed nothing.", id)
		}
		return c, nil
	}
	return c, &usageError{What: fmt.Sprintf("no run %s is recorded in %s", id, dir), Hint: "see those that are: mcpauth undo --list"}
}

// warnOfLater names the runs that came later: what the chosen one made true, they found so and left out of their records.
func (c *choice) warnOfLater() {
	for _, run := range c.runs {
		if run.Tenant == c.run.Tenant && run.Started.After(c.run.Started) && run.Undoable() && run.Stands() {
			c.warnings = append(c.warnings, fmt.Sprintf("run %s came later and still stands: it may rely on what this takes back", run.ID))
		}
	}
}

// recordHint is what to do about a record that can't be kept or used.
func recordHint(err error) string {
	var broken *journal.BrokenError
	var unwritable *journal.WriteError
	switch {
	case errors.As(err, &broken):
		return "what that run changed has to be taken back by hand, from its plan; --run takes another run back"
	case errors.Is(err, journal.ErrElsewhere):
		return "let that run end, then run the same command again: what is done already stays done"
	case errors.As(err, &unwritable) && unwritable.Begun:
		return "make room or mend the folder, then run the same command again: what is done already stays done"
	}
	return "nothing was changed, since a run without a record can't be undone: make room, mend the folder, or name another with XDG_STATE_HOME"
}
