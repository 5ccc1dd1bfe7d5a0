package wizard

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/huh"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
)

// control is a question on the screen.
type control interface {
	start() tea.Cmd
	update(tea.Msg) tea.Cmd
	// submit takes the answer over; it is false where it can't be taken, or where there is more to come.
	submit() bool
	// size tells how many lines it would like to have, and how few it can do with.
	size(width int) (want, least int)
	view(width, height int) string
	// note is a line below it.
	note() (text string, bad bool)
	keys() []string
}

func newControl(q question, s styles) control {
	switch q := q.(type) {
	case *textQuestion:
		c := &textControl{q: q, input: newInput("> ", q.value, q.example, s)}
		if q.secret {
			c.input.EchoMode(huh.EchoModePassword)
		}
		return c
	case *listQuestion:
		c := &listControl{q: q, styles: s}
		c.input = newInput("> ", &c.draft, q.example, s)
		return c
	case *choiceQuestion:
		return newChoice(q, s)
	case *pickQuestion:
		p := &picker{q: q, styles: s}
		p.filter = newInput("Search: ", &p.typed, "type a part of a name", s)
		return p
	case *work:
		return &workControl{}
	}
	return nil
}

func newInput(prompt string, value *string, example string, s styles) *huh.Input {
	input := huh.NewInput().Prompt(prompt).Placeholder(example).Value(value)
	input.WithTheme(s.fields)
	return input
}

// textControl is a textQuestion as huh's input.
type textControl struct {
	q       *textQuestion
	input   *huh.Input
	problem error
}

func (c *textControl) start() tea.Cmd { return c.input.Focus() }

func (c *textControl) update(msg tea.Msg) tea.Cmd {
	if _, isKey := msg.(tea.KeyMsg); isKey {
		c.problem = nil
	}
	_, cmd := c.input.Update(msg)
	return cmd
}

func (c *textControl) submit() bool {
	if c.q.check != nil {
		c.problem = c.q.check(*c.q.value)
	}
	return c.problem == nil
}

func (c *textControl) size(int) (want, least int) { return 1, 1 }

func (c *textControl) view(width, _ int) string { return inputLine(c.input, width) }

// note says what is wrong once the answer was given, and before that what would become of it.
func (c *textControl) note() (text string, bad bool) {
	switch value := *c.q.value; {
	case c.problem != nil:
		return complaint(c.problem), true
	case value == "" || c.q.note == nil:
		return "", false
	default:
		return c.q.note(value), false
	}
}

func (c *textControl) keys() []string { return []string{"enter next"} }

// inputLine draws an input in a line. An input scrolls to its cursor only when it is updated, so it is, with nothing: what
// was answered before may be longer than the line.
func inputLine(input *huh.Input, width int) string {
	input.WithWidth(width)
	input.Update(nil)
	return strings.TrimRight(input.View(), " ")
}

// listControl is a listQuestion: the lines so far, and an input for the next.
type listControl struct {
	q       *listQuestion
	styles  styles
	input   *huh.Input
	draft   string
	problem error
}

func (c *listControl) start() tea.Cmd { return c.input.Focus() }

func (c *listControl) update(msg tea.Msg) tea.Cmd {
	if key, isKey := msg.(tea.KeyMsg); isKey {
		c.problem = nil
		if last := len(*c.q.values) - 1; key.Type == tea.KeyBackspace && c.draft == "" && last >= 0 {
			c.draft = (*c.q.values)[last]
			*c.q.values = (*c.q.values)[:last]
			c.input.Value(&c.draft)
			return nil
		}
	}
	_, cmd := c.input.Update(msg)
	return cmd
}

func (c *listControl) submit() bool {
	draft := strings.TrimSpace(c.draft)
	if draft == "" {
		return true
	}
	if c.problem = c.q.check(draft); c.problem == nil {
		*c.q.values = append(*c.q.values, draft)
		c.draft = ""
		c.input.Value(&c.draft)
	}
	return false
}

func (c *listControl) size(int) (want, least int) { return len(*c.q.values) + 1, 1 }

func (c *listControl) view(width, height int) string {
	values := *c.q.values
	hidden := max(0, len(values)+1-height)
	lines := make([]string, 0, height)
	for _, value := range values[hidden:] {
		lines = append(lines, c.styles.mark.Render("+ ")+cut(value, width-2))
	}
	return strings.Join(append(lines, inputLine(c.input, width)), "\n")
}

func (c *listControl) note() (text string, bad bool) {
	if c.problem != nil {
		return complaint(c.problem), true
	}
	return "", false
}

func (c *listControl) keys() []string {
	keys := []string{"enter next"}
	if c.draft != "" {
		keys = []string{"enter add"}
	} else if len(*c.q.values) > 0 {
		keys = append(keys, "backspace edit the last")
	}
	return keys
}

// choiceControl is a choiceQuestion as huh's select.
type choiceControl struct {
	q      *choiceQuestion
	choice *huh.Select[string]
}

func newChoice(q *choiceQuestion, s styles) *choiceControl {
	options := make([]huh.Option[string], len(q.options))
	for i, o := range q.options {
		options[i] = huh.NewOption(o.label, o.value)
	}
	choice := huh.NewSelect[string]().Options(options...).Value(q.value)
	keys := huh.NewDefaultKeyMap()
	keys.Select.Filter.SetEnabled(false)
	choice.WithTheme(s.fields).WithKeyMap(keys)
	return &choiceControl{q: q, choice: choice}
}

func (c *choiceControl) start() tea.Cmd { return c.choice.Focus() }

// update leaves out what isn't a key: huh's select would scroll at it.
func (c *choiceControl) update(msg tea.Msg) tea.Cmd {
	if _, isKey := msg.(tea.KeyMsg); !isKey {
		return nil
	}
	_, cmd := c.choice.Update(msg)
	return cmd
}

func (c *choiceControl) submit() bool { return true }

func (c *choiceControl) size(width int) (want, least int) {
	lines := 0
	for _, o := range c.q.options {
		lines += lipgloss.Height(ansi.Wrap(o.label, max(width-2, 1), "")) // as huh does
	}
	return lines, min(lines, 3)
}

func (c *choiceControl) view(width, height int) string {
	if want, _ := c.size(width); want <= height {
		height = 0 // as high as it is
	}
	c.choice.WithWidth(width).WithHeight(height)
	return trimLines(c.choice.View())
}

func (c *choiceControl) note() (text string, bad bool) { return "", false }

func (c *choiceControl) keys() []string { return []string{"↑↓ choose", "enter next"} }

// workControl shows that something is done, or why it wasn't and what to do.
type workControl struct {
	problem, hint string
	err           error
}

func (c *workControl) start() tea.Cmd             { return nil }
func (c *workControl) update(tea.Msg) tea.Cmd     { return nil }
func (c *workControl) submit() bool               { return false }
func (c *workControl) size(int) (want, least int) { return 0, 0 }
func (c *workControl) view(int, int) string       { return "" }

func (c *workControl) note() (text string, bad bool) {
	return strings.TrimSuffix(c.problem+"\n"+c.hint, "\n"), c.problem != ""
}

func (c *workControl) keys() []string {
	if c.problem == "" {
		return nil
	}
	return []string{"enter try again"}
}
