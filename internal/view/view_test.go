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
