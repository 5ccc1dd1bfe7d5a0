package wizard

import (
	"fmt"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

func press(p *picker, keys ...tea.KeyType) {
	for _, key := range keys {
		msg := tea.KeyMsg{Type: key}
		if key == tea.KeySpace {
			msg.Runes = []rune{' '}
		}
		p.update(msg)
	}
}

func search(p *picker, text string) {
	for _, r := range text {
		p.update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
	}
}

// Only what fits is drawn, whatever the number and wherever one is.
func TestPickerDrawsItsWindowAlone(t *testing.T) {
	for _, n := range []int{0, 1, 17, 10_000} {
		p := pickerOf(t, many(n))
		for step, keys := range [][]tea.KeyType{nil, {tea.KeyPgDown, tea.KeyPgDown}, {tea.KeyDown, tea.KeyDown}, {tea.KeyUp}} {
			view := ansi.Strip(p.view(80, 20))
			if lines := strings.Count(view, "\n") + 1; lines > 20 {
				t.Errorf("%d connections, step %d: %d lines", n, step, lines)
			}
			if rows := strings.Count(view, "customer-"); rows != min(n, 18) {
				t.Errorf("%d connections, step %d: %d rows", n, step, rows)
			}
			if n > 0 && strings.Count(view, "> [") != 1 {
				t.Errorf("%d connections, step %d: the cursor is out of sight\n%s", n, step, view)
			}
			press(p, keys...)
		}
	}
}

// A further letter looks at each connection once, and moving looks at none.
func TestPickerMovesWithoutSearching(t *testing.T) {
	p := pickerOf(t, many(10_000))
	search(p, "customer-0999")
	p.view(80, 20)
	if len(p.matches) != 10 || p.read != 10_000 {
		t.Fatalf("%d match, %d read", len(p.matches), p.read)
	}
	p.q.from.search = nil // would match no more
	press(p, tea.KeyDown, tea.KeyDown, tea.KeyDown)
	if p.at != 3 || len(p.matches) != 10 {
		t.Errorf("at %d of %d", p.at, len(p.matches))
	}
}

func TestPickerSearches(t *testing.T) {
	for _, tc := range []struct {
		text  string
		count int
	}{
		{"", 1000}, {"SAMLP", 250}, {"customer-00007", 1}, {"00-", 0}, {"nobody", 0},
	} {
		p := pickerOf(t, many(1000))
		search(p, tc.text)
		if len(p.matches) != tc.count {
			t.Errorf("%q matches %d, not %d", tc.text, len(p.matches), tc.count)
		}
		if view := ansi.Strip(p.view(80, 10)); (tc.count == 0) != strings.Contains(view, "none matches") {
			t.Errorf("%q shows\n%s", tc.text, view)
		}
	}
}

// What was chosen stays chosen, whatever is searched for after it.
func TestPickerKeepsChoices(t *testing.T) {
	p := pickerOf(t, many(1000))
	search(p, "00007")
	press(p, tea.KeySpace, tea.KeyEsc)
	search(p, "00400")
	press(p, tea.KeySpace, tea.KeyEsc)
	search(p, "0000")
	press(p, tea.KeySpace, tea.KeySpace) // chosen, and dropped again
	var names []string
	for _, c := range *p.q.chosen {
		names = append(names, c.Name)
	}
	if got := fmt.Sprint(names); got != "[customer-00007 customer-00400]" {
		t.Errorf("got %s", got)
	}
	if view := ansi.Strip(p.view(80, 20)); !strings.Contains(view, "[x] customer-00007") || !strings.Contains(view, "2 chosen") {
		t.Errorf("shows\n%s", view)
	}
}

// Connections that come in go below: nothing moves under the cursor, and what is searched for is searched for in them too.
func TestPickerTakesWhatComesIn(t *testing.T) {
	held := make(chan struct{})
	all := many(1000)
	d := &desk{sources: map[string]string{"acme.eu.auth0.com": "auth0 CLI"}, pages: [][]Connection{all[:100], all[100:]}, held: held}
	c := everything(d)
	c.Open = Open{Connections: true}
	s := sitDown(t, c, 80, 24)
	s.at(whichTenant).press(tea.KeyEnter).at(askURL).types("https://g.example.com").press(tea.KeyEnter).at(askLogin).
		sees("100 read so far").types("-0009").press(tea.KeyDown, tea.KeySpace).sees("10 of 100 match so far").sees("> [x] customer-00091")
	close(held)
	s.sees("10 of 1,000 match").sees("> [x] customer-00091").press(tea.KeyBackspace).sees("100 of 1,000 match").
		press(tea.KeyEnter).at(askGateway).press(tea.KeyEnter).ends()
	if got := s.m.course.state.answers().Connections; len(got) != 1 || got[0].ID != "con_91" {
		t.Errorf("got %v", got)
	}
}

// Going on without a connection is asked about, once.
func TestPickerDoubtsNone(t *testing.T) {
	for _, tc := range []struct {
		all  []Connection
		says string
	}{
		{few(), "through those at domain level already"},
		{few()[1:], "nobody could log in"},
	} {
		p := pickerOf(t, tc.all)
		if p.submit() {
			t.Error("not doubted")
		}
		if note, bad := p.note(); !bad || !strings.Contains(note, tc.says) {
			t.Errorf("says %q", note)
		}
		if !p.submit() {
			t.Error("doubted twice")
		}
	}
}

func TestPickerTellsWhyThereAreNoMore(t *testing.T) {
	p := pickerOf(t, few())
	p.q.from.err = refused{"Auth0 answered 503", ""}
	if note, bad := p.note(); !bad || note != "reading stopped: Auth0 answered 503" {
		t.Errorf("says %q", note)
	}
}

func BenchmarkPickerKey(b *testing.B) {
	for _, n := range []int{10, 10_000} {
		p := pickerOf(b, many(n))
		b.Run(fmt.Sprintf("move among %d", n), func(b *testing.B) {
			for b.Loop() {
				press(p, tea.KeyDown)
				p.view(80, 24)
			}
		})
		b.Run(fmt.Sprintf("search among %d", n), func(b *testing.B) {
			for b.Loop() {
				search(p, "7")
				p.view(80, 24)
				press(p, tea.KeyBackspace)
			}
		})
	}
}

// On a narrow screen a name is cut only where something stands beside it.
func TestPickerGivesNamesTheRoom(t *testing.T) {
	const name = "a-name-of-exactly-thirty-letters"
	p := pickerOf(t, []Connection{{Name: name, ID: "con_1"}, {Name: name, ID: "con_2", DomainLevel: true}})
	view := ansi.Strip(p.view(40, 6))
	if strings.Count(view, name) != 1 || !strings.Contains(view, "…  domain level") {
		t.Errorf("the rows are\n%s", view)
	}
}
