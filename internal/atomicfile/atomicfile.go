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
// error nothing is left behind, and what was there is there still. After none the new content also outlasts a power cut,
// where the system can sync a folder.
func Write(name string, content []byte, perm fs.FileMode) error {
	if err := Replace(name, content, perm); err != nil {
		return err
	}
	Settle(name)
	return nil
}

// Replace is Write without its last part, Settle: after a power cut the old content may be there again, whole.
func Replace(name string, content []byte, perm fs.FileMode) (err error) {
	if info, err := os.Lstat(name); err == nil && info.Mode().IsRegular() {
		perm = info.Mode().Perm()
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
	return os.Rename(file.Name(), name)
}

// Settle makes what was written last outlast a power cut. Not every system can do that for a name, and each content is whole.
func Settle(name string) {
	if folder, err := os.Open(filepath.Dir(name)); err == nil { // #nosec G304 -- the folder of a file that was just written
		_ = folder.Sync()
		_ = folder.Close()
	}
}
