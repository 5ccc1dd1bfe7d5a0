//go:build unix

package cmd_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func hashes(t *testing.T, dir string) string {
	t.Helper()
	held, err := tree(dir)
	if err != nil {
		t.Fatal(err)
	}
	return held
}

// What was typed before a question is no answer to it: nobody had seen what it is about.
func TestTypedAheadIsNoConsent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	project := t.TempDir()
	if err := os.CopyFS(project, os.DirFS(filepath.Join("..", "testdata", "gateway", "fresh", "in"))); err != nil {
		t.Fatal(err)
	}
	state := "XDG_STATE_HOME=" + t.TempDir()
	if r := w.run(t, &striking{}, w.setupArgs()...); r.code != 0 {
		t.Fatalf("setup: exit %d\n%s", r.code, r.err)
	}
	before, files := w.state(), hashes(t, project)
	for _, step := range []struct {
		question string
		args     []string
	}{
		{"Apply these changes to", []string{"setup", "--mcp-url", "https://b.example/mcp", "--connection", "google-oauth2"}},
		{"Apply these changes to", []string{"promote-connection", "--name", "google-oauth2"}},
		{"Write these files?", []string{"render-gateway-config", "--mcp-url", w.gateway.URL, "--gateway-dir", project}},
		{"Take this run back", []string{"undo"}},
	} {
		vars := w.signedIn(state)
		if step.args[0] == "undo" {
			vars = w.signedIn("XDG_STATE_HOME=" + w.vars["XDG_STATE_HOME"])
		}
		for _, typed := range []string{"y" + enter + "y" + enter, "y"} { // the second waits for its line to end
			c := newConsole(t, size{80, 100})
			c.types(typed)
			c.start(t.TempDir(), vars, step.args...)
			c.sees(step.question)
			c.types(enter)
			c.exits(3)
		}
		if got := w.state(); got != before {
			t.Errorf("%v changed the tenant, and nobody consented:\n%s", step.args, diffLines(before, got))
		}
		if got := hashes(t, project); got != files {
			t.Errorf("%v changed files, and nobody consented", step.args)
		}
	}
}

// An interrupt at the question leaves all as it was, and says so.
func TestInterruptedAtTheQuestion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if r := w.run(t, &striking{}, w.setupArgs()...); r.code != 0 {
		t.Fatalf("setup: exit %d\n%s", r.code, r.err)
	}
	before := w.state()
	for question, args := range map[string][]string{
		"Take this run back":     {"undo"},
		"Apply these changes to": {"promote-connection", "--name", "google-oauth2"},
	} {
		c := onConsole(t, size{80, 100}, t.TempDir(), w.signedIn("XDG_STATE_HOME="+w.vars["XDG_STATE_HOME"]), args...)
		c.sees(question)
		c.types(interrupt)
		c.exits(130)
		if screen := flat(c.shown()); !strings.HasSuffix(screen, "error: interrupted; nothing was changed") {
			t.Errorf("%v says:\n%s", args, c.shown())
		}
	}
	if got := w.state(); got != before {
		t.Errorf("the tenant changed:\n%s", diffLines(before, got))
	}
}

// Ctrl-D is no yes, and what is said then stands on a line of its own.
func TestTheInputEndsAtTheQuestion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := onConsole(t, size{80, 100}, t.TempDir(), w.signedIn(), "promote-connection", "--name", "google-oauth2")
	c.sees("Apply these changes to")
	c.types(endOfInput)
	c.exits(3)
	if screen := c.shown(); !strings.Contains(screen, "[y/N]\nerror: nothing was changed") {
		t.Errorf("it says:\n%s", screen)
	}
}

// A connection is missing where the tenant has none at domain level: then it is asked for, and nothing else. Where there is
// one, nothing is missing.
func TestWizardAsksForAConnectionOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	url := []string{"setup", "--mcp-url", w.gateway.URL, "--scope", "tool:whoami"}
	c := onConsole(t, size{80, 100}, t.TempDir(), w.signedIn(), url...)
	c.answers(w.answers()[7:8])
	c.answers(w.answers()[10:])
	c.sees("The same without questions", "--connection Username-Password-Authentication")
	c.exits(0)
	w.is(t, byFlags(t))
	for _, a := range append(w.answers()[:7], w.answers()[8:10]...) {
		if strings.Contains(flat(c.written()), a.title) {
			t.Errorf("it asked: %s", a.title)
		}
	}
	if tokens := w.requests("/oauth/token"); tokens != 1 {
		t.Errorf("%d tokens were asked for, want 1", tokens)
	}

	c = onConsole(t, size{80, 100}, t.TempDir(), w.signedIn(), url...)
	c.exits(0)
	if strings.Contains(c.written(), question) {
		t.Errorf("it asked, although nothing is missing:\n%s", c.shown())
	}
}

// Where nobody is to be asked, a connection that is missing is told of, as it is in a pipe.
func TestNobodyIsAskedForAConnection(t *testing.T) {
	t.Parallel()
	for name, with := range map[string]struct{ variable, flag string }{
		"no-input": {"CI=", "--no-input"},
		"json":     {"CI=", "--json"},
		"CI":       {"CI=true", "--no-color"},
	} {
		w := newWorld(t)
		c := onConsole(t, size{80, 100}, t.TempDir(), w.signedIn(with.variable), "setup", "--mcp-url", w.gateway.URL, "--yes", with.flag)
		c.exits(0)
		if strings.Contains(c.written(), question) {
			t.Errorf("%s: it asked", name)
		}
		if w.writes() == 0 {
			t.Errorf("%s: it wrote nothing", name)
		}
	}
}
