package verify

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode"
)

// FuzzChallenge: whatever stands in WWW-Authenticate, what is taken from it is a URL that a client may use, and what is
// shown of it is obeyed by no terminal.
func FuzzChallenge(f *testing.F) {
	for _, seed := range []string{
		`Bearer resource_metadata="https://a.example/.well-known/oauth-protected-resource/mcp"`,
		`Bearer realm="x", Bearer resource_metadata=https://a.example`, `Basic realm="a", Bearer error="invalid_token"`,
		`Bearer resource_metadata="http://169.254.169.254/"`, `Bearer resource_metadata="javascript:alert(1)"`, `Bearer a="\"`, "Bearer \x1b]0;t\a=", `bearer scope="a b`, `,`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		r, err := newRun(Options{URL: "https://a.example/mcp", Transport: http.DefaultTransport})
		if err != nil {
			t.Fatal(err)
		}
		r.readChallenge(&reply{status: http.StatusUnauthorized, header: http.Header{"Www-Authenticate": {header}}})
		found := r.checkChallengeHeader(t.Context())
		for _, text := range []string{found.got, found.want, found.cause, found.hint} {
			if strings.ContainsFunc(text, unicode.IsControl) {
				t.Errorf("%q holds a control character", text)
			}
		}
		if found.status != Pass {
			return
		}
		u, err := url.Parse(r.challenge.Params["resource_metadata"])
		if err != nil || u.Host == "" || u.Fragment != "" || u.Scheme != "https" && u.Scheme != "http" {
			t.Errorf("%q is taken for a challenge", header)
		}
	})
}
