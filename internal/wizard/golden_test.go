package wizard

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a text with testdata/screens/name.txt.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "screens", name+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != strings.ReplaceAll(string(want), "\r\n", "\n") {
		t.Errorf("%s has changed: see it, and run go test with -update\ngot:\n%s\nwant:\n%s", path, got, want)
	}
}

// seen is a screen as text: what the terminal fills up at the end of lines is left out.
func seen(s *seat) string {
	return trimLines(strings.TrimRight(s.screen(), "\n")) + "\n"
}

func TestScreens(t *testing.T) {
	s := sitDown(t, everything(&desk{pages: [][]Connection{few()}}), 80, 24)
	walk(s, func(name string) {
		fits(t, name, s.m.View(), 80, 24)
		golden(t, name, seen(s))
	})
}

// Where there is little room, what is asked and how to answer stay.
func TestSmallScreens(t *testing.T) {
	s := sitDown(t, everything(&desk{pages: [][]Connection{few()}}), 40, 10)
	walk(s, func(name string) {
		if name != "answers" { // they scroll up
			fits(t, name, s.m.View(), 40, 10)
			mustShow(t, name, s)
		}
		golden(t, "small-"+name, seen(s))
	})
}

func TestScreensOfWork(t *testing.T) {
	held := make(chan struct{})
	defer close(held)
	d := &desk{pages: [][]Connection{few()}, refuse: func(string, SignIn) error {
		return refused{"Auth0 refused the token for my-tenant.eu.auth0.com (401)", "copy a new one from the dashboard, of the same tenant"}
	}}
	for name, size := range map[string][2]int{"refused": {80, 24}, "small-refused": {40, 10}} {
		s := sitDown(t, everything(d), size[0], size[1])
		s.at(whichTenant).press(tea.KeyEnter).at("How do you sign in to acme.eu.auth0.com?").press(tea.KeyEnter).
			at(askToken).types("wrong").press(tea.KeyEnter).at("Signing in to acme.eu.auth0.com")
		if name == "refused" {
			golden(t, "signing-in", seen(s))
		}
		s.sees("x Auth0 refused the token")
		fits(t, name, s.m.View(), size[0], size[1])
		golden(t, name, seen(s))
	}
}

// However long it takes to say why signing in failed, how to go on is seen too.
func TestWaysOnStayOnSmallScreens(t *testing.T) {
	d := &desk{refuse: func(string, SignIn) error {
		return refused{"Auth0 refused the token for my-tenant.eu.auth0.com (401)", strings.Repeat("look there, and there ", 20)}
	}}
	s := sitDown(t, everything(d), 40, 10)
	s.at(whichTenant).press(tea.KeyEnter).at("How do you sign in to acme.eu.auth0.com?").press(tea.KeyEnter).
		at(askToken).types("wrong").press(tea.KeyEnter).sees("x Auth0 refused the token")
	fits(t, "refused", s.m.View(), 40, 10)
	for _, way := range []string{"enter try again", "shift+tab back", "ctrl+c quit"} {
		if !strings.Contains(s.screen(), way) {
			t.Errorf("no %q on\n%s", way, s.screen())
		}
	}
}

// fits makes sure that nothing is drawn beyond a screen: the terminal would break lines, and the top would be lost.
func fits(t *testing.T, name, view string, width, height int) {
	t.Helper()
	lines := strings.Split(view, "\n")
	if len(lines) > height {
		t.Errorf("%s: %d lines on %d\n%s", name, len(lines), height, view)
	}
	for _, line := range lines {
		if w := ansi.StringWidth(line); w > width {
			t.Errorf("%s: %d columns on %d: %q", name, w, width, line)
		}
	}
}

// mustShow looks for the question and the way out.
func mustShow(t *testing.T, name string, s *seat) {
	t.Helper()
	words := strings.Join(strings.Fields(s.screen()), " ")
	for _, text := range []string{s.m.course.question().head().title, "ctrl+c quit"} {
		if !strings.Contains(words, text) {
			t.Errorf("%s: no %q on\n%s", name, text, s.screen())
		}
	}
}

var sgr = regexp.MustCompile(`\x1b\[([0-9;]*)m`)

// Without colour there are no colours, and with it there are: bold, faint and reverse stay.
func TestScreenColors(t *testing.T) {
	for _, color := range []bool{false, true} {
		c := everything(&desk{pages: [][]Connection{few()}})
		c.Color = color
		colors := 0
		s := sitDown(t, c, 80, 24)
		walk(s, func(string) {
			for _, codes := range sgr.FindAllStringSubmatch(s.m.View(), -1) {
				for code := range strings.SplitSeq(codes[1], ";") {
					if len(code) > 1 { // attributes are one digit long, and 22 to 27 end them
						if code < "22" || code > "27" {
							colors++
						}
					}
				}
			}
		})
		if color != (colors > 0) {
			t.Errorf("color %v: %d colour codes", color, colors)
		}
	}
}

// A tenant's names can't reach the terminal as they are, nor can what a server says.
func TestScreenShowsNothingHostile(t *testing.T) {
	const hostile = "\x1b]0;owned\x07\x1b[2J\u202e"
	d := &desk{
		problem: refused{hostile, hostile},
		pages:   [][]Connection{{{ID: "con_1", Name: "n" + hostile, Strategy: "s" + hostile}}},
		refuse: func(_ string, typed SignIn) error {
			if typed.Token == "wrong" {
				return refused{"what" + hostile, "hint" + hostile}
			}
			return nil
		},
	}
	c := everything(d)
	c.Logins = append(c.Logins, Login{Domain: "x.auth0.com", Source: hostile, Problem: hostile})
	s := sitDown(t, c, 80, 24)
	look := func() {
		t.Helper()
		if view := s.m.View(); strings.ContainsAny(view, "\x07\u202e") || strings.Contains(view, "\x1b]") || strings.Contains(view, "\x1b[2J") {
			t.Errorf("hostile: %q", view)
		}
	}
	s.at(whichTenant)
	look()
	s.press(tea.KeyEnter).at("How do you sign in to acme.eu.auth0.com?")
	look()
	s.press(tea.KeyEnter).at(askToken).types("wrong").press(tea.KeyEnter).sees("x what")
	look()
	s.press(tea.KeyShiftTab).at(askToken).press(tea.KeyCtrlU).types("right").press(tea.KeyEnter).at(askURL)
	s.types("https://g.example.com").press(tea.KeyEnter).at(askName).press(tea.KeyEnter).at(askScopes).press(tea.KeyEnter).at(askLogin).sees("1 connections")
	look()
	s.press(tea.KeySpace, tea.KeyEnter).at(askClients)
	look()
}
