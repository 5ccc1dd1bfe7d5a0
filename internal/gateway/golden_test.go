package gateway

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/evanw/esbuild/pkg/api"
)

var update = flag.Bool("update", false, "write the golden files anew")

const goldenDir = "../../testdata/gateway"

// TestMerge goes through testdata/gateway: each case has a config.json, a project in "in", what becomes of it in "want" (the
// files that differ) and what people see in report.txt.
func TestMerge(t *testing.T) {
	cases, err := filepath.Glob(filepath.Join(goldenDir, "*", "config.json"))
	if err != nil || len(cases) < 30 {
		t.Fatalf("found %d cases (%v), want at least 30", len(cases), err)
	}
	for _, file := range cases {
		dir := filepath.Dir(file)
		t.Run(filepath.Base(dir), func(t *testing.T) { mergeCase(t, dir) })
	}
}

func mergeCase(t *testing.T, golden string) {
	config := goldenConfig(t, filepath.Base(golden))
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(golden, "in"))); err != nil {
		t.Fatal(err)
	}
	original := hashes(t, dir)
	result, err := Merge(config, dir)
	if got := hashes(t, dir); !sameHashes(got, original) {
		t.Fatalf("Merge wrote: %v, was %v", got, original)
	}
	compare(t, filepath.Join(golden, "report.txt"), []byte(report(result, err)))
	if strings.HasPrefix(filepath.Base(golden), "refuse-") {
		var refusal *Refusal
		if !errors.As(err, &refusal) {
			t.Fatalf("got %v, want a *Refusal", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	parseScripts(t, dir)
	if err := Write(result); err != nil {
		t.Fatal(err)
	}
	parseScripts(t, dir)
	compareChanged(t, golden, dir)
	again, err := Merge(config, dir)
	if err != nil || again.Changed() {
		t.Errorf("a second merge: %v, %s", err, report(again, nil))
	}
}

func goldenConfig(t *testing.T, name string) (config Config) {
	t.Helper()
	if err := json.Unmarshal(readFile(t, filepath.Join(goldenDir, name, "config.json")), &config); err != nil {
		t.Fatal(err)
	}
	return config
}

// report is what a person learns from a merge.
func report(r Result, err error) string {
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	var out strings.Builder
	for _, f := range r.Files {
		fmt.Fprintf(&out, "%s %s\n", f.Action, f.Path)
	}
	for _, list := range []struct {
		label string
		lines []string
	}{{"note", r.Notes}, {"warning", r.Warnings}, {"manual", r.Manual}} {
		for _, line := range list.lines {
			fmt.Fprintf(&out, "%s: %s\n", list.label, line)
		}
	}
	for _, f := range r.Files {
		out.WriteString(Diff(f))
	}
	return out.String()
}

func compareChanged(t *testing.T, golden, dir string) {
	t.Helper()
	in, want := filepath.Join(golden, "in"), filepath.Join(golden, "want")
	if *update {
		if err := os.RemoveAll(want); err != nil {
			t.Fatal(err)
		}
	}
	changed := map[string]bool{}
	for name := range hashes(t, dir) {
		before, err := os.ReadFile(filepath.Join(in, name))
		if now := readFile(t, filepath.Join(dir, name)); err != nil || !bytes.Equal(before, now) {
			changed[name] = true
			compare(t, filepath.Join(want, name), now)
		}
	}
	for name := range hashes(t, want) {
		if !changed[name] {
			t.Errorf("%s should have changed", name)
		}
	}
}

func compare(t *testing.T, golden string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(golden), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want := readFile(t, golden); !bytes.Equal(got, want) {
		t.Errorf("%s differs (-update writes it):\n%s", golden, Diff(File{Path: "golden", Before: want, After: got}))
	}
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// hashes is a tree's files with their contents and permissions; a tree that isn't there has none.
func hashes(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Type()&fs.ModeSymlink != 0 {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		found[rel] = fmt.Sprintf("%v %x", info.Mode(), sha256.Sum256(readFile(t, path)))
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return found
}

func sameHashes(a, b map[string]string) bool {
	return fmt.Sprint(a) == fmt.Sprint(b)
}

// parseScripts holds every TypeScript file below dir to a real parser, and every JSON file to Go's.
func parseScripts(t *testing.T, dir string) {
	t.Helper()
	for name := range hashes(t, dir) {
		src := readFile(t, filepath.Join(dir, name))
		if strings.HasSuffix(name, ".ts") {
			parseTS(t, name, src)
		}
		if strings.HasSuffix(name, ".json") && !json.Valid(src) {
			t.Errorf("%s is not valid JSON:\n%s", name, src)
		}
	}
}

// parseTS holds TypeScript to esbuild.
func parseTS(t *testing.T, name string, src []byte) {
	t.Helper()
	compiled := api.Transform(string(src), api.TransformOptions{Loader: api.LoaderTS, Sourcefile: name})
	if len(compiled.Errors) > 0 {
		t.Fatalf("%s is not valid TypeScript: %s\n%s", name, compiled.Errors[0].Text, src)
	}
}
