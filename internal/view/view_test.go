package view_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain ü 日本 🙂":         "plain ü 日本 🙂",
		"\x1b[2Jgone":          `\x1b[2Jgone`,
		"a\rb\tc\nd":           `a\x0db\tc\nd`,
		"\u202etxt.exe":        `\u{202e}txt.exe`,
		"zero\u200bwidth":      `zero\u{200b}width`,
		"\u0085next":           `\x85next`,
		"bad\xff\xfe":          `bad\xff\xfe`,
		"\u2028line":           `\u{2028}line`,
		"\x9b31mC1":            `\x9b31mC1`,
		string(utf8.RuneError): string(utf8.RuneError),
		"\U000e0041tag":        `\u{e0041}tag`,
	} {
		if got := view.Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("a\x1b]0;title\x07b\u202e\xff")
	f.Fuzz(func(t *testing.T, s string) {
		got := view.Clean(s)
		if !utf8.ValidString(got) || strings.ContainsFunc(got, func(r rune) bool { return r != ' ' && !unicode.IsPrint(r) && r != utf8.RuneError }) {
			t.Fatalf("Clean(%q) = %q", s, got)
		}
		if view.Clean(got) != got {
			t.Fatalf("Clean is not stable on %q", s)
		}
	})
}

func TestPlanIsHarmless(t *testing.T) {
	hostile := "\x1b]0;pwned\x07\u202e"
	p := plan.Plan{
		Changes: []plan.Change{{
			Action: plan.Update, Kind: plan.KindConnection, Key: hostile, Impact: hostile, Reason: hostile, Hint: hostile,
			Fields: []plan.Field{{Path: "display_name", Before: hostile, After: hostile}, {Path: "scope", Before: []string{hostile}, After: []string{"x" + hostile}}},
		}},
		Warnings: []string{hostile},
	}
	if got := view.Plan(p, view.NewPalette(false)); strings.ContainsAny(got, "\x1b\x07\u202e") {
		t.Errorf("the plan shows %q", got)
	}
}

func TestPaletteIsPerWriter(t *testing.T) {
	if got := view.NewPalette(true).Good("x"); !strings.Contains(got, "\x1b[") {
		t.Errorf("an enabled palette gives %q", got)
	}
	if got := view.NewPalette(false).Good("x"); got != "x" {
		t.Errorf("a disabled palette gives %q", got)
	}
}
