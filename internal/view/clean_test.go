package view_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/mcpauth-cli/mcpauth/internal/view"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain ü 日本 🙂":                              "plain ü 日本 🙂",
		"\x1b[2Jgone":                               `\x1b[2Jgone`,
		"\x1b]8;;http://evil\x07x":                  `\x1b]8;;http://evil\x07x`,
		"a\rb\tc\nd\x7f":                            `a\x0db\tc\nd\x7f`,
		"\u202etxt.exe":                             `\u{202e}txt.exe`,
		"\u2066isolate\u2069":                       `\u{2066}isolate\u{2069}`,
		"zero\u200bwidth":                           `zero\u{200b}width`,
		"soft\u00adhyphen":                          `soft\xadhyphen`,
		"\u0085next":                                `\x85next`,
		"bad\xff\xfe":                               `bad\xff\xfe`,
		"\xc0\xafoverlong":                          `\xc0\xafoverlong`,
		"\xed\xa0\x80half":                          `\xed\xa0\x80half`,
		"\u2028line\u2029paragraph":                 `\u{2028}line\u{2029}paragraph`,
		"\x9b31mC1":                                 `\x9b31mC1`,
		"\u009b31mC1":                               `\x9b31mC1`,
		string(utf8.RuneError):                      string(utf8.RuneError),
		"\U000e0041tag":                             `\u{e0041}tag`,
		"hangul\u3164filler":                        `hangul\u{3164}filler`,
		"halfwidth\uffa0filler":                     `halfwidth\u{ffa0}filler`,
		"grapheme\u034fjoiner":                      `grapheme\u{34f}joiner`,
		"hidden\ufe01\U000e0100text":                `hidden\u{fe01}\u{e0100}text`,
		"braille\u2800blank":                        `braille\u{2800}blank`,
		"no\u00a0break":                             `no\xa0break`,
		"Vie\u0323\u0302t":                          "Vie\u0323\u0302t",
		"\u0301on its own":                          `\u{301}on its own`,
		"\u200b\u0301after an escape":               `\u{200b}\u{301}after an escape`,
		"z\u0301\u0301\u0301\u0301\u0301\u0301algo": "z\u0301\u0301\u0301\u0301" + `\u{301}\u{301}algo`,
		"नमस्ते":                                    "नमस्ते",
	} {
		if got := view.Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
	if got := view.CleanLines("a\n\x1bb\r\n"); got != "a\n"+`\x1bb\x0d`+"\n" {
		t.Errorf("CleanLines gives %q", got)
	}
}

// forbidden are ranges that no terminal may be sent, written out: the rule is not tested by itself.
var forbidden = [][2]rune{
	{0, 0x1f},
	{0x7f, 0xa0},
	{0xad, 0xad},
	{0x34f, 0x34f},
	{0x61c, 0x61c},
	{0x115f, 0x1160},
	{0x17b4, 0x17b5},
	{0x180b, 0x180f},
	{0x200b, 0x200f},
	{0x2028, 0x202e},
	{0x2060, 0x206f},
	{0x2800, 0x2800},
	{0x3164, 0x3164},
	{0xd800, 0xf8ff},
	{0xfe00, 0xfe0f},
	{0xfeff, 0xfeff},
	{0xffa0, 0xffa0},
	{0xfff0, 0xfffb},
	{0x1d173, 0x1d17a},
	{0xe0000, 0x10ffff},
}

// harmless says what is wrong with a text that a terminal would get, if anything.
func harmless(s string) string {
	if !utf8.ValidString(s) {
		return "it is not UTF-8"
	}
	marks := 5
	for _, r := range s {
		for _, span := range forbidden {
			if r >= span[0] && r <= span[1] {
				return fmt.Sprintf("it holds %U", r)
			}
		}
		if !unicode.In(r, unicode.Mn, unicode.Me) {
			marks = 0
		} else if marks++; marks > 4 {
			return "marks pile up, or stand alone"
		}
	}
	return ""
}

func FuzzClean(f *testing.F) {
	for _, seed := range []string{
		"a\x1b]0;title\x07b\u202e\xff", "\x1b[2J\x1b[1;1H", "\x1bP+q\x1b\\", "\u009b?1049h", "z\u0301\u0301\u0301\u0301\u0301", "\u3164\u2800\ufe0f",
		"\xf0\x9f\x99", "\U000e0001\U000e0041", "a\r\nb\x00", "\u0301", "מרחב 12",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := view.Clean(s)
		if wrong := harmless(got); wrong != "" {
			t.Fatalf("Clean(%q) = %q: %s", s, got, wrong)
		}
		if view.Clean(got) != got {
			t.Fatalf("Clean is not stable on %q", s)
		}
		if kept := strings.ReplaceAll(view.CleanLines(s), "\n", ""); harmless(kept) != "" {
			t.Fatalf("CleanLines(%q) = %q", s, kept)
		}
		var b bytes.Buffer
		if err := view.WriteJSON(&b, []string{s}); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsFunc(b.String(), func(r rune) bool { return r != '\n' && (r < ' ' || (r > '~' && harmless("a"+string(r)) != "")) }) {
			t.Fatalf("the JSON is %q", b.String())
		}
		var back []string
		if err := json.Unmarshal(b.Bytes(), &back); err != nil || back[0] != strings.ToValidUTF8(s, "\ufffd") && utf8.ValidString(s) {
			t.Fatalf("the JSON reads back as %q, %v", back, err)
		}
	})
}
