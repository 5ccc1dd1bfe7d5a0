package view_test

import (
	"strings"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/view"
)

var connections = view.Table{
	Header: []string{"NAME", "STRATEGY", "LEVEL"},
	Rows: [][]string{
		{"Username-Password-Authentication", "auth0", "domain"},
		{"日本語の接続", "google-oauth2", ""},
		{"two\tcells\nand a line\x1b[2J", "oidc", "domain"},
	},
}

func TestATableForPeople(t *testing.T) {
	for _, c := range []struct {
		width int
		want  string
	}{
		{0, "" +
			"NAME                              STRATEGY       LEVEL\n" +
			"Username-Password-Authentication  auth0          domain\n" +
			"日本語の接続                      google-oauth2\n" +
			`two\tcells\nand a line\x1b[2J     oidc           domain` + "\n"},
		{40, "" +
			"NAME               STRATEGY       LEVEL\n" +
			"Username-Passwor…  auth0          domain\n" +
			"日本語の接続       google-oauth2\n" +
			`two\tcells\nand …  oidc           domain` + "\n"},
		{10, "" +
			"NAME      STRATEGY  LEVEL\n" +
			"Usernam…  auth0     domain\n" +
			"日本語…   google-…\n" +
			`two\tce…  oidc      domain` + "\n"},
	} {
		got := connections.Text(c.width, view.NewPalette(false))
		if got != c.want {
			t.Errorf("at %d columns:\n%s\nwant\n%s", c.width, got, c.want)
		}
	}
	if got := (view.Table{Header: []string{"NAME"}}).Text(80, view.NewPalette(true)); got != "" {
		t.Errorf("an empty table is %q", got)
	}
	if got := connections.Text(80, view.NewPalette(true)); !strings.HasPrefix(got, "\x1b[") || strings.Count(got, "\x1b[") != 2 {
		t.Errorf("only the header is coloured: %q", got)
	}
}

func TestATableForAPipe(t *testing.T) {
	want := "Username-Password-Authentication\tauth0\tdomain\n日本語の接続\tgoogle-oauth2\t\n" + `two\tcells\nand a line\x1b[2J` + "\toidc\tdomain\n"
	if got := connections.TSV(); got != want {
		t.Errorf("TSV gives %q, want %q", got, want)
	}
}

func TestWhatIsCopiedIsNotCut(t *testing.T) {
	table := view.Table{Header: []string{"ID", "STATE"}, Rows: [][]string{{"20260101T000000-abcdef", "stopped half-way, can be undone"}}, Whole: 1}
	want := "ID                      STATE\n20260101T000000-abcdef  stopped hal…\n"
	if got := table.Text(36, view.NewPalette(false)); got != want {
		t.Errorf("the table is\n%s\nwant\n%s", got, want)
	}
	table.Whole = 2
	if got := table.Text(10, view.NewPalette(false)); !strings.Contains(got, table.Rows[0][1]) {
		t.Errorf("the table is\n%s", got)
	}
}
