package wizard

import (
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// byLine runs the wizard with lines that were typed, and returns what it wrote.
func byLine(t *testing.T, c Config, typed ...string) (Answers, string, error) {
	t.Helper()
	var out strings.Builder
	c.Lines, c.Out = true, &out
	c.In = strings.NewReader(strings.Join(typed, "\n") + "\n")
	answers, err := Run(t.Context(), c)
	return answers, out.String(), err
}

// happy are lines that answer as the walk on the screen does.
var happy = []string{
	"3", "My-Tenant.eu.auth0.com", "", "typed-token", "https://Gateway.example.com:443/mcp/", "Acme tools",
	"tool:whoami=Who am I?", "tool:echo", "", "2", "", "3", "2", "",
}

// The same answers come of lines as of the screen.
func TestLinesAnswer(t *testing.T) {
	answers, out, err := byLine(t, everything(&desk{pages: [][]Connection{few()}}), happy...)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !reflect.DeepEqual(answers, wanted) {
		t.Errorf("got  %+v\nwant %+v", answers, wanted)
	}
	if strings.ContainsAny(out, "\x1b\r") {
		t.Errorf("draws: %q", out)
	}
	if strings.Contains(out, "typed-token") {
		t.Error("the token is shown")
	}
	golden(t, "lines", out)
}

func TestLinesAskAgain(t *testing.T) {
	answers, out, err := byLine(t, everything(&desk{pages: [][]Connection{few()}}),
		"9", "x", "3", "https://my-tenant.eu.auth0.com", "my-tenant.eu.auth0.com", "", "", "typed-token", "http://gateway.example.com",
		"https://gateway.example.com/mcp", "Acme tools", "two words", "tool:wrong", "-", "tool:whoami=Who am I?", "tool:echo", "",
		"zzz", "", "google", "1", "", "3", "2", "")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !reflect.DeepEqual(answers, wanted) {
		t.Errorf("got  %+v\nwant %+v", answers, wanted)
	}
	for _, text := range []string{
		"Type a number from 1 to 3.", "has a scheme", "the token is missing", "is not encrypted", "is not a scope", "tool:wrong is out.",
		"No connection has zzz in its name.", "None is chosen: users can log in through those at domain level already.",
	} {
		if !strings.Contains(strings.Join(strings.Fields(out), " "), text) {
			t.Errorf("does not say %q\n%s", text, out)
		}
	}
}

// Going back keeps the answers: an empty line takes each of them again.
func TestLinesGoBack(t *testing.T) {
	again := []string{"<", "<", "<", "<", "<", "<", "<", "<", "<", "<"} // from the gateway to the list of tenants
	again = append(again, "<", "", "", "", "", "", "", "", "", "", "", "")
	typed := append(append([]string{}, happy[:len(happy)-1]...), again...)
	answers, out, err := byLine(t, everything(&desk{pages: [][]Connection{few()}}), typed...)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !reflect.DeepEqual(answers, wanted) {
		t.Errorf("got  %+v\nwant %+v", answers, wanted)
	}
	if !strings.Contains(out, "This is the first question.") {
		t.Errorf("went back behind the first question\n%s", out)
	}
}

// An input that ends anywhere ends the wizard: what is missing is never taken for an answer.
func TestLinesEndAnywhere(t *testing.T) {
	for n := range happy {
		c := everything(&desk{pages: [][]Connection{few()}})
		c.Lines, c.Out = true, io.Discard
		c.In = strings.NewReader(strings.Join(happy[:n], "\n") + "\n"[:min(n, 1)])
		if _, err := Run(t.Context(), c); !errors.Is(err, ErrCancelled) {
			t.Errorf("after %d lines: %v", n, err)
		}
		c.In = strings.NewReader(strings.Join(happy[:n+1], "\n")) // a last line without an end
		if _, err := Run(t.Context(), c); !errors.Is(err, ErrCancelled) {
			t.Errorf("within line %d: %v", n+1, err)
		}
	}
}

func TestLinesTellWhyNobodyIsSignedIn(t *testing.T) {
	d := &desk{refuse: func(_ string, typed SignIn) error {
		if typed.Token == "wrong" {
			return refused{"Auth0 refused\x1b[2J the token", "copy a new one"}
		}
		return nil
	}}
	c := everything(d)
	c.Open, c.Project = Open{}, ""
	answers, out, err := byLine(t, c, "1", "1", "wrong", "", "<", "right", "https://g.example.com")
	if err != nil || answers.SignIn.Token != "right" {
		t.Fatalf("%v\n%s", err, out)
	}
	if strings.Count(out, "Auth0 refused?[2J the token") != 2 || strings.Count(out, "copy a new one") != 2 {
		t.Errorf("says\n%s", out)
	}
}

// Ten thousand connections are listed a few at a time, and found by a part of the name.
func TestLinesPickAmongMany(t *testing.T) {
	all := many(10_000)
	d := &desk{sources: map[string]string{"acme.eu.auth0.com": "auth0 CLI"}, pages: [][]Connection{all[:5000], all[5000:]}}
	c := everything(d)
	c.Open, c.Project = Open{Connections: true}, ""
	answers, out, err := byLine(t, c, "1", "https://g.example.com", "1", "SAMLP", "2", "09999", "1", "customer-00000", "")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var ids []string
	for _, connection := range answers.Connections {
		ids = append(ids, connection.ID)
	}
	if got := strings.Join(ids, " "); got != "con_5 con_9999" { // the first was chosen by its number and dropped by its name
		t.Errorf("chose %s\n%s", got, out)
	}
	if lines := strings.Count(out, "\n"); lines > 80 {
		t.Errorf("%d lines", lines)
	}
	if !strings.Contains(out, "and 9,985 more") || !strings.Contains(out, "customer-00000 (auth0, at domain level already)") {
		t.Errorf("says\n%s", out)
	}
}

// echo is an input whose terminal shows each line's end as it is read.
type echo struct {
	lines []string
	out   io.Writer
}

func (e *echo) Read(into []byte) (int, error) {
	if len(e.lines) == 0 {
		return 0, io.EOF
	}
	n := copy(into, e.lines[0]+"\n")
	e.lines = e.lines[1:]
	_, _ = io.WriteString(e.out, "\n")
	return n, nil
}

// Lines are as long as the terminal is wide, be it narrow or wide.
func TestLinesFit(t *testing.T) {
	for _, width := range []int{40, 60, 120} {
		var out strings.Builder
		c := everything(&desk{pages: [][]Connection{append(few(), Connection{ID: "con_5", Name: strings.Repeat("long-name ", 20)})}})
		c.Lines, c.Columns, c.Out = true, width, &out
		c.In = &echo{append([]string{"9", "<"}, happy...), &out}
		if _, err := Run(t.Context(), c); err != nil {
			t.Fatalf("%v\n%s", err, out.String())
		}
		widestLine := 0
		for line := range strings.SplitSeq(out.String(), "\n") {
			widestLine = max(widestLine, ansi.StringWidth(line))
			if w := ansi.StringWidth(line); w > width {
				t.Errorf("%d columns on %d: %q", w, width, line)
			}
		}
		if width > widest && widestLine <= widest {
			t.Errorf("on %d columns no line is longer than %d", width, widestLine)
		}
	}
}

// The keyring is named only where a login is looked for in it, and by whoever waits for it where nothing is redrawn.
func TestKeyringIsNamed(t *testing.T) {
	for domain, want := range map[string]string{
		"acme.eu.auth0.com":      "The system's keyring may ask for its password.",
		"old.us.auth0.com":       "",
		"my-tenant.eu.auth0.com": "",
	} {
		for _, byLines := range []bool{false, true} {
			c := everything(&desk{})
			c.Given.Domain, c.Lines = domain, byLines
			got := newState(t.Context(), c).mayUnlock()
			if byLines {
				want = ""
			}
			if got != want {
				t.Errorf("%s, by lines %v: %q", domain, byLines, got)
			}
		}
	}
}

// What arrow keys send is no part of an answer.
func TestLinesLeaveKeysOut(t *testing.T) {
	typed := append([]string{}, happy...)
	typed[5] = "Acme\x1b[D\x1bOA tools\x1b[200~"
	answers, out, err := byLine(t, everything(&desk{pages: [][]Connection{few()}}), typed...)
	if err != nil || answers.Name != "Acme tools" {
		t.Errorf("%q, %v\n%s", answers.Name, err, out)
	}
}
