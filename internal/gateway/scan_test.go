package gateway

import (
	"strings"
	"testing"
)

func TestScan(t *testing.T) {
	for name, test := range map[string]struct{ src, want string }{
		"comments":                {"a // b \" {\n/* c ` { */ d", "a d"},
		"strings":                 {`a "b \" { // " 'c \' }' d`, `a "b \" { // " 'c \' }' d`},
		"template":                {"a `b ${ `c ${\"}\"} ` + {d: 1}.d } \\` e` f", "a `b ${ `c ${\"}\"} ` + {d: 1}.d } \\` e` f"},
		"regular expression":      {`x = /["'{\/[/]/g.test(y)`, `x = /["'{\/[/]/g . test ( y )`},
		"division":                {"(a + b) / c[0] / 2", "( a + b ) / c [ 0 ] / 2"},
		"expression after if":     {"if (a) /{/.test(a)", "if ( a ) /{/ . test ( a )"},
		"a property named return": {"a.return / b / c", "a . return / b / c"},
		"hashbang":                {"#! /usr/bin/env {\na", "a"},
		"arrow":                   {"async () => {...a}", "async ( ) => { ... a }"},
	} {
		t.Run(name, func(t *testing.T) {
			tokens, err := scan([]byte(test.src))
			if err != nil {
				t.Fatal(err)
			}
			words := make([]string, len(tokens))
			for i, token := range tokens {
				words[i] = token.text
			}
			if got := strings.Join(words, " "); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestScanIsUnsure(t *testing.T) {
	for name, src := range map[string]string{
		"open string": `"a`, "string over lines": "'a\\\nb'", "open template": "`a ${b", "open comment": "/* a", "open bracket": "f(",
		"wrong bracket": "f(]", "slash after a block": "{} / 2", "slash after non-null": "a! / b", "escaped name": `\u0061`,
		"not UTF-8": "\xff", "deep template": strings.Repeat("`${", 99) + "a" + strings.Repeat("}`", 99),
	} {
		if _, err := scan([]byte(src)); err == nil {
			t.Errorf("%s: scanned", name)
		}
	}
}

func TestUnrecognisedInit(t *testing.T) {
	for name, src := range map[string]string{
		"default export":     "export default function runtimeInit(r) {}",
		"not exported":       "function runtimeInit(r) {}",
		"expression body":    "export const runtimeInit = (r) => r.addPlugin(x);",
		"destructured":       "export function runtimeInit({ addPlugin }) {}",
		"overloads":          "export function runtimeInit(r: A): void;\nexport function runtimeInit(r: any) {}",
		"overload and class": "export function runtimeInit(r: A): void\nclass B {}",
		"type literal":       "export function runtimeInit(r): { a: string } { return x }",
		"generator":          "export function* runtimeInit(r) {}",
		"made by a call":     "export const runtimeInit = wrap((r) => {});",
		"in a comment":       "// export function runtimeInit(r) {}",
		"in a string":        "const a = \"export function runtimeInit(r) {}\";",
		"in a template":      "const a = `${b}; export function runtimeInit(r) {}`;",
		"from a package":     `export { runtimeInit } from "elsewhere";`,
		"star":               `export * from "./init";`,
	} {
		t.Run(name, func(t *testing.T) {
			parseTS(t, name, []byte(src))
			tokens, err := scan([]byte(src))
			if err != nil {
				return
			}
			s := &source{file: runtimeFile, src: []byte(src), tokens: tokens}
			if f := findInit(s, "runtimeInit", func(string) *source { return nil }); f != nil {
				t.Errorf("recognised with its body at token %d", f.body)
			}
		})
	}
}

func TestRegister(t *testing.T) {
	const line, call = `import { registerMcpOAuth } from "./mcp-oauth";`, "registerMcpOAuth(r);"
	for name, test := range map[string]struct{ src, want string }{
		"no import, own comment": {
			"// License\n\n/** Starts. */\nexport function runtimeInit(r) {\n}\n",
			"// License\n\n" + line + "\n\n/** Starts. */\nexport function runtimeInit(r) {\n  " + call + "\n}\n",
		},
		"empty on one line": {"export function runtimeInit(r) {}", line + "\n\nexport function runtimeInit(r) { " + call + " }"},
		"comment behind the bracket": {
			"import a from 'a'; // a\nexport const runtimeInit = r => { // b\n\tf();\n};\n",
			"import a from 'a'; // a\n" + line + "\nexport const runtimeInit = r => { // b\n\t" + call + "\n\tf();\n};\n",
		},
		"import without its line end": {
			"export var runtimeInit = function (r) { /* {\n */ f() }\nimport 'a'",
			"export var runtimeInit = function (r) { " + call + " /* {\n */ f() }\nimport 'a'\n" + line,
		},
		"declared, then exported": {
			"async function runtimeInit(r?: A): Promise<B[]> {\r\n}\r\nexport { runtimeInit };\r\n",
			line + "\r\n\r\nasync function runtimeInit(r?: A): Promise<B[]> {\r\n  " + call + "\r\n}\r\nexport { runtimeInit };\r\n",
		},
		"compiler directive": {
			"// @ts-nocheck\nexport function runtimeInit(r) {\n    f();\n}\n",
			"// @ts-nocheck\n" + line + "\n\nexport function runtimeInit(r) {\n    " + call + "\n    f();\n}\n",
		},
		"statement on the import's line": {
			"import 'a'; f();\nexport function runtimeInit(r) {\n}\n",
			"import 'a';\n" + line + " f();\nexport function runtimeInit(r) {\n  " + call + "\n}\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			parseTS(t, name, []byte(test.src))
			tokens, err := scan([]byte(test.src))
			if err != nil {
				t.Fatal(err)
			}
			s := &source{file: runtimeFile, src: []byte(test.src), tokens: tokens}
			f := findInit(s, "runtimeInit", func(string) *source { return nil })
			if f == nil {
				t.Fatal("not recognised")
			}
			got, ok := f.register()
			if !ok || string(got) != test.want {
				t.Errorf("got  %q (%v)\nwant %q", got, ok, test.want)
			}
			parseTS(t, name, got)
		})
	}
}
