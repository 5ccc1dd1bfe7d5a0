package gateway

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/mcpauth-cli/mcpauth/templates"
)

// FuzzMergeJSON merges into arbitrary JSON, under arbitrary names: whatever isn't refused parses, keeps every byte that isn't
// ours, and stays as it is in a second merge.
func FuzzMergeJSON(f *testing.F) {
	cases, err := filepath.Glob(filepath.Join(goldenDir, "*", "in", routesFile))
	if err != nil || len(cases) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, routes := range cases {
		src, err := os.ReadFile(routes)
		if err != nil {
			f.Fatal(err)
		}
		policies, err := os.ReadFile(filepath.Join(filepath.Dir(routes), "policies.json"))
		if err != nil {
			policies = []byte(noPolicies)
		}
		f.Add(policies, src, "mcp-oauth-inbound", "MCP Server")
	}
	f.Add([]byte(`{"policies" : [ ] , "\u0000":"\ud800" }`), []byte(`{"paths":{"/mcp":{"post":{"x-zuplo-route":{"handler":{"export":"mcpServerHandler"},"policies":{}}}}}}`), "a", `"${x}`)
	f.Fuzz(func(t *testing.T, policies, routes []byte, policyName, resourceName string) {
		c := valid()
		c.PolicyName, c.ResourceName = policyName, resourceName
		dir := t.TempDir()
		save(t, dir, policiesFile, policies)
		save(t, dir, routesFile, routes)
		result, err := Merge(c, dir)
		var invalid Invalid
		var refusal *Refusal
		if errors.As(err, &invalid) || errors.As(err, &refusal) {
			return
		}
		if err != nil {
			t.Fatalf("neither a plan nor a refusal: %v", err)
		}
		for _, file := range result.Files {
			if filepath.Ext(file.Path) == ".json" {
				onlyOurs(t, file, c.withDefaults().policies()[0])
			}
			save(t, dir, file.Path, file.After)
			_ = Diff(file)
		}
		again, err := Merge(c, dir)
		if err != nil || again.Changed() {
			t.Errorf("a second merge: %v\n%s", err, report(again, nil))
		}
	})
}

func save(t *testing.T, dir, file string, contents []byte) {
	t.Helper()
	path := filepath.Join(dir, file)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, contents, 0o600)); err != nil {
		t.Fatal(err)
	}
}

// FuzzRuntimeStrings renders arbitrary strings into the two TypeScript files and reads them back, by our own scanner and
// from a real parser's output.
func FuzzRuntimeStrings(f *testing.F) {
	for _, seed := range []string{"MCP Server", `"`, `\`, `\"`, "\n", "${process.exit()}", "`", "</script>", "\u2028\u2029", "*/", "//", "שלום", "工具", "🛠️", "\u202e", "\x00", "\U000e0001"} {
		f.Add("https://tenant.eu.auth0.com/", seed)
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, server, name string) {
		plugin := templates.Plugin{AuthorizationServer: server, ResourceName: name}
		for file, render := range map[string]func(templates.Plugin) ([]byte, error){runtimeFile: templates.RuntimeTS, moduleFile: templates.ModuleTS} {
			src, err := render(plugin)
			if !utf8.ValidString(server) || !utf8.ValidString(name) {
				if err == nil {
					t.Fatal("rendered what is not UTF-8")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			uses := newSource(file, src).plugins()
			if len(uses) != 1 || len(uses[0].options.servers) != 1 || uses[0].options.servers[0] != server || uses[0].options.name != name {
				t.Fatalf("scanned %+v from\n%s", uses, src)
			}
			parsedBack(t, file, src, server, name)
		}
	})
}

// parsedBack compiles a file with esbuild and compares the two strings of what comes out.
func parsedBack(t *testing.T, file string, src []byte, server, name string) {
	t.Helper()
	compiled := api.Transform(string(src), api.TransformOptions{
		Loader: api.LoaderTS, Target: api.ES5, Charset: api.CharsetASCII, // strings in quotes, with nothing newer than \uXXXX
	})
	if len(compiled.Errors) > 0 {
		t.Fatalf("%s is not valid TypeScript: %s\n%s", file, compiled.Errors[0].Text, src)
	}
	form := regexp.MustCompile(`^(?s:.*)\bauthorizationServers: \[(` + jsString + `)\],\n *resourceName: (` + jsString + `)\n`)
	found := form.FindSubmatch(compiled.Code)
	if found == nil {
		t.Fatalf("%s compiled out of shape:\n%s", file, compiled.Code)
	}
	for i, want := range []string{server, name} {
		if got := jsValue(t, string(found[i+1])); got != want {
			t.Errorf("%q came back as %q from\n%s", want, got, src)
		}
	}
}

const jsString = `"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*'`

// jsValue is the value of a JavaScript string, with surrogate pairs made whole.
func jsValue(t *testing.T, literal string) string {
	t.Helper()
	var units []uint16
	for rest := literal[1 : len(literal)-1]; rest != ""; {
		if rest[0] != '\\' {
			units, rest = append(units, uint16(rest[0])), rest[1:]
			continue
		}
		digits := map[byte]int{'u': 4, 'x': 2}[rest[1]]
		if digits > 0 {
			unit, err := strconv.ParseUint(rest[2:2+digits], 16, 16)
			if err != nil {
				t.Fatal(err)
			}
			units, rest = append(units, uint16(unit)), rest[2+digits:]
			continue
		}
		if at := strings.IndexByte("0bfnrtv", rest[1]); at >= 0 {
			units = append(units, uint16("\x00\b\f\n\r\t\v"[at]))
		} else {
			units = append(units, uint16(rest[1]))
		}
		rest = rest[2:]
	}
	return string(utf16.Decode(units))
}
