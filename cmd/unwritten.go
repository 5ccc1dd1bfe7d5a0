package cmd

import (
	"errors"
	"syscall"

	"github.com/mcpauth-cli/mcpauth/internal/atomicfile"
)

// wrote notes that something didn't reach stdout: the run goes on, since a change that was sent has to be told of where that
// can be, but it doesn't end as if all had been done.
func (a *app) wrote(err error) {
	if err != nil && a.unwritten == nil {
		a.unwritten = err
	}
}

// ended is the exit code of a run, after what became of its results. A reader that has gone away, such as head, has seen what
// it wanted: that changes nothing.
func (a *app) ended(exit int) int {
	if a.unwritten == nil || errors.Is(a.unwritten, syscall.EPIPE) {
		return exit
	}
	a.errf("error: stdout can't be written: %v\n", atomicfile.Cause(a.unwritten))
	if exit == exitDone || exit == exitPending {
		return exitFailure
	}
	return exit
}
