package tenant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
)

// CLILogin is a login that the auth0 CLI keeps: what its configuration file says of it. The token or the secret lies in
// the system's keyring and is not read for a list.
type CLILogin struct {
	Domain   string    // a valid domain, such as my-tenant.eu.auth0.com
	Name     string    // the tenant's name
	Default  bool      // the CLI uses it where no tenant is named
	ClientID string    // of a machine login; empty for a person's
	Scopes   []string  // what a person's login asked for
	Expires  time.Time // when its token ends; zero where the file doesn't say

	token string // only where the CLI found no keyring
}

// Ended tells whether the login is of no more use, or won't be in a moment. A machine login may renew its token.
func (l CLILogin) Ended(now time.Time) bool {
	return !l.Expires.IsZero() && !now.Add(renewBefore).Before(l.Expires)
}

// Command is the command that logs in again, with scopes for a person's login.
func (l CLILogin) Command(scopes []string) string {
	if l.ClientID != "" {
		command := "auth0 login --domain " + l.Domain
		if plainID.MatchString(l.ClientID) {
			command += " --client-id " + l.ClientID
		}
		return command
	}
	return CLILoginCommand(l.Domain, scopes)
}

// logInAgain stands before a command, which gets a line of its own to be copied.
const logInAgain = "log in again:\n  "

// plainID are client ids that need no quoting in a shell; the file may say anything.
var plainID = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// CLILoginCommand is the auth0 CLI's command that logs a person in with these scopes.
func CLILoginCommand(domain string, scopes []string) string {
	command := "auth0 login --domain " + domain
	if len(scopes) > 0 {
		command += " --scopes " + strings.Join(scopes, ",")
	}
	return command
}

// CLIConfigFile is where the auth0 CLI keeps its configuration: below HOME on every system, whatever XDG_CONFIG_HOME
// says (auth0/auth0-cli, internal/config). Without HOME the CLI would use the working folder; a file found there may be
// anybody's, so it is not looked for: the answer is empty.
func CLIConfigFile(getenv func(string) string) string {
	home := getenv("HOME")
	if home == "" {
		return ""
	}
	return filepath.Join(home, ".config", "auth0", "config.json")
}

// mostConfig is how much of the configuration file is read, in bytes.
const mostConfig = 1 << 20

// CLILogins lists the logins of the auth0 CLI, its default first, then by domain. No file is no login; one that can't be
// read is an AuthError.
func CLILogins(file string) ([]CLILogin, error) {
	if file == "" {
		return nil, nil
	}
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var content []byte
	if err == nil && info.Mode().IsRegular() && info.Size() <= mostConfig {
		content, err = os.ReadFile(file) // #nosec G304 -- a fixed name below HOME
	}
	var config struct {
		Default string `json:"default_tenant"`
		Tenants map[string]struct {
			Name     string    `json:"name"`
			Domain   string    `json:"domain"`
			Token    string    `json:"access_token"`
			Scopes   []string  `json:"scopes"`
			Expires  time.Time `json:"expires_at"`
			ClientID string    `json:"client_id"`
		} `json:"tenants"`
	}
	if err != nil || json.Unmarshal(content, &config) != nil {
		// The reason is left out: it may quote the file, which may hold a token.
		return nil, &AuthError{What: "the auth0 CLI's configuration " + file + " can't be read", Hint: "log in with it again, or set variables in its place; see which: mcpauth help environment"}
	}
	logins := make([]CLILogin, 0, len(config.Tenants))
	for key, t := range config.Tenants {
		domain := t.Domain
		if domain == "" {
			domain = key
		}
		if _, err := spec.ParseDomain(domain); err != nil {
			continue // the CLI writes no such entry
		}
		logins = append(logins, CLILogin{
			Domain: domain, Name: t.Name, Default: key == config.Default, ClientID: t.ClientID, Scopes: t.Scopes, Expires: t.Expires, token: t.Token,
		})
	}
	slices.SortFunc(logins, func(a, b CLILogin) int {
		if a.Default != b.Default {
			if a.Default {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Domain, b.Domain)
	})
	return logins, nil
}

// cliCredentials takes the auth0 CLI's login for exactly this domain: never that of another tenant, and never its default.
func cliCredentials(ctx context.Context, s Sources) (Credentials, error) {
	if s.Domain.IsZero() {
		return Credentials{}, ErrNoCredentials
	}
	logins, err := CLILogins(s.CLIConfig)
	if err != nil {
		return Credentials{}, err
	}
	at := slices.IndexFunc(logins, func(l CLILogin) bool {
		domain, err := spec.ParseDomain(l.Domain)
		return err == nil && domain.Host() == s.Domain.Host()
	})
	if at < 0 {
		return Credentials{}, ErrNoCredentials
	}
	login := logins[at]
	reader := keyringReader{get: s.Keyring, wait: s.KeyringWait, waiting: s.Waiting}
	if login.ClientID != "" {
		secret, err := reader.read(ctx, cliSecret(login.Domain))
		if err == nil && secret != "" {
			return Credentials{
				clientID: login.ClientID, clientSecret: secret, audience: s.Getenv(EnvAudience), cli: &login, again: logInAgain + login.Command(s.Needs),
				Source: "client " + login.ClientID + " of the auth0 CLI's login",
			}, nil
		}
		if ctx.Err() != nil {
			return Credentials{}, ctx.Err()
		}
	}
	return login.withToken(ctx, s, reader)
}

// withToken uses the login's own token. One that has ended is not read at all: that could ask for a password in vain.
func (l CLILogin) withToken(ctx context.Context, s Sources, reader keyringReader) (Credentials, error) {
	again := logInAgain + l.Command(s.Needs)
	if l.Ended(s.now()) {
		return Credentials{}, &AuthError{What: fmt.Sprintf("the auth0 CLI's login for %s %s", l.Domain, ended(l.Expires, s.now())), Hint: again}
	}
	token, err := reader.read(ctx, cliToken(l.Domain))
	switch {
	case err == nil && token != "":
	case l.token != "":
		token = l.token
	case errors.Is(err, context.Canceled):
		return Credentials{}, err
	case err == nil, errors.Is(err, ErrNoSecret):
		return Credentials{}, &AuthError{What: fmt.Sprintf("the auth0 CLI is logged in to %s, but the system keyring holds no token of it", l.Domain), Hint: again}
	default:
		hint := "unlock the keyring and run again, or set " + EnvToken
		if errors.Is(err, errNoKeyring) {
			hint = "run it in the session that the login was made in, or set " + EnvToken
		}
		return Credentials{}, &AuthError{What: fmt.Sprintf("the auth0 CLI is logged in to %s, but its token can't be read: %v", l.Domain, err), Hint: hint, Err: err}
	}
	credentials, err := tokenCredentials(token, "the auth0 CLI's login", s)
	credentials.cli, credentials.again = &l, again
	return credentials, err
}

// ended says when a token's time was up.
func ended(expires, now time.Time) string {
	switch past := now.Sub(expires); {
	case past < 0:
		return "ends in a moment"
	case past < time.Minute:
		return "ended just now"
	case past < 2*time.Hour:
		return fmt.Sprintf("ended %d minutes ago", int(past.Minutes()))
	default:
		return "ended at " + expires.UTC().Format("2006-01-02 15:04 UTC")
	}
}

// grantsPlace is where an application is given scopes of the Management API.
const grantsPlace = "Applications > APIs > Auth0 Management API > Machine to Machine Applications"

// PermissionHint says how to get credentials of this kind that have these scopes.
func (c Credentials) PermissionHint(domain spec.Domain, scopes []string) string {
	switch {
	case c.cli != nil && c.cli.ClientID == "":
		// Where any one of several would do, the tenant's words join them by "or".
		all := strings.Split(strings.ReplaceAll(strings.Join(scopes, ","), " or ", ","), ",")
		return "log in with them:\n  " + CLILoginCommand(domain.Host(), all)
	case c.token != "" && c.cli == nil:
		return "use a token that has them: what its application may have is set in the dashboard, " + grantsPlace
	}
	return "grant them to the application in the dashboard, " + grantsPlace
}
