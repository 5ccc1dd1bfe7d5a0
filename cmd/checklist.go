package cmd

import (
	"strings"
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
	until   time.Time // how long a person is waited for
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
				l.app.outf("\r\x1b[K%s", view.Cut(spinner[i%len(spinner)]+" "+l.underWay(), l.app.env.columns(l.app.env.Out)-1))
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
	case e.Login != nil:
		l.clear()
		l.askToLogIn(*e.Login)
	case e.Done:
		l.current, l.until = "", time.Time{}
		l.clear()
		l.app.showCheck(e.Check)
	default:
		l.current = view.Clean(e.Check.Title)
	}
}

// askToLogIn says what a person has to do: with --json too, as nobody could log in else. The lock is held.
func (l *checkList) askToLogIn(login verify.Login) {
	say := func(text string) { l.app.errf("%s", l.app.folded(l.app.env.Err, text+"\n")) }
	if login.NoBrowser != nil {
		say(l.app.errPalette().Warn("warning: " + view.Clean(login.NoBrowser.Error())))
		say("Open the address yourself. If the browser is on another machine, forward the port of its answer to this one first:")
		say("  " + login.Forward())
		return
	}
	say("log in at " + view.Clean(login.URL))
	say("waiting up to " + verify.Shortly(login.Wait) + " for the answer at " + login.Callback + " on this machine; Ctrl-C gives up")
	l.until = time.Now().Add(login.Wait)
}

// underWay is what goes on, as the live line tells it. The lock is held.
func (l *checkList) underWay() string {
	if l.until.IsZero() {
		return l.current
	}
	return "waiting for the login, " + time.Until(l.until).Round(time.Second).String() + " left"
}

func (l *checkList) stop() {
	close(l.done)
	l.stopped.Wait()
	l.clear()
}

// showCheck tells of a check. A reason to skip that many in a row share is told once, and then how many they are.
func (a *app) showCheck(c verify.Check) {
	if a.global.json {
		return
	}
	if c.Status == verify.Skip && !c.Open && c.Got == a.lastSkip && c.Got != "" {
		a.skips++
		return
	}
	a.showSkips()
	if c.Status == verify.Skip && !c.Open {
		a.lastSkip = c.Got
	}
	a.outf("%s", checkLines(c, a.outPalette(), a.foldAt(a.env.Out)))
}

// showSkips tells how many checks more were skipped for the last reason.
func (a *app) showSkips() {
	if a.skips > 0 {
		a.outf("%s %s\n", a.outPalette().Faint("-"), a.outPalette().Faint("for the same reason, "+number(a.skips, "check")+" more"))
	}
	a.skips, a.lastSkip = 0, ""
}

// checkLines is a check as a person reads it; one that isn't passed says all it knows.
func checkLines(c verify.Check, palette view.Palette, width int) string {
	sign := map[verify.Status]string{verify.Pass: palette.Good("✓"), verify.Fail: palette.Bad("✗"), verify.Warn: palette.Warn("!"), verify.Skip: palette.Faint("-")}[c.Status]
	if c.Open {
		sign = palette.Warn("?")
	}
	var b strings.Builder
	title := view.Clean(c.Title)
	if c.Status == verify.Pass || c.Status == verify.Skip {
		first, rest, _ := strings.Cut(c.Got, "\n")
		if first != "" {
			title += palette.Faint("  " + view.Clean(first))
		}
		b.WriteString(view.Fold(sign+" "+title, width, 4) + "\n")
		writeDetail(&b, "", rest, width)
		return b.String()
	}
	b.WriteString(view.Fold(sign+" "+title+" "+palette.Faint("["+view.Clean(c.ID)+"]"), width, 2) + "\n")
	for _, line := range []struct{ name, text string }{{"sent", strings.Join(c.Requests, "\n")}, {"got", c.Got}, {"want", c.Want}, {"why", c.Cause}, {"spec", c.Spec}, {"do", c.Hint}} {
		writeDetail(&b, line.name, line.text, width)
	}
	return b.String()
}
