package spec

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// maxIdentifier is the longest identifier Auth0 takes for an API, in characters.
const maxIdentifier = 600

var (
	hostLabels = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$`)
	// pathChars are those of RFC 3986, section 3.3; all others must come percent-encoded, as clients send them.
	pathChars = regexp.MustCompile(`^(/([A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})*)*$`)
)

// CanonicalURL brings the URL of an MCP server into the one form that is used everywhere: lower-case scheme and host, no
// default port, no trailing slash, no query, no fragment (MCP authorization, "Canonical Server URI"; RFC 8707 section 2).
// The notes say what was changed or looks unusual. The error is an Invalid whose field is empty: the caller knows the flag.
func CanonicalURL(raw string) (canonical string, notes []string, err error) {
	u, problem := parseServerURL(raw)
	if problem != nil {
		return "", nil, Invalid{*problem}
	}
	host := strings.ToLower(u.Hostname())
	scheme := strings.ToLower(u.Scheme)
	if problem := checkHost(host); problem != nil {
		return "", nil, Invalid{*problem}
	}
	if scheme == "http" && !IsLoopback(host) {
		return "", nil, Invalid{{What: fmt.Sprintf("%q is not encrypted", shown(raw)), Hint: "use https; http is only for a server on this machine"}}
	}
	path := strings.TrimRight(u.EscapedPath(), "/")
	if problem := checkPath(path); problem != nil {
		return "", nil, Invalid{*problem}
	}
	canonical = scheme + "://" + authority(scheme, host, u.Port()) + path
	if len(canonical) > maxIdentifier {
		return "", nil, Invalid{{
			What: fmt.Sprintf("the URL has %d characters", len(canonical)),
			Hint: fmt.Sprintf("Auth0 takes at most %d as an API's identifier", maxIdentifier),
		}}
	}
	return canonical, notesOn(raw, canonical, path), nil
}

func notesOn(raw, canonical, path string) []string {
	var notes []string
	if raw != canonical {
		if strings.TrimSpace(raw) != raw {
			raw = strconv.Quote(raw)
		}
		notes = append(notes, fmt.Sprintf("%s is used as %s, the form that clients compare byte for byte", raw, canonical))
	}
	if path == "" {
		notes = append(notes, fmt.Sprintf("%s has no path: many clients turn it into %s/ and then fail to match it; "+
			"serve MCP below a path such as /mcp", canonical, canonical))
	}
	return notes
}

func parseServerURL(raw string) (*url.URL, *Problem) {
	raw = strings.TrimSpace(raw)
	const example = "write it like https://my-gateway.zuplo.dev/mcp"
	if raw == "" {
		return nil, &Problem{What: "no URL", Hint: example}
	}
	// Before anything else, and without showing it: there may be a password in it.
	if before, _, _ := strings.Cut(strings.TrimLeft(afterScheme(raw), "/"), "/"); strings.Contains(before, "@") {
		return nil, &Problem{What: "the URL carries a user name or password", Hint: "leave out everything before the @"}
	}
	if !strings.Contains(raw, "://") {
		meant, hint := "https://"+strings.TrimLeft(raw, "/"), example
		if _, _, err := CanonicalURL(meant); err == nil {
			hint = "did you mean " + meant + "?"
		}
		return nil, &Problem{What: fmt.Sprintf("%q has no scheme", shown(raw)), Hint: hint}
	}
	if strings.ContainsAny(raw, "\\ \t\r\n") {
		return nil, &Problem{What: fmt.Sprintf("%q contains a space or a backslash", shown(raw)), Hint: example}
	}
	u, err := url.Parse(raw)
	if err != nil {
		// The parse error repeats the URL: a password in it must not be shown.
		return nil, &Problem{What: "is not a URL", Hint: example}
	}
	switch {
	case !strings.EqualFold(u.Scheme, "https") && !strings.EqualFold(u.Scheme, "http"):
		return nil, &Problem{What: fmt.Sprintf("scheme %q is not https", u.Scheme), Hint: example}
	case u.Hostname() == "":
		return nil, &Problem{What: fmt.Sprintf("%q has no host", shown(raw)), Hint: example}
	case u.RawQuery != "" || u.ForceQuery:
		return nil, &Problem{What: fmt.Sprintf("%q has a query", shown(raw)), Hint: "leave out the ? and what follows: a resource is named without it"}
	case u.Fragment != "" || strings.Contains(raw, "#"):
		return nil, &Problem{What: fmt.Sprintf("%q has a fragment", shown(raw)), Hint: "leave out the # and what follows"}
	case strings.HasSuffix(u.Host, ":"):
		return nil, &Problem{What: fmt.Sprintf("%q has a colon without a port", shown(raw)), Hint: example}
	}
	return u, checkPort(u.Port())
}

// shown is a URL as errors repeat it: a query or a fragment may hold a token.
func shown(raw string) string {
	if i := strings.IndexAny(raw, "?#"); i >= 0 && i+1 < len(raw) {
		return raw[:i+1] + "…"
	}
	return raw
}

func afterScheme(raw string) string {
	if _, rest, found := strings.Cut(raw, "://"); found {
		return rest
	}
	return raw
}

func checkHost(host string) *Problem {
	if _, err := netip.ParseAddr(host); err == nil {
		return nil
	}
	if len(host) > 253 || !hostLabels.MatchString(host) {
		return &Problem{What: fmt.Sprintf("%q is not a host name", host), Hint: "use letters, digits, dots and hyphens; write an international name in its xn-- form"}
	}
	return nil
}

// checkPort looks at a port; none is fine.
func checkPort(port string) *Problem {
	if n, err := strconv.ParseUint(port, 10, 16); port != "" && (err != nil || n == 0 || strconv.FormatUint(n, 10) != port) {
		return &Problem{What: fmt.Sprintf("%q is not a port", port), Hint: "use one from 1 to 65535, without leading zeros"}
	}
	return nil
}

func checkPath(path string) *Problem {
	if !pathChars.MatchString(path) {
		return &Problem{What: fmt.Sprintf("the path %q has characters that URLs don't carry as they are", path), Hint: "percent-encode them"}
	}
	for segment := range strings.SplitSeq(strings.ToLower(path), "/") {
		switch strings.ReplaceAll(segment, "%2e", ".") {
		case ".", "..":
			return &Problem{What: fmt.Sprintf("the path %q has a %q segment, which clients resolve away", path, segment), Hint: "write the path without it"}
		}
	}
	return nil
}

func authority(scheme, host, port string) string {
	if (scheme == "https" && port == "443") || (scheme == "http" && port == "80") {
		port = ""
	}
	if port != "" {
		return net.JoinHostPort(host, port)
	}
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}

// IsLoopback tells whether a host name can only mean this machine.
func IsLoopback(host string) bool {
	host = strings.ToLower(host)
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}
