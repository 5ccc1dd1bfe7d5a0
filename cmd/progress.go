package cmd

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/tenant"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

// sparsely is how often work that goes on is told of where nothing can be drawn anew: in a pipe every line stays.
const sparsely = 10 * time.Second

// progress tells of work under way: on a terminal in one line that is drawn anew and gives way to whatever else is
// written, in a pipe in a line now and then. Every write of a run goes through it, from whichever goroutine.
type progress struct {
	mu     sync.Mutex
	what   string      // the work under way; empty for none
	detail string      // how far it is
	wait   tenant.Wait // what it waits for, until
	until  time.Time
	now    func() time.Time
	drawn  bool
	muted  bool                 // the wizard has the terminal to itself
	told   map[string]time.Time // when a line of this kind was last written
}

func (p *progress) clock() time.Time {
	if p.now == nil {
		return time.Now()
	}
	return p.now()
}

// write writes to one of the run's streams, in the place of the live line.
func (a *app) write(w io.Writer, text string) {
	p := &a.progress
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.muted {
		return
	}
	a.erase()
	_, err := io.WriteString(w, text)
	if w == a.env.Out {
		a.wrote(err)
	}
}

// erase takes the live line away. The lock is held.
func (a *app) erase() {
	if a.progress.drawn {
		_, _ = io.WriteString(a.env.Err, "\r\x1b[K")
		a.progress.drawn = false
	}
}

// draws tells whether a line can be drawn anew: not in a pipe, not for a screen reader, and not between traces.
func (a *app) draws() bool {
	return !a.global.json && !a.global.debug && a.env.IsTerminal(a.env.Err) && a.env.Getenv("TERM") != "dumb" && a.env.Getenv("ACCESSIBLE") == ""
}

// mute keeps the run silent while something else draws on the terminal; what it returns ends it.
func (a *app) mute() (unmute func()) {
	set := func(muted bool) {
		a.progress.mu.Lock()
		defer a.progress.mu.Unlock()
		a.progress.muted = muted
	}
	set(true)
	return func() { set(false) }
}

// working begins a piece of work that may take long; what it returns ends it.
func (a *app) working(what string) (done func()) {
	p := &a.progress
	p.mu.Lock()
	defer p.mu.Unlock()
	p.what, p.detail, p.until = what, "", time.Time{}
	p.told = map[string]time.Time{what: p.clock()}
	a.draw()
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		a.erase()
		p.what = ""
	}
}

// reached says how far the work is. Without work that was begun it is nothing.
func (a *app) reached(detail string) {
	p := &a.progress
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.what == "" {
		return
	}
	p.detail = detail
	if !a.draw() && p.clock().Sub(p.told[p.what]) >= sparsely {
		a.tell(p.what, fmt.Sprintf("%s: %s", p.what, detail))
	}
}

// waits says what a request waits for. Keeping to a rate limit is a wait before nearly every request: on a terminal the
// longest counts, since that is how long it takes; in a pipe the first is told, and then one now and then.
func (a *app) waits(w tenant.Wait) {
	p := &a.progress
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := p.clock().Add(w.For); until.After(p.until) || w.Reason != p.wait.Reason {
		p.wait, p.until = w, until
	}
	if p.what != "" && a.draw() {
		return
	}
	if last, before := p.told[w.Reason]; before && p.clock().Sub(last) < sparsely {
		return
	}
	line := view.Clean(w.String())
	if p.detail != "" {
		line += " (" + p.detail + ")"
	}
	a.tell(w.Reason, line)
}

// tell writes a line that stays. The lock is held.
func (a *app) tell(kind, line string) {
	p := &a.progress
	if p.told == nil {
		p.told = map[string]time.Time{}
	}
	p.told[kind] = p.clock()
	if !a.global.json && !p.muted {
		_, _ = io.WriteString(a.env.Err, line+"\n")
	}
}

// draw draws the live line where it can be, and tells whether. The lock is held.
func (a *app) draw() bool {
	p := &a.progress
	if p.muted || !a.draws() {
		return false
	}
	line := p.what
	if p.detail != "" {
		line += ": " + p.detail
	}
	if left := p.until.Sub(p.clock()); left > 0 {
		line += ", " + view.Clean(tenant.Wait{For: left, Reason: p.wait.Reason}.String())
	}
	_, _ = io.WriteString(a.env.Err, "\r\x1b[K"+view.Cut(line, a.env.columns(a.env.Err)-1))
	p.drawn = true
	return true
}
