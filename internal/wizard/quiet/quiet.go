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

var before, was = os.LookupEnv(variable)

func init() {
	if before == "" {
		_ = os.Setenv(variable, "true")
	}
}

// Over puts the environment back as it was.
func Over() {
	switch {
	case before != "":
	case was:
		_ = os.Setenv(variable, before)
	default:
		_ = os.Unsetenv(variable)
	}
}
