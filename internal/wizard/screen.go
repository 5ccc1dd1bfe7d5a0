package wizard

import (
	"context"
	"errors"
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// onScreen asks on a screen that is redrawn.
func onScreen(ctx context.Context, c Config, course *course) error {
	m := &screen{ctx: ctx, c: c, course: course, styles: newStyles(c.Color)}
	// Interrupts come as keys, or by the context, which the caller ends on a signal.
	ended, end := context.WithCancel(ctx)
	defer end()
	_, err := tea.NewProgram(m, tea.WithContext(ended), tea.WithInput(watched(c.In, end)), tea.WithOutput(c.Out), tea.WithoutSignalHandler()).Run()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case ended.Err() != nil && !m.over:
		return ErrCancelled
	case err != nil:
		return fmt.Errorf("drawing the questions: %w", err)
	}
	return m.err
}

// screen is the question that is being asked.
type screen struct {
	ctx     context.Context //nolint:containedctx // a model's methods are called by the library, which hands over none
	c       Config
	course  *course
	styles  styles
	control control
	working func() // ends the work under way; nil where there is none
	run     int    // counts works, to tell their results apart

	width, height int
	over          bool
	err           error
}

// The size of a screen that doesn't tell its own, in columns and rows.
const usualWidth, usualHeight = 80, 24

// worked is the end of a work.
type worked struct {
	run   int
	apply func()
	err   error
}

func (m *screen) Init() tea.Cmd { return m.forward() }

func (m *screen) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		if m.width <= 0 || m.height <= 0 { // some terminals don't tell
			m.width, m.height = usualWidth, usualHeight
		}
		return m, nil
	case worked:
		return m, m.worked(msg)
	case page:
		return m, m.read(msg)
	case tea.KeyMsg:
		return m, m.key(msg)
	}
	if m.control == nil {
		return m, nil
	}
	return m, m.control.update(msg)
}

func (m *screen) key(msg tea.KeyMsg) tea.Cmd {
	if msg.Type == tea.KeyRunes && len(msg.Runes) > 1 {
		msg.Paste = true // came at once, and may spell a key: "home" is a name too
	}
	switch msg.String() {
	case "ctrl+c":
		if failed, is := m.control.(*workControl); is && failed.err != nil {
			return m.end(errors.Join(ErrCancelled, failed.err)) // what to do about it is yet to be read
		}
		return m.end(ErrCancelled)
	case "ctrl+z":
		return suspend()
	case "shift+tab":
		return m.back()
	case "enter", "tab", "ctrl+j":
		if failed, is := m.control.(*workControl); is && failed.problem != "" {
			return m.show()
		}
		if !m.control.submit() {
			return nil
		}
		if err := m.course.state.prepare(); err != nil {
			return m.end(err)
		}
		return m.forward()
	}
	return m.control.update(msg)
}

func (m *screen) forward() tea.Cmd {
	if !m.course.next() {
		return m.end(nil)
	}
	return m.show()
}

func (m *screen) back() tea.Cmd {
	if !m.course.back() {
		return nil
	}
	return m.show()
}

// show begins the question of the step that the course is at.
func (m *screen) show() tea.Cmd {
	if m.working != nil {
		m.working()
		m.working = nil
	}
	q := m.course.question()
	m.control = newControl(q, m.styles)
	work, is := q.(*work)
	if !is {
		return m.control.start()
	}
	ctx, cancel := context.WithCancel(m.ctx)
	m.working = cancel
	m.run++
	run, do := m.run, work.begin()
	return func() tea.Msg {
		apply, err := do(ctx)
		return worked{run, apply, err}
	}
}

func (m *screen) worked(w worked) tea.Cmd {
	if w.run != m.run || m.working == nil {
		return nil // the user went back meanwhile
	}
	if w.apply != nil {
		w.apply()
	}
	m.working()
	m.working = nil
	if w.err == nil {
		return tea.Batch(m.forward(), m.watch())
	}
	if !m.course.canGoBack() {
		return m.end(w.err)
	}
	what, hint := m.c.explain(w.err)
	m.control = &workControl{problem: what, hint: hint, err: w.err}
	return nil
}

// watch waits for the next connections of a source that was begun.
func (m *screen) watch() tea.Cmd {
	from := m.course.state.source
	if from.watched || from.done || !from.begun {
		return nil
	}
	from.watched = true
	return func() tea.Msg { return from.next() }
}

func (m *screen) read(p page) tea.Cmd {
	if p.of != m.course.state.source {
		return nil // of a tenant that was left
	}
	p.of.take(p)
	p.of.watched = false
	if picker, is := m.control.(*picker); is {
		picker.refresh()
	}
	return m.watch()
}

func (m *screen) end(err error) tea.Cmd {
	m.over, m.err = true, err
	return tea.Quit
}

// View draws the question; in the end, the answers, which stay.
func (m *screen) View() string {
	switch {
	case m.width == 0 || m.over && m.err != nil:
		return ""
	case m.over:
		return strings.Join(givenLines(m.course.given(len(m.course.steps)), m.styles, min(m.width, widest)), "\n") + "\n"
	case m.control == nil:
		return ""
	}
	q := m.course.question().head()
	p := parts{given: m.course.given(m.course.at), title: q.title, text: q.text, keys: m.control.keys()}
	p.note, p.bad = m.control.note()
	if m.course.canGoBack() {
		p.keys = append(p.keys, "shift+tab back")
	}
	p.keys = append(p.keys, "ctrl+c quit")
	return layOut(p, m.control, m.styles, m.width, m.height)
}
