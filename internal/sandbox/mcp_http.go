package sandbox

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
)

const metadataPath = "/.well-known/oauth-protected-resource"

// ServeHTTP logs the request and answers it.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	line := g.log.begin(r, body)
	out := newAnswer()
	if err != nil {
		problem(out, http.StatusRequestEntityTooLarge)
	} else {
		r.Body = io.NopCloser(bytes.NewReader(body))
		g.route(out, r)
	}
	g.log.finish(line, out.status)
	maps.Copy(w.Header(), out.header)
	w.WriteHeader(max(out.status, http.StatusOK))
	_, _ = w.Write(out.body.Bytes())
}

// seen is a copy of the log as it stands.
func (l *requestLog) seen() []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]Request, len(l.lines))
	for i, line := range l.lines {
		out[i] = *line
	}
	return out
}

// route knows the MCP route and the metadata of every path, and nothing else: a path with one slash more is another.
func (g *Gateway) route(w http.ResponseWriter, r *http.Request) {
	if allowOrigin(w.Header(), r, "GET, POST, DELETE") { // as with Zuplo's policy that lets every origin in
		w.WriteHeader(http.StatusNoContent)
		return
	}
	path, described := strings.CutPrefix(r.URL.Path, metadataPath)
	described = described && (path == "" || path[0] == '/')
	switch {
	case described && g.has(GatewayNoMetadata):
		problem(w, http.StatusNotFound)
	case described && r.Method == http.MethodGet:
		g.serveResource(w, r, path)
	case r.URL.Path != mcpPath && !described:
		problem(w, http.StatusNotFound)
	case r.Method == http.MethodGet && g.has(GatewayBrokenGet):
		problem(w, http.StatusInternalServerError)
	case r.Method != http.MethodPost || described:
		problem(w, http.StatusMethodNotAllowed)
	default:
		g.serveMCP(w, r)
	}
}

// serveResource is the protected resource metadata (RFC 9728 section 2), with what Zuplo's plugin gives.
func (g *Gateway) serveResource(w http.ResponseWriter, r *http.Request, path string) {
	resource := g.options.Resource
	if resource == "" {
		resource = g.scheme() + "://" + r.Host + path
	}
	body := object{
		"resource": resource, "authorization_servers": g.options.AuthorizationServers, "resource_name": g.options.ResourceName,
	}
	if g.options.Scopes != nil {
		body["scopes_supported"] = g.options.Scopes
	}
	writeJSON(w, http.StatusOK, body)
}

// serveMCP lets a request through whose token is good. Without a token the answer names the metadata; a token that is
// refused gets a plain 401.
func (g *Gateway) serveMCP(w http.ResponseWriter, r *http.Request) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if token = strings.TrimSpace(token); !strings.EqualFold(scheme, "Bearer") || token == "" {
		if g.has(GatewayOpen) {
			g.serveRPC(w, r, caller{})
			return
		}
		g.challenge(w, r)
		return
	}
	who, good := g.check(r.Context(), token)
	if !good {
		problem(w, http.StatusUnauthorized)
		return
	}
	g.serveRPC(w, r, who)
}

func (g *Gateway) challenge(w http.ResponseWriter, r *http.Request) {
	switch {
	case g.has(GatewayRedirects):
		redirect(w, g.issuer+"authorize?"+url.Values{"redirect_uri": {g.URL}}.Encode())
		return
	case g.has(GatewayNoChallenge):
	case g.has(GatewayBareChallenge):
		w.Header().Set("WWW-Authenticate", "Bearer")
	default:
		w.Header().Set("WWW-Authenticate", `Bearer resource_metadata="`+g.scheme()+"://"+r.Host+metadataPath+mcpPath+`"`)
	}
	problem(w, http.StatusUnauthorized)
}

// problem is an error in the shape of RFC 9457.
func problem(w http.ResponseWriter, status int) {
	writeJSON(w, status, object{"type": "about:blank", "title": http.StatusText(status), "status": status})
}
