//go:build unix

package cmd_test

import "testing"

const stop, endOfInput = "\x1a", "\x04" // Ctrl-Z and Ctrl-D

// Ctrl-Z stops the wizard where a shell lets it go on, with the answers that were given.
func TestWizardIsStopped(t *testing.T) {
	t.Parallel()
	c := newConsole(t, usual)
	c.startProgram("sh", t.TempDir(), nil, "-c", "set -m; mcpauth setup; echo it stopped; fg")
	c.sees("Which Auth0 tenant?", question)
	c.types("my-tenant" + stop)
	c.sees("it stopped", "> my-tenant", question)
	c.types(interrupt)
	c.exits(130)
}

// Where no shell could let it go on it doesn't stop, as no program does there.
func TestWizardStopsForNobody(t *testing.T) {
	t.Parallel()
	c := onConsole(t, usual, t.TempDir(), nil, "setup")
	c.sees("Which Auth0 tenant?", question)
	c.types("my-tenant" + stop)
	c.sees("> my-tenant")
	c.types(interrupt)
	c.exits(130)
}
