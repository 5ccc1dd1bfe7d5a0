package cmd

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/provision"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
	"github.com/mcpauth-cli/mcpauth/internal/view"
	"github.com/mcpauth-cli/mcpauth/internal/wizard"
)

// consent is how a command that writes may be allowed to.
type consent struct {
	yes              bool
	dryRun           bool
	detailedExitcode bool
	question         string // empty for the usual one
	// again makes the plan anew, to see whether the tenant changed while a question was open. Nil doesn't look.
	again func(context.Context) (plan.Plan, error)
}

// canAsk tells whether a question may be put. With --json it may not: the plan it is about would not have been shown.
func (a *app) canAsk() bool { return a.env.canAsk(a.global.noInput || a.global.json) }

// given tells whether a run may start: someone consented, nothing will be written, or there is someone to ask.
func (a *app) given(c consent) bool { return c.yes || c.dryRun || a.canAsk() }

// carryOut shows a plan, asks where it may, and applies it, keeping a record. With a dry run it only shows. proceed is
// false where nothing was to be written or wanted.
func (a *app) carryOut(ctx context.Context, client *tenant.Client, p plan.Plan, c consent) (proceed bool, err error) {
	p, answer, err := a.agree(ctx, client, p, c)
	if err != nil || answer != agreed {
		return answer == nothingToDo, untouched(err)
	}
	record, err := a.begin(client, p, "")
	if err != nil {
		a.nothingDone(c)
		return false, err
	}
	outcomes, err := a.telling(p, func(done func(provision.Outcome)) ([]provision.Outcome, error) {
		return provision.Apply(ctx, client, p, record, done)
	})
	err = a.applied(outcomes, c, err)
	if err != nil && slices.ContainsFunc(outcomes, stands) {
		a.sayUndo()
	}
	return err == nil, err
}

// stands tells whether something of a change is on the tenant, or may be.
func stands(o provision.Outcome) bool {
	return o.Status == provision.Applied || o.Status == provision.Failed && o.Effect == tenant.Unknown
}

// applied puts into the document what became of the changes, and names what was not reached.
func (a *app) applied(outcomes []provision.Outcome, c consent, err error) error {
	a.doc.Changes = view.Changes(outcomes)
	if err != nil {
		a.sayRest(outcomes)
		a.nothingDone(c)
	}
	return err
}

// agreement is what came of showing a plan.
type agreement int

const (
	stopHere    agreement = iota // a dry run, or an error
	nothingToDo                  // the plan writes nothing
	agreed
)

// agree shows a plan and gets consent for it. The plan that it returns is a newer one where the tenant changed while the
// question was open: the new one was asked about then.
func (a *app) agree(ctx context.Context, client *tenant.Client, p plan.Plan, c consent) (plan.Plan, agreement, error) {
	for {
		a.show(p)
		if blocked := p.Blocked(); len(blocked) > 0 {
			a.nothingDone(c)
			return p, stopHere, &plan.ConflictError{Conflicts: blocked}
		}
		if c.dryRun {
			return p, stopHere, a.dryRun(ctx, client, p, c)
		}
		if p.Pending() == 0 {
			return p, nothingToDo, nil
		}
		if err := provision.Permitted(ctx, client, p); err != nil {
			a.nothingDone(c)
			return p, stopHere, err
		}
		if err := a.journal().Ready(); err != nil {
			a.nothingDone(c)
			return p, stopHere, err
		}
		if c.yes {
			return p, agreed, nil
		}
		if err := a.ask(ctx, cmp.Or(c.question, fmt.Sprintf("Apply these changes to %s?", client.Domain()))); err != nil {
			return p, stopHere, err
		}
		if c.again == nil {
			return p, agreed, nil
		}
		now, err := c.again(ctx)
		if err != nil {
			return p, stopHere, err
		}
		if reflect.DeepEqual(now.Changes, p.Changes) {
			return p, agreed, nil
		}
		a.say("\n%s\n", a.errPalette().Warn("The tenant changed while the question was open. This is the plan now:"))
		p = now
	}
}

func (a *app) show(p plan.Plan) {
	a.doc.Changes = view.Changes(provision.Outcomes(p))
	a.doc.Warnings = append(a.doc.Warnings, p.Warnings...)
	if !a.global.json {
		a.outf("%s", view.Plan(p, a.outPalette(), a.foldAt(a.env.Out)))
	}
}

// nothingDone marks what was planned as not reached, where the run was to reach it.
func (a *app) nothingDone(c consent) {
	if c.dryRun {
		return
	}
	for i := range a.doc.Changes {
		if a.doc.Changes[i].Status == string(provision.Planned) {
			a.doc.Changes[i].Status = string(provision.Skipped)
		}
	}
	for i := range a.doc.Files {
		if a.doc.Files[i].Status == string(provision.Planned) {
			a.doc.Files[i].Status = string(provision.Skipped)
		}
	}
}

// dryRun also tells what permission the real run would lack.
func (a *app) dryRun(ctx context.Context, client *tenant.Client, p plan.Plan, c consent) error {
	var lacking *tenant.ScopeError
	if err := provision.Permitted(ctx, client, p); errors.As(err, &lacking) {
		a.warn("applying this needs more permission: " + strings.Join(lacking.Missing, ", "))
	} else if err != nil {
		return err
	}
	if c.detailedExitcode && p.Pending() > 0 {
		return pendingError{}
	}
	return nil
}

// telling runs what applies a plan, and tells of each change as it is done, and how many of all.
func (a *app) telling(p plan.Plan, apply func(done func(provision.Outcome)) ([]provision.Outcome, error)) ([]provision.Outcome, error) {
	all := p.Pending()
	defer a.working("applying")()
	a.reached(fmt.Sprintf("0 of %d", all))
	done := 0
	return apply(func(o provision.Outcome) {
		done++
		count := ""
		const many = 10 // fewer are seen at a glance
		if all >= many {
			count = fmt.Sprintf("  %d of %d", done, all)
		}
		a.report(o, count)
		a.reached(fmt.Sprintf("%d of %d", done, all))
	})
}

var verbs = map[plan.Action]string{plan.Create: "created", plan.Update: "changed", plan.Delete: "deleted"}

func (a *app) report(o provision.Outcome, count string) {
	palette := a.errPalette()
	switch {
	case errors.Is(o.Err, context.Canceled) && o.Effect != tenant.Unknown:
		a.say("%s %s\n", palette.Faint("- not done"), view.Clean(o.Address()))
		return
	case o.Status == provision.Failed && o.Effect == tenant.Unknown:
		a.say("%s %s\n    %s\n", palette.Bad("? unknown"), view.Clean(o.Address()), view.Clean(o.Err.Error()))
		return
	case o.Status == provision.Failed:
		a.say("%s %s\n    %s\n", palette.Bad("x failed "), view.Clean(o.Address()), view.Clean(o.Err.Error()))
		return
	case o.Effect == tenant.Found:
		a.say("%s %s\n    %s\n", palette.Good("✓ found  "), view.Clean(o.Address()), o.Reason)
		return
	}
	a.say("%s %s%s\n", palette.Good("✓ "+verbs[o.Action]), view.Clean(o.Address()), palette.Faint(count))
}

// sayRest names what a failed or interrupted run did not reach.
func (a *app) sayRest(outcomes []provision.Outcome) {
	for _, o := range outcomes {
		if o.Status == provision.Skipped && o.Writes() && o.Effect != tenant.Found {
			a.say("%s %s\n", a.errPalette().Faint("- not done"), view.Clean(o.Address()))
		}
	}
}

// errDeclined is a no to the question. Nothing was written.
var errDeclined = &usageError{What: "nothing was changed: the answer was not yes", Hint: "answer y, or run with --yes"}

// untouched is the error of a run that was not yet allowed to write: an interrupt of it needs no advice on how to go on.
func untouched(err error) error {
	if errors.Is(err, context.Canceled) {
		return errors.Join(wizard.ErrCancelled, err)
	}
	return err
}

// ask puts a yes-or-no question; only y or yes is consent. What was typed before the question is there is no answer to it.
// An interrupt ends the wait at once.
func (a *app) ask(ctx context.Context, question string) error {
	if a.env.DropTyped != nil {
		if err := a.env.DropTyped(a.env.In); err != nil {
			return &usageError{
				What: "what was typed before the question can't be told from an answer to it: " + err.Error(),
				Hint: "--yes consents to the changes",
			}
		}
	}
	a.errf("%s %s ", a.errPalette().Strong(view.Fold(question, a.foldAt(a.env.Err)-len(" [y/N] y"), 0)), "[y/N]")
	answers := make(chan string, 1)
	go func() {
		line, err := bufio.NewReader(a.env.In).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			line = ""
		}
		answers <- line
	}()
	select {
	case <-ctx.Done():
		a.errf("\n")
		return untouched(ctx.Err())
	case line := <-answers:
		if !strings.HasSuffix(line, "\n") {
			a.errf("\n") // after Ctrl-D a terminal shows no end of the line
		}
		if answer := strings.ToLower(strings.TrimSpace(line)); answer != "y" && answer != "yes" {
			return errDeclined
		}
		return nil
	}
}
