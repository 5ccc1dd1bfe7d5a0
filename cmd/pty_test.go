//go:build unix

package cmd_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

const (
	enter, down, back, interrupt, erase = "\r", "\x1b[B", "\x1b[Z", "\x03", "\x15"

	question = "ctrl+c quit" // stands below every question
)

// reply is a question, known by a text of its own, and how it is answered.
type reply struct {
	title string
	keys  []string // and, before each but the first, what is waited for
}

// answers are those of somebody who was given nothing: each key after the first waits for the text before it.
func (w *world) answers() []reply {
	id, secret := w.server.Tenant.Credentials()
	return []reply{
		{"Which Auth0 tenant?", []string{w.server.URL + enter}},
		{"How do you sign in to", []string{down + enter}},
		{"machine-to-machine application", []string{id + enter}},
		{"stands below the client ID", []string{secret + enter}},
		{"Where do clients reach the MCP server?", []string{w.gateway.URL + enter}},
		{"What should users see it called?", []string{enter}},
		{"Which scopes may clients ask for?", []string{"tool:whoami" + enter, "+ tool:whoami", enter}},
		{"How do users log in?", []string{" ", "[x] Username-Password", enter}},
		{"How does Auth0 get to know a client?", []string{enter}},
		{"How do tokens name this server?", []string{enter}},
		{"Apply these changes to", []string{"y" + enter}},
	}
}

func (c *console) answers(all []reply) {
	c.t.Helper()
	for _, a := range all {
		c.sees(a.title)
		for i, keys := range a.keys {
			if i%2 == 1 {
				c.sees(keys)
				continue
			}
			c.types(keys)
		}
	}
}

// asksAll starts setup with nothing given.
func (w *world) asksAll(t *testing.T, s size, args ...string) *console {
	t.Helper()
	return onConsole(t, s, t.TempDir(), nil, append([]string{"setup"}, args...)...)
}

// signedIn are the variables that hold the tenant and its credentials.
func (w *world) signedIn(more ...string) []string { return append(w.server.Env(), more...) }

// writes counts what was sent to change the tenant.
func (w *world) writes() int {
	n := 0
	for _, r := range w.server.Tenant.Requests() {
		if r.Method != "GET" && r.Path != "/oauth/token" {
			n++
		}
	}
	return n
}

// byFlags is what a tenant becomes by the same answers as flags.
func byFlags(t *testing.T) string {
	t.Helper()
	w := newWorld(t)
	if r := w.run(t, &striking{}, w.setupArgs()...); r.code != 0 {
		t.Fatalf("setup by flags: exit %d\n%s", r.code, r.err)
	}
	return w.state()
}

func (w *world) is(t *testing.T, want string) {
	t.Helper()
	if got := w.state(); got != want {
		t.Errorf("the tenant is not what it becomes by flags:\n%s", diffLines(want, got))
	}
}

func TestWizard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.asksAll(t, usual)
	c.answers(w.answers())
	c.sees("The same without questions", "--yes")
	c.exits(0)
	w.is(t, byFlags(t))
	if tokens := w.requests("/oauth/token"); tokens != 1 {
		t.Errorf("%d tokens were asked for, want 1", tokens)
	}
	_, secret := w.server.Tenant.Credentials()
	if strings.Contains(c.written(), secret) {
		t.Error("the secret was on the screen")
	}
}

// requests counts those for a path.
func (w *world) requests(path string) int {
	n := 0
	for _, r := range w.server.Tenant.Requests() {
		if strings.HasPrefix(r.Path, path) {
			n++
		}
	}
	return n
}

// pasted is the command that the end of a run offers, as a shell reads it; only plain words are in it.
var pasted = regexp.MustCompile(`(?s)  mcpauth setup.*?--yes`)

// The command that is offered does the same to another tenant: it can be pasted, and is complete.
func TestWizardOffersTheSameCommand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := onConsole(t, size{80, 60}, t.TempDir(), w.signedIn(), "setup")
	c.answers(w.answers()[4:])
	c.exits(0)
	golden(t, "wizard-done", c.shown())
	command := pasted.FindString(c.shown())
	if command == "" {
		t.Fatalf("no command is offered:\n%s", c.shown())
	}
	other := newWorld(t)
	command = strings.NewReplacer(w.server.URL, other.server.URL, w.gateway.URL, other.gateway.URL, "\\\n", " ").Replace(command)
	if r := other.run(t, &striking{}, strings.Fields(command)[1:]...); r.code != 0 {
		t.Fatalf("exit %d: %s\n%s", r.code, command, r.err)
	}
	other.is(t, w.state())
}

// What was given is not asked again, and with nothing missing there is no wizard.
func TestWizardAsksForWhatIsMissingOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := onConsole(t, size{80, 60}, t.TempDir(), w.signedIn(), w.setupArgs()[:7]...)
	c.sees("Apply these changes to")
	c.types("n" + enter)
	c.exits(3)
	for _, a := range w.answers()[:10] {
		if strings.Contains(flat(c.written()), a.title) {
			t.Errorf("it asked: %s", a.title)
		}
	}
	if w.writes() > 0 {
		t.Error("it wrote, although the answer was no")
	}

	c = onConsole(t, size{80, 60}, t.TempDir(), w.signedIn(), "setup", "--scope", "tool:whoami", "--connection", "Username-Password-Authentication", "--registration", "dcr", "--name", "MCP Server")
	c.answers(append(w.answers()[4:5], w.answers()[9:]...))
	c.exits(0)
	w.is(t, byFlags(t))
}

// What a file says is not asked, and stays as it is there.
func TestWizardLeavesTheFileAlone(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "mcpauth.yaml")
	content := "servers:\n  - {url: 'https://a.example/mcp', name: First, scopes: ['read:a']}\n  - {url: 'https://b.example/mcp', scopes: ['read:b']}\n" +
		"connections: [google-oauth2]\nregistration: none\naudience_mode: resource\n"
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	c := w.asksAll(t, size{80, 60}, "--file", file)
	c.answers(w.answers()[:4])
	c.sees("Apply these changes to")
	c.types("y" + enter)
	c.exits(0)
	other := newWorld(t)
	if r := other.run(t, &striking{}, "setup", "--file", file, "--yes"); r.code != 0 {
		t.Fatalf("setup by file: exit %d\n%s", r.code, r.err)
	}
	if diff := diffLines(other.state(), w.state()); diff != "" { // both APIs are made side by side, in whatever order
		t.Errorf("the tenant is not what it becomes by the file alone:\n%s", diff)
	}
}

// The logins of the auth0 CLI are offered; of one that has ended it is said how to renew it.
func TestWizardOffersLogins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	home := cliHome(t, w.server, map[string]any{"expires_at": time.Now().Add(time.Hour), "access_token": w.server.Tenant.Token(time.Hour)})
	c := onConsole(t, usual, t.TempDir(), []string{"HOME=" + home}, "setup")
	c.sees("Which Auth0 tenant?", "auth0 CLI, its default", "Another tenant")
	c.types(enter)
	c.sees("it was not sent") // the list has domains, which are https, and the token is for http
	c.types(back)
	c.sees("Another tenant")
	c.types(down + enter)
	c.sees("Its domain.")
	c.types(w.server.URL + enter)
	c.answers(w.answers()[4:])
	c.exits(0)
	w.is(t, byFlags(t))

	w = newWorld(t)
	home = cliHome(t, w.server, map[string]any{"expires_at": time.Now().Add(-time.Hour)})
	c = onConsole(t, usual, t.TempDir(), []string{"HOME=" + home}, "setup")
	c.sees("Which Auth0 tenant?", "the login has ended")
	c.types(enter)
	c.sees("How do you sign in to", "ended 60 minutes ago")
	c.types(down + down + enter)
	c.exits(4)
	if !strings.Contains(flat(c.shown()), "log in again: auth0 login --domain localhost") {
		t.Errorf("it doesn't say how to log in again:\n%s", c.shown())
	}
}

func TestWizardTakesInvalidThenValidAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.asksAll(t, usual)
	id, secret := w.server.Tenant.Credentials()
	c.sees("Which Auth0 tenant?")
	c.types("no tenant" + enter)
	c.sees("is not a host name")
	c.types(erase + w.server.URL + enter)
	c.sees("How do you sign in to")
	c.types(down + enter)
	c.sees("machine-to-machine application")
	c.types(enter)
	c.sees("the client ID is missing")
	c.types(id + enter)
	c.sees("stands below the client ID")
	c.types("wrong" + enter)
	c.sees("refused client", "enter try again")
	c.types(back)
	c.sees("stands below the client ID")
	c.types(erase + secret + enter)
	c.sees("Where do clients reach")
	c.types("http://a.example/mcp" + enter)
	c.sees("x ", "https")
	c.types(erase + w.gateway.URL + enter)
	c.sees("What should users see it called?")
	c.types("<b>" + enter)
	c.sees("contains < or >")
	c.types(erase + enter)
	c.sees("Which scopes may")
	c.types("a b" + enter)
	c.sees("is not a scope")
	c.types(erase)
	c.answers(w.answers()[6:])
	c.exits(0)
	w.is(t, byFlags(t))
}

// From the last question back to the first and forward again, with enter alone: every answer is still there.
func TestWizardKeepsAnswersWhenGoingBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.asksAll(t, size{80, 40})
	answers := w.answers()
	c.answers(answers[:9])
	c.sees(answers[9].title)
	for i := 8; i >= 0; i-- {
		c.types(back)
		c.sees(answers[i].title)
	}
	for i := range 10 {
		c.sees(answers[i].title)
		c.types(enter)
	}
	c.answers(answers[10:])
	c.exits(0)
	w.is(t, byFlags(t))
	if tokens := w.requests("/oauth/token"); tokens != 1 {
		t.Errorf("%d tokens were asked for, want 1: the sign-in didn't change", tokens)
	}
}

func TestWizardIsInterruptedAtEveryQuestion(t *testing.T) {
	t.Parallel()
	for i, a := range newWorld(t).answers() {
		t.Run(strings.ReplaceAll(strings.Trim(a.title, "?"), " ", "-"), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.asksAll(t, usual)
			c.answers(w.answers()[:i])
			c.sees(a.title)
			c.types(interrupt)
			c.exits(130)
			if want := "error: interrupted; nothing was changed"; !strings.Contains(c.shown(), want) {
				t.Errorf("it doesn't say %q:\n%s", want, c.shown())
			}
			if n := w.writes(); n > 0 {
				t.Errorf("it wrote %d times", n)
			}
		})
	}
}

func TestWizardDeclined(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.asksAll(t, usual)
	c.answers(w.answers()[:10])
	c.sees("Apply these changes to")
	c.types(enter)
	c.exits(3)
	if n := w.writes(); n > 0 {
		t.Errorf("it wrote %d times, although nobody consented", n)
	}
	// What was answered is not lost.
	for _, text := range []string{
		"Your answers as one command, with AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET:", "--domain " + w.server.URL, "--mcp-url " + w.gateway.URL,
		"--connection Username-Password-Authentication", "--scope tool:whoami", "--audience-mode both error: nothing was changed", // without a yes that was not said
	} {
		if !strings.Contains(flat(c.shown()), text) {
			t.Errorf("it doesn't say %q:\n%s", text, c.shown())
		}
	}
}

func TestWizardTellsWhatToPrepare(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.asksAll(t, usual)
	c.answers(w.answers()[:1])
	c.sees("How do you sign in to")
	c.types(down + down + enter)
	c.exits(4)
	if screen := flat(c.shown()); !strings.Contains(screen, "auth0 login --domain localhost") || !strings.Contains(screen, "AUTH0_CLIENT_SECRET") {
		t.Errorf("it doesn't say what to prepare:\n%s", c.shown())
	}
}

// Every question fits, and can be answered: its title and the keys are seen at the same time.
func TestWizardFitsSmallTerminals(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]size{"narrow": {40, 24}, "short": {80, 10}, "both": {40, 10}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.asksAll(t, s)
			for _, a := range w.answers()[:10] {
				title := a.title
				switch title { // these two are the texts below it, which a short screen leaves out
				case "machine-to-machine application":
					title = "Client ID"
				case "stands below the client ID":
					title = "Client secret"
				}
				c.sees(title, question)
				c.answers([]reply{{title, a.keys}})
			}
			c.sees("Apply these changes to")
			c.types("y" + enter)
			c.exits(0)
			w.is(t, byFlags(t))
		})
	}
}

var colour = regexp.MustCompile(`\x1b\[([0-9]+;)*(3[0-8]|4[0-8]|9[0-7]|10[0-7])(;[0-9]+)*m`)

func TestWizardColour(t *testing.T) {
	t.Parallel()
	for _, no := range []string{"", "1"} {
		w := newWorld(t)
		c := onConsole(t, usual, t.TempDir(), w.signedIn("NO_COLOR="+no), "setup")
		c.answers(w.answers()[4:])
		c.exits(0)
		if found := colour.FindString(c.written()); (found != "") == (no != "") {
			t.Errorf("with NO_COLOR=%s the first colour is %q", no, found)
		}
	}
}

// prompts waits for a text to be on the screen so many times, and for a prompt to be the last of it.
func (c *console) prompts(text string, times int) {
	c.t.Helper()
	c.until(text+" and a prompt", func(screen string) bool {
		screen = flat(screen)
		return strings.Count(screen, text) >= times && (strings.HasSuffix(screen, ">") || strings.HasSuffix(screen, "[y/N]"))
	})
}

// A screen reader gets lines: nothing moves the cursor, and each list says its numbers.
func TestWizardByLines(t *testing.T) {
	t.Parallel()
	lines := func(w *world) []reply {
		id, secret := w.server.Tenant.Credentials()
		return []reply{
			{"Which Auth0 tenant?", []string{"no tenant" + enter, "is not a host name", w.server.URL + enter}},
			{"How do you sign in to", []string{"7" + enter, "Type a number from 1 to 3", "2" + enter}},
			{"machine-to-machine application", []string{id + enter}},
			{"(not shown) >", []string{secret + enter}},
			{"Where do clients reach the MCP server?", []string{w.gateway.URL + enter}},
			{"What should users see it called?", []string{"<" + enter, "[" + w.gateway.URL + "] >", enter}},
			{"Which scopes may clients ask for?", []string{"tool:whoami" + enter, "Scope > tool:whoami Scope >", enter}},
			{"How do users log in?", []string{"Username-Password-Authentication" + enter, "Chosen: Username-Password-Authentication", enter}},
			{"How does Auth0 get to know a client?", []string{enter}},
			{"How do tokens name this server?", []string{enter}},
			{"Apply these changes to", []string{"y" + enter}},
		}
	}
	// What is typed before the prompt is there is echoed among what is still being written.
	answers := func(c *console, all []reply) {
		for _, a := range all {
			for i, keys := range a.keys {
				text := a.title
				if i%2 == 1 {
					text = keys
				}
				if i == 0 || i%2 == 1 {
					c.prompts(text, 1)
				}
				if i%2 == 0 {
					c.types(keys)
				}
			}
		}
	}
	for _, variable := range []string{"ACCESSIBLE=1", "TERM=dumb"} {
		t.Run(variable, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := onConsole(t, size{80, 60}, t.TempDir(), []string{variable, "NO_COLOR=1"}, "setup")
			all := lines(w)
			answers(c, all[:6])
			c.prompts(all[5].title, 2)
			c.types(enter)
			answers(c, all[6:])
			c.exits(0)
			w.is(t, byFlags(t))
			if strings.ContainsAny(c.written(), "\x1b\x08") {
				t.Errorf("it moves the cursor: %q", c.written())
			}
			if _, secret := w.server.Tenant.Credentials(); strings.Contains(c.written(), secret) {
				t.Error("the secret was on the screen")
			}
		})
	}
}

// Names from the tenant move nothing and set no title.
func TestWizardHostileNames(t *testing.T) {
	t.Parallel()
	seed, err := json.Marshal(map[string]any{"connections": []map[string]any{{"id": "con_0000000000000001", "name": "aaa" + hostile, "strategy": "saml" + hostile}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, variable := range []string{"ACCESSIBLE=", "ACCESSIBLE=1"} {
		w := newWorld(t, seed...)
		c := onConsole(t, usual, t.TempDir(), w.signedIn(variable), "setup", "--mcp-url", w.gateway.URL, "--dry-run", "--domain", "")
		c.exits(3) // an empty domain is a mistake, not a gap to be filled
		c = onConsole(t, usual, t.TempDir(), w.signedIn(variable), "setup", "--dry-run")
		c.sees("Where do clients reach")
		c.types(w.gateway.URL + enter)
		c.sees("What should users")
		c.types(enter)
		c.sees("Which scopes")
		c.types(enter)
		c.sees("How do users log in?", "aaa")
		c.types("aaa")
		c.types(interrupt)
		c.exits(130)
		written := c.written()
		for _, harm := range []string{"\x1b]", "\x1b[2J", "\u009b", "\u202e", "\u200b", "\x00", "\nFORGED", "\rFORGED"} {
			if strings.Contains(written, harm) {
				t.Errorf("%s: %q reached the terminal", variable, harm)
			}
		}
	}
}

// asks is what a terminal is asked: its colours, its attributes, where its cursor is. A terminal that knows no answer, or
// is slow, would hold up the start of every command.
var asks = regexp.MustCompile(`\x1b\][0-9]+;\?|\x1b\[[?>=]?[0-9;]*[cn]|\x1bP`)

func TestNothingAsksTheTerminal(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"version"}, {"setup", "--help"}, {"setup"}} {
		c := onConsole(t, usual, t.TempDir(), nil, args...)
		code := 0
		if len(args) == 1 && args[0] == "setup" {
			c.sees("Which Auth0 tenant?")
			c.types(interrupt)
			code = 130
		}
		c.exits(code)
		if found := asks.FindString(c.written()); found != "" {
			t.Errorf("%v asks the terminal: %q", args, found)
		}
	}
}

// Where nobody is to be asked, what is missing is an error as ever.
func TestNobodyIsAsked(t *testing.T) {
	t.Parallel()
	for name, with := range map[string]struct {
		vars []string
		args []string
	}{
		"no-input":             {nil, []string{"setup", "--no-input"}},
		"json":                 {nil, []string{"setup", "--json"}},
		"CI":                   {[]string{"CI=true"}, []string{"setup"}},
		"a flag that is wrong": {nil, []string{"setup", "--registration", "dcrr"}},
		"a folder that isn't":  {nil, []string{"setup", "--gateway-dir", "nowhere"}},
		"a file that isn't":    {nil, []string{"setup", "--file", "nowhere.yaml"}},
		"no time":              {nil, []string{"setup", "--timeout", "0s"}},
	} {
		c := onConsole(t, usual, t.TempDir(), with.vars, with.args...)
		c.exits(3)
		if strings.Contains(c.written(), question) {
			t.Errorf("%s: it asked", name)
		}
	}
}

// The working folder is offered where it holds a project. One question at the end is for the tenant and the files.
func TestWizardMergesIntoTheProject(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "testdata", "gateway", "fresh", "in"))); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(dir, "config", "policies.json"))
	if err != nil {
		t.Fatal(err)
	}
	c := onConsole(t, size{80, 100}, dir, w.signedIn(), "setup")
	c.answers(w.answers()[4:10])
	c.sees("Set up the Zuplo project too?")
	c.types(enter)
	c.sees(", and write 3 files?")
	if now, err := os.ReadFile(filepath.Join(dir, "config", "policies.json")); err != nil || string(now) != string(before) {
		t.Errorf("the project is changed before anybody agreed: %v", err)
	}
	c.types("y" + enter)
	c.sees("--gateway-dir .")
	c.exits(0)
	after, err := os.ReadFile(filepath.Join(dir, "config", "policies.json"))
	if err != nil {
		t.Fatal(err)
	}
	if string(before) == string(after) {
		t.Error("the project's policies are as they were")
	}
}

// Connections beyond the first thousand, where paging by number ends, are read and can be searched.
func TestWizardManyConnections(t *testing.T) {
	t.Parallel()
	const many = 2500
	connections := make([]map[string]any, many)
	for i := range connections {
		connections[i] = map[string]any{"name": fmt.Sprintf("customer-%05d", i), "strategy": "samlp"}
	}
	connections[many-1]["name"] = "the-last-one"
	seed, err := json.Marshal(map[string]any{"connections": connections})
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, seed...)
	c := onConsole(t, usual, t.TempDir(), w.signedIn(), "setup", "--dry-run", "--registration", "dcr", "--audience-mode", "both")
	c.answers(w.answers()[4:7])
	c.sees("How do users log in?", "2,502 connections")
	c.types("the-last")
	c.sees("1 of 2,502 match")
	c.types(" " + enter)
	c.sees("The same without questions", "--connection the-last-one", "--dry-run")
	c.exits(0)
	if n := w.requests("/api/v2/connections"); n > 40 {
		t.Errorf("%d requests for the connections", n)
	}
}
