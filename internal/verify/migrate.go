package verify

import (
	"context"
	"net/http"
	"slices"
)

// A server may move to another authorization server while clients are logged in: it then refuses their tokens, and its
// metadata names the new one. A client begins anew there, and takes nothing of the old one along (MCP authorization,
// Authorization Server Binding). A verifier reports the refusal.

// moved tells whether that is why the server refuses the token.
func (r *run) moved(ctx context.Context) bool {
	if !r.o.AsClient || r.resource == nil || !slices.ContainsFunc(r.report.Checks, r.refusedIn) {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, r.o.Timeout)
	defer cancel()
	for _, c := range r.resourceCandidates() {
		var now resourceMetadata
		if r.getJSON(ctx, c.url, &now) == nil {
			return len(now.AuthorizationServers) > 0 && now.AuthorizationServers[0] != r.issuer
		}
	}
	return false
}

// refusedIn tells whether a check failed because the MCP server refused the token.
func (r *run) refusedIn(c Check) bool {
	status, _ := r.wire.last(c.ID, r.o.URL)
	return c.Status == Fail && status == http.StatusUnauthorized && r.token != nil
}
