package wizard

import (
	"github.com/charmbracelet/huh"
	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"github.com/mcpauth-cli/mcpauth/internal/wizard/quiet"
)

func init() { quiet.Over() }

// styles are what the screen is drawn with.
type styles struct {
	fields                   *huh.Theme
	title, label, good, bad  lipgloss.Style
	cursor, mark, faint, key lipgloss.Style
}

// newStyles draws with the terminal's own sixteen colours, which its user chose to be readable: so nobody has to ask the
// terminal for its background. Without colour there are bold, faint and reverse.
func newStyles(color bool) styles {
	lipgloss.SetColorProfile(termenv.ANSI)
	lipgloss.SetHasDarkBackground(true)
	plain := lipgloss.NewStyle()
	paint := func(c string) lipgloss.Style {
		if !color {
			return plain
		}
		return plain.Foreground(lipgloss.Color(c))
	}
	s := styles{
		title: paint("6").Bold(true), label: plain.Faint(true), good: paint("2"), bad: paint("1"),
		cursor: paint("6").Bold(true), mark: paint("2"), faint: plain.Faint(true), key: plain.Bold(true),
	}
	theme := huh.ThemeBase()
	field := &theme.Focused
	field.Base = plain
	field.SelectSelector = s.cursor.SetString("> ")
	field.SelectedOption = plain.Bold(true)
	field.UnselectedOption = plain
	field.TextInput = huh.TextInputStyles{Cursor: plain, CursorText: plain, Placeholder: s.faint, Prompt: s.cursor, Text: plain}
	theme.Blurred = theme.Focused
	s.fields = theme
	return s
}
