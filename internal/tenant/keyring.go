package tenant

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"time"

	"github.com/zalando/go-keyring"
)

// Keyring reads one secret of the system's keyring; ErrNoSecret says that there is none of that name.
type Keyring func(service, user string) (string, error)

// ErrNoSecret says that a keyring works, but holds no secret of that name.
var ErrNoSecret = errors.New("the keyring holds no such secret")

// errNoKeyring says that there is no keyring to ask.
var errNoKeyring = errors.New("there is no system keyring here")

// The auth0 CLI splits a token, since Windows takes no secret longer than 2,560 bytes; the parts are joined until one is
// missing (auth0/auth0-cli, internal/keyring).
const (
	cliTokenService  = "Auth0 CLI Access Token"  // #nosec G101 -- a name
	cliSecretService = "Auth0 CLI Client Secret" // #nosec G101 -- a name
	cliTokenParts    = 50
)

// SystemKeyring reads from the keyring of the system: the Keychain, the Windows Credential Manager, or the Secret Service
// on D-Bus. It starts no D-Bus where none runs, which the library would.
func SystemKeyring(getenv func(string) string) Keyring {
	return func(service, user string) (string, error) {
		if runtime.GOOS != "darwin" && runtime.GOOS != "windows" && !hasSessionBus(getenv) {
			return "", errNoKeyring
		}
		secret, err := keyring.Get(service, user)
		if errors.Is(err, keyring.ErrNotFound) {
			return "", ErrNoSecret
		}
		return secret, err
	}
}

// hasSessionBus tells whether a D-Bus session runs, in the places where the library looks before it starts one.
func hasSessionBus(getenv func(string) string) bool {
	if address := getenv("DBUS_SESSION_BUS_ADDRESS"); address != "" && address != "autolaunch:" {
		return true
	}
	current, err := user.Current()
	if err != nil {
		return false
	}
	for _, name := range []string{"bus", "dbus-session"} {
		if _, err := os.Stat(filepath.Join("/run/user", current.Uid, name)); err == nil {
			return true
		}
	}
	return false
}

// keyringReader reads with patience that ends: a locked keyring may be waiting for its password, a broken one for ever.
type keyringReader struct {
	get     Keyring
	wait    time.Duration
	waiting func() // told once, when the keyring takes noticeably long
}

// noticeable is how long the keyring may take before it is told that it is waited for.
const noticeable = time.Second

// read runs one reading of one or more secrets. A reading that is given up goes on in the background and is forgotten.
func (r keyringReader) read(ctx context.Context, reading func(Keyring) (string, error)) (string, error) {
	if r.get == nil {
		return "", errNoKeyring
	}
	type result struct {
		secret string
		err    error
	}
	done := make(chan result, 1)
	go func() {
		secret, err := reading(r.get)
		done <- result{secret, err}
	}()
	soon, late := time.NewTimer(min(noticeable, r.wait)), time.NewTimer(r.wait)
	defer soon.Stop()
	defer late.Stop()
	for {
		select {
		case got := <-done:
			return got.secret, got.err
		case <-ctx.Done():
			return "", ctx.Err()
		case <-soon.C:
			if r.waiting != nil {
				r.waiting()
			}
		case <-late.C:
			return "", fmt.Errorf("the system keyring gave no answer within %s", r.wait)
		}
	}
}

// cliToken joins the parts of the auth0 CLI's token for a tenant.
func cliToken(tenant string) func(Keyring) (string, error) {
	return func(get Keyring) (string, error) {
		token := ""
		for i := range cliTokenParts {
			part, err := get(fmt.Sprintf("%s %d", cliTokenService, i), tenant)
			if errors.Is(err, ErrNoSecret) && i > 0 {
				break
			}
			if err != nil {
				return "", err
			}
			token += part
		}
		return token, nil
	}
}

// cliSecret is the secret of the application that the auth0 CLI signs in as, where it does.
func cliSecret(tenant string) func(Keyring) (string, error) {
	return func(get Keyring) (string, error) { return get(cliSecretService, tenant) }
}
