package journal

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Place is the folder that records are kept in.
type Place struct {
	Dir string
	// Temporary says that the folder is among the system's temporary files, since nothing says where the user's own are:
	// records there may be gone tomorrow.
	Temporary bool
}

const name = "mcpauth"

// Where finds the folder by the XDG Base Directory Specification: $XDG_STATE_HOME/mcpauth where that is an absolute path,
// else what the system has for it: ~/.local/state, ~/Library/Application Support on macOS, %LOCALAPPDATA% on Windows.
// Without a home, as in a bare container, it is a folder of this user's own among the temporary files.
func Where(getenv func(string) string, goos string) Place {
	if state := getenv("XDG_STATE_HOME"); filepath.IsAbs(state) {
		return Place{Dir: filepath.Join(state, name)}
	}
	home := getenv("HOME")
	switch {
	case goos == "windows":
		if local := getenv("LOCALAPPDATA"); local != "" {
			return Place{Dir: filepath.Join(local, name)}
		}
	case !filepath.IsAbs(home):
	case goos == "darwin":
		return Place{Dir: filepath.Join(home, "Library", "Application Support", name)}
	default:
		return Place{Dir: filepath.Join(home, ".local", "state", name)}
	}
	return Place{Dir: filepath.Join(temporary(getenv, goos), fmt.Sprintf("%s-%d", name, os.Geteuid())), Temporary: true}
}

func temporary(getenv func(string) string, goos string) string {
	for _, variable := range []string{"TMPDIR", "TEMP", "TMP"} {
		if dir := getenv(variable); filepath.IsAbs(dir) {
			return dir
		}
	}
	if goos == "windows" {
		return `C:\Windows\Temp`
	}
	return "/tmp"
}

// checkFolder makes sure that the folder is this user's own, and a folder: among temporary files anyone may have put
// something else in its place.
func checkFolder(dir string) error {
	info, err := os.Lstat(dir)
	switch {
	case err != nil:
		return err
	case info.Mode()&fs.ModeSymlink != 0:
		return fmt.Errorf("%s is a link", dir)
	case !info.IsDir():
		return fmt.Errorf("%s is no folder", dir)
	case !owned(info):
		return fmt.Errorf("%s belongs to someone else", dir)
	}
	return nil
}

// makeFolder makes the folder, for its owner alone, or closes one that is there to others.
func makeFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := checkFolder(dir); err != nil {
		return err
	}
	if info, err := os.Lstat(dir); err != nil || info.Mode().Perm() == 0o700 {
		return err
	}
	return os.Chmod(dir, 0o700) // #nosec G302 -- a folder needs the right to enter it
}
