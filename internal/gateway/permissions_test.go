//go:build unix

package gateway_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/gateway"
)

// New files and folders get what the umask leaves, whatever it is, as with any other tool.
func TestNewFilesHonourTheUmask(t *testing.T) {
	for mask, want := range map[int]struct{ file, folder fs.FileMode }{
		0o022: {0o644, 0o755}, 0o002: {0o664, 0o775}, 0o077: {0o600, 0o700},
	} {
		dir := filepath.Join(t.TempDir(), "new")
		before := syscall.Umask(mask)
		result, err := gateway.Project(gateway.Config{Domain: "t.eu.auth0.com", MCPURLs: []string{"https://my-gateway.zuplo.dev/mcp"}}, dir)
		if err == nil {
			err = gateway.Write(result)
		}
		syscall.Umask(before)
		if err != nil {
			t.Fatal(err)
		}
		err = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := entry.Info()
			if err != nil {
				return err
			}
			mode := want.file
			if entry.IsDir() {
				mode = want.folder
			}
			if info.Mode().Perm() != mode {
				t.Errorf("umask %03o: %s has %v, want %v", mask, entry.Name(), info.Mode().Perm(), mode)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// A changed file keeps its owner and group, even when root runs the command, as in a container.
func TestChangedFilesKeepTheirOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root may give files to others, and only then can they be lost")
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "testdata", "gateway", "fresh-with-route", "in"))); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "config", "policies.json")
	if err := os.Chown(path, 12345, 23456); err != nil {
		t.Fatal(err)
	}
	result, err := gateway.Merge(gateway.Config{Domain: "t.eu.auth0.com", MCPURLs: []string{"https://my-gateway.zuplo.dev/mcp"}}, dir)
	if err == nil {
		err = gateway.Write(result)
	}
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); !ok || stat.Uid != 12345 || stat.Gid != 23456 {
		t.Errorf("the file belongs to %d:%d", stat.Uid, stat.Gid)
	}
}
