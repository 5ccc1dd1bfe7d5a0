// Package quiet keeps the terminal from being asked questions at the start of every command.
//
// Bubble Tea asks the terminal for its background colour while packages are initialised: `mcpauth version` would write
// an escape sequence and wait for an answer, for up to five seconds on a terminal that gives none. It does not ask where
// the variable CI is set. So CI is set while packages are initialised, and put back before the program begins.
//
// Packages are initialised in the order of their import paths as soon as all that they import are (Go specification,
// "Program initialization"). This package imports only os, so it comes before Bubble Tea, which needs packages outside the
// standard library that need more. The package that imports Bubble Tea puts CI back when it is itself initialised.
package quiet

import "os"

const variable = "CI"

// state is what the variable was.
type state struct {
	value string
	was   bool
}

var before = remember()

// remember sets CI where it isn't, and returns what it was.
func remember() state {
	value, was := os.LookupEnv(variable)
	if value == "" {
		_ = os.Setenv(variable, "true")
	}
	return state{value, was}
}

// Over puts the environment back as it was.
func Over() { before.putBack() }

func (s state) putBack() {
	if !s.was {
		_ = os.Unsetenv(variable)
		return
	}
	_ = os.Setenv(variable, s.value)
}
