//go:build unix

package gateway_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/gateway"
)

// What stands under modules/ must not keep a plugin for another tenant from being seen: the first plugin wins silently.
func TestNothingUnderModulesHidesAPlugin(t *testing.T) {
	const foreign = `import { OAuthProtectedResourcePlugin } from "@zuplo/runtime";
export const p = new OAuthProtectedResourcePlugin({ authorizationServers: ["https://other.example/"], resourceName: "x" });
`
	for name, c := range map[string]struct {
		prepare func(t *testing.T, dir string)
		reason  string
	}{
		"a link that leads nowhere, before the plugin": {func(t *testing.T, dir string) {
			link(t, "me@host.1:2", filepath.Join(dir, "modules", ".#a.ts"))
			put(t, filepath.Join(dir, "modules", "auth.ts"), foreign)
		}, "OAuthProtectedResourcePlugin already"},
		"a linked folder": {func(t *testing.T, dir string) {
			put(t, filepath.Join(dir, "shared", "auth.ts"), foreign)
			link(t, "../shared", filepath.Join(dir, "modules", "shared"))
		}, "link to a folder"},
		"a link out of the project": {func(t *testing.T, dir string) {
			outside := filepath.Join(t.TempDir(), "outside.ts")
			put(t, outside, foreign)
			link(t, outside, filepath.Join(dir, "modules", "a.ts"))
		}, "leads out of the project"},
		"a pipe": {func(t *testing.T, dir string) {
			if err := syscall.Mkfifo(filepath.Join(dir, "modules", "a.ts"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "not a regular file"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "testdata", "gateway", "fresh-with-route", "in"))); err != nil {
				t.Fatal(err)
			}
			c.prepare(t, dir)
			_, err := gateway.Merge(gateway.Config{Domain: "t.eu.auth0.com", MCPURLs: []string{"https://my-gateway.zuplo.dev/mcp"}}, dir)
			var refusal *gateway.Refusal
			if !errors.As(err, &refusal) || !strings.Contains(refusal.Reason, c.reason) {
				t.Errorf("Merge gives %v; want a refusal with %q", err, c.reason)
			}
		})
	}
}

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, to, at string) {
	t.Helper()
	if err := os.Symlink(to, at); err != nil {
		t.Fatal(err)
	}
}
