// Package atomicfile writes a file whole or not at all: whoever opens it sees the old content or the new one, also when
// the disk is full or the process is killed half-way.
package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// What is not renamed yet begins with prefix, and what is staged for later with prefix and later.
const (
	prefix = ".mcpauth-"
	later  = "staged-"
)

// ErrNoFile is the error where what is there can't be replaced by a file: a device, a pipe, a folder, or a symbolic link, which
// may be the whole machine's, as /dev/stdout is.
var ErrNoFile = errors.New("it is there already, and is no regular file")

// Cause is why something could not be done with a file, without the file's name, which may be that of a temporary one.
func Cause(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

// Write puts content into a new file beside name and on the disk, and renames it over name. A file that was there keeps
// its permissions, a new one gets perm whatever the umask says. What is no file is refused with ErrNoFile, and a symbolic link
// neither replaced nor followed. After an error nothing is left behind, and what was there is there still. After none the new
// content also outlasts a power cut, where the system can sync a folder.
func Write(name string, content []byte, perm fs.FileMode) error {
	if err := Replace(name, content, perm); err != nil {
		return err
	}
	Settle(name)
	return nil
}

// WritePrivate is Write for a secret: a file that was there becomes its owner's alone too.
func WritePrivate(name string, content []byte) error {
	if err := replace(name, content, 0o600); err != nil {
		return err
	}
	Settle(name)
	return nil
}

// Replace is Write without its last part, Settle: after a power cut the old content may be there again, whole.
func Replace(name string, content []byte, perm fs.FileMode) error {
	return replace(name, content, kept(name, perm))
}

func replace(name string, content []byte, perm fs.FileMode) error {
	now, err := stage(name, content, perm, prefix)
	if err != nil {
		return err
	}
	return now.Replace()
}

// kept are the permissions of the file that is there, or perm where there is none.
func kept(name string, perm fs.FileMode) fs.FileMode {
	if info, err := os.Lstat(name); err == nil && info.Mode().IsRegular() {
		return info.Mode().Perm()
	}
	return perm
}

// Staged is content that is whole on the disk already, beside the file that it is to replace.
type Staged struct{ name, beside string }

// Stage is the part of Replace that takes time: all but the renaming. Whoever calls it ends with Replace or Discard, and has
// another way where Replace fails: a Sweep may have come in between.
func Stage(name string, content []byte, perm fs.FileMode) (*Staged, error) {
	return stage(name, content, kept(name, perm), prefix+later)
}

func stage(name string, content []byte, perm fs.FileMode, prefix string) (staged *Staged, err error) {
	if info, err := os.Lstat(name); err == nil && !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "write", Path: name, Err: ErrNoFile}
	}
	file, err := os.CreateTemp(filepath.Dir(name), prefix+"*")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	_, err = file.Write(content)
	if err = errors.Join(err, file.Chmod(perm), file.Sync(), file.Close()); err != nil {
		return nil, err
	}
	return &Staged{name, file.Name()}, nil
}

// Replace gives the file the staged content. After an error the old content is there still, and the staged one gone.
func (s *Staged) Replace() error {
	err := os.Rename(s.beside, s.name)
	if err != nil {
		s.Discard()
	}
	return err
}

// Discard removes what was staged.
func (s *Staged) Discard() { _ = os.Remove(s.beside) }

// Settle makes what was written last outlast a power cut. Not every system can do that for a name, and each content is whole.
func Settle(name string) {
	if folder, err := os.Open(filepath.Dir(name)); err == nil { // #nosec G304 -- the folder of a file that was just written
		_ = folder.Sync()
		_ = folder.Close()
	}
}

// Sweep removes what runs that were killed have left in a folder: what was staged, and what was half-written before a time.
// What can't be removed stays: it does no harm.
func Sweep(folder string, before time.Time) {
	files, _ := os.ReadDir(folder)
	for _, file := range files {
		if !strings.HasPrefix(file.Name(), prefix) {
			continue
		}
		info, err := file.Info()
		if err == nil && info.Mode().IsRegular() && (strings.HasPrefix(file.Name(), prefix+later) || info.ModTime().Before(before)) {
			_ = os.Remove(filepath.Join(folder, file.Name()))
		}
	}
}
