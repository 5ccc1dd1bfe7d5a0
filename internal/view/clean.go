// Package view shows results to people and to machines: the plan and what became of it as text, one versioned JSON
// document, a palette for each writer. Nothing that a tenant, a server or a user sent reaches a terminal through it
// without being made harmless. It is the only importer of color.
package view

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes text from elsewhere harmless for a terminal: control characters, escape sequences, invisible and
// direction-changing characters become visible escapes, so that a name can't move the cursor, set the title, hide text
// or reverse it. Line feeds are escaped too; see CleanLines.
func Clean(s string) string {
	if !strings.ContainsFunc(s, harmful) && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				fmt.Fprintf(&b, `\x%02x`, s[i])
				continue
			}
		}
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case harmful(r) && r <= 0xff:
			fmt.Fprintf(&b, `\x%02x`, r)
		case harmful(r):
			fmt.Fprintf(&b, `\u{%x}`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
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
// and zero-width ones among them), private use and surrogates, and other separators.
func harmful(r rune) bool { return r != ' ' && !unicode.IsPrint(r) }
