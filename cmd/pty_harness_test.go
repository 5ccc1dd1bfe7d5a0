//go:build unix

package cmd_test

import (
	"bytes"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
	"golang.org/x/term"
)

// patience is how long a screen may take to come; it is never waited for in vain.
const patience = 30 * time.Second

// console is a terminal with a program in it, as a person has one.
type console struct {
	t       *testing.T
	program *exec.Cmd
	keys    *os.File // what is typed goes here
	line    *os.File // the program's side
	before  *term.State

	mu      sync.Mutex
	screen  vt10x.Terminal
	raw     bytes.Buffer
	changed chan struct{} // has an entry after the screen changed
	ended   chan struct{} // is closed when the program is over
	drained chan struct{} // is closed when all that it wrote was read
}

// size is a terminal's, in columns and rows.
type size struct{ columns, rows int }

var usual = size{80, 24}

// onConsole starts mcpauth in a terminal, in a folder, with the variables given and few others.
func onConsole(t *testing.T, s size, dir string, vars []string, args ...string) *console {
	t.Helper()
	c := newConsole(t, s)
	c.start(dir, vars, args...)
	return c
}

// newConsole is a terminal with nothing in it yet.
func newConsole(t *testing.T, s size) *console {
	t.Helper()
	keys, line, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(line, &pty.Winsize{Cols: uint16(s.columns), Rows: uint16(s.rows)}); err != nil { //nolint:gosec // small
		t.Fatal(err)
	}
	c := &console{t: t, keys: keys, line: line, changed: make(chan struct{}, 1), ended: make(chan struct{}), drained: make(chan struct{})}
	if c.before, err = term.GetState(int(line.Fd())); err != nil {
		t.Fatal(err)
	}
	c.screen = vt10x.New(vt10x.WithSize(s.columns, s.rows), vt10x.WithWriter(keys))
	return c
}

func (c *console) start(dir string, vars []string, args ...string) {
	c.t.Helper()
	c.startProgram("mcpauth", dir, vars, args...)
}

func (c *console) startProgram(name, dir string, vars []string, args ...string) {
	t, line, keys := c.t, c.line, c.keys
	t.Helper()
	c.program = exec.CommandContext(t.Context(), name, args...)
	c.program.Stdin, c.program.Stdout, c.program.Stderr, c.program.Dir = line, line, line, dir
	c.program.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	c.program.Env = append([]string{searchPath(), atOnce, "NO_PROXY=*", "TERM=xterm-256color", "HOME=" + t.TempDir()}, vars...)
	if err := c.program.Start(); err != nil {
		t.Fatal(err)
	}
	go c.read()
	go func() {
		_ = c.program.Wait()
		close(c.ended)
		c.note()
	}()
	t.Cleanup(func() {
		_ = c.program.Process.Kill()
		<-c.ended
		_ = line.Close()
		<-c.drained
		_ = keys.Close()
	})
}

func (c *console) read() {
	defer close(c.drained)
	chunk := make([]byte, 4096)
	for {
		n, err := c.keys.Read(chunk)
		c.mu.Lock()
		c.raw.Write(chunk[:n])
		_, _ = c.screen.Write(chunk[:n])
		c.mu.Unlock()
		c.note()
		if err != nil {
			return
		}
	}
}

func (c *console) note() {
	select {
	case c.changed <- struct{}{}:
	default:
	}
}

// shown is what is on the screen, without the spaces at the ends of lines.
func (c *console) shown() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	lines := strings.Split(c.screen.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n"
}

// written is all that the program wrote.
func (c *console) written() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.raw.String()
}

// flat is a text in one line: where a title is broken doesn't matter.
func flat(text string) string { return strings.Join(strings.Fields(text), " ") }

// until waits until the screen is as wanted.
func (c *console) until(what string, as func(screen string) bool) {
	c.t.Helper()
	deadline := time.After(patience)
	ended := c.ended
	for {
		if as(c.shown()) {
			return
		}
		select {
		case <-c.changed:
		case <-ended:
			ended = nil // what it wrote last may still be on its way
			deadline = time.After(patience / 3)
		case <-deadline:
			c.t.Fatalf("waiting for %s: the screen is\n%s", what, c.shown())
		}
	}
}

// sees waits for texts to be on the screen, all at once.
func (c *console) sees(texts ...string) {
	c.t.Helper()
	c.until(strings.Join(texts, " and "), func(screen string) bool {
		for _, text := range texts {
			if !strings.Contains(flat(screen), text) {
				return false
			}
		}
		return true
	})
}

// types presses keys.
func (c *console) types(keys string) {
	c.t.Helper()
	if _, err := c.keys.WriteString(keys); err != nil {
		c.t.Fatal(err)
	}
}

// exits waits for the end of the program, which is to leave the terminal as it was.
func (c *console) exits(code int) {
	c.t.Helper()
	select {
	case <-c.ended:
	case <-time.After(patience):
		c.t.Fatalf("it goes on and on:\n%s", c.shown())
	}
	if got := c.program.ProcessState.ExitCode(); got != code {
		c.t.Errorf("exit %d, want %d:\n%s", got, code, c.shown())
	}
	after, err := term.GetState(int(c.line.Fd()))
	if err != nil {
		c.t.Fatal(err)
	}
	if !reflect.DeepEqual(c.before, after) {
		c.t.Error("the terminal's modes are not what they were")
	}
	if err := c.line.Close(); err != nil { // the last of its writers, so that reading comes to an end
		c.t.Fatal(err)
	}
	<-c.drained
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.screen.CursorVisible() {
		c.t.Error("the cursor stays hidden")
	}
	if c.screen.Mode()&(vt10x.ModeAltScreen|vt10x.ModeMouseMask) != 0 {
		c.t.Error("the terminal is left on its other screen, or reporting its mouse")
	}
}
