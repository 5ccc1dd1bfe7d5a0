package cmd

import "testing"

func TestQuote(t *testing.T) {
	for text, want := range map[string]struct{ posix, windows string }{
		"https://a.example:8443/mcp": {"https://a.example:8443/mcp", "https://a.example:8443/mcp"},
		"":                           {"''", `""`},
		"Who am I?":                  {"'Who am I?'", `"Who am I?"`},
		"tool:a=It's":                {`'tool:a=It'\''s'`, `"tool:a=It's"`},
		"a;b&c|d":                    {"'a;b&c|d'", `"a;b&c|d"`},
		`C:\gateway`:                 {`'C:\gateway'`, `C:\gateway`},
		`C:\my gateway\`:             {`'C:\my gateway\'`, `"C:\my gateway\\"`},
		"$(calc) `id`":               {"'$(calc) `id`'", "\"`$(calc) ``id``\""},
		"it's $x & calc":             {`'it'\''s $x & calc'`, "\"it's `$x & calc\""},
		`say "hi" & calc`:            {`'say "hi" & calc'`, `"say ""hi"" & calc"`},
		`a\"b\`:                      {`'a\"b\'`, `"a\\""b\\"`},
		"”; calc; ”":                 {"'”; calc; ”'", "\"`”; calc; `”\""},
	} {
		if got := quoteFor("linux", text); got != want.posix {
			t.Errorf("for a POSIX shell, %q is %s, want %s", text, got, want.posix)
		}
		if got := quoteFor("windows", text); got != want.windows {
			t.Errorf("on Windows, %q is %s, want %s", text, got, want.windows)
		}
	}
}

func TestLongCommands(t *testing.T) {
	parts := []string{"mcpauth setup", "--yes"}
	if got := joinFor("linux", parts); got != "mcpauth setup \\\n    --yes" {
		t.Errorf("for a POSIX shell: %q", got)
	}
	if got := joinFor("windows", parts); got != "mcpauth setup --yes" {
		t.Errorf("on Windows: %q", got)
	}
}
