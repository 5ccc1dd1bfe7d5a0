package verify

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
)

// Problems are all that keeps the options from being used, each with what the user wrote it in: a flag, or URL for the
// argument. None is nil.
func (o Options) Problems() spec.Invalid {
	var found spec.Invalid
	add := func(field, what, hint string) {
		found = append(found, spec.Problem{Field: field, What: what, Hint: hint})
	}
	if problem := urlProblem(o.URL); problem != nil {
		found = append(found, *problem)
	}
	if o.Login && o.Follow {
		add("--login and --follow", "a login is completed either in a browser or without one", "give one of them")
	}
	if o.CallbackPort < 0 || o.CallbackPort > 65535 {
		add("--callback-port", fmt.Sprintf("%d is not a port", o.CallbackPort), "choose one from 0 to 65535; 0 takes a free one")
	}
	if why := notADocument(o.ClientMetadataURL); o.ClientMetadataURL != "" && why != "" {
		add("--client-metadata-url", why, "give the https URL of the client's document, such as https://client.example/mcp/client.json (http only on this machine)")
	}
	if o.OtherResource != "" && same(o.OtherResource, o.URL) {
		add("--other-resource", "it is the server itself, which must take its own tokens", "name another API of the same authorization server, or leave it out")
	}
	return found
}

// urlProblem is what is wrong with the server's URL. What is only not canonical is a matter of checks.
func urlProblem(raw string) *spec.Problem {
	target, err := url.Parse(raw)
	if err == nil && target.Host != "" && (target.Scheme == "https" || target.Scheme == "http") && target.User == nil {
		return nil
	}
	problem := spec.Problem{What: "it is not the http or https URL of an MCP server", Hint: "write it like https://my-gateway.zuplo.dev/mcp"}
	var invalid spec.Invalid
	if _, _, err := spec.CanonicalURL(raw); errors.As(err, &invalid) {
		problem = invalid[0] // knows what was perhaps meant
	}
	problem.Field = "URL"
	return &problem
}

// notADocument says why a URL can't be that of a client ID metadata document, whose URL is the client's id (OAuth Client ID
// Metadata Document section 3); empty where it can.
func notADocument(raw string) string {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http"):
		return fmt.Sprintf("%q is not an https URL", raw)
	case u.User != nil:
		return "the URL has a user name or password in it"
	case !secure(raw):
		return fmt.Sprintf("%q is not encrypted", raw)
	case strings.Trim(u.Path, "/") == "":
		return fmt.Sprintf("%q has no path", raw)
	case strings.Contains(raw, "#"):
		return fmt.Sprintf("%q has a fragment", raw)
	case slices.ContainsFunc(strings.Split(u.Path, "/"), func(s string) bool { return s == "." || s == ".." }):
		return fmt.Sprintf("%q has . or .. in its path", raw)
	}
	return ""
}

// same tells whether two URLs are one resource.
func same(a, b string) bool {
	first, _, errA := spec.CanonicalURL(a)
	second, _, errB := spec.CanonicalURL(b)
	return a == b || (errA == nil && errB == nil && first == second)
}

// ThirdParty tells whether the client is one of Auth0's third-party applications for certain: one that registers itself, or
// whose id says so. The tenant's own applications have other ids.
func (o Options) ThirdParty() bool {
	return o.ClientID == "" || strings.HasPrefix(o.ClientID, "tpc_")
}

// CommandLine is the command that verifies with these options, to be copied into a shell.
func (o Options) CommandLine() string {
	words := []string{"mcpauth", "verify", o.URL}
	if o.Login {
		words = append(words, "--login")
	}
	if o.Follow {
		words = append(words, "--follow")
	}
	port := ""
	if o.CallbackPort != 0 {
		port = strconv.Itoa(o.CallbackPort)
	}
	unless := func(d, usual time.Duration) string {
		if d == 0 || d == usual {
			return ""
		}
		return Shortly(d)
	}
	for _, flag := range []struct{ name, value string }{
		{"--client-id", o.ClientID},
		{"--client-metadata-url", o.ClientMetadataURL},
		{"--callback-port", port},
		{"--scope", o.Scope},
		{"--other-resource", o.OtherResource},
		{"--timeout", unless(o.Timeout, defaultTimeout)},
		{"--login-timeout", unless(o.LoginTimeout, DefaultLoginTimeout)},
		{"--ca-file", o.CAFile},
	} {
		if flag.value != "" {
			words = append(words, flag.name, flag.value)
		}
	}
	return command(words...)
}

// Shortly is a duration as people write it: 5m, not 5m0s.
func Shortly(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
