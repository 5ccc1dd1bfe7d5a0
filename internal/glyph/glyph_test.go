package glyph_test

import (
	"testing"
	"unicode"

	"github.com/mcpauth-cli/mcpauth/internal/glyph"
)

func TestShown(t *testing.T) {
	for _, r := range " ~aß日🙂ा€…–«\u0301" {
		if !glyph.Shown(r) {
			t.Errorf("%U is not shown", r)
		}
	}
	for _, r := range "\x00\x07\t\n\r\x1b\x7f\u0080\u009b\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u180b\u200b\u200d\u200e\u202e\u2028\u2029\u2060\u2066\u2069\u2800\u3000\u3164\ue000\ufe00\ufe0f\ufeff\uffa0\ufff9\U0001d173\U000e0001\U000e0041\U000e0100\U0010ffff" {
		if glyph.Shown(r) {
			t.Errorf("%U is shown", r)
		}
	}
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if glyph.Shown(r) && unicode.In(r, unicode.C, unicode.Zl, unicode.Zp) {
			t.Errorf("%U is shown", r)
		}
	}
}

func TestMarksNeedACharacterOfTheirOwn(t *testing.T) {
	const mark = '\u0301'
	var text glyph.Text
	var got string
	for _, r := range []rune{mark, 'a', mark, mark, mark, mark, mark, 'b', mark, '\x1b', mark, 'c', mark} {
		if text.Shows(r) {
			got += "+"
		} else {
			got += "-"
		}
	}
	if want := "-+++++-++--++"; got != want {
		t.Errorf("of the marks %s are shown, want %s", got, want)
	}
}
