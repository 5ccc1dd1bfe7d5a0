package glyph

import (
	"bytes"
	"fmt"
	"unicode/utf16"
)

// JSON escapes what encoding/json leaves as it is in a document: all beyond ASCII that would not be shown. Such characters
// are only ever inside strings. The document means the same.
func JSON(document []byte) []byte {
	if !bytes.ContainsFunc(document, func(r rune) bool { return r > '~' }) {
		return document
	}
	var b bytes.Buffer
	var text Text
	for _, r := range string(document) {
		shown := text.Shows(r)
		if r == '"' {
			text.Break() // the quote is not the text's own
		}
		switch {
		case shown || r <= '~': // what is not shown of ASCII is what the document is laid out with
			b.WriteRune(r)
		default:
			b.WriteString(Escaped(r))
		}
	}
	return b.Bytes()
}

// Escaped is a character as JSON and JavaScript write it within a string by its number (RFC 8259 section 7).
func Escaped(r rune) string {
	if r > 0xffff {
		high, low := utf16.EncodeRune(r)
		return fmt.Sprintf(`\u%04x\u%04x`, high, low)
	}
	return fmt.Sprintf(`\u%04x`, r)
}
