package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

// browserPaths are the endpoints that MCP clients in a browser call from their own origin. That Auth0 answers these to
// every origin is a guess from clients that work so; it documents only that origins of callback URLs are let in.
var browserPaths = []string{"/oauth/token", "/oauth/revoke", "/oidc/register", "/userinfo"}

func forBrowsers(path string) bool {
	return strings.HasPrefix(path, "/.well-known/") || slices.Contains(browserPaths, path)
}

// allowOrigin answers for CORS; true for a preflight, which nothing else has to answer.
func allowOrigin(h http.Header, r *http.Request, methods string) bool {
	if r.Header.Get("Origin") == "" {
		return false
	}
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, WWW-Authenticate")
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	h.Set("Access-Control-Allow-Methods", methods)
	h.Set("Access-Control-Max-Age", "600")
	if asked := r.Header.Get("Access-Control-Request-Headers"); asked != "" {
		h.Set("Access-Control-Allow-Headers", asked)
		h.Add("Vary", "Access-Control-Request-Headers")
	}
	return true
}
