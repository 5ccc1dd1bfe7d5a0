// Package glyph tells which characters of a text from elsewhere may be shown as they are, on a terminal, in a document or
// in a program's source: those that a reader sees where they stand.
package glyph

import "unicode"

// mostMarks is how many combining marks one character may carry. No language needs more; without a limit they pile up
// over the lines above and below.
const mostMarks = 4

// brailleBlank is a symbol that looks like a space.
const brailleBlank = '⠀'

// Shown tells whether a character is printed, or is a plain space. Controls, format characters (direction overrides and
// zero-width ones among them), private use, surrogates and other separators are not; nor are those that count as letters
// or marks, but show nothing: fillers, joiners and variation selectors, which can carry a whole hidden text (the Unicode
// Standard, section 5.21, "Ignoring Characters in Processing").
func Shown(r rune) bool {
	if r <= '~' {
		return r >= ' '
	}
	return unicode.IsPrint(r) && r != brailleBlank && !unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// Text follows a text from its beginning: a mark is shown only on a character that is the text's own, and not too many on
// one. The zero value stands before the first character.
type Text struct{ room int }

// Shows tells whether the next character of the text may be shown.
func (t *Text) Shows(r rune) bool {
	switch {
	case !Shown(r):
		t.Break()
		return false
	case !unicode.In(r, unicode.Mn, unicode.Me):
		t.room = mostMarks
		return true
	case t.room > 0:
		t.room--
		return true
	}
	return false
}

// Break says that what stands before the next character is not the text's own.
func (t *Text) Break() { t.room = 0 }
