package cmd

import (
	"fmt"
	"os"
)

// localError is a failure of this machine: nothing was sent whose trace would help.
type localError struct {
	err  error
	hint string
}

func (e *localError) Error() string { return e.err.Error() }
func (e *localError) Unwrap() error { return e.err }

func temporaryFolder(prefix string) (string, error) {
	folder, err := os.MkdirTemp("", prefix)
	if err != nil {
		return "", &localError{fmt.Errorf("making a temporary folder: %w", err), "name a folder that is there, with room in it, by TMPDIR (on Windows TMP)"}
	}
	return folder, nil
}
