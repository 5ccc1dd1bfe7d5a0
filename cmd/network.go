package cmd

import (
	"crypto/x509"
	"fmt"
	"net/http"
	"os"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
	"github.com/mcpauth-cli/mcpauth/internal/trace"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

// network is the one way to the network that a run has.
func (a *app) network() (http.RoundTripper, error) {
	if a.global.timeout <= 0 {
		return nil, spec.Invalid{{Field: "--timeout", What: a.global.timeout.String() + " is no time", Hint: "write 10s or 1m"}}
	}
	base := a.env.Transport
	if base == nil {
		roots, err := a.roots()
		if err != nil {
			return nil, err
		}
		base = tenant.NewBase(roots)
	}
	if a.global.debug {
		base = trace.Log(base, harmless{a})
	}
	return base, nil
}

// roots are the system's certificate authorities and those of --ca-file; nil means the system's alone.
func (a *app) roots() (*x509.CertPool, error) {
	field, name := "--ca-file", a.global.caFile
	if name == "" {
		field, name = "MCPAUTH_CA_FILE", a.env.Getenv("MCPAUTH_CA_FILE")
	}
	if name == "" {
		return nil, nil
	}
	content, err := os.ReadFile(name) // #nosec G304 -- the operator names the file
	if err != nil {
		return nil, spec.Invalid{{Field: field, What: fmt.Sprintf("%s can't be read", name), Hint: "give a PEM file of certificates"}}
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(content) {
		return nil, spec.Invalid{{Field: field, What: name + " holds no certificate", Hint: "give a PEM file of certificates"}}
	}
	return roots, nil
}

// harmless writes to stderr what is safe on a terminal; every write is of whole lines, and none comes between those of
// progress, which may be told from another goroutine.
type harmless struct{ app *app }

func (h harmless) Write(p []byte) (int, error) {
	h.app.write(h.app.env.Err, view.CleanLines(string(p)))
	return len(p), nil
}
