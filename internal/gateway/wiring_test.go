package gateway

import (
	"strings"
	"testing"
)

// scripts makes modules of sources by their names below modules/.
func scripts(files map[string]string) modules {
	found := modules{}
	for name, src := range files {
		found["modules/"+name] = newSource("modules/"+name, []byte(src))
	}
	return found
}

// TestCallsInABody says how surely a call runs, by where it stands in runtimeInit.
func TestCallsInABody(t *testing.T) {
	for body, want := range map[string]certainty{
		"registerMcpOAuth(r);":                                               surely,
		"a()\n registerMcpOAuth(r)":                                          surely,
		"await registerMcpOAuth(r);":                                         surely,
		"const done = registerMcpOAuth(r);":                                  surely,
		"return registerMcpOAuth(r);":                                        surely,
		"if (x) { y(); }\n registerMcpOAuth(r);":                             surely,
		"if (x) y(); registerMcpOAuth(r);":                                   surely,
		"{ registerMcpOAuth(r) }":                                            surely,
		"try { registerMcpOAuth(r) } catch {}":                               surely,
		"try { a() } finally { registerMcpOAuth(r) }":                        surely,
		"do { registerMcpOAuth(r) } while (x)":                               surely,
		"const f = () => { return 1; };\n registerMcpOAuth(r);":              surely,
		"r.addRequestHook(async (q) => { return q });\n registerMcpOAuth(r)": surely,
		"function f() { throw 1 }\n registerMcpOAuth(r)":                     surely,
		"function f()\n{\n return 1 }\n registerMcpOAuth(r)":                 surely,
		"function f(): { a: string } { return x }\n registerMcpOAuth(r)":     surely,
		"class A { m() { return 1 } }\n registerMcpOAuth(r)":                 surely,
		"const o = { m() { return 1 }, return: 2 };\n registerMcpOAuth(r)":   surely,
		"for (const a of b) { if (a) break; }\n registerMcpOAuth(r)":         surely,
		"switch (a) { case 1: b(); break; }\n registerMcpOAuth(r)":           surely,
		"if (false) return;\n registerMcpOAuth(r)":                           surely,
		"const a = { b }\n registerMcpOAuth(r)":                              surely,
		"list.forEach((a) => a.b)\n registerMcpOAuth(r)":                     surely,
		"a.default\n registerMcpOAuth(r)":                                    surely,
		"first: { registerMcpOAuth(r) }":                                     surely,

		"if (x) registerMcpOAuth(r);":                                       perhaps,
		"if (x)\n registerMcpOAuth(r);":                                     perhaps,
		"if (x) { registerMcpOAuth(r); }":                                   perhaps,
		"if (x)\n{\n registerMcpOAuth(r);\n}":                               perhaps,
		"if (x) { a() } else registerMcpOAuth(r);":                          perhaps,
		"if (x) { a() }\n else\n registerMcpOAuth(r);":                      perhaps,
		"if (x) { a() } else { registerMcpOAuth(r); }":                      perhaps,
		"if (x) { if (y) { registerMcpOAuth(r); } }":                        perhaps,
		"try { a() } catch { registerMcpOAuth(r) }":                         perhaps,
		"try { a() } catch (e) { registerMcpOAuth(r) }":                     perhaps,
		"for (const a of b) registerMcpOAuth(r)":                            perhaps,
		"for await (const a of b)\n registerMcpOAuth(r)":                    perhaps,
		"while (x) { registerMcpOAuth(r) }":                                 perhaps,
		"switch (a) { case 1: registerMcpOAuth(r) }":                        perhaps,
		"switch (a) { case 1: { registerMcpOAuth(r) } }":                    perhaps,
		"x && registerMcpOAuth(r);":                                         perhaps,
		"x ||\n registerMcpOAuth(r);":                                       perhaps,
		"x ?? registerMcpOAuth(r);":                                         perhaps,
		"x ? registerMcpOAuth(r) : y();":                                    perhaps,
		"if (!x) return;\n registerMcpOAuth(r);":                            perhaps,
		"if (!x) { return }\n registerMcpOAuth(r);":                         perhaps,
		"if (!x) { throw new Error() } else { a() }\n registerMcpOAuth(r);": perhaps,
		"switch (a) { case 1: return }\n registerMcpOAuth(r)":               perhaps,
		"switch (a) { case 1: { return } }\n registerMcpOAuth(r)":           perhaps,
		"for (;;) { if (a) { return } }\n registerMcpOAuth(r)":              perhaps,

		"return;\n registerMcpOAuth(r);":                           unseen,
		"return\n registerMcpOAuth(r);":                            unseen,
		"throw new Error('x');\n registerMcpOAuth(r);":             unseen,
		"{ return }\n registerMcpOAuth(r);":                        unseen,
		"a();\n{ return }\n registerMcpOAuth(r);":                  unseen,
		"a()\n{ return }\n registerMcpOAuth(r);":                   unseen,
		"try { return } finally { a() }\n registerMcpOAuth(r);":    unseen,
		"if (false) { registerMcpOAuth(r) }":                       unseen,
		"if (0) registerMcpOAuth(r)":                               unseen,
		"while (false) registerMcpOAuth(r)":                        unseen,
		"false && registerMcpOAuth(r)":                             unseen,
		"true || registerMcpOAuth(r)":                              unseen,
		"const later = () => registerMcpOAuth(r);":                 unseen,
		"const later = () => { registerMcpOAuth(r) };":             unseen,
		"const later = function () { registerMcpOAuth(r) };":       unseen,
		"function later() { registerMcpOAuth(r) }":                 unseen,
		"function later()\n{\n registerMcpOAuth(r) }":              unseen,
		"class A { m() { registerMcpOAuth(r) } }":                  unseen,
		"class A extends m(B) { n()\n{ registerMcpOAuth(r) } }":    unseen,
		"const o = { m() { registerMcpOAuth(r) } };":               unseen,
		"const o = { m: () => registerMcpOAuth(r) };":              unseen,
		"r.addRequestHook(async (q) => { registerMcpOAuth(r); });": unseen,
		"r.addRequestHook((q) => registerMcpOAuth(r));":            unseen,
		"// registerMcpOAuth(r);":                                  unseen,
		"const a = 'registerMcpOAuth(r)';":                         unseen,
		"const a = `${b} registerMcpOAuth(r)`;":                    unseen,
		"registerMcpOAuth;":                                        unseen,
		"registerMcpOAuth();":                                      unseen,
		"other.registerMcpOAuth(r);":                               unseen,
	} {
		t.Run(body, func(t *testing.T) {
			src := "import { registerMcpOAuth } from './mcp-oauth';\nexport async function runtimeInit(r) {\n" + body + "\n}\n"
			parseTS(t, runtimeFile, []byte(src))
			m := scripts(map[string]string{"zuplo.runtime.ts": src})
			if got := m.wiring(m.running()).chance; got != want {
				t.Errorf("got %d, want %d", got, want)
			}
		})
	}
}

// TestWiring follows the ways to our module through files, names and functions.
func TestWiring(t *testing.T) {
	const own = "import { registerMcpOAuth } from './mcp-oauth';\n"
	for name, test := range map[string]struct {
		files map[string]string
		want  certainty
		loose string // a part of where something else was seen
	}{
		"alias": {map[string]string{
			"zuplo.runtime.ts": "import { registerMcpOAuth as add } from './mcp-oauth';\nexport function runtimeInit(r) { add(r) }",
		}, surely, ""},
		"namespace, with an ending": {map[string]string{
			"zuplo.runtime.ts": "import * as mcp from './mcp-oauth.js';\nexport function runtimeInit(r) { mcp.registerMcpOAuth(r) }",
		}, surely, ""},
		"re-exported init": {map[string]string{
			"zuplo.runtime.ts": "export { start as runtimeInit } from './setup/start';",
			"setup/start.ts":   "import { registerMcpOAuth } from '../mcp-oauth';\nexport const start = (r) => { registerMcpOAuth(r) }",
		}, surely, ""},
		"default re-exported": {map[string]string{
			"zuplo.runtime.ts": "export { default as runtimeInit } from './start';",
			"start.ts":         own + "export default async function (r) { registerMcpOAuth(r) }",
		}, surely, ""},
		"function of the file": {map[string]string{
			"zuplo.runtime.ts": own + "export function runtimeInit(r) { a(r) }\nfunction a(r) { b(r) }\nconst b = (r) => { registerMcpOAuth(r) }",
		}, surely, ""},
		"functions that call each other": {map[string]string{
			"zuplo.runtime.ts": own + "export function runtimeInit(r) { a(r) }\nfunction a(r) { b(r) }\nfunction b(r) { a(r) }",
		}, unseen, ""},
		"called under a condition, then surely": {map[string]string{
			"zuplo.runtime.ts": own + "export function runtimeInit(r) { if (x) a(r); a(r) }\nfunction a(r) { registerMcpOAuth(r) }",
		}, surely, ""},
		"called under a condition": {map[string]string{
			"zuplo.runtime.ts": own + "export function runtimeInit(r) { if (x) a(r) }\nfunction a(r) { registerMcpOAuth(r) }",
		}, perhaps, ""},
		"never called": {map[string]string{
			"zuplo.runtime.ts": own + "export function runtimeInit(r) {}\nexport function a(r) { registerMcpOAuth(r) }",
		}, unseen, "zuplo.runtime.ts:3:24"},
		"a variable that may change": {map[string]string{
			"zuplo.runtime.ts": own + "export function runtimeInit(r) { a(r) }\nlet a = (r) => { registerMcpOAuth(r) }\na = () => {};",
		}, unseen, "zuplo.runtime.ts:3:18"},
		"at the top of a module": {map[string]string{
			"zuplo.runtime.ts": own + "export function runtimeInit(r) {}\nregisterMcpOAuth(global);",
		}, unseen, "zuplo.runtime.ts:3:1"},
		"another module's function": {map[string]string{
			"zuplo.runtime.ts": "import { registerMcpOAuth } from './other';\nexport function runtimeInit(r) { registerMcpOAuth(r) }",
		}, unseen, "zuplo.runtime.ts:2:34"},
		"a function of its own": {map[string]string{
			"zuplo.runtime.ts": "export function runtimeInit(r) { registerMcpOAuth(r) }\nfunction registerMcpOAuth(r) {}",
		}, unseen, "zuplo.runtime.ts:1:34"},
		"handed on": {map[string]string{
			"zuplo.runtime.ts": own + "export function runtimeInit(r) { [registerMcpOAuth].forEach((f) => f(r)) }",
		}, unseen, "zuplo.runtime.ts:2:35"},
		"exported under another name": {map[string]string{
			"zuplo.runtime.ts": "import { a } from './b';\nexport function runtimeInit(r) { a(r) }",
			"b.ts":             "export { registerMcpOAuth as a } from './mcp-oauth';",
		}, unseen, "b.ts:1:1"},
		"in a test": {map[string]string{
			"zuplo.runtime.ts": "export function runtimeInit(r) {}",
			"a.spec.ts":        own + "registerMcpOAuth({});",
			"__tests__/b.ts":   own + "registerMcpOAuth({});",
		}, unseen, ""},
		"in a file that isn't understood": {map[string]string{
			"zuplo.runtime.ts": "export function runtimeInit(r) {}",
			"b.ts":             own + "{} / registerMcpOAuth(r) / 1",
		}, unseen, "b.ts"},
		"only imported": {map[string]string{
			"zuplo.runtime.ts": own + "export function runtimeInit(r) {}",
		}, unseen, ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := scripts(test.files)
			got := m.wiring(m.running())
			if got.chance != test.want || test.loose == "" && got.loose != "" || !strings.HasSuffix(got.loose, test.loose) {
				t.Errorf("got %+v, want chance %d and loose %q", got, test.want, test.loose)
			}
		})
	}
}
