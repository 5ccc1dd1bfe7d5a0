// Package view turns plans, outcomes and errors into what people and machines read. Nothing that a tenant, a server or a
// user sent reaches a terminal through it without being made harmless. It is the only importer of color.
package view

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/mcpauth-cli/mcpauth/internal/glyph"
)

// Clean makes text from elsewhere harmless for a terminal: control characters, escape sequences, invisible and
// direction-changing characters become visible escapes, so that a name can't move the cursor, set the title, hide text
// or reverse it. So do marks that would change a character which isn't the text's own, or too many on one. Line feeds are
// escaped too; see CleanLines.
func Clean(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	var shown glyph.Text
	for i, r := range s {
		broken := r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError))
		switch {
		case broken:
			fmt.Fprintf(&b, `\x%02x`, s[i])
			shown.Break()
		case shown.Shows(r):
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		default:
			writeEscape(&b, r)
		}
	}
	return b.String()
}

func writeEscape(b *strings.Builder, r rune) {
	if r <= 0xff {
		fmt.Fprintf(b, `\x%02x`, r)
		return
	}
	fmt.Fprintf(b, `\u{%x}`, r)
}

// plain tells whether a text has nothing to look at more closely, which is nearly always.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// CleanLines is Clean for text of several lines: line feeds stay.
func CleanLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = Clean(line)
	}
	return strings.Join(lines, "\n")
}
