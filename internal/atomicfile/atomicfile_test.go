package atomicfile_test

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/atomicfile"
)

func read(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// leftovers are the files of a folder.
func leftovers(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestPermissions(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such permissions")
	}
	dir := t.TempDir()
	name := filepath.Join(dir, "file")
	mode := func() os.FileMode {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode().Perm()
	}
	if err := atomicfile.Write(name, []byte("one"), 0o600); err != nil || mode() != 0o600 {
		t.Errorf("a new file has %v, %v", mode(), err)
	}
	if err := os.Chmod(name, 0o664); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.Write(name, []byte("two"), 0o600); err != nil || mode() != 0o664 || read(t, name) != "two" {
		t.Errorf("an old file has %v and holds %q, %v", mode(), read(t, name), err)
	}
	if err := atomicfile.WritePrivate(name, []byte("three")); err != nil || mode() != 0o600 || read(t, name) != "three" {
		t.Errorf("a private file has %v and holds %q, %v", mode(), read(t, name), err)
	}
	if got := leftovers(t, dir); len(got) != 1 {
		t.Errorf("the folder holds %v", got)
	}
}

// A device, or a link such as /dev/stdout, would become a file for everybody on the machine, and who reads a pipe would wait
// for ever.
func TestOnlyFilesAreReplaced(t *testing.T) {
	dir := t.TempDir()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", filepath.Join(dir, "socket"))
	if err != nil {
		t.Skip("sockets can't be made here: ", err)
	}
	defer func() { _ = listener.Close() }()
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.WriteFile(outside, []byte("theirs"), 0o600); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{"link": "socket", "link to a file": outside, "link to nothing": "absent"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Skip("links can't be made here: ", err)
		}
	}
	for _, name := range []string{"socket", "link", "link to a file", "link to nothing"} {
		if err := atomicfile.Write(filepath.Join(dir, name), []byte("new"), 0o600); !errors.Is(err, atomicfile.ErrNoFile) {
			t.Errorf("the %s was replaced: %v", name, err)
		}
	}
	if got := leftovers(t, dir); len(got) != 4 || read(t, outside) != "theirs" {
		t.Errorf("the folder holds %v, and the file outside %q", got, read(t, outside))
	}
}

func TestAFailureLeavesWhatWasThere(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "file")
	if err := os.Mkdir(name, 0o700); err != nil { // a rename over a folder fails
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(name, "inside"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.Write(name, []byte("new"), 0o600); err == nil {
		t.Error("a folder was replaced")
	}
	if err := atomicfile.Write(filepath.Join(dir, "absent", "file"), []byte("new"), 0o600); err == nil {
		t.Error("a file was written into no folder")
	}
	if got := leftovers(t, dir); len(got) != 1 || len(leftovers(t, name)) != 1 {
		t.Errorf("the folder holds %v", got)
	}
}

// What was staged is swept at once, and what was half-written only when it is old.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "file")
	if err := atomicfile.Write(name, []byte("one"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := atomicfile.Stage(name, []byte("two"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Mkdir(filepath.Join(dir, ".mcpauth-folder"), 0o700), os.WriteFile(filepath.Join(dir, ".mcpauth-1"), []byte("half"), 0o600)); err != nil {
		t.Fatal(err)
	}
	atomicfile.Sweep(dir, time.Now().Add(-time.Minute))
	if got, want := leftovers(t, dir), []string{".mcpauth-1", ".mcpauth-folder", "file"}; !reflect.DeepEqual(got, want) {
		t.Errorf("left are %v, want what may be written yet: %v", got, want)
	}
	atomicfile.Sweep(dir, time.Now().Add(time.Minute))
	if got, want := leftovers(t, dir), []string{".mcpauth-folder", "file"}; !reflect.DeepEqual(got, want) || read(t, name) != "one" {
		t.Errorf("left are %v, want %v", got, want)
	}
}
