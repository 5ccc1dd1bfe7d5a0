package gateway

import "testing"

func nowhere(string) *source { return nil }

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
		"set later":          "export let runtimeInit;\nruntimeInit = (r) => {};",
		"set again":          "export let runtimeInit = (r) => {};\nruntimeInit = (r) => {};",
		"handed on":          "export var runtimeInit = (r) => {};\nwrap(runtimeInit);",
		"set by a pattern":   "let runtimeInit = (r) => {};\n[runtimeInit] = x;\nexport { runtimeInit };",
		"function set again": "export function runtimeInit(r) {}\nruntimeInit = x;",
	} {
		t.Run(name, func(t *testing.T) {
			parseTS(t, name, []byte(src))
			if f := findInit(newSource(runtimeFile, []byte(src)), "runtimeInit", nowhere); f != nil {
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
			"async function runtimeInit(r: A): Promise<B[]> {\r\n}\r\nexport { runtimeInit };\r\n",
			line + "\r\n\r\nasync function runtimeInit(r: A): Promise<B[]> {\r\n  " + call + "\r\n}\r\nexport { runtimeInit };\r\n",
		},
		"compiler directive": {
			"// @ts-nocheck\nexport function runtimeInit(r) {\n    f();\n}\n",
			"// @ts-nocheck\n" + line + "\n\nexport function runtimeInit(r) {\n    " + call + "\n    f();\n}\n",
		},
		"a variable": {
			"export let runtimeInit = (r) => {\n};\n",
			line + "\n\nexport let runtimeInit = (r) => {\n  " + call + "\n};\n",
		},
		"carriage returns": {
			"import a from 'a';\r\rexport function runtimeInit(r) {\r\tf();\r}\r",
			"import a from 'a';\r" + line + "\r\rexport function runtimeInit(r) {\r\t" + call + "\r\tf();\r}\r",
		},
		"JSDoc alone in the body": {
			"/**\n * License\n */\n\nexport function runtimeInit(r) {\n  /**\n   * Later.\n   */\n}\n",
			"/**\n * License\n */\n\n" + line + "\n\nexport function runtimeInit(r) {\n  " + call + "\n  /**\n   * Later.\n   */\n}\n",
		},
		"JSDoc is no indentation": {
			"/**\n * License\n */\n\nexport function runtimeInit(r) {\n}\n\nfunction f() {\n    g();\n}\n",
			"/**\n * License\n */\n\n" + line + "\n\nexport function runtimeInit(r) {\n    " + call + "\n}\n\nfunction f() {\n    g();\n}\n",
		},
		"JSDoc before the code of its line": {
			"export function runtimeInit(r) {\n  /**\n   * Now.\n   */ f();\n}\n",
			line + "\n\nexport function runtimeInit(r) {\n  " + call + "\n  /**\n   * Now.\n   */ f();\n}\n",
		},
		"JSDoc on the bracket's line": {
			"export function runtimeInit(r) { /** Now. */\n  f();\n}\n",
			line + "\n\nexport function runtimeInit(r) { " + call + " /** Now. */\n  f();\n}\n",
		},
		"blank lines first": {
			"export function runtimeInit(r) {\n\n    f();\n}\n",
			line + "\n\nexport function runtimeInit(r) {\n    " + call + "\n\n    f();\n}\n",
		},
		"comment for the next line": {
			"// @ts-ignore\nexport function runtimeInit(r) {\n}\n",
			line + "\n\n// @ts-ignore\nexport function runtimeInit(r) {\n  " + call + "\n}\n",
		},
		"imported under another name, not called": {
			"import { registerMcpOAuth as add } from './mcp-oauth';\nexport function runtimeInit(r) {\n}\n",
			"import { registerMcpOAuth as add } from './mcp-oauth';\nexport function runtimeInit(r) {\n  add(r);\n}\n",
		},
		"types alone imported": {
			"import type { A, registerMcpOAuth } from './mcp-oauth';\nexport function runtimeInit(r: A = {}) {\n}\n",
			"",
		},
		"optional parameter":  {"export function runtimeInit(r?: A) {\n}\n", ""},
		"undefined parameter": {"export function runtimeInit(r: A | undefined) {\n}\n", ""},
		"unknown parameter":   {"export const runtimeInit = (r: unknown) => {\n};\n", ""},
		"statement on the import's line": {
			"import 'a'; f();\nexport function runtimeInit(r) {\n}\n",
			"import 'a';\n" + line + " f();\nexport function runtimeInit(r) {\n  " + call + "\n}\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			parseTS(t, name, []byte(test.src))
			f := findInit(newSource(runtimeFile, []byte(test.src)), "runtimeInit", nowhere)
			if f == nil {
				t.Fatal("not recognised")
			}
			got, reason := f.register()
			if (reason != "") != (test.want == "") || string(got) != test.want {
				t.Errorf("got  %q (%v)\nwant %q", got, reason, test.want)
			}
			parseTS(t, name, got)
		})
	}
}
