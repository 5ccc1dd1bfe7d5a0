package gateway

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzWiring makes runtime files out of pieces, so that most parse: wherever a call counts as one that surely runs, or is put
// in, a bundler that drops dead code must find it alive. Arbitrary bytes hardly ever make a file that parses.
func FuzzWiring(f *testing.F) {
	for _, recipe := range []string{"", "a", "\x00\x01\x02\x03\x04\x05", "0123456789", "return", "\xff\x10\x20\x30\x40\x50\x60\x70"} {
		f.Add([]byte(recipe))
	}
	f.Fuzz(func(t *testing.T, recipe []byte) {
		w := &writer{recipe: recipe}
		src := w.file()
		m := scripts(map[string]string{"zuplo.runtime.ts": src})
		if m.sure(runtimeFile) == nil || !parses(src) {
			return // left alone, or no TypeScript to begin with
		}
		dir := t.TempDir()
		save(t, dir, runtimeFile, []byte(src))
		runs := m.running()
		switch found := m.wiring(runs); {
		case found.chance == surely:
			if !live(t, dir) {
				t.Errorf("taken for wired, but runtimeInit doesn't get to the call:\n%s", src)
			}
		case found.chance == unseen && found.loose == "" && len(runs) > 0:
			changed, reason := runs[0].in.register()
			if reason != "" {
				return
			}
			save(t, dir, runtimeFile, changed)
			if !ourLinesAlone(src, string(changed)) || !live(t, dir) {
				t.Errorf("the call was put where it doesn't run, or more is new in\n%s\nwas\n%s", changed, src)
			}
		}
		if err := os.Remove(filepath.Join(dir, runtimeFile)); err != nil {
			t.Fatal(err)
		}
	})
}

// writer writes TypeScript as a recipe says; each choice takes one byte, and the recipe's end chooses the first.
type writer struct {
	recipe []byte
	deep   int
}

func (w *writer) choose(n int) int {
	if len(w.recipe) == 0 {
		return 0
	}
	chosen := int(w.recipe[0]) % n
	w.recipe = w.recipe[1:]
	return chosen
}

func (w *writer) one(of ...string) string { return of[w.choose(len(of))] }

func (w *writer) file() string {
	imports := w.one("import { registerMcpOAuth } from './mcp-oauth';\n", "import { registerMcpOAuth as add } from './mcp-oauth'\n",
		"import * as mcp from './mcp-oauth.js'\n", "import a from 'a' /* b */\n", "", "'use strict'\n", "// @ts-nocheck\n/** A. */\n")
	init := w.one("export function runtimeInit(r) {", "export async function runtimeInit(r): Promise<void> {", "export const runtimeInit = async (r) => {",
		"export const runtimeInit = r => {", "export let runtimeInit = function (r) {", "export function runtimeInit() {", "export function runtimeInit(r: any)\n{")
	body := w.one("\n", " ", " // c\n", "\r\n", "\n/** d */ ") + w.statements() + w.one("\n}", "}", "\n  }")
	if strings.Contains(body, "await") {
		init = "export async function runtimeInit(r) {"
	}
	helper := w.one("", "function help(r) {\n"+w.statements()+"\n}", "const help = (r) => {\n"+w.statements()+"\n}")
	if strings.Contains(helper, "await") {
		helper = ""
	}
	return imports + init + body + w.one("\n", ";\n") + helper
}

func (w *writer) statements() string {
	var out strings.Builder
	for range w.choose(5) {
		out.WriteString(w.statement() + w.one("\n", ";\n", "; "))
	}
	return out.String()
}

func (w *writer) block() string {
	return w.one("{ ", "{\n", "\n{\n") + w.statements() + "}"
}

func (w *writer) statement() string {
	if w.deep++; w.deep > 20 {
		return "f()"
	}
	switch w.choose(18) {
	case 0:
		return w.call()
	case 1:
		return "f(" + w.expression() + ")"
	case 2:
		return "const " + w.one("a", "b", "c", "d") + w.name() + " = " + w.expression()
	case 3:
		return "if (" + w.expression() + ") " + w.block()
	case 4:
		return "if (" + w.expression() + ")" + w.one(" ", "\n") + w.call()
	case 5:
		return "if (" + w.expression() + ") " + w.block() + w.one(" else ", "\nelse\n") + w.block()
	case 6:
		return "if (" + w.expression() + ") return"
	case 7:
		return w.one("return", "throw f", "return f()", "return "+w.call())
	case 8:
		return "try " + w.block() + " catch {}" + w.one("", " finally { f() }")
	case 9:
		return "for (const x of g) " + w.block()
	case 10:
		return "function " + "h" + w.name() + "(x)" + w.one(" ", ": void ", ": { a: string } ") + w.block()
	case 11:
		return "const k" + w.name() + " = " + w.one("() => ", "(x) => ", "function () ") + w.block()
	case 12:
		return "f(() => " + w.block() + ")"
	case 13:
		return ";" + w.block()
	case 14:
		return "switch (f) { case 1: " + w.statements() + w.one("break", "") + "; default: " + w.statements() + " }"
	case 15:
		return w.expression() + w.one(" && ", " || ", " ?? ", " ? 1 : ", ", ") + w.call()
	case 16:
		return "l" + w.name() + ": " + w.block()
	}
	return "class K" + w.name() + " { m() " + w.block() + " }"
}

// name is new each time.
func (w *writer) name() string { return strings.Repeat("_", w.deep) + w.one("", "1", "x") }

func (w *writer) call() string {
	return w.one("registerMcpOAuth(r)", "await registerMcpOAuth(r)", "add(r)", "mcp.registerMcpOAuth(r)", "help(r)", "f(registerMcpOAuth(r))", "const y"+w.name()+" = add(r)", "void 0")
}

func (w *writer) expression() string {
	return w.one("f", "f()", "false", "true", "0", "/[}]/.test(f)", "`a${f}`", "{ a: 1 }.a", "'x'", "(1, 2)", "[1]", "x => x", "!f", "r?.a")
}
