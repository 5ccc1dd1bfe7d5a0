package gateway

import (
	"fmt"
	"strings"

	"github.com/mcpauth-cli/mcpauth/internal/atomicfile"
)

// Problem is one thing wrong with a Config: the field as an operator knows it, what is wrong, and the mend.
type Problem struct{ Field, What, Hint string }

// Invalid is every problem of a Config at once.
type Invalid []Problem

func (e Invalid) Error() string {
	lines := make([]string, len(e))
	for i, p := range e {
		lines[i] = p.Field + ": " + p.What + "; " + p.Hint
	}
	return strings.Join(lines, "\n")
}

// Refusal says why nothing was changed. Everything that it quotes is made safe for a terminal.
type Refusal struct {
	File         string // below the project's folder, with forward slashes
	Line, Column int    // from 1, the column in bytes; both 0 where the whole file is meant
	Reason       string
	Hint         string // what to do; it may be empty
	Err          error  // the cause, where the system gave one
}

func (e *Refusal) Error() string {
	text := e.Place() + ": " + e.Reason
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

func (e *Refusal) Unwrap() error { return e.Err }

// Place is the file with line and column as far as they are known: "config/policies.json:3:7".
func (e *Refusal) Place() string {
	if e.Line == 0 {
		return printable(e.File)
	}
	return fmt.Sprintf("%s:%d:%d", printable(e.File), e.Line, e.Column)
}

func refuse(file, hint, reason string, args ...any) *Refusal {
	return &Refusal{File: file, Hint: printable(hint), Reason: printable(fmt.Sprintf(reason, args...))}
}

// WriteError says that a plan could not be carried out.
type WriteError struct {
	File string // below the project's folder, with forward slashes
	Err  error  // why
	Left error  // what is not as it was, and where it lies; nil where everything was put back
}

func (e *WriteError) Error() string {
	text := printable(fmt.Sprintf("%s can't be written: %v", e.File, atomicfile.Cause(e.Err)))
	if e.Left != nil {
		text += "; then " + printable(e.Left.Error())
	}
	return text
}

// Hint is what to do.
func (e *WriteError) Hint() string {
	if e.Left == nil {
		return "no file was changed: make it possible, and run the command again"
	}
	return "not all is as it was: put it right by hand, and run the command again"
}

func (e *WriteError) Unwrap() []error { return []error{e.Err, e.Left} }
