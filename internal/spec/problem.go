package spec

import (
	"slices"
	"strings"
)

// Problem is one thing wrong with the input: the field as the operator knows it (a flag, an environment variable, a
// path in mcpauth.yaml), what is wrong, and what to do.
type Problem struct {
	Field string
	What  string
	Hint  string
}

// Invalid is every problem of an input at once, so that one correction is enough.
type Invalid []Problem

// Error puts every problem on a line of its own.
func (e Invalid) Error() string {
	lines := make([]string, len(e))
	for i, p := range e {
		lines[i] = p.Field + ": " + p.What
		if p.Hint != "" {
			lines[i] += "; " + p.Hint
		}
	}
	return strings.Join(lines, "\n")
}

// once leaves out what is told already: a name and scopes that flags give are those of every server.
func (e Invalid) once() Invalid {
	var told Invalid
	for _, p := range e {
		if !slices.Contains(told, p) {
			told = append(told, p)
		}
	}
	return told
}

// Note is something that was changed or found unusual in an input that is good enough to go on with.
type Note struct {
	Field string
	Text  string
}
