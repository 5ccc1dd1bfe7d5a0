package view_test

import (
	"strings"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/view"
)

func TestFold(t *testing.T) {
	red := view.NewPalette(true).Bad
	for _, c := range []struct {
		in    string
		width int
		want  string
	}{
		{"short enough", 12, "short enough"},
		{"  one two three four", 12, "  one two\n    three\n    four"},
		{"a https://a.example/a/very/long/path b", 10, "a\n  https://a.example/a/very/long/path\n  b"},
		{"name      value of it", 12, "name\n  value of\n  it"},
		{"日本 日本 日本", 9, "日本 日本\n  日本"},
		{red("error: ") + "one two", 10, red("error: ") + "one\n  two"},
		{"first line is long\nsecond", 10, "first line\n  is long\nsecond"},
		{"never folded at all", 0, "never folded at all"},
		{"ends in a newline\n", 10, "ends in a\n  newline\n"},
	} {
		got := view.Fold(c.in, c.width, 2)
		if got != c.want {
			t.Errorf("Fold(%q, %d) = %q, want %q", c.in, c.width, got, c.want)
		}
		for line := range strings.SplitSeq(got, "\n") {
			if c.width > 0 && view.Width(line) > c.width && strings.Contains(strings.TrimSpace(line), " ") {
				t.Errorf("Fold(%q, %d) leaves %q", c.in, c.width, line)
			}
		}
	}
}
