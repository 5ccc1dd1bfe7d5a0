package wizard

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// Every question fits every screen that can hold its title, its control and the way out.
func TestLayOutFits(t *testing.T) {
	s := newStyles(true)
	given := [][2]string{{"Tenant", "acme.eu.auth0.com"}, {"Connections", strings.Repeat("name, ", 50)}, {"MCP URL", "https://gateway.example.com/mcp"}}
	for width := 40; width <= 120; width += 20 {
		for height := 8; height <= 34; height += 2 {
			d := everything(&desk{})
			course := newCourse(t.Context(), d)
			course.state.source.all = few()
			for at, step := range course.steps {
				q := step.ask()
				c := newControl(q, s)
				c.start()
				if p, is := c.(*picker); is {
					p.q.from = pickerOf(t, many(40)).q.from
					p.refresh()
				}
				for _, long := range []int{6, 100} {
					p := parts{given: given, title: q.head().title, text: q.head().text, note: "what is wrong: " + strings.Repeat("and more ", long), bad: true}
					p.keys = append(c.keys(), "shift+tab back", "ctrl+c quit")
					view := layOut(p, c, s, width, height)
					fits(t, fmt.Sprintf("step %d at %dx%d", at, width, height), view, width, height)
					if !strings.Contains(ansi.Strip(view), "ctrl+c quit") {
						t.Errorf("step %d at %dx%d: no way out\n%s", at, width, height, view)
					}
				}
			}
		}
	}
}

// Answers stay in their column from question to question.
func TestAnswersStayInTheirColumn(t *testing.T) {
	c := newCourse(t.Context(), everything(&desk{}))
	for _, step := range c.steps {
		if len(step.label)+2 > labelWidth {
			t.Errorf("%s is longer than its column", step.label)
		}
	}
	given := [][2]string{{"Tenant", "acme.eu.auth0.com"}, {"MCP URL", "https://a.example"}, {"Registration", "dcr"}}
	whole := givenLines(given, newStyles(false), 80)
	for n := range given {
		if got := givenLines(given[:n], newStyles(false), 80); !slices.Equal(got, whole[:n]) {
			t.Errorf("the first %d become %q", n, got)
		}
	}
}

func TestWrap(t *testing.T) {
	for text, want := range map[string]string{
		"at my-tenant.eu.auth0.com": "at\nmy-tenant.eu.auth0.\ncom",
		"one two three four five":   "one two three four\nfive",
		"one\ntwo":                  "one\ntwo",
	} {
		if got := wrap(text, 19); got != want {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 10_000: "10,000", 1_234_567: "1,234,567"} {
		if got := thousands(n); got != want {
			t.Errorf("%d becomes %s", n, got)
		}
	}
}
