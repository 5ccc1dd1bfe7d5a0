package tenant_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

const cliDomain = "my-tenant.eu.auth0.com"

// cliConfig writes a configuration of the auth0 CLI, in the shape that it has on disk.
func cliConfig(t *testing.T, tenants map[string]map[string]any) string {
	t.Helper()
	for domain, entry := range tenants {
		entry["domain"], entry["name"] = domain, strings.Split(domain, ".")[0]
	}
	content, err := json.Marshal(map[string]any{"install_id": "b1", "default_tenant": cliDomain, "tenants": tenants})
	if err != nil {
		t.Fatal(err)
	}
	return writeConfig(t, string(content))
}

func writeConfig(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// fakeKeyring holds secrets under "service/user" and counts how often it is asked.
type fakeKeyring struct {
	secrets map[string]string
	asked   int
}

func (k *fakeKeyring) get(service, user string) (string, error) {
	k.asked++
	if secret, ok := k.secrets[service+"/"+user]; ok {
		return secret, nil
	}
	return "", tenant.ErrNoSecret
}

func parsed(t *testing.T, raw string) spec.Domain {
	t.Helper()
	domain, err := spec.ParseDomain(raw)
	if err != nil {
		t.Fatal(err)
	}
	return domain
}

func TestCLILoginsAreListedWithTheDefaultFirst(t *testing.T) {
	file := cliConfig(t, map[string]map[string]any{
		cliDomain:                 {"scopes": []string{"read:connections"}, "expires_at": "2026-08-01T10:00:00Z"},
		"a-first.us.auth0.com":    {"client_id": "abc", "expires_at": "2026-08-01T10:00:00.5+02:00"},
		"not a domain\x1b[2J/etc": {},
	})
	logins, err := tenant.CLILogins(file)
	if err != nil || len(logins) != 2 || logins[0].Domain != cliDomain || !logins[0].Default || logins[1].Domain != "a-first.us.auth0.com" {
		t.Fatalf("CLILogins = %+v, %v", logins, err)
	}
	if logins[0].ClientID != "" || logins[1].ClientID != "abc" || logins[0].Name != "my-tenant" || len(logins[0].Scopes) != 1 {
		t.Errorf("CLILogins = %+v", logins)
	}
	end := time.Date(2026, 8, 1, 10, 0, 0, 0, time.UTC)
	if logins[0].Ended(end.Add(-2*time.Minute)) || !logins[0].Ended(end.Add(-30*time.Second)) {
		t.Error("a login ends a minute before its token does, and not before")
	}
	if got := logins[0].Command([]string{"a:b", "c:d"}); got != "auth0 login --domain my-tenant.eu.auth0.com --scopes a:b,c:d" {
		t.Errorf("Command = %q", got)
	}
	if got := logins[1].Command([]string{"a:b"}); got != "auth0 login --domain a-first.us.auth0.com --client-id abc" {
		t.Errorf("Command = %q", got)
	}
}

func TestNoCLIConfigIsNoLogin(t *testing.T) {
	for _, file := range []string{"", filepath.Join(t.TempDir(), "none.json")} {
		if logins, err := tenant.CLILogins(file); err != nil || len(logins) != 0 {
			t.Errorf("CLILogins(%q) = %v, %v", file, logins, err)
		}
	}
	if file := tenant.CLIConfigFile(environment("XDG_CONFIG_HOME", "/elsewhere")); file != "" {
		t.Errorf("without HOME the file is %q", file)
	}
	want := filepath.Join("/home/me", ".config", "auth0", "config.json")
	if file := tenant.CLIConfigFile(environment("HOME", "/home/me", "XDG_CONFIG_HOME", "/elsewhere")); file != want {
		t.Errorf("the file is %q, want %q", file, want)
	}
	for _, file := range []string{writeConfig(t, `{"tenants": {"x": {"access_token": "canary-token", "expires_at": 5}}}`), t.TempDir()} {
		var auth *tenant.AuthError
		if _, err := tenant.CLILogins(file); !errors.As(err, &auth) || auth.Hint == "" || strings.Contains(err.Error(), "canary") {
			t.Errorf("an unreadable file gives %v", err)
		}
	}
}

func TestTheCLILoginIsTheLastSource(t *testing.T) {
	soon := time.Now().Add(time.Hour)
	long := strings.Repeat("t", 2048) + strings.Repeat("u", 2048) + "end"
	parts := map[string]string{
		"Auth0 CLI Access Token 0/" + cliDomain: long[:2048], "Auth0 CLI Access Token 1/" + cliDomain: long[2048:4096],
		"Auth0 CLI Access Token 2/" + cliDomain: long[4096:], "Auth0 CLI Access Token 4/" + cliDomain: "stale",
	}
	secret := map[string]string{"Auth0 CLI Client Secret/" + cliDomain: "canary-secret"}
	person := map[string]any{"expires_at": soon}
	machine := map[string]any{"expires_at": time.Now().Add(-time.Hour), "client_id": "abc"}
	for name, c := range map[string]struct {
		domain  string
		entry   map[string]any
		secrets map[string]string
		env     []string
		source  string
		asked   int
		err     string
	}{
		"a person's token in parts":         {cliDomain, person, parts, nil, "the auth0 CLI's login", 4, ""},
		"a machine's secret, token ended":   {cliDomain, machine, secret, nil, "client abc of the auth0 CLI's login", 1, ""},
		"the file's own token":              {cliDomain, map[string]any{"expires_at": soon, "access_token": "abc"}, nil, nil, "the auth0 CLI's login", 1, ""},
		"anything else comes first":         {cliDomain, person, parts, []string{"AUTH0_API_TOKEN", "x"}, "the token in AUTH0_API_TOKEN", 0, ""},
		"a client id alone is not complete": {cliDomain, person, parts, []string{"AUTH0_CLIENT_ID", "x"}, "the auth0 CLI's login", 4, ""},
		"another tenant's login is not":     {"other.eu.auth0.com", person, parts, nil, "", 0, "no credentials"},
		"without a domain none is":          {"", person, parts, nil, "", 0, "no credentials"},
		"one that ended is not read":        {cliDomain, map[string]any{"expires_at": time.Now().Add(-5 * time.Minute)}, parts, nil, "", 0, "ended 5 minutes ago"},
		"one that ends is not read":         {cliDomain, map[string]any{"expires_at": time.Now().Add(20 * time.Second)}, parts, nil, "", 0, "ends in a moment"},
		"an empty keyring is told":          {cliDomain, person, nil, nil, "", 1, "holds no token of it"},
		"a machine's key login that ended":  {cliDomain, machine, nil, nil, "", 1, "ended 60 minutes ago"},
	} {
		keyring := &fakeKeyring{secrets: c.secrets}
		s := tenant.Sources{
			Getenv: environment(c.env...), CLIConfig: cliConfig(t, map[string]map[string]any{cliDomain: c.entry}),
			Keyring: keyring.get, KeyringWait: time.Minute, Needs: []string{"read:connections"},
		}
		if c.domain != "" {
			s.Domain = parsed(t, c.domain)
		}
		got, err := tenant.Resolve(t.Context(), s)
		if got.Source != c.source || keyring.asked != c.asked || (err == nil) != (c.err == "") || (err != nil && !strings.Contains(err.Error(), c.err)) {
			t.Errorf("%s: Resolve = %q, %v after %d questions to the keyring", name, got.Source, err, keyring.asked)
		}
		var auth *tenant.AuthError
		if errors.As(err, &auth) && !strings.Contains(auth.Hint, "auth0 login --domain "+cliDomain) {
			t.Errorf("%s: the hint is %q", name, auth.Hint)
		}
		if shown := fmt.Sprintf("%v %+v %#v", got, got, got); strings.Contains(shown, "canary") || strings.Contains(shown, "ttt") {
			t.Errorf("%s: shown as %s", name, shown)
		}
	}
}

func TestAKeyringThatNeverAnswersIsGivenUp(t *testing.T) {
	never := make(chan struct{})
	t.Cleanup(func() { close(never) })
	waited := make(chan struct{}, 1)
	sources := func(wait time.Duration) tenant.Sources {
		return tenant.Sources{
			Domain: parsed(t, cliDomain), Getenv: environment(),
			CLIConfig: cliConfig(t, map[string]map[string]any{cliDomain: {"expires_at": time.Now().Add(time.Hour)}}),
			Keyring:   func(string, string) (string, error) { <-never; return "", errors.New("too late") }, KeyringWait: wait,
			Waiting: func() {
				select {
				case waited <- struct{}{}:
				default:
				}
			},
		}
	}
	var auth *tenant.AuthError
	if _, err := tenant.Resolve(t.Context(), sources(time.Millisecond)); !errors.As(err, &auth) || !strings.Contains(err.Error(), "gave no answer within 1ms") {
		t.Errorf("Resolve gives %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-waited; cancel() }()
	if _, err := tenant.Resolve(ctx, sources(time.Hour)); !errors.Is(err, context.Canceled) {
		t.Errorf("after an interrupt Resolve gives %v", err)
	}
}

// The real keyring, on a bus that takes the connection and then says nothing.
func TestASilentBusIsGivenUp(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the keyring is on D-Bus on Linux")
	}
	socket := filepath.Join(t.TempDir(), "bus")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+socket)
	_, err = tenant.Resolve(t.Context(), tenant.Sources{
		Domain: parsed(t, cliDomain), Getenv: environment(),
		CLIConfig: cliConfig(t, map[string]map[string]any{cliDomain: {"expires_at": time.Now().Add(time.Hour)}}),
		Keyring:   tenant.SystemKeyring(environment("DBUS_SESSION_BUS_ADDRESS", "unix:path="+socket)), KeyringWait: 50 * time.Millisecond,
	})
	if err == nil || !strings.Contains(err.Error(), "gave no answer") {
		t.Errorf("Resolve gives %v", err)
	}
}
