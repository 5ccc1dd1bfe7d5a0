package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/mcpauth-cli/mcpauth/internal/gateway"
	"github.com/mcpauth-cli/mcpauth/internal/journal"
	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
	"github.com/mcpauth-cli/mcpauth/internal/view"
	"github.com/mcpauth-cli/mcpauth/internal/wizard"
)

// The exit codes; `mcpauth help exit-codes` explains them.
const (
	exitDone        = 0
	exitFailure     = 1
	exitPending     = 2
	exitUsage       = 3
	exitCredentials = 4
	exitVerify      = 5
	exitInterrupted = 130
)

// usageError is something about the command line itself that the user has to mend.
type usageError struct{ What, Hint string }

func (e *usageError) Error() string { return e.What }

// pendingError ends a run that found changes and was asked to tell by its exit code. It says nothing itself.
type pendingError struct{}

func (pendingError) Error() string { return "changes are pending" }

// verifyError ends a verification in which checks failed.
type verifyError struct{ failed, of int }

func (e *verifyError) Error() string { return fmt.Sprintf("%d of %d checks failed", e.failed, e.of) }

// interruptedError is an interrupt of a run that has its own advice.
type interruptedError struct {
	err  error
	hint string
}

func (e *interruptedError) Error() string { return "interrupted" }
func (e *interruptedError) Unwrap() error { return e.err }

// childError carries the exit code of a command that was run.
type childError struct{ code int }

func (e childError) Error() string { return fmt.Sprintf("the command ended with exit code %d", e.code) }

// verdict is what becomes of an error at the end of a run.
type verdict struct {
	exit    int
	code    string // for machines
	message string
	hint    string
	silent  bool
}

// judge recognises errors by their type, the most telling first.
func judge(err error) verdict {
	var (
		usage     *usageError
		invalid   spec.Invalid
		unwritten *gateway.WriteError
		refusal   *gateway.Refusal
		conflict  *plan.ConflictError
		auth      *tenant.AuthError
		scope     *tenant.ScopeError
		untaken   *tenant.UntakenError
		request   *tenant.RequestError
		child     childError
		failed    *verifyError
		record    *journal.WriteError
		broken    *journal.BrokenError
		stopped   *interruptedError
		local     *localError
		path      *fs.PathError
	)
	switch {
	case err == nil:
		return verdict{exit: exitDone}
	case errors.As(err, &pendingError{}):
		return verdict{exit: exitPending, silent: true}
	case errors.As(err, &child):
		return verdict{exit: child.code, silent: true}
	case errors.As(err, &stopped) && errors.Is(err, context.Canceled):
		return verdict{exit: exitInterrupted, code: "interrupted", message: "interrupted", hint: stopped.hint}
	case errors.Is(err, wizard.ErrCancelled):
		return verdict{exit: exitInterrupted, code: "interrupted", message: "interrupted; nothing was changed"}
	case errors.Is(err, context.Canceled):
		return verdict{exit: exitInterrupted, code: "interrupted", message: "interrupted", hint: "run the same command again: it goes on from where it stopped"}
	case errors.As(err, &record), errors.As(err, &broken):
		return verdict{exit: exitFailure, code: "record", message: err.Error(), hint: recordHint(err)}
	case errors.As(err, &failed):
		return verdict{exit: exitVerify, code: "verification", message: failed.Error(), hint: "each failed check says what mends it"}
	case errors.As(err, &invalid):
		return verdict{exit: exitUsage, code: "invalid_input", message: problems(invalid), hint: hints(invalid)}
	case errors.As(err, &unwritten):
		return verdict{exit: exitFailure, code: "failed", message: unwritten.Error(), hint: unwritten.Hint()}
	case errors.As(err, &refusal):
		message, hint := refusals(err)
		return verdict{exit: exitUsage, code: "refused", message: message, hint: hint}
	case errors.As(err, &usage):
		return verdict{exit: exitUsage, code: "usage", message: usage.What, hint: usage.Hint}
	case errors.As(err, &conflict):
		return verdict{exit: exitUsage, code: "conflict", message: conflict.Error(), hint: conflictHints(conflict)}
	case errors.As(err, &scope):
		return verdict{exit: exitCredentials, code: "permission", message: scope.Error(), hint: "use credentials that have them"}
	case errors.As(err, &auth):
		return verdict{exit: exitCredentials, code: "credentials", message: auth.Error(), hint: auth.Hint}
	case errors.Is(err, tenant.ErrNoCredentials):
		return verdict{exit: exitCredentials, code: "credentials", message: err.Error()} // the run knows which
	case errors.As(err, &untaken):
		return verdict{exit: exitFailure, code: "failed", message: untaken.Error(), hint: "look at the object in the dashboard; the plan may not include the feature"}
	case errors.As(err, &request):
		return verdict{exit: exitFailure, code: "failed", message: err.Error(), hint: requestHint(request)}
	case errors.As(err, &local):
		return verdict{exit: exitFailure, code: "failed", message: err.Error(), hint: local.hint}
	case errors.As(err, &path):
		return verdict{exit: exitFailure, code: "failed", message: err.Error(), hint: "mend the file or folder that is named, or make room"}
	}
	return verdict{exit: exitFailure, code: "failed", message: err.Error(), hint: "run again with --debug to see what was sent and answered"}
}

// refusals are all that the gateway's project gave, each in its place, and what to do about them.
func refusals(err error) (message, hint string) {
	var places, mends []string
	var walk func(error)
	walk = func(err error) {
		if refusal, ok := err.(*gateway.Refusal); ok { //nolint:errorlint // the tree is walked here, node by node
			places = append(places, refusal.Place()+": "+refusal.Reason)
			if refusal.Hint != "" && !slices.Contains(mends, refusal.Hint) {
				mends = append(mends, refusal.Hint)
			}
			return
		}
		switch parent := err.(type) { //nolint:errorlint // as above
		case interface{ Unwrap() []error }:
			for _, child := range parent.Unwrap() {
				walk(child)
			}
		case interface{ Unwrap() error }:
			walk(parent.Unwrap())
		}
	}
	walk(err)
	return strings.Join(places, "\n"), strings.Join(mends, "\n")
}

func problems(invalid spec.Invalid) string {
	lines := make([]string, len(invalid))
	for i, p := range invalid {
		lines[i] = p.Field + ": " + p.What
	}
	return strings.Join(lines, "\n")
}

func hints(invalid spec.Invalid) string {
	var lines []string
	for _, p := range invalid {
		if p.Hint != "" {
			lines = append(lines, p.Field+": "+p.Hint)
		}
	}
	return strings.Join(lines, "\n")
}

func conflictHints(e *plan.ConflictError) string {
	lines := make([]string, len(e.Conflicts))
	for i, c := range e.Conflicts {
		lines[i] = c.Hint
	}
	return strings.Join(lines, "\n")
}

// errorText is an error as a person reads it: what on which object, then what to do, each problem beside its mend. It is
// folded to width, 0 folding nothing; a command in a hint is on lines of its own, to be copied.
func errorText(err error, v verdict, palette view.Palette, width int) string {
	const sign = "error: "
	var b strings.Builder
	say := func(what, hint string) {
		what = strings.ReplaceAll(view.CleanLines(what), "\n", "\n"+strings.Repeat(" ", len(sign)))
		b.WriteString(view.Fold(palette.Bad(sign)+what, width, len(sign)) + "\n")
		for _, line := range detailLines(view.CleanLines(hint)) {
			switch {
			case line.text == "":
			case line.command:
				b.WriteString(view.FoldCommand("    "+line.text, width) + "\n")
			default:
				b.WriteString(view.Fold("  "+line.text, width, 0) + "\n")
			}
		}
	}
	var invalid spec.Invalid
	if errors.As(err, &invalid) {
		for _, p := range invalid {
			say(view.Clean(p.Field+": "+p.What), p.Hint)
		}
		return b.String()
	}
	say(v.message, v.hint)
	return b.String()
}
