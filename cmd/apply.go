package cmd

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/provision"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

// consent is how a command that writes may be allowed to.
type consent struct {
	yes              bool
	dryRun           bool
	detailedExitcode bool
}

// canAsk tells whether a question may be put. With --json it may not: the plan it is about would not have been shown.
func (a *app) canAsk() bool { return a.env.canAsk(a.global.noInput || a.global.json) }

// given tells whether a run may start: someone consented, nothing will be written, or there is someone to ask.
func (a *app) given(c consent) bool { return c.yes || c.dryRun || a.canAsk() }

// carryOut shows a plan, asks where it may, and applies it. With a dry run it only shows. proceed is false where nothing
// was to be written or wanted.
func (a *app) carryOut(ctx context.Context, client *tenant.Client, p plan.Plan, c consent) (proceed bool, err error) {
	a.doc.Changes = view.Changes(provision.Outcomes(p))
	a.doc.Warnings = append(a.doc.Warnings, p.Warnings...)
	if !a.global.json {
		a.outf("%s", view.Fold(view.Plan(p, a.outPalette()), a.foldAt(a.env.Out), 2))
	}
	if blocked := p.Blocked(); len(blocked) > 0 {
		a.nothingDone(c)
		return false, &plan.ConflictError{Conflicts: blocked}
	}
	if c.dryRun {
		return false, a.dryRun(ctx, client, p, c)
	}
	if p.Pending() == 0 {
		return true, nil
	}
	if err := provision.Permitted(ctx, client, p); err != nil {
		a.nothingDone(c)
		return false, err
	}
	if !c.yes {
		if err := a.ask(ctx, fmt.Sprintf("Apply these changes to %s?", client.Domain())); err != nil {
			return false, err
		}
	}
	outcomes, err := a.apply(ctx, client, p)
	a.doc.Changes = view.Changes(outcomes)
	if err != nil {
		a.sayRest(outcomes)
		a.nothingDone(c)
		return false, err
	}
	return true, nil
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

// apply runs the plan and tells of each change as it is done, and how many of all.
func (a *app) apply(ctx context.Context, client *tenant.Client, p plan.Plan) ([]provision.Outcome, error) {
	all := p.Pending()
	defer a.working("applying")()
	a.reached(fmt.Sprintf("0 of %d", all))
	done := 0
	return provision.Apply(ctx, client, p, func(o provision.Outcome) {
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
	if o.Status == provision.Failed {
		a.say("%s %s\n", palette.Bad("x failed "), view.Clean(o.Address()))
		if o.Err != nil {
			a.say("    %s\n", view.Clean(o.Err.Error()))
		}
		return
	}
	a.say("%s %s%s\n", palette.Good("✓ "+verbs[o.Action]), view.Clean(o.Address()), palette.Faint(count))
}

// sayRest names what a failed or interrupted run did not reach.
func (a *app) sayRest(outcomes []provision.Outcome) {
	for _, o := range outcomes {
		if o.Status == provision.Skipped && o.Writes() {
			a.say("%s %s\n", a.errPalette().Faint("- not done"), view.Clean(o.Address()))
		}
	}
}

// errDeclined is a no to the question. Nothing was written.
var errDeclined = &usageError{What: "nothing was changed: the answer was not yes", Hint: "answer y, or run with --yes"}

// ask puts a yes-or-no question; only y or yes is consent. An interrupt ends the wait at once.
func (a *app) ask(ctx context.Context, question string) error {
	a.errf("%s %s ", a.errPalette().Strong(question), "[y/N]")
	answers := make(chan string, 1)
	go func() {
		line, err := bufio.NewReader(a.env.In).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			line = ""
		}
		answers <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case <-ctx.Done():
		a.errf("\n")
		return ctx.Err()
	case answer := <-answers:
		if answer == "y" || answer == "yes" {
			return nil
		}
		return errDeclined
	}
}
