package suggest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/suggest"
)

func TestNearest(t *testing.T) {
	known := []string{"connection", "connection-id", "scope", "name", "mcp-url", "Überraschung"}
	for meant, want := range map[string]string{
		"conection":    "connection",
		"CONNECTION":   "connection connection-id",
		"scopes":       "scope",
		"mcpurl":       "mcp-url",
		"ueberraschun": "Überraschung",
		"nonsense":     "",
		"x":            "",
	} {
		if got := strings.Join(suggest.Nearest(meant, known), " "); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", meant, got, want)
		}
	}
	if got := suggest.Nearest("connectio", slices.Repeat(known[:1], 5)); len(got) != 3 {
		t.Errorf("%d names are offered", len(got))
	}
}
