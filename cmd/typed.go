package cmd

import (
	"io"
	"os"

	"golang.org/x/term"
)

// dropTyped throws away what was typed on a terminal and not read yet. Whoever pressed keys before a question was there
// did not answer it. What is no terminal is left as it is.
func dropTyped(in io.Reader) error {
	file, is := in.(*os.File)
	if !is || !term.IsTerminal(int(file.Fd())) {
		return nil
	}
	return flush(file.Fd())
}
