package gateway

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/evanw/esbuild/pkg/api"
)

// FuzzMergeRuntime merges into arbitrary runtime files: what parsed before parses after, only our lines are new, runtimeInit
// runs the call (a bundler that drops dead code judges that, not our own reading), and a second merge is a no-op.
func FuzzMergeRuntime(f *testing.F) {
	cases, err := filepath.Glob(filepath.Join(goldenDir, "*", "in", runtimeFile))
	if err != nil || len(cases) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, file := range cases {
		src, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src, "MCP Server")
	}
	f.Add([]byte("export const runtimeInit = async r => { /* { */ }; // }"), "${x}`\u2028")
	f.Fuzz(func(t *testing.T, runtime []byte, resourceName string) {
		before := string(runtime)
		if !parses(before) {
			t.Skip("no TypeScript to begin with, so nothing is promised of it")
		}
		c := valid()
		c.ResourceName = resourceName
		dir := t.TempDir()
		save(t, dir, policiesFile, []byte(noPolicies))
		save(t, dir, routesFile, []byte("{}"))
		save(t, dir, runtimeFile, runtime)
		result, err := Merge(c, dir)
		if err != nil {
			return // refused: nothing is written
		}
		for _, file := range result.Files {
			save(t, dir, file.Path, file.After)
		}
		after := string(readFile(t, filepath.Join(dir, runtimeFile)))
		parseTS(t, runtimeFile, []byte(after))
		if !ourLinesAlone(before, after) {
			t.Errorf("more than our lines is new in\n%q\nwas\n%q", after, before)
		}
		again, err := Merge(c, dir)
		if err != nil || again.Changed() || strings.Join(again.Manual, "\n") != strings.Join(result.Manual, "\n") {
			t.Errorf("a second merge: %v\n%s", err, report(again, nil))
		}
		wired := len(result.Manual) == 0 && len(result.Warnings) == 1 // of the missing route alone
		if _, err := os.Stat(filepath.Join(dir, moduleFile)); err == nil && wired && !live(t, dir) {
			t.Errorf("taken for wired, but runtimeInit doesn't get to the call:\n%s", after)
		}
	})
}

func parses(src string) bool {
	return len(api.Transform(src, api.TransformOptions{Loader: api.LoaderTS}).Errors) == 0
}

var (
	addedImport = regexp.MustCompile(`^(\r\n|\r|\n)?import \{ registerMcpOAuth \} from "\./mcp-oauth";(\r\n\r\n|\r\r|\n\n)?`)
	addedType   = regexp.MustCompile(`^\w+: import\("@zuplo/runtime"\)\.RuntimeExtensions`)
	addedCall   = regexp.MustCompile(`^((\r\n|\r|\n)[ \t]*| )[\pL\pN_$]+\([\pL\pN_$]+\); ?`)
)

// ourLinesAlone says that a file without one of our imports, calls and parameter types each, where it has them, can be what
// it was, byte for byte.
func ourLinesAlone(before, after string) bool {
	texts := []string{after}
	for _, form := range []*regexp.Regexp{addedImport, addedType, addedCall} {
		for _, text := range texts {
			for at := range text {
				if found := form.FindStringIndex(text[at:]); found != nil {
					texts = append(texts, without(text, at, at+found[1])...)
				}
			}
		}
	}
	for _, text := range texts {
		if text == before {
			return true
		}
	}
	return false
}

// without takes a piece out of a text, with and without the white space at its ends.
func without(text string, from, to int) []string {
	piece := text[from:to]
	var texts []string
	for _, left := range []int{0, len(piece) - len(strings.TrimLeft(piece, " \r\n"))} {
		for _, right := range []int{0, len(piece) - len(strings.TrimRight(piece, " \r\n"))} {
			texts = append(texts, text[:from+left]+text[to-right:])
		}
	}
	return texts
}

var callOrDeclaration = regexp.MustCompile(`\bregisterMcpOAuth\d*\(`)

// live bundles runtimeInit with our module, without what never runs, and looks for a call beside the declaration in the rest.
func live(t *testing.T, dir string) bool {
	t.Helper()
	save(t, dir, moduleFile, []byte("export function registerMcpOAuth(r: any) { r.addPlugin() }"))
	bundle := api.Build(api.BuildOptions{
		Stdin:   &api.StdinOptions{Contents: `export { runtimeInit } from "./zuplo.runtime"`, ResolveDir: filepath.Join(dir, "modules")},
		Bundle:  true,
		Format:  api.FormatESModule,
		Plugins: []api.Plugin{{Name: "the rest lies elsewhere", Setup: outside}},
		// Dead code goes with these two.
		TreeShaking: api.TreeShakingTrue, MinifySyntax: true,
		LogLevel: api.LogLevelSilent,
	})
	if len(bundle.Errors) > 0 {
		t.Fatalf("the result doesn't bundle: %s", bundle.Errors[0].Text)
	}
	return len(callOrDeclaration.FindAll(bundle.OutputFiles[0].Contents, -1)) > 1
}

// outside lets every module but the two that are looked at be somewhere else.
func outside(build api.PluginBuild) {
	build.OnResolve(api.OnResolveOptions{Filter: ".*"}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
		if args.Path == "./zuplo.runtime" || args.Path == "./mcp-oauth" || args.Path == "./mcp-oauth.js" {
			return api.OnResolveResult{}, nil
		}
		return api.OnResolveResult{Path: args.Path, External: true}, nil
	})
}
