package wizard

import (
	"strconv"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
)

// widest is how wide the screen's text gets, in columns: longer lines are hard to read.
const widest = 78

// parts are what is on the screen, from top to bottom.
type parts struct {
	given [][2]string // labels and answers so far
	title string
	text  string
	note  string
	bad   bool
	keys  []string
}

// layOut draws the parts and the control into a screen. Where it is short, the answers so far go first, then the text, then
// the lines between: what is asked and how to answer stay.
func layOut(p parts, c control, s styles, screenWidth, height int) string {
	width := min(screenWidth, widest)
	title := styled(p.title, width, s.title)
	note := noteLines(p, s, width)
	keys := keyLines(p.keys, s, width)
	want, least := c.size(width)

	left := height - len(title) - least
	if most := max(min(left-1, leastNote), left-len(keys), 1); len(note) > most {
		note = append(note[:most-1], "…")
	}

	spare := height - len(title) - len(note) - len(keys) - least
	for spare < 0 && len(keys) > 1 { // the way out stands last
		keys = keys[1:]
		spare++
	}
	room := func(n int) bool {
		if n > spare {
			return false
		}
		spare -= n
		return true
	}
	more := func(most int) int {
		n := max(0, min(most, spare))
		spare -= n
		return n
	}
	gap := room(1)
	rows := least + more(min(want, comfortable)-least)
	text := styled(p.text, width, lipgloss.NewStyle())
	if p.text == "" || !room(len(text)) {
		text = nil
	}
	given := givenLines(p.given, s, width)
	if len(given) == 0 || !room(1) {
		given = nil
	}
	given = given[len(given)-more(len(given)):]
	apart := text != nil && room(1)
	rows += more(want - rows)

	var lines []string
	if len(given) > 0 {
		lines = append(given, "")
	}
	lines = append(append(lines, title...), text...)
	if apart {
		lines = append(lines, "")
	}
	if rows > 0 {
		lines = append(lines, c.view(width, rows))
	}
	lines = append(lines, note...)
	if gap {
		lines = append(lines, "")
	}
	return strings.Join(append(lines, keys...), "\n")
}

// leastNote is how many lines of a note come before the keys; the last of those, the way out, comes before any.
const leastNote = 4

// comfortable is how many lines a control gets before the text above it does.
const comfortable = 6

// labelWidth is the width of the longest label and a gap: answers stand in the same column at every question.
const labelWidth = len("Registration") + 2

// givenLines are the answers so far, a line each.
func givenLines(given [][2]string, s styles, width int) []string {
	lines := make([]string, len(given))
	for i, line := range given {
		label := pad(line[0], labelWidth)
		lines[i] = s.label.Render(label) + cut(line[1], width-len(label))
	}
	return lines
}

func noteLines(p parts, s styles, width int) []string {
	switch {
	case p.note == "":
		return nil
	case p.bad: // what is wrong, and then perhaps what to do
		what, hint, _ := strings.Cut(p.note, "\n")
		lines := styled("x "+what, width, s.bad)
		if hint != "" {
			lines = append(lines, styled(hint, width, lipgloss.NewStyle())...)
		}
		return lines
	}
	return styled(p.note, width, s.good)
}

// keyLines are what can be pressed, on as many lines as it takes.
func keyLines(keys []string, s styles, width int) []string {
	var lines []string
	line, used := "", 0
	for _, k := range keys {
		name, does, _ := strings.Cut(k, " ")
		shown := s.key.Render(name) + s.faint.Render(" "+does)
		w := ansi.StringWidth(k)
		switch {
		case used == 0:
			line, used = shown, w
		case used+3+w > width:
			lines = append(lines, line)
			line, used = shown, w
		default:
			line += s.faint.Render(" · ") + shown
			used += 3 + w
		}
	}
	return append(lines, line)
}

// styled wraps a text and styles each line by itself: a style over several would pad them.
func styled(text string, width int, style lipgloss.Style) []string {
	lines := strings.Split(wrap(text, width), "\n")
	for i, line := range lines {
		lines[i] = style.Render(line)
	}
	return lines
}

// wrap breaks a text between words; one that is longer than the line is broken too. Hyphens are no place to break, since a
// domain and a URL are to be read whole.
func wrap(text string, width int) string {
	const unbreakable = "\ue000" // is never in a text that was cleaned
	broken := ansi.Wrap(strings.ReplaceAll(text, "-", unbreakable), max(width, 1), "")
	return strings.ReplaceAll(broken, unbreakable, "-")
}

// cut shortens a text to a width in columns, and shows that it did.
func cut(text string, width int) string { return ansi.Truncate(text, max(width, 1), "…") }

func trimLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n")
}

// thousands writes a number with a comma at each thousand.
func thousands(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
