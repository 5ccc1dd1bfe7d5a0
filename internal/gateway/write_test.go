package gateway

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// gatewayProject is a project in which a merge changes four files.
func gatewayProject(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(goldenDir, "fresh-with-route", "in"))); err != nil {
		t.Fatal(err)
	}
	return dir
}

func mustMerge(t *testing.T, dir string) Result {
	t.Helper()
	result, err := Merge(valid(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestWriteRestoresWhateverRenameFails(t *testing.T) {
	failure := errors.New("disk on fire")
	for failing := 1; failing <= 4; failing++ {
		dir := gatewayProject(t)
		before := hashes(t, dir)
		result := mustMerge(t, dir)
		renames := 0
		err := write(result, func(from, to string) error {
			if renames++; renames == failing {
				return failure
			}
			return os.Rename(from, to)
		})
		var told *WriteError
		if !errors.Is(err, failure) || !errors.As(err, &told) || told.Left != nil || told.File != inOrder(result.Files)[failing-1].Path {
			t.Fatalf("rename %d: got %v", failing, err)
		}
		if got := hashes(t, dir); !sameHashes(got, before) {
			t.Errorf("rename %d failed and left %v, was %v", failing, got, before)
		}
		if err := Write(result); err != nil {
			t.Errorf("after a restored failure: %v", err)
		}
	}
}

func TestWriteKeepsTheOldContentsWhereRestoringFails(t *testing.T) {
	dir := gatewayProject(t)
	old := string(readFile(t, filepath.Join(dir, runtimeFile)))
	renames := 0
	err := write(mustMerge(t, dir), func(from, to string) error {
		if renames++; renames > 2 {
			return errors.New("disk on fire")
		}
		return os.Rename(from, to)
	})
	kept, globErr := filepath.Glob(filepath.Join(dir, "modules", ".zuplo.runtime.ts.mcpauth-*"))
	var told *WriteError
	if globErr != nil || len(kept) != 1 || !errors.As(err, &told) || told.Left == nil || !strings.Contains(err.Error(), kept[0]) {
		t.Fatalf("got %v with %v kept, want the error to name the one copy", err, kept)
	}
	if got := string(readFile(t, kept[0])); got != old {
		t.Errorf("kept %q, want %q", got, old)
	}
}

func TestWriteTakesNewFoldersBack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	result, err := Project(valid(), dir)
	if err != nil {
		t.Fatal(err)
	}
	renames := 0
	err = write(result, func(from, to string) error {
		if renames++; renames == 2 {
			return errors.New("disk on fire")
		}
		return os.Rename(from, to)
	})
	if _, statErr := os.Stat(dir); err == nil || !errors.Is(statErr, fs.ErrNotExist) {
		t.Errorf("got %v, and the folder is there: %v", err, statErr)
	}
}

func TestWriteRefusesWhatChangedSince(t *testing.T) {
	for name, file := range map[string]string{"changed": routesFile, "made": moduleFile} {
		t.Run(name, func(t *testing.T) {
			dir := gatewayProject(t)
			result := mustMerge(t, dir)
			if err := os.WriteFile(filepath.Join(dir, file), []byte("{}"), 0o600); err != nil {
				t.Fatal(err)
			}
			before := hashes(t, dir)
			var refusal *Refusal
			if err := Write(result); !errors.As(err, &refusal) || refusal.File != file {
				t.Errorf("got %v, want a refusal of %s", err, file)
			}
			if got := hashes(t, dir); !sameHashes(got, before) {
				t.Error("a refused Write changed files")
			}
		})
	}
}

func TestWriteKeepsPermissions(t *testing.T) {
	dir := gatewayProject(t)
	path := filepath.Join(dir, policiesFile)
	if err := os.Chmod(path, 0o660); err != nil { //nolint:gosec // unusual on purpose
		t.Fatal(err)
	}
	if err := Write(mustMerge(t, dir)); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o660 {
		t.Errorf("got %v, %v", info.Mode(), err)
	}
}

func TestMergeRefusesWhatIsNotWritable(t *testing.T) {
	for name, test := range map[string]struct {
		path string
		mode fs.FileMode
	}{"file": {runtimeFile, 0o444}, "folder": {"config", 0o555}} {
		t.Run(name, func(t *testing.T) {
			dir := gatewayProject(t)
			path := filepath.Join(dir, test.path)
			if err := os.Chmod(path, test.mode); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.Chmod(path, 0o755) }) //nolint:gosec // for the folder to be removed
			var refusal *Refusal
			if _, err := Merge(valid(), dir); !errors.As(err, &refusal) {
				t.Errorf("got %v, want a *Refusal", err)
			}
		})
	}
}

func TestSymbolicLinks(t *testing.T) {
	for name, test := range map[string]struct {
		file    string // replaced by a link
		outside bool
	}{
		"policies outside": {policiesFile, true}, "runtime outside": {runtimeFile, true},
		"folder outside": {"modules", true}, "routes inside": {routesFile, false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := gatewayProject(t)
			target := filepath.Join(dir, "moved")
			if test.outside {
				target = filepath.Join(t.TempDir(), "moved")
			}
			link := filepath.Join(dir, test.file)
			if err := errors.Join(os.Rename(link, target), os.Symlink(target, link)); err != nil {
				t.Fatal(err)
			}
			result, err := Merge(valid(), dir)
			if test.outside {
				var refusal *Refusal
				if !errors.As(err, &refusal) {
					t.Errorf("got %v, want a *Refusal", err)
				}
				return
			}
			if err := errors.Join(err, Write(result)); err != nil {
				t.Fatal(err)
			}
			if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
				t.Errorf("the link was replaced: %v, %v", info.Mode(), err)
			}
			if !strings.Contains(string(readFile(t, target)), DefaultPolicyName) {
				t.Error("what the link names was not written")
			}
		})
	}
}

func TestWriteRefusesALinkPutThereSince(t *testing.T) {
	dir := gatewayProject(t)
	result := mustMerge(t, dir)
	target, link := filepath.Join(t.TempDir(), "moved"), filepath.Join(dir, policiesFile)
	if err := errors.Join(os.Rename(link, target), os.Symlink(target, link)); err != nil {
		t.Fatal(err)
	}
	before := string(readFile(t, target))
	var refusal *Refusal
	if err := Write(result); !errors.As(err, &refusal) || string(readFile(t, target)) != before {
		t.Errorf("got %v, want a *Refusal and nothing written outside", err)
	}
}
