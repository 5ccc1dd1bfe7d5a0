package view

import (
	"strings"

	"github.com/mattn/go-runewidth"
)

// Table is rows of text under a header. People get columns; a pipe gets tab-separated values without a header, one line a
// row whatever the cells hold, so that cut and awk work on it.
type Table struct {
	Header []string
	Rows   [][]string
	// Whole is how many of the first columns are never cut: what people copy.
	Whole int
}

// gap is what stands between two columns.
const gap = "  "

// narrowest is the least that a cell is cut to, in columns of the terminal.
const narrowest = 8

// TSV is the table for a pipe. Cells are made harmless, so that none holds a tab or a line feed of its own.
func (t Table) TSV() string {
	var b strings.Builder
	for _, row := range t.Rows {
		for i, cell := range row {
			if i > 0 {
				b.WriteByte('\t')
			}
			b.WriteString(Clean(cell))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// Text is the table for people, in columns no wider together than width where that can be: the widest are cut with an
// ellipsis. A width of 0 cuts nothing. An empty table is nothing at all.
func (t Table) Text(width int, palette Palette) string {
	if len(t.Rows) == 0 {
		return ""
	}
	cells := make([][]string, 0, len(t.Rows)+1)
	cells = append(cells, cleaned(t.Header))
	for _, row := range t.Rows {
		cells = append(cells, cleaned(row))
	}
	widths := fit(columnWidths(cells), width, t.Whole)
	var b strings.Builder
	for i, row := range cells {
		line := strings.TrimRight(tableLine(row, widths), " ")
		if i == 0 {
			line = palette.Faint(line)
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

func cleaned(row []string) []string {
	out := make([]string, len(row))
	for i, cell := range row {
		out[i] = Clean(cell)
	}
	return out
}

// columns measures text on a terminal; the library's own switch for East Asian locales reads the environment.
var columns = &runewidth.Condition{}

func columnWidths(rows [][]string) []int {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], columns.StringWidth(cell))
		}
	}
	return widths
}

// fit takes from the widest column that may be cut, again and again, until all fit.
func fit(widths []int, most, whole int) []int {
	if most <= 0 {
		return widths
	}
	for {
		total, widest := len(gap)*(len(widths)-1), -1
		for i, w := range widths {
			total += w
			if i >= whole && (widest < 0 || w > widths[widest]) {
				widest = i
			}
		}
		if total <= most || widest < 0 || widths[widest] <= narrowest {
			return widths
		}
		widths[widest]--
	}
}

func tableLine(row []string, widths []int) string {
	var b strings.Builder
	for i, cell := range row {
		cell = columns.Truncate(cell, widths[i], "…")
		b.WriteString(cell + strings.Repeat(" ", widths[i]-columns.StringWidth(cell)))
		if i < len(row)-1 {
			b.WriteString(gap)
		}
	}
	return b.String()
}

// Cut shortens text to so many columns of a terminal, for a line that must not wrap.
func Cut(text string, width int) string { return columns.Truncate(text, max(width, 1), "…") }
