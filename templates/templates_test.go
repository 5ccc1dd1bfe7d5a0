package templates

import (
	"encoding/json"
	"strings"
	"testing"
	"text/template/parse"
)

// TestValuesEnterThroughTheEncoder holds every template to it: what an action prints is the output of json.
func TestValuesEnterThroughTheEncoder(t *testing.T) {
	printed := 0
	for _, tmpl := range set.Templates() {
		if tmpl.Tree == nil {
			continue
		}
		walk(tmpl.Root, func(action *parse.ActionNode) {
			printed++
			first := action.Pipe.Cmds[len(action.Pipe.Cmds)-1].Args[0]
			if len(action.Pipe.Decl) == 0 && first.String() != "json" {
				t.Errorf("template %s prints %s without the encoder", tmpl.Name(), action)
			}
		})
	}
	if printed == 0 {
		t.Error("found no action")
	}
}

func walk(node parse.Node, visit func(*parse.ActionNode)) {
	switch n := node.(type) {
	case *parse.ActionNode:
		visit(n)
	case *parse.ListNode:
		if n == nil {
			return
		}
		for _, child := range n.Nodes {
			walk(child, visit)
		}
	case *parse.RangeNode:
		walk(n.List, visit)
		walk(n.ElseList, visit)
	case *parse.IfNode:
		walk(n.List, visit)
		walk(n.ElseList, visit)
	case *parse.WithNode:
		walk(n.List, visit)
		walk(n.ElseList, visit)
	}
}

func TestLiteral(t *testing.T) {
	for _, s := range []string{"", "MCP Server", `a"b\c`, "\n\t\x00\x7f", "${a}`", "</script><!--", "&", "\u2028\u2029", "\u202e\u200d\ufeff", "工具 שלום", "🛠", "\U000e0001"} {
		got, err := Literal(s)
		if err != nil {
			t.Fatal(err)
		}
		var back string
		if err := json.Unmarshal([]byte(got), &back); err != nil || back != s {
			t.Errorf("%q became %s and came back as %q (%v)", s, got, back, err)
		}
		if strings.ContainsAny(got, "<>&\n\u2028\u2029\u202e\u200d\ufeff\x7f\U000e0001") {
			t.Errorf("%s holds what should be escaped", got)
		}
	}
	if got, err := Literal("a\xff"); err == nil {
		t.Errorf("encoded what is not UTF-8 as %s", got)
	}
	if got, _ := Literal("工具 שלום 🛠"); got != `"工具 שלום 🛠"` {
		t.Errorf("readable text became %s", got)
	}
}
