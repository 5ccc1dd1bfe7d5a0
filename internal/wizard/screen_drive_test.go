package wizard

import (
	"context"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// seat is somebody in front of the screen, without a terminal in between.
type seat struct {
	t    *testing.T
	m    *screen
	come chan tea.Msg
	left bool
}

// sitDown begins the wizard on a screen of a size, in columns and rows.
func sitDown(t *testing.T, c Config, width, height int) *seat {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	s := &seat{t: t, come: make(chan tea.Msg, 1000)}
	s.m = &screen{ctx: ctx, c: c, course: newCourse(ctx, c), styles: newStyles(c.Color)}
	s.run(s.m.Init())
	s.update(tea.WindowSizeMsg{Width: width, Height: height})
	return s
}

// run does what a command is for beside the screen, as Bubble Tea does.
func (s *seat) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() { s.come <- cmd() }()
}

func (s *seat) update(msg tea.Msg) {
	switch msg := msg.(type) {
	case tea.QuitMsg:
		s.left = true
	case tea.BatchMsg:
		for _, cmd := range msg {
			s.run(cmd)
		}
	default:
		_, cmd := s.m.Update(msg)
		s.run(cmd)
	}
}

// until waits for something that comes about by itself.
func (s *seat) until(what string, is func() bool) {
	s.t.Helper()
	end := time.After(10 * time.Second)
	for !is() {
		select {
		case msg := <-s.come:
			s.update(msg)
		case <-end:
			s.t.Fatalf("no %s on this screen:\n%s", what, s.screen())
		}
	}
}

// at waits for a question.
func (s *seat) at(title string) *seat {
	s.t.Helper()
	s.until(title, func() bool { return !s.m.over && s.m.course.question().head().title == title })
	return s
}

// sees waits for a text.
func (s *seat) sees(text string) *seat {
	s.t.Helper()
	s.until(text, func() bool { return strings.Contains(s.screen(), text) })
	return s
}

func (s *seat) ends() { s.t.Helper(); s.until("end", func() bool { return s.left }) }

func (s *seat) types(text string) *seat {
	for _, r := range text {
		if r == ' ' {
			s.press(tea.KeySpace)
			continue
		}
		s.update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
	}
	return s
}

func (s *seat) press(keys ...tea.KeyType) *seat {
	for _, key := range keys {
		msg := tea.KeyMsg{Type: key}
		if key == tea.KeySpace {
			msg.Runes = []rune{' '}
		}
		s.update(msg)
	}
	return s
}

// screen is what is seen, without attributes.
func (s *seat) screen() string { return ansi.Strip(s.m.View()) }
