package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/mcpauth-cli/mcpauth/internal/atomicfile"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

// trust is the folder of certificates that a sandbox over TLS leaves while it runs.
type trust struct{ folder string }

// Its files: the sandbox's own certificate authority, and that one together with all that this machine trusts already.
const (
	authorityFile = "ca.pem"
	bundleFile    = "ca-and-system.pem"
)

// systemRoots are where systems keep the certificates that they trust, as one file.
var systemRoots = []string{
	"/etc/ssl/certs/ca-certificates.crt",                // Debian, Arch, Gentoo
	"/etc/pki/tls/certs/ca-bundle.crt",                  // Fedora
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // Red Hat
	"/etc/ssl/ca-bundle.pem",                            // openSUSE
	"/etc/ssl/cert.pem",                                 // Alpine, macOS
}

func (a *app) writeTrust(authority []byte) (*trust, error) {
	folder, err := temporaryFolder("mcpauth-sandbox-")
	if err != nil {
		return nil, err
	}
	t := &trust{folder}
	err = os.WriteFile(t.file(authorityFile), authority, 0o600)
	err = errors.Join(err, os.WriteFile(t.file(bundleFile), slices.Concat(authority, a.systemCertificates()), 0o600))
	if err != nil {
		t.remove()
		return nil, fmt.Errorf("writing the certificate authority: %w", err)
	}
	return t, nil
}

// systemCertificates are those that this machine trusts; empty where they are in no file.
func (a *app) systemCertificates() []byte {
	for _, file := range append([]string{a.env.Getenv("SSL_CERT_FILE")}, systemRoots...) {
		if content, err := os.ReadFile(file); err == nil { // #nosec G304 -- the machine's own certificates, or those that its user names
			return append([]byte("\n"), content...)
		}
	}
	return nil
}

func (t *trust) file(name string) string { return filepath.Join(t.folder, name) }

func (t *trust) remove() { _ = os.RemoveAll(t.folder) }

// env are the variables by which mcpauth, Node, Go, Python and curl come to trust the sandbox. What adds to a tool's own
// certificates is the authority alone; what takes their place is the bundle, so that the tool still reaches the internet.
func (t *trust) env() []string {
	own, all := t.file(authorityFile), t.file(bundleFile)
	return []string{
		"MCPAUTH_CA_FILE=" + own, "NODE_EXTRA_CA_CERTS=" + own,
		"SSL_CERT_FILE=" + all, "CURL_CA_BUNDLE=" + all, "REQUESTS_CA_BUNDLE=" + all,
	}
}

// exports are lines that point a POSIX shell at the sandbox, and away from any other tenant: export is its word.
func exports(env []string) string {
	var b strings.Builder
	set := map[string]bool{}
	for _, pair := range env {
		name, value, _ := strings.Cut(pair, "=")
		set[name] = true
		fmt.Fprintf(&b, "export %s=%s\n", name, posixQuote(value))
	}
	for _, name := range credentialNames {
		if !set[name] {
			fmt.Fprintf(&b, "unset %s\n", name)
		}
	}
	return b.String()
}

// envSandbox names the tenant that ends together with the command that runs in it.
const envSandbox = "MCPAUTH_SANDBOX"

// passing is the variable that says so, from those that point at a sandbox.
func passing(env []string) string {
	for _, pair := range env {
		if domain, is := strings.CutPrefix(pair, tenant.EnvDomain+"="); is {
			return envSandbox + "=" + domain
		}
	}
	return envSandbox + "="
}

// passes tells whether the tenant of this run is one that ends with the command around it, so that there is no next time.
func (a *app) passes() bool {
	return a.doc.Tenant != "" && a.env.Getenv(envSandbox) == a.doc.Tenant
}

// sourced is a file as a shell's dot takes it: a bare name is looked for in PATH.
func sourced(name string) string {
	if strings.ContainsRune(name, '/') {
		return name
	}
	return "./" + name
}

// writeEnv writes the export lines, a secret among them, whole or not at all: whoever waits for the file must not read half.
func writeEnv(name string, env []string) error {
	err := atomicfile.WritePrivate(name, []byte(exports(env)))
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return spec.Invalid{{Field: "--env-file", What: fmt.Sprintf("the folder of %s isn't there", name), Hint: "make it first"}}
	case errors.Is(err, atomicfile.ErrNoFile), errors.Is(err, fs.ErrPermission), errors.Is(err, fs.ErrExist), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EISDIR), errors.Is(err, syscall.EROFS):
		return spec.Invalid{{Field: "--env-file", What: fmt.Sprintf("%s can't be written: %v", name, atomicfile.Cause(err)), Hint: "name a file in a folder that you may write to"}}
	}
	return &localError{fmt.Errorf("--env-file: %s can't be written: %w", name, atomicfile.Cause(err)), "make room, or name a file elsewhere"}
}
