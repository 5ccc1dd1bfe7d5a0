package cmd_test

import (
	"regexp"
	"testing"
)

var registeredIDs = regexp.MustCompile(`tpc_[A-Za-z0-9]{22}`)

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
	golden(t, "verify", registeredIDs.ReplaceAllString(shown, "tpc_ABCDEFGHIJKLMNOPQRSTUV"))
}
