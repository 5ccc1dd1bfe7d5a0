package cmd

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
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
	folder, err := os.MkdirTemp("", "mcpauth-sandbox-")
	if err != nil {
		return nil, fmt.Errorf("writing the certificate authority: %w", err)
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

// exports are shell lines that point a shell at the sandbox, and away from any other tenant.
func exports(env []string) string {
	var b strings.Builder
	set := map[string]bool{}
	for _, pair := range env {
		name, value, _ := strings.Cut(pair, "=")
		set[name] = true
		fmt.Fprintf(&b, "export %s=%s\n", name, shellQuote(value))
	}
	for _, name := range credentialNames {
		if !set[name] {
			fmt.Fprintf(&b, "unset %s\n", name)
		}
	}
	return b.String()
}

func shellQuote(s string) string {
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:", r)
	}) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
