package wizard

import (
	"fmt"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/huh"
	"github.com/charmbracelet/x/ansi"
)

// picker is a pickQuestion: a filter, and a window on what it lets through. Only the window is drawn, so that a key costs
// the same among ten connections and among ten thousand.
type picker struct {
	q      *pickQuestion
	styles styles
	filter *huh.Input
	typed  string

	matches []int  // what the filter lets through
	matched string // the filter that it was made with
	read    int    // how many connections were looked at for it
	at, top int    // the row that is pointed at, and the first one that is shown
	rows    int    // how many are shown

	doubted bool // going on without any was asked about
}

func (p *picker) start() tea.Cmd {
	p.refresh()
	return p.filter.Focus()
}

func (p *picker) update(msg tea.Msg) tea.Cmd {
	key, isKey := msg.(tea.KeyMsg)
	if !isKey {
		_, cmd := p.filter.Update(msg)
		p.refresh()
		return cmd
	}
	p.doubted = false
	switch key.String() {
	case "up", "ctrl+p":
		p.at--
	case "down", "ctrl+n":
		p.at++
	case "pgup":
		p.at -= p.rows
	case "pgdown":
		p.at += p.rows
	case " ":
		p.toggle()
	case "esc":
		p.typed = ""
		p.filter.Value(&p.typed)
	default:
		_, cmd := p.filter.Update(msg)
		p.refresh()
		return cmd
	}
	p.refresh()
	return nil
}

// refresh brings what is shown up to what was typed and read. Connections that came in are only added: nothing moves under
// the cursor.
func (p *picker) refresh() {
	if p.typed != p.matched {
		p.matches, p.matched, p.read, p.at, p.top = nil, p.typed, 0, 0, 0
	}
	if p.read < len(p.q.from.all) {
		p.matches = append(p.matches, p.q.from.matching(p.typed, p.read)...)
		p.read = len(p.q.from.all)
	}
	p.at = max(0, min(p.at, len(p.matches)-1))
}

func (p *picker) toggle() {
	if len(p.matches) == 0 {
		return
	}
	toggle(p.q.chosen, p.q.from.all[p.matches[p.at]])
}

// submit asks again where nothing is chosen: pointing at a row is easily taken for choosing it.
func (p *picker) submit() bool {
	if len(*p.q.chosen) > 0 || p.doubted {
		return true
	}
	p.doubted = true
	return false
}

// size counts the filter's line and the one that counts.
func (p *picker) size(int) (want, least int) { return max(len(p.matches), 1) + 2, 3 }

func (p *picker) view(width, height int) string {
	p.rows = max(height-2, 1)
	p.top = max(min(p.top, p.at), p.at-p.rows+1)
	end := min(p.top+p.rows, len(p.matches))
	lines := make([]string, 0, height)
	lines = append(lines, inputLine(p.filter, width))
	columns := p.columns(width)
	for row := p.top; row < end; row++ {
		lines = append(lines, p.row(row, columns))
	}
	if len(p.matches) == 0 {
		lines = append(lines, p.styles.faint.Render("  "+p.nothing()))
	}
	return strings.Join(append(lines, p.styles.faint.Render(cut(p.count(), width))), "\n")
}

func (p *picker) nothing() string {
	switch {
	case p.typed != "":
		return "none matches"
	case p.q.from.done:
		return "the tenant has none"
	}
	return "…"
}

// columns are the widths of name and strategy. A narrow screen has no room for the strategy.
type columns struct{ name, strategy int }

const (
	boxWidth       = 6 // the cursor and the box
	levelText      = "domain level"
	widestName     = 40
	widestStrategy = 14
	narrow         = 60
)

func (p *picker) columns(width int) columns {
	if width < narrow {
		return columns{name: width - boxWidth - 2 - len(levelText)}
	}
	return columns{name: min(widestName, width-boxWidth-2-widestStrategy-2-len(levelText)), strategy: widestStrategy}
}

func (p *picker) row(row int, w columns) string {
	at := p.matches[row]
	c := p.q.from.all[at]
	cursor, box := "  ", "[ ] "
	if row == p.at {
		cursor = p.styles.cursor.Render("> ")
	}
	if slices.Contains(*p.q.chosen, c) {
		box = p.styles.mark.Render("[x]") + " "
	}
	if w.strategy == 0 && !c.DomainLevel { // nothing comes after the name
		w.name += 2 + len(levelText)
	}
	line := pad(cut(p.q.from.labels[at], w.name), w.name)
	if w.strategy > 0 {
		line += "  " + pad(cut(c.Strategy, w.strategy), w.strategy)
	}
	if c.DomainLevel {
		line += "  " + p.styles.mark.Render(levelText)
	}
	return strings.TrimRight(cursor+box+line, " ")
}

func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-ansi.StringWidth(text)))
}

// count says how many there are, are shown, and were chosen.
func (p *picker) count() string {
	all := thousands(len(p.q.from.all))
	text := all + " connections"
	switch {
	case p.typed != "":
		text = fmt.Sprintf("%s of %s match", thousands(len(p.matches)), all)
	case !p.q.from.done:
		text = all + " read so far"
	}
	if p.typed != "" && !p.q.from.done {
		text += " so far"
	}
	return fmt.Sprintf("  %s chosen · %s", thousands(len(*p.q.chosen)), text)
}

func (p *picker) note() (text string, bad bool) {
	from := p.q.from
	switch {
	case from.err != nil:
		what, _ := from.c.explain(from.err)
		return "reading stopped: " + what, true
	case p.doubted:
		return p.q.without() + " Space chooses, enter goes on.", true
	}
	return "", false
}

func (p *picker) keys() []string {
	return []string{"↑↓ move", "space choose", "enter next"}
}
