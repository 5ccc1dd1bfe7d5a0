package verify_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

// TestProblems refuses what can't be used before anything is sent, in the words of the command line.
func TestProblems(t *testing.T) {
	const server = "https://mcp.example/mcp"
	for name, c := range map[string]struct {
		options     verify.Options
		field, what string
	}{
		"no URL":     {verify.Options{}, "URL", ""},
		"no host":    {verify.Options{URL: "https:///mcp"}, "URL", ""},
		"a file":     {verify.Options{URL: "file:///mcp"}, "URL", ""},
		"a user":     {verify.Options{URL: "https://a:b-secret@mcp.example/"}, "URL", "user name or password"},
		"both":       {verify.Options{URL: server, Login: true, Follow: true}, "--login and --follow", "either in a browser or without one"},
		"a port":     {verify.Options{URL: server, CallbackPort: 70000}, "--callback-port", "70000"},
		"less":       {verify.Options{URL: server, CallbackPort: -1}, "--callback-port", "-1"},
		"on http":    {verify.Options{URL: server, ClientMetadataURL: "http://client.example/c.json"}, "--client-metadata-url", "not encrypted"},
		"no URL (2)": {verify.Options{URL: server, ClientMetadataURL: "client.json"}, "--client-metadata-url", "not an https URL"},
		"no path":    {verify.Options{URL: server, ClientMetadataURL: "https://client.example/"}, "--client-metadata-url", "no path"},
		"a fragment": {verify.Options{URL: server, ClientMetadataURL: "https://client.example/c.json#"}, "--client-metadata-url", "a fragment"},
		"dots":       {verify.Options{URL: server, ClientMetadataURL: "https://client.example/a/../c.json"}, "--client-metadata-url", ".. in its path"},
		"a user (2)": {verify.Options{URL: server, ClientMetadataURL: "https://a:b-secret@client.example/c"}, "--client-metadata-url", "user name"},
		"itself":     {verify.Options{URL: server, OtherResource: server}, "--other-resource", "the server itself"},
		"itself (2)": {verify.Options{URL: server, OtherResource: "https://MCP.example:443/mcp/"}, "--other-resource", "the server itself"},
	} {
		transport := roundTrip(func(req *http.Request) (*http.Response, error) {
			t.Errorf("%s: it asked for %s", name, req.URL)
			return nil, errors.New("no network")
		})
		c.options.Transport = transport
		_, err := verify.Run(t.Context(), c.options)
		var problems spec.Invalid
		if !errors.As(err, &problems) || len(problems) != 1 {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if p := problems[0]; p.Field != c.field || !strings.Contains(p.What, c.what) || p.Hint == "" || strings.Contains(p.What+p.Hint, "b-secret") {
			t.Errorf("%s: %+v", name, p)
		}
	}
	fine := verify.Options{URL: server, Login: true, ClientMetadataURL: "http://127.0.0.1:8080/c.json", OtherResource: server + "/2", CallbackPort: 65535}
	if problems := fine.Problems(); problems != nil {
		t.Error(problems)
	}
}

func TestCommandLine(t *testing.T) {
	for want, o := range map[string]verify.Options{
		"mcpauth verify https://mcp.example/mcp": {
			URL: "https://mcp.example/mcp", LoginTimeout: verify.DefaultLoginTimeout,
		},
		"mcpauth verify https://mcp.example/mcp --login --callback-port 8765 --scope 'a b' --timeout 1m30s --login-timeout 1h --ca-file 'my ca.pem'": {
			URL: "https://mcp.example/mcp", Login: true, CallbackPort: 8765, Scope: "a b", Timeout: 90e9, LoginTimeout: 3600e9, CAFile: "my ca.pem",
		},
		"mcpauth verify 'https://mcp.example/a;b' --follow --client-id c --timeout 10m": {
			URL: "https://mcp.example/a;b", Follow: true, ClientID: "c", Timeout: 600e9,
		},
	} {
		if got := o.CommandLine(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
