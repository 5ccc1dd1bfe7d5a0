package wizard

import (
	"errors"
	"io"
	"os"
)

// watched is an input that tells when it has ended: Bubble Tea would wait for keys that nobody can press any more.
func watched(in io.Reader, ended func()) io.Reader {
	if file, is := in.(*os.File); is {
		return watchedFile{file, ended} // stays a file, and so a terminal
	}
	return watchedReader{in, ended}
}

type watchedFile struct {
	*os.File
	ended func()
}

func (w watchedFile) Read(into []byte) (int, error) { return readWatched(w.File, w.ended, into) }

type watchedReader struct {
	io.Reader
	ended func()
}

func (w watchedReader) Read(into []byte) (int, error) { return readWatched(w.Reader, w.ended, into) }

func readWatched(from io.Reader, ended func(), into []byte) (int, error) {
	n, err := from.Read(into)
	if errors.Is(err, io.EOF) {
		ended()
	}
	return n, err
}
