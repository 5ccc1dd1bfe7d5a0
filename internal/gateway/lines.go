package gateway

import "bytes"

var crlf, cr, lf = []byte("\r\n"), []byte("\r"), []byte("\n")

// lineEnd is how a file's lines end: in LF, in CRLF, or in CR alone where it holds nothing else.
func lineEnd(src []byte) string {
	i := bytes.IndexByte(src, '\n')
	switch {
	case i < 0 && bytes.Contains(src, cr):
		return "\r"
	case i > 0 && src[i-1] == '\r':
		return "\r\n"
	}
	return "\n"
}

func hasBreak(b []byte) bool { return bytes.ContainsAny(b, "\r\n") }

// lineStart is the offset at which the line of an offset begins.
func lineStart(src []byte, at int) int { return bytes.LastIndexAny(src[:at], "\r\n") + 1 }

// indentAt is the white space with which the line of an offset begins, as far as the offset.
func indentAt(src []byte, at int) string {
	line := src[lineStart(src, at):at]
	return string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))])
}

// withLineEnds gives a text with LF the line ends of a file; JSON and our TypeScript hold no raw line end within a string.
func withLineEnds(s []byte, eol string) []byte {
	return bytes.ReplaceAll(s, lf, []byte(eol))
}

// plainLineEnds turns the line ends of a text into LF.
func plainLineEnds(s []byte) []byte {
	return bytes.ReplaceAll(bytes.ReplaceAll(s, crlf, lf), cr, lf)
}

// position is the line and the column of an offset, both from 1, the column in bytes.
func position(src []byte, at int) (line, column int) {
	at = min(at, len(src))
	before := src[:at]
	return 1 + bytes.Count(before, lf) + bytes.Count(before, cr) - bytes.Count(before, crlf), 1 + at - lineStart(src, at)
}
