package cmd_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// writeKey makes an RSA key, writes it as PEM, and returns what the tenant knows of it.
func writeKey(ts *testscript.TestScript, name string) crypto.PublicKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	ts.Check(err)
	block := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	ts.Check(os.WriteFile(ts.MkAbs(name), block, 0o600))
	return key.Public()
}

// cliLogin leaves what a login of the auth0 CLI leaves: its configuration below HOME, and a secret in the keyring.
func cliLogin(ts *testscript.TestScript, _ bool, args []string) {
	flags := flag.NewFlagSet("clilogin", flag.ContinueOnError)
	machine := flags.Bool("machine", false, "the login of an application, with its secret")
	ended := flags.Bool("ended", false, "its token's time is up")
	inFile := flags.Bool("file", false, "the CLI found no keyring")
	elsewhere := flags.Bool("elsewhere", false, "it is for another tenant")
	ts.Check(flags.Parse(args))
	server := serverOf(ts)
	domain := strings.TrimPrefix(server.URL, "http://")
	if *elsewhere {
		domain = "other-tenant.eu.auth0.com"
	}
	expires := time.Now().Add(time.Hour)
	if *ended {
		expires = time.Now().Add(-time.Hour)
	}
	id, secret := server.Tenant.Credentials()
	token := server.Tenant.Token(time.Hour, flags.Args()...)
	entry := map[string]any{"name": "sandbox", "domain": domain, "expires_at": expires, "scopes": flags.Args()}
	keyring := map[string]string{}
	switch {
	case *machine:
		entry["client_id"] = id
		keyring["Auth0 CLI Client Secret/"+domain] = secret
	case *inFile:
		entry["access_token"] = token
	default:
		keyring["Auth0 CLI Access Token 0/"+domain], keyring["Auth0 CLI Access Token 1/"+domain] = token[:200], token[200:]
	}
	write := func(name string, content any) string {
		file := ts.MkAbs(name)
		ts.Check(os.MkdirAll(filepath.Dir(file), 0o700))
		data, err := json.Marshal(content)
		ts.Check(err)
		ts.Check(os.WriteFile(file, data, 0o600))
		return file
	}
	write("home/.config/auth0/config.json", map[string]any{"default_tenant": domain, "tenants": map[string]any{domain: entry}})
	ts.Setenv("TEST_KEYRING", write("keyring.json", keyring))
	ts.Setenv("HOME", ts.MkAbs("home"))
	for _, name := range []string{"AUTH0_API_TOKEN", "AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET", "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY"} {
		ts.Setenv(name, "")
	}
}

// askedBefore are the requests that "asked" has counted already, by the script's work folder.
var askedBefore = map[string]int{}

func countRequests(ts *testscript.TestScript, _ bool, args []string) {
	all := len(serverOf(ts).Tenant.Requests())
	mu.Lock()
	n := all - askedBefore[ts.Getenv("WORK")]
	askedBefore[ts.Getenv("WORK")] = all
	mu.Unlock()
	if len(args) == 0 {
		return
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if n != want {
		ts.Fatalf("the tenant was asked %d times, want %d", n, want)
	}
}
