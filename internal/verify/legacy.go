package verify

// Servers of revision 2025-03-26 have no protected resource metadata: they are their own authorization server, and where
// they have no metadata of that either, its endpoints are at fixed paths. A client under a conformance harness goes that way;
// a verifier says that the metadata is missing.

// fallBack takes the MCP server for its own authorization server, if this run may.
func (r *run) fallBack(tried []candidate) (finding, bool) {
	if !r.o.AsClient {
		return finding{}, false
	}
	r.legacy = true
	r.issuer = r.target.Scheme + "://" + r.target.Host
	r.report.Issuer = r.issuer
	return warn(list(tried), "200 with a JSON object", "the server is of revision 2025-03-26, or lacks its metadata: it is taken for its own authorization server", "serve protected resource metadata"), true
}

// fixedEndpoints are those of a server without metadata (MCP authorization 2025-03-26, Fallbacks for Servers without
// Metadata Discovery).
func (r *run) fixedEndpoints(tried []candidate) (finding, bool) {
	if !r.legacy {
		return finding{}, false
	}
	r.server = &serverMetadata{}
	r.server.Issuer = r.issuer
	r.server.AuthorizationEndpoint, r.server.TokenEndpoint, r.server.RegistrationEndpoint = r.issuer+"/authorize", r.issuer+"/token", r.issuer+"/register"
	r.server.CodeChallengeMethodsSupported = []string{"S256"} // that revision demands PKCE of all
	return warn(list(tried), "200 with a JSON object", "the server has no metadata: its endpoints are taken to be at the fixed paths", "serve authorization server metadata"), true
}
