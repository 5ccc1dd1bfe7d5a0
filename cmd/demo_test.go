package cmd_test

import (
	"fmt"
	"strings"
	"testing"
)

// The story is told on the terminal that there is. What is rendered are files, which stay as they are.
func TestDemoFits(t *testing.T) {
	for _, columns := range []int{40, 60, 80} {
		shown, code := station{terminal: true, columns: columns, vars: map[string]string{"TERM": "dumb"}}.run(t, "demo")
		if code != 0 {
			t.Fatalf("exit %d\n%s", code, shown)
		}
		before, rest, found := strings.Cut(shown, "\n# config/policies.json")
		_, after, ends := strings.Cut(rest, "\n4. ")
		if !found || !ends {
			t.Fatalf("the steps are not told:\n%s", shown)
		}
		name := fmt.Sprintf("demo at %d columns", columns)
		fits(t, name, before, columns)
		fits(t, name, "4. "+after, columns)
		if flat := strings.Join(strings.Fields(strings.ReplaceAll(shown, "\\\n", " ")), " "); !strings.Contains(flat, "$ mcpauth undo --yes") ||
			!strings.Contains(flat, "--connection Username-Password-Authentication --scope 'tool:whoami=Who am I?' --yes") {
			t.Errorf("%s: the commands are not whole:\n%s", name, shown)
		}
	}
}
