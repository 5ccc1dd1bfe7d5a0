package gateway

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/mcpauth-cli/mcpauth/internal/glyph"
	"github.com/rogpeppe/go-internal/diff"
)

// Diff is the unified diff of one file, empty where nothing changes. It is safe for a terminal: whatever does not print
// is escaped. Line ends are shown only where a file mixes them.
func Diff(f File) string {
	if bytes.Equal(f.Before, f.After) {
		return ""
	}
	from, to := "a/"+f.Path, "b/"+f.Path
	if f.Action == Create {
		from = "/dev/null"
	}
	before, after := f.Before, f.After
	if onlyCRLF(before) && onlyCRLF(after) {
		before, after = bytes.ReplaceAll(before, crlf, lf), bytes.ReplaceAll(after, crlf, lf)
	}
	text := string(diff.Diff(from, before, to, after))
	_, text, _ = strings.Cut(text, "\n") // the line "diff OLD NEW" says nothing that the next two don't
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		body, end := strings.CutSuffix(line, "\n")
		lines[i] = printable(body)
		if end {
			lines[i] += "\n"
		}
	}
	return strings.Join(lines, "")
}

var crlf, lf = []byte("\r\n"), []byte("\n")

func onlyCRLF(b []byte) bool {
	return bytes.Count(b, crlf) == bytes.Count(b, lf) && bytes.Count(b, crlf) == bytes.Count(b, []byte("\r"))
}

// printable escapes what a terminal could obey or hide; tabs stay.
func printable(s string) string {
	var out strings.Builder
	var text glyph.Text
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)):
			fmt.Fprintf(&out, `\x%02x`, s[i])
		case r == '\t' || text.Shows(r):
			out.WriteRune(r)
		case r == '\r':
			out.WriteString(`\r`)
		default:
			fmt.Fprintf(&out, `\u{%x}`, r)
		}
	}
	return out.String()
}
