package gateway

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// stopped carries a plan out as a process does that is killed instead of its nth rename: nothing after it runs.
func stopped(t *testing.T, r Result, nth int) {
	t.Helper()
	const killed = "killed"
	defer func() {
		if got := recover(); got != killed {
			t.Fatalf("was to be killed, got %v", got)
		}
	}()
	renames := 0
	err := write(r, func(from, to string) error {
		if renames++; renames == nth {
			panic(killed)
		}
		return os.Rename(from, to)
	})
	t.Fatalf("ended with %v before rename %d", err, nth)
}

// TestKilledBetweenRenames stops a write before each rename. What stands then is a valid project that lets in whom it let in
// before; the next run ends in the same bytes as one that was never stopped, and names what was left lying.
func TestKilledBetweenRenames(t *testing.T) {
	for _, golden := range []string{"fresh-with-route", "three-plugins-async", "two-route-files", "replace-policy", "no-runtime", "no-policies-file"} {
		t.Run(golden, func(t *testing.T) { killedEverywhere(t, golden) })
	}
}

func killedEverywhere(t *testing.T, golden string) {
	config := goldenConfig(t, golden)
	whole, changes := merged(t, config, golden, 0)
	if changes < 2 {
		t.Fatalf("only %d files change, so nothing lies between", changes)
	}
	for nth := 1; nth <= changes; nth++ {
		dir, _ := merged(t, config, golden, nth)
		stands(t, dir, config.PolicyName)
		left := temporaryFiles(t, dir)
		again, err := Merge(config, dir)
		if err != nil {
			t.Fatalf("killed before rename %d: %v", nth, err)
		}
		for _, name := range left {
			if !slices.ContainsFunc(again.Warnings, func(w string) bool { return strings.HasPrefix(w, name+": ") }) {
				t.Errorf("killed before rename %d, and %s isn't named in %q", nth, name, again.Warnings)
			}
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
		if len(left) == 0 {
			t.Errorf("killed before rename %d, and nothing is left of it: was it?", nth)
		}
		if err := Write(again); err != nil {
			t.Fatal(err)
		}
		if got, want := hashes(t, dir), hashes(t, whole); !sameHashes(got, want) {
			t.Errorf("killed before rename %d, then run again: %v, want %v", nth, got, want)
		}
	}
}

// merged is a golden project after a merge that was killed before its nth rename, or for 0 a whole one, and how many files
// it changes.
func merged(t *testing.T, config Config, golden string, nth int) (dir string, changes int) {
	t.Helper()
	dir = t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(goldenDir, golden, "in"))); err != nil {
		t.Fatal(err)
	}
	result, err := Merge(config, dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range result.Files {
		if f.Action != None {
			changes++
		}
	}
	if nth > 0 {
		stopped(t, result, nth)
	} else if err := Write(result); err != nil {
		t.Fatal(err)
	}
	return dir, changes
}

// stands makes sure that what a file refers to is there, and that a route which our policy guards has its metadata served.
func stands(t *testing.T, dir, policy string) {
	t.Helper()
	parseScripts(t, dir)
	text := func(file string) string {
		src, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			return ""
		}
		return string(src)
	}
	served := strings.Contains(text(runtimeFile), pluginName+"({")
	if strings.Contains(text(runtimeFile), registerName) {
		served = true
		if text(moduleFile) == "" {
			t.Error("the runtime imports a module that isn't there")
		}
	}
	if policy == "" {
		policy = DefaultPolicyName
	}
	for _, file := range []string{routesFile, "config/tools.oas.json"} {
		if !strings.Contains(text(file), `"`+policy+`"`) {
			continue
		}
		if !strings.Contains(text(policiesFile), `"`+policy+`"`) {
			t.Errorf("%s names a policy that isn't there", file)
		}
		if !served {
			t.Errorf("%s turns clients away, and no metadata tells them where to log in", file)
		}
	}
}

func temporaryFiles(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	for name := range hashes(t, dir) {
		if strings.Contains(name, ".mcpauth-") {
			found = append(found, filepath.ToSlash(name))
		}
	}
	return found
}
