package view

import "github.com/fatih/color"

// Palette colours text for one writer; the library's own switch is global, and stdout may be a file while stderr is a
// terminal.
type Palette struct {
	add, change, remove, warn, faint, strong *color.Color
}

// NewPalette makes a palette that colours, or one that leaves text as it is.
func NewPalette(enabled bool) Palette {
	paint := func(attributes ...color.Attribute) *color.Color {
		c := color.New(attributes...)
		if enabled {
			c.EnableColor()
		} else {
			c.DisableColor()
		}
		return c
	}
	return Palette{
		add: paint(color.FgGreen), change: paint(color.FgYellow), remove: paint(color.FgRed),
		warn: paint(color.FgYellow), faint: paint(color.Faint), strong: paint(color.Bold),
	}
}

// Good is for what was done and what is new.
func (p Palette) Good(s string) string { return p.add.Sprint(s) }

// Change is for what becomes something else.
func (p Palette) Change(s string) string { return p.change.Sprint(s) }

// Bad is for failures and what goes away.
func (p Palette) Bad(s string) string { return p.remove.Sprint(s) }

// Warn is for what deserves a second look.
func (p Palette) Warn(s string) string { return p.warn.Sprint(s) }

// Faint is for what may be passed over.
func (p Palette) Faint(s string) string { return p.faint.Sprint(s) }

// Strong is for headings.
func (p Palette) Strong(s string) string { return p.strong.Sprint(s) }
