// Package view turns plans, outcomes and errors into what people and machines read. Nothing that a tenant, a server or a
// user sent reaches a terminal through it without being made harmless. It is the only importer of color.
package view

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// mostMarks is how many combining marks one character may carry. No language needs more; without a limit they pile up
// over the lines above and below.
const mostMarks = 4

// Clean makes text from elsewhere harmless for a terminal: control characters, escape sequences, invisible and
// direction-changing characters become visible escapes, so that a name can't move the cursor, set the title, hide text
// or reverse it. So do marks that would change a character which isn't the text's own, or too many on one. Line feeds are
// escaped too; see CleanLines.
func Clean(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	marks := mostMarks // nothing to carry a mark yet
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)):
			fmt.Fprintf(&b, `\x%02x`, s[i])
			marks = mostMarks
		case r == '\n':
			b.WriteString(`\n`)
			marks = mostMarks
		case r == '\t':
			b.WriteString(`\t`)
			marks = mostMarks
		case harmful(r):
			writeEscape(&b, r)
			marks = mostMarks
		case unicode.In(r, unicode.Mn, unicode.Me):
			if marks++; marks > mostMarks {
				writeEscape(&b, r)
				break
			}
			b.WriteRune(r)
		default:
			b.WriteRune(r)
			marks = 0
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

// harmful runes are all that are neither printed nor a plain space: controls, format characters (direction overrides
// and zero-width ones among them), private use and surrogates, and other separators; and those that count as letters or
// marks, but show nothing: fillers, joiners and variation selectors, which can carry a whole hidden text.
func harmful(r rune) bool {
	return r != ' ' && !unicode.IsPrint(r) || r > 0x7f && (r == brailleBlank ||
		unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector))
}

// brailleBlank is a symbol that looks like a space.
const brailleBlank = '⠀'
