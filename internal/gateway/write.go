package gateway

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Write carries a plan out, all of it or nothing. Each new content goes to a temporary file beside its target and to the
// disk, with the permissions and the owner the target has; then the renames follow. A failure half-way puts back what was
// there, and is a *WriteError; a file that changed since it was read is a *Refusal. A process that is killed between two
// renames can put nothing back: see inOrder.
func Write(r Result) error { return write(r, os.Rename) }

func write(r Result, rename func(from, to string) error) error {
	job := &writing{project: project{r.Dir}, rename: rename}
	file, err := job.run(inOrder(r.Files))
	if err == nil {
		return job.cleanUp(false)
	}
	left := errors.Join(job.restore(), job.cleanUp(true))
	var refusal *Refusal
	if left == nil && errors.As(err, &refusal) {
		return refusal
	}
	return &WriteError{File: file, Err: err, Left: left}
}

// inOrder has what is referred to before what refers to it, and the routes last: wherever a kill stops the renames, the
// project is valid, its routes are as open or closed as they were, and no client is turned away without the metadata that
// tells it where to log in. The last rename closes the route, and running again does the rest.
func inOrder(files []File) []File {
	place := func(f File) int {
		switch {
		case f.Path == moduleFile:
			return 0
		case strings.HasPrefix(f.Path, "modules/"):
			return 1
		case f.Path == policiesFile:
			return 2
		}
		return 3
	}
	return slices.SortedStableFunc(slices.Values(files), func(a, b File) int { return place(a) - place(b) })
}

// run does the work and names the file at which it failed.
func (w *writing) run(files []File) (failed string, err error) {
	for _, f := range files {
		if f.Action == None {
			continue
		}
		if err := w.stage(f); err != nil {
			return f.Path, err
		}
	}
	for _, s := range w.staged {
		if err := w.unchanged(s); err != nil {
			return s.file.Path, err
		}
		if err := w.rename(s.next, s.target); err != nil {
			return s.file.Path, err
		}
		w.done++
	}
	w.sync()
	return "", nil
}

type writing struct {
	project project
	rename  func(from, to string) error
	staged  []staged
	done    int      // how many of staged are in place
	folders []string // made for this plan, outermost first
}

// staged is a file whose new and old contents lie on the disk beside it.
type staged struct {
	file                 File
	target, next, backup string
}

func (w *writing) stage(f File) error {
	if err := w.makeFolder(f.Path); err != nil {
		return err
	}
	target, err := w.project.path(f.Path)
	if err != nil {
		return err
	}
	if err := w.project.writable(f); err != nil {
		return err
	}
	s := staged{file: f, target: target}
	if err := w.unchanged(s); err != nil {
		return err
	}
	var like fs.FileInfo // none for a new file
	if f.Action != Create {
		if like, err = os.Stat(target); err != nil {
			return err
		}
	}
	if s.next, err = temporary(target, f.After, like); err != nil {
		return err
	}
	w.staged = append(w.staged, s)
	if f.Action == Create {
		return nil
	}
	w.staged[len(w.staged)-1].backup, err = temporary(target, f.Before, like)
	return err
}

// unchanged compares a target with what the plan read.
func (w *writing) unchanged(s staged) error {
	now, _, found, err := w.project.read(s.file.Path)
	if err != nil {
		return err
	}
	if found != (s.file.Action != Create) || !bytes.Equal(now, s.file.Before) {
		return refuse(s.file.Path, "run the command again", "changed while the plan was shown")
	}
	return nil
}

// restore takes the renames back, the last first.
func (w *writing) restore() error {
	var failures []error
	for ; w.done > 0; w.done-- {
		s := &w.staged[w.done-1]
		if s.file.Action == Create {
			failures = append(failures, os.Remove(s.target))
			continue
		}
		if err := w.rename(s.backup, s.target); err != nil {
			failures = append(failures, fmt.Errorf("restore %s, whose old contents are in %s: %w",
				printable(s.file.Path), printable(s.backup), err))
			s.backup = "" // the only copy: it stays
		}
	}
	return errors.Join(failures...)
}

// cleanUp removes temporary files, and after a failure the folders that were made.
func (w *writing) cleanUp(failed bool) error {
	var failures []error
	for _, s := range w.staged {
		for _, name := range []string{s.next, s.backup} {
			if name == "" {
				continue
			}
			if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				failures = append(failures, err)
			}
		}
	}
	for i := len(w.folders) - 1; failed && i >= 0; i-- {
		if err := os.Remove(w.folders[i]); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failures = append(failures, err)
		}
	}
	return errors.Join(failures...)
}

// makeFolder makes the folders above a file, one by one, to be able to take them back.
func (w *writing) makeFolder(file string) error {
	target, err := w.project.path(file)
	if err != nil {
		return err
	}
	var missing []string
	for folder := filepath.Dir(target); ; folder = filepath.Dir(folder) {
		if _, err := os.Stat(folder); !errors.Is(err, fs.ErrNotExist) || filepath.Dir(folder) == folder {
			break
		}
		missing = append(missing, folder)
	}
	for i := len(missing) - 1; i >= 0; i-- {
		if err := os.Mkdir(missing[i], 0o777); err != nil { //nolint:gosec // source files that others build; the umask decides
			return err
		}
		w.folders = append(w.folders, missing[i])
	}
	return nil
}

// sync makes the renames last; not every system can sync a folder, and the files themselves are safe.
func (w *writing) sync() {
	for _, s := range w.staged {
		if folder, err := os.Open(filepath.Dir(s.target)); err == nil {
			_ = folder.Sync()
			_ = folder.Close()
		}
	}
}

// temporary writes contents to a new file beside target and to the disk. It has the permissions and the owner of the file
// that it will replace, or for a new file those that the umask and the user give.
func temporary(target string, contents []byte, like fs.FileInfo) (name string, err error) {
	name = filepath.Join(filepath.Dir(target), temporaryPrefix(target)+rand.Text())
	mode := fs.FileMode(0o666)
	if like != nil {
		mode = 0o600 // until it has the owner and the permissions that it is to have
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode) //nolint:gosec // beside the target, which keeps to the project
	if err != nil {
		return "", err
	}
	_, err = f.Write(contents)
	if like != nil {
		keepOwner(f, like)
		err = errors.Join(err, f.Chmod(like.Mode().Perm()))
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(name))
	}
	return name, nil
}
