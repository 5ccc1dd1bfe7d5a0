package cmd

import (
	"sync"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/verify"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

// checkList shows checks as they end: a plain line each, and on a terminal the one under way with a spinner.
type checkList struct {
	app  *app
	live bool

	mu      sync.Mutex
	current string
	done    chan struct{}
	stopped sync.WaitGroup
}

var spinner = []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"}

func (a *app) newCheckList() *checkList {
	l := &checkList{app: a, done: make(chan struct{})}
	l.live = a.draws() && a.env.IsTerminal(a.env.Out)
	if l.live {
		l.stopped.Go(l.spin)
	}
	return l
}

func (l *checkList) spin() {
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for i := 0; ; i++ {
		select {
		case <-l.done:
			return
		case <-ticker.C:
			l.mu.Lock()
			if l.current != "" {
				l.app.outf("\r\x1b[K%s", view.Cut(spinner[i%len(spinner)]+" "+l.current, l.app.env.columns(l.app.env.Out)-1))
			}
			l.mu.Unlock()
		}
	}
}

func (l *checkList) clear() {
	if l.live {
		l.app.outf("\r\x1b[K")
	}
}

func (l *checkList) event(e verify.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case e.LoginURL != "":
		l.clear()
		l.app.errf("log in at %s\n", view.Clean(e.LoginURL)) // with --json too: nobody could log in else
	case e.Done:
		l.current = ""
		l.clear()
		l.app.showCheck(e.Check)
	default:
		l.current = view.Clean(e.Check.Title)
	}
}

func (l *checkList) stop() {
	close(l.done)
	l.stopped.Wait()
	l.clear()
}
