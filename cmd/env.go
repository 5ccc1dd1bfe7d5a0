// Package cmd is the command line: it turns flags into options, runs what they ask for, and turns errors into exit codes.
//
// What goes where: results to stdout; prompts, progress and errors to stderr. With --json, stdout carries exactly one
// document on every way out. Nothing is asked unless stdin, stdout and stderr are all terminals.
package cmd

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"

	"github.com/cli/browser"
	"golang.org/x/term"

	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

// Env is the whole boundary to the process: a test hands in its own.
type Env struct {
	Version string
	In      io.Reader
	Out     io.Writer
	Err     io.Writer
	Getenv  func(string) string
	Environ func() []string
	// IsTerminal tells whether one of In, Out and Err is a terminal.
	IsTerminal func(stream any) bool
	// Columns is the width of the terminal that a stream is; 0, or nil, where that isn't known.
	Columns func(stream any) int
	// DropTyped throws away what was typed and not read yet; nil does nothing.
	DropTyped func(in io.Reader) error
	// Transport replaces the network; nil is the real one.
	Transport http.RoundTripper
	// Interrupted derives a context that ends when the user interrupts.
	Interrupted func(context.Context) (context.Context, context.CancelFunc)
	// OpenBrowser opens an address in the user's browser, and may return only when that is closed; nil stands for none.
	OpenBrowser func(address string) error
	// Keyring reads the system's keyring; nil stands for none.
	Keyring tenant.Keyring
	// Executable is the path of this program, for the commands that it starts.
	Executable func() (string, error)
}

// System is the Env of the real process.
func System(version string) Env {
	return Env{
		Version: version, In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Getenv: getenv, Environ: os.Environ,
		IsTerminal: func(stream any) bool {
			file, ok := stream.(*os.File)
			return ok && term.IsTerminal(int(file.Fd()))
		},
		Columns: func(stream any) int {
			if file, ok := stream.(*os.File); ok {
				if width, _, err := term.GetSize(int(file.Fd())); err == nil {
					return width
				}
			}
			return 0
		},
		DropTyped:   dropTyped,
		Interrupted: interrupted,
		OpenBrowser: openBrowser,
		Keyring:     tenant.SystemKeyring(os.Getenv),
		Executable:  os.Executable,
	}
}

// getenv reads a variable. White space around a value is no part of it: a file that it was filled from ends in a line end, and
// cmd.exe keeps what stands before &&. What holds nothing else stays as it is: it was set, if to nothing of use, and must not
// pass for one that is unset.
func getenv(name string) string {
	value := os.Getenv(name)
	return cmp.Or(strings.TrimSpace(value), value)
}

// interrupted ends its context at Ctrl-C, at a polite kill, and when the terminal is closed, unless nohup asked to outlive it. It
// also keeps a write to a reader that has gone away from killing the process, in the midst of changes too: the write fails,
// and the run ends as it would have. The signal is taken and not ignored, as programs that are started would inherit that.
func interrupted(ctx context.Context) (context.Context, context.CancelFunc) {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		ends = append(ends, syscall.SIGHUP)
	}
	return signal.NotifyContext(ctx, ends...)
}

// secretVariables hold what signs in somewhere.
var secretVariables = []string{tenant.EnvToken, tenant.EnvClientSecret, tenant.EnvPrivateKey, envVerifySecret, envContext}

// openBrowser runs the program that BROWSER names, else what the system opens addresses with. What a user's own program says
// goes to stderr, as stdout is for results; what the system's says is for nobody, and would run into the line that is drawn
// anew. It is started without what signs in, which is read by then: a browser, which needs none of it, would
// keep it in its environment for as long as it runs.
func openBrowser(address string) error {
	for _, name := range secretVariables {
		if err := os.Unsetenv(name); err != nil {
			return err
		}
	}
	if words := browserCommand(getenv(envBrowser), address); len(words) > 0 {
		// It outlives this run: nobody's browser is closed because a login is over.
		command := exec.CommandContext(context.Background(), words[0], words[1:]...) // #nosec G204 G702 -- the user names the program
		command.Stdout, command.Stderr = os.Stderr, os.Stderr
		return command.Run()
	}
	browser.Stdout, browser.Stderr = nil, nil // no pipe: a browser outlives it
	return browser.OpenURL(address)
}

// canAsk tells whether someone can answer a question, having seen what it is about: a person at a terminal, whose output
// goes to that terminal too, and not a CI job that has one.
func (e Env) canAsk(never bool) bool {
	return !never && !truthy(e.Getenv("CI")) && e.IsTerminal(e.In) && e.IsTerminal(e.Out) && e.IsTerminal(e.Err)
}

// colors tells whether a writer gets colour.
func (e Env) colors(w io.Writer, noColor bool) bool {
	return !noColor && e.Getenv("NO_COLOR") == "" && e.Getenv("TERM") != "dumb" && e.IsTerminal(w)
}

// columns is the width to write for; where it isn't known, what all terminals had once.
func (e Env) columns(w io.Writer) int {
	if e.Columns != nil {
		if n := e.Columns(w); n > 0 {
			return n
		}
	}
	return 80
}

func truthy(s string) bool { return s != "" && s != "0" && s != "false" }
