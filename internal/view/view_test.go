package view_test

import (
	"strings"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

func TestPlanIsHarmless(t *testing.T) {
	hostile := "\x1b]0;pwned\x07\u202e"
	p := plan.Plan{
		Changes: []plan.Change{{
			Action: plan.Update, Kind: plan.KindConnection, Key: hostile, Impact: hostile, Reason: hostile, Hint: hostile,
			Fields: []plan.Field{{Path: "display_name", Before: hostile, After: hostile}, {Path: "scope", Before: []string{hostile}, After: []string{"x" + hostile}}},
		}},
		Warnings: []string{hostile},
	}
	if got := view.Plan(p, view.NewPalette(false), 80); strings.ContainsAny(got, "\x1b\x07\u202e") {
		t.Errorf("the plan shows %q", got)
	}
}

// In a pipe an attribute and its value are on one line, however long, to be searched; a terminal gets them folded.
func TestPlanInAPipe(t *testing.T) {
	const attribute = "authorization_response_iss_parameter_supported"
	long := strings.Repeat("a long reason ", 20)
	p := plan.Plan{Changes: []plan.Change{{
		Action: plan.Update, Kind: plan.KindSettings, Impact: long,
		Fields: []plan.Field{{Path: attribute, After: true}, {Path: "default_audience", After: "https://a.example/mcp"}},
	}}}
	piped := view.Plan(p, view.NewPalette(false), 0)
	for _, want := range []string{attribute + "  (not set) -> true\n", "> " + strings.TrimSpace(long) + " \n"} {
		if !strings.Contains(piped, want) {
			t.Errorf("in a pipe:\n%s\nwant a line with %q", piped, want)
		}
	}
	for line := range strings.Lines(view.Plan(p, view.NewPalette(false), 80)) {
		if view.Width(strings.TrimSuffix(line, "\n")) > 80 {
			t.Errorf("%d columns on a terminal: %s", view.Width(line), line)
		}
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
