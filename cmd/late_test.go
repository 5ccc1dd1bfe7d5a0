package cmd_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mcpauth-cli/mcpauth/cmd"
)

// noticing does something as soon as a text is written.
type noticing struct {
	io.Writer
	text string
	then func()
}

func (n *noticing) Write(p []byte) (int, error) {
	if strings.Contains(string(p), n.text) {
		n.then()
	}
	return n.Writer.Write(p)
}

// An interrupt that comes as the last change is done is none, there and back, unless something else is left to do.
func TestAnInterruptAsTheLastChangeIsDone(t *testing.T) {
	t.Parallel()
	w, folder := newWorld(t), filepath.Join(t.TempDir(), "out")
	for _, step := range []struct {
		at   string
		args []string
		code int
	}{
		{"changed tenant settings", append(w.setupArgs(), "--out", folder), 130},
		{"deleted API", []string{"undo", "--yes"}, 0},
		{"changed tenant settings", w.setupArgs(), 0},
	} {
		env, _, errs := w.env(nil)
		reached := false
		notice := &noticing{Writer: errs, text: step.at}
		env.Err = notice
		env.Interrupted = func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, interrupt := context.WithCancel(ctx)
			notice.then = func() { reached = true; interrupt() }
			return ctx, interrupt
		}
		if code := cmd.Main(env, step.args); code != step.code || !reached {
			t.Errorf("%v ends with %d, want %d:\n%s", step.args, code, step.code, errs)
		}
		if _, err := os.Stat(folder); err == nil {
			t.Errorf("%v writes files after the interrupt", step.args)
		}
	}
}
