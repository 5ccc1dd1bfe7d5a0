package cmd_test

import (
	"regexp"
	"strings"
	"testing"
)

var (
	registeredIDs = regexp.MustCompile(`tpc_[A-Za-z0-9]{22}`)
	callbackPorts = regexp.MustCompile(`(127\.0\.0\.1:|%3A)\d+`)
	callbackFlags = regexp.MustCompile(`(ssh -L |--callback-port )\d+`)
	loginSecrets  = regexp.MustCompile(`(code_challenge|state)=[^&\s]+`)
)

// TestVerifyScreen is a verification that fails, as a person sees it on a narrow terminal: diagnoses in their columns,
// commands whole.
func TestVerifyScreen(t *testing.T) {
	server, gateway := ready(t)
	person := station{vars: pointed(server, "XDG_CONFIG_HOME="+t.TempDir(), "XDG_STATE_HOME="+t.TempDir()), terminal: true, columns: 60}
	if shown, code := person.run(t, "promote-connection", "--name", "google-oauth2", "--demote", "--yes"); code != 0 {
		t.Fatal(shown)
	}
	shown, code := person.run(t, "verify", gateway.URL, "--follow")
	if code != 5 {
		t.Errorf("exit %d", code)
	}
	shown = settled(shown)
	fits(t, "verify", shown, person.columns)
	narrow := person
	narrow.columns = 40
	for _, args := range [][]string{{"verify", gateway.URL, "--follow"}, {"verify", gateway.URL}, {"verify", gateway.URL + "x"}, {"verify", "http://localhost:1/mcp"}} {
		shown, _ := narrow.run(t, args...)
		fits(t, strings.Join(args, " ")+" at 40 columns", settled(shown), 40)
	}
	golden(t, "verify", registeredIDs.ReplaceAllString(shown, "tpc_ABCDEFGHIJKLMNOPQRSTUV"))
}

// TestLoginScreen is a login in a browser that can't be opened, and that nobody finishes: what to do is said while it is
// waited for, and what else when that was in vain.
func TestLoginScreen(t *testing.T) {
	server, gateway := ready(t)
	person := station{vars: pointed(server, "XDG_CONFIG_HOME="+t.TempDir()), terminal: true, columns: 60}
	shown, code := person.run(t, "verify", gateway.URL, "--login", "--login-timeout", "300ms")
	if code != 5 {
		t.Errorf("exit %d", code)
	}
	shown = settled(shown)
	_, shown, _ = strings.Cut(shown, "\nlog in at")
	shown, _, _ = strings.Cut("log in at"+shown, "- the answer names its issuer")
	fits(t, "verify-login", shown, person.columns)
	for pattern, with := range map[*regexp.Regexp]string{
		registeredIDs: "tpc_ABCDEFGHIJKLMNOPQRSTUV", callbackPorts: "${1}PORT", callbackFlags: "${1}PORT", loginSecrets: "$1=RANDOM",
	} {
		shown = pattern.ReplaceAllString(shown, with)
	}
	golden(t, "verify-login", shown)
}

// TestVerifyInputScreens are the refusals of a command line, on a very narrow terminal.
func TestVerifyInputScreens(t *testing.T) {
	person := station{vars: map[string]string{"NO_COLOR": "1"}, terminal: true, columns: 40}
	for name, args := range map[string][]string{
		"verify-no-url": {"verify"},
		"verify-unusable": {
			"verify", "https://my-gateway.zuplo.dev/mcp", "--login", "--no-input", "--callback-port", "70000",
			"--client-metadata-url", "http://client.example", "--other-resource", "https://my-gateway.zuplo.dev/mcp/", "--report", "x.pdf",
		},
	} {
		shown, code := person.run(t, args...)
		if code != 3 {
			t.Errorf("%s: exit %d", name, code)
		}
		fits(t, name, shown, person.columns)
		golden(t, name, shown)
	}
}
