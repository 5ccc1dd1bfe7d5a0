package view_test

import (
	"strings"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/view"
)

// A command is copied: no fold goes through it.
func TestFoldKeepsCommands(t *testing.T) {
	warn := view.NewPalette(true).Warn
	for in, want := range map[string]string{
		"give it more time: mcpauth verify https://a.example/mcp --timeout 1m":       "give it\n  more\n  time:\n  mcpauth verify https://a.example/mcp \\\n    --timeout 1m",
		"  log in again: auth0 login --domain a.example":                             "  log in\n    again:\n    auth0 login \\\n      --domain a.example",
		warn("warning: it stays until then: mcpauth undo --run 2026") + "\nand more": warn("warning:\n  it stays\n  until\n  then:\n  mcpauth undo \\\n    --run 2026") + "\nand more",
	} {
		if got := view.Fold(in, 10, 2); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

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
		{"  a.longer.name  value of it", 22, "  a.longer.name\n    value of it"},
		{"  a.name  value  and more of it", 22, "  a.name\n    value  and more of\n    it"},
		{red("name") + "    " + red("value of it"), 12, red("name") + "\n  " + red("value of\n  it")},
		{"a  value of it", 8, "a\n  value\n  of it"},
		{"日本 日本 日本", 9, "日本 日本\n  日本"},
		{red("error: ") + "one two", 10, red("error: ") + "one\n  two"},
		{"first line is long\nsecond", 10, "first line\n  is long\nsecond"},
		{"never folded at all", 0, "never folded at all"},
		{"ends in a newline\n", 10, "ends in a\n  newline\n"},
		{"error: mcpauth x has none", 14, "error: mcpauth\n  x has none"},
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

// A label that is no wider than what follows is indented keeps its value beside it.
func TestFoldKeepsAColumn(t *testing.T) {
	if got, want := view.Fold("    why   since it is so", 18, 6), "    why   since it\n          is so"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFoldCommand(t *testing.T) {
	for _, c := range []struct {
		in    string
		width int
		want  string
	}{
		{"  mcpauth setup --yes", 21, "  mcpauth setup --yes"},
		{"  mcpauth setup --yes", 20, "  mcpauth setup \\\n    --yes"},
		{"mcpauth setup --dry-run --json --yes", 25, "mcpauth setup --dry-run \\\n  --json --yes"},
		{"mcpauth setup --dry-run --json --yes", 24, "mcpauth setup \\\n  --dry-run --json --yes"},
		{"mcpauth setup --scope 'a=b --c d' --yes", 20, "mcpauth setup \\\n  --scope 'a=b --c d' \\\n  --yes"},
		{"  mcpauth setup --scope a.very.long.one --yes", 22, "  mcpauth setup \\\n    --scope a.very.long.one \\\n    --yes"},
		{"mcpauth setup --yes", 0, "mcpauth setup --yes"},
		{"mcpauth verify https://a.example/mcp", 10, "mcpauth verify https://a.example/mcp"},
	} {
		if got := view.FoldCommand(c.in, c.width); got != c.want {
			t.Errorf("FoldCommand(%q, %d) = %q, want %q", c.in, c.width, got, c.want)
		}
	}
}
