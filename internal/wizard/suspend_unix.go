//go:build unix

package wizard

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// stopped is how long a stop may take to come about. Where it did, going on ends the wait as well.
const stopped = 200 * time.Millisecond

// stop stops the process group, which the shell waits for, until it is let go on.
func stop() {
	again := make(chan os.Signal, 1)
	signal.Notify(again, syscall.SIGCONT)
	defer signal.Stop(again)
	if syscall.Kill(0, syscall.SIGTSTP) != nil {
		return
	}
	select {
	case <-again:
	case <-time.After(stopped):
	}
}
