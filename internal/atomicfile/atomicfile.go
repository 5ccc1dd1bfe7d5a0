// Package atomicfile writes a file whole or not at all: whoever opens it sees the old content or the new one, also when
// the disk is full or the process is killed half-way.
package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Write puts content into a new file beside name and on the disk, and renames it over name. A file that was there keeps
// its permissions, a new one gets perm whatever the umask says. A symbolic link is replaced and never followed. After an
// error nothing is left behind, and what was there is there still.
func Write(name string, content []byte, perm fs.FileMode) (err error) {
	replaces := false
	if info, err := os.Lstat(name); err == nil && info.Mode().IsRegular() {
		perm, replaces = info.Mode().Perm(), true
	}
	file, err := os.CreateTemp(filepath.Dir(name), ".mcpauth-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	_, err = file.Write(content)
	if err = errors.Join(err, file.Chmod(perm), file.Sync(), file.Close()); err != nil {
		return err
	}
	if err = os.Rename(file.Name(), name); err != nil {
		return err
	}
	if !replaces {
		syncFolder(filepath.Dir(name))
	}
	return nil
}

// syncFolder makes a new name outlast a power cut. One that stood there already needs no such wait: what it leads to then
// is the old content or the new one, and each is whole. Not every system can sync a folder, and the file itself is safe.
func syncFolder(name string) {
	if folder, err := os.Open(name); err == nil { // #nosec G304 -- the folder of a file that was just written
		_ = folder.Sync()
		_ = folder.Close()
	}
}
