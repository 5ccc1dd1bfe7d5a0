package cmd

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestBrowserCommand(t *testing.T) {
	const address = "https://tenant.example/authorize?a=%s"
	spaced := filepath.Join(t.TempDir(), "a browser.exe")
	if err := os.WriteFile(spaced, nil, 0o700); err != nil { //nolint:gosec // a program has to be executable
		t.Fatal(err)
	}
	for value, want := range map[string][]string{
		"":                         nil,
		" ":                        nil,
		"firefox":                  {"firefox", address},
		"firefox --new-window":     {"firefox", "--new-window", address},
		"firefox %s  --private":    {"firefox", address, "--private"},
		"elinks -eval goto(%s,%s)": {"elinks", "-eval", "goto(" + address + "," + address + ")"},
		spaced:                     {spaced, address},
	} {
		if got := browserCommand(value, address); !slices.Equal(got, want) {
			t.Errorf("BROWSER=%s runs %q, want %q", value, got, want)
		}
	}
}
