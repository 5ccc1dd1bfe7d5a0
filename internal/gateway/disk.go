package gateway

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// project is a folder that is read, and never left through a symbolic link.
type project struct{ dir string }

// path is where a file of the project really lies. A file that doesn't exist yet is fine, one outside is refused.
func (p project) path(file string) (string, error) {
	full := filepath.Join(p.dir, filepath.FromSlash(file))
	real, err := resolve(full)
	if err != nil {
		return "", &Refusal{File: file, Reason: "can't be followed: " + printable(err.Error()), Hint: "mend the symbolic link", Err: err}
	}
	root, err := resolve(p.dir)
	if err != nil {
		return "", &Refusal{File: printable(p.dir), Reason: printable(err.Error()), Err: err}
	}
	rel, err := filepath.Rel(root, real)
	if err != nil || !filepath.IsLocal(rel) {
		return "", refuse(file, "replace the link by the file itself", "is behind a symbolic link that leads out of the project")
	}
	return real, nil
}

// resolve follows symbolic links as far as the path exists; a link that leads nowhere is an error.
func resolve(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	real, err := filepath.EvalSymlinks(path)
	if !errors.Is(err, fs.ErrNotExist) || filepath.Dir(path) == path {
		return real, err
	}
	if _, lerr := os.Lstat(path); lerr == nil {
		return "", err
	}
	parent, err := resolve(filepath.Dir(path))
	return filepath.Join(parent, filepath.Base(path)), err
}

// read returns a file's contents and permissions; found is false, and both are empty, where there is none.
func (p project) read(file string) (src []byte, mode fs.FileMode, found bool, err error) {
	path, err := p.path(file)
	if err != nil {
		return nil, 0, false, err
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, false, nil
	}
	if err == nil && !info.Mode().IsRegular() {
		return nil, 0, false, refuse(file, "", "is not a regular file")
	}
	if err == nil {
		src, err = os.ReadFile(path) //nolint:gosec // the operator names the folder, and path keeps to it
	}
	if err != nil {
		return nil, 0, false, &Refusal{File: file, Reason: "can't be read: " + printable(err.Error()), Err: err}
	}
	return src, info.Mode().Perm(), true, nil
}

// writable refuses a file that must change and can't, before anything else is written.
func (p project) writable(f File) error {
	if f.Action == None {
		return nil
	}
	path, err := p.path(f.Path)
	if err != nil {
		return err
	}
	if f.Action == Create {
		return p.folderWritable(f.Path, filepath.Dir(path))
	}
	if f.Mode&0o200 == 0 {
		return refuse(f.Path, "give yourself write permission", "is not writable (mode %v)", f.Mode)
	}
	handle, err := os.OpenFile(path, os.O_WRONLY, 0) //nolint:gosec // as in read; opening changes nothing
	if err != nil {
		return &Refusal{File: f.Path, Reason: "is not writable: " + printable(err.Error()), Hint: "give yourself write permission", Err: err}
	}
	if err := handle.Close(); err != nil {
		return err
	}
	return p.folderWritable(f.Path, filepath.Dir(path))
}

// folderWritable looks at the nearest folder that exists: new files and renames need it.
func (p project) folderWritable(file, folder string) error {
	info, err := os.Stat(folder)
	for errors.Is(err, fs.ErrNotExist) && filepath.Dir(folder) != folder {
		folder = filepath.Dir(folder)
		info, err = os.Stat(folder)
	}
	if err != nil {
		return &Refusal{File: file, Reason: printable(err.Error()), Err: err}
	}
	if !info.IsDir() {
		return refuse(file, "", "can't be written: %s is not a folder", printable(folder))
	}
	if info.Mode().Perm()&0o200 == 0 {
		return refuse(file, "give yourself write permission", "can't be written: its folder has mode %v", info.Mode().Perm())
	}
	if err := mayMakeFiles(folder); err != nil {
		return &Refusal{File: file, Reason: "can't be written in its folder: " + printable(err.Error()), Hint: "give yourself write permission", Err: err}
	}
	return nil
}

// glob lists the files of one folder of the project by their ending, sorted.
func (p project) glob(folder, ending string) ([]string, error) {
	path, err := p.path(folder)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, &Refusal{File: folder, Reason: "can't be read: " + printable(err.Error()), Err: err}
	}
	var files []string
	for _, entry := range entries {
		if !entry.IsDir() && strings.HasSuffix(entry.Name(), ending) {
			files = append(files, folder+"/"+entry.Name())
		}
	}
	return files, nil
}

// change is the File that makes a file's contents what they should be.
func change(file string, before, after []byte, mode fs.FileMode, found bool) File {
	f := File{Path: file, Action: Update, Before: before, After: after, Mode: mode}
	switch {
	case !found:
		f.Action = Create
	case string(before) == string(after):
		f.Action = None
	}
	return f
}
