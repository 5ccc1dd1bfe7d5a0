package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
)

// localError is a failure of this machine: nothing was sent whose trace would help.
type localError struct {
	err  error
	hint string
}

func (e *localError) Error() string { return e.err.Error() }
func (e *localError) Unwrap() error { return e.err }

// cause is why a file or a program could not be used, without its name, which may be that of a temporary file.
func cause(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	var program *exec.Error
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	case errors.As(err, &program):
		return program.Err
	}
	return err
}

func temporaryFolder(prefix string) (string, error) {
	folder, err := os.MkdirTemp("", prefix)
	if err != nil {
		return "", &localError{fmt.Errorf("making a temporary folder: %w", err), "name a folder that is there, with room in it, by TMPDIR (on Windows TMP)"}
	}
	return folder, nil
}
