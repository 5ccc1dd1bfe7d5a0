package glyph_test

import (
	"encoding/json"
	"strings"
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

func TestJSONMeansTheSame(t *testing.T) {
	const name = "日本 ü\u009b\u202e\U000e0041\u3164\u0301z\u0301\u0301\u0301\u0301\u0301 \x7f\""
	plain, err := json.Marshal(map[string]string{name: name})
	if err != nil {
		t.Fatal(err)
	}
	escaped := glyph.JSON(plain)
	var back map[string]string
	if err := json.Unmarshal(escaped, &back); err != nil || back[name] != name {
		t.Errorf("%s reads back as %q, %v", escaped, back, err)
	}
	if want := `日本 ü\u009b\u202e\udb40\udc41\u3164\u0301z` + "\u0301\u0301\u0301\u0301" + `\u0301 \u007f\"`; !strings.Contains(string(escaped), want) {
		t.Errorf("the document is %s, which lacks %s", escaped, want)
	}
}
