package cmd_test

import (
	"os"
	"os/signal"
	"syscall"
	"testing"
)

// hearing runs the tests so that what they start hears a hangup, also where they are run by nohup: a signal that is ignored
// stays so in every child, one that is caught doesn't.
type hearing struct{ *testing.M }

func (m hearing) Run() int {
	if signal.Ignored(syscall.SIGHUP) {
		signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	}
	return m.M.Run()
}
