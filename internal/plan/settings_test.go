package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
)

// A default audience that names no API is told of in each mode, where all APIs were seen: the login of whoever relies on it fails.
func TestADefaultAudienceWithoutAPIIsWarnedOf(t *testing.T) {
	const ghost = "https://ghost.example/mcp"
	named := plan.Object{Values: plan.Values{"identifier": ghost}}
	for name, c := range map[string]struct {
		change func(*plan.Observed)
		told   bool
	}{
		"it names none":          {func(*plan.Observed) {}, true},
		"it names one":           {func(o *plan.Observed) { o.APIs = append(o.APIs, named) }, false},
		"not all APIs were seen": {func(o *plan.Observed) { o.EveryAPI = false }, false},
		"it is one of Auth0's own": {func(o *plan.Observed) {
			o.Settings.Values["default_audience"] = "https://my-tenant.eu.auth0.com/api/v2/"
		}, false},
		"it is the server's": {func(o *plan.Observed) { o.APIs, o.Settings.Values["default_audience"] = nil, url }, false},
	} {
		for _, mode := range []spec.AudienceMode{spec.AudienceBoth, spec.AudienceResource, spec.AudienceDefault} {
			s, o := wanted(t), ready()
			s.AudienceMode, o.EveryAPI, o.Settings.Values["default_audience"] = mode, true, ghost
			c.change(&o)
			p := plan.Diff(s, o)
			told := p.Warnings
			for _, blocked := range p.Blocked() {
				told = append(told, blocked.Reason)
			}
			if got := slices.ContainsFunc(told, func(text string) bool { return strings.Contains(text, ghost+" names no API") }); got != c.told {
				t.Errorf("%s, mode %s: told %v, want %v: %q", name, mode, got, c.told, told)
			}
		}
	}
	s, o := wanted(t), ready()
	s.ReplaceDefaultAudience, o.EveryAPI, o.Settings.Values["default_audience"] = true, true, ghost
	if p := plan.Diff(s, o); len(p.Warnings) != 0 {
		t.Errorf("one that is replaced gives the warnings %q", p.Warnings)
	}
}
