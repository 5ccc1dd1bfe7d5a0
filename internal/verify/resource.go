package verify

import (
	"context"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/oauthex"
)

const (
	resourceWellKnown = "/.well-known/oauth-protected-resource"
	offlineAccess     = "offline_access"
)

// resourceMetadata is what the MCP server says of itself (RFC 9728 section 2).
type resourceMetadata = oauthex.ProtectedResourceMetadata

// candidate is a place where metadata may be, and what was found there.
type candidate struct{ url, why, got string }

// resourceCandidates are the places in the order in which clients look.
func (r *run) resourceCandidates() []candidate {
	var out []candidate
	if r.challenge != nil && r.challenge.Params["resource_metadata"] != "" {
		out = append(out, candidate{url: r.challenge.Params["resource_metadata"], why: "named by the challenge"})
	}
	add := func(address, why string) {
		if !slices.ContainsFunc(out, func(c candidate) bool { return c.url == address }) {
			out = append(out, candidate{url: address, why: why})
		}
	}
	base := r.target.Scheme + "://" + r.target.Host + resourceWellKnown
	if path := strings.TrimRight(r.target.EscapedPath(), "/"); path != "" {
		add(base+path, "with the server's path")
	}
	add(base, "at the root")
	return out
}

func (r *run) checkResourceMetadata(ctx context.Context) finding {
	candidates := r.resourceCandidates()
	tried := candidates[:0:0]
	for _, c := range candidates {
		var found resourceMetadata
		got, ok := "not an http or https address on an allowed host", false
		if secure(c.url) || sameOrigin(c.url, r.target) {
			got, ok = r.getJSON(ctx, c.url, &found)
		}
		c.got = got
		tried = append(tried, c)
		if ok {
			r.resource = &found
			break
		}
	}
	const want = "200 with a JSON object, at the first URL that a client tries"
	switch {
	case r.resource == nil:
		return fail(list(tried), want, "the gateway serves no protected resource metadata: the plugin is missing or not registered, or another route answers; "+
			"clients then fall back to /register at the MCP host, which gives 404", r.render())
	case len(tried) > 1 && tried[0].why == "named by the challenge":
		return fail(list(tried), want, "the challenge names a URL that does not serve the metadata", r.render())
	}
	return pass(list(tried))
}

// list tells of each candidate what was found.
func list(tried []candidate) string {
	lines := make([]string, len(tried))
	for i, c := range tried {
		lines[i] = showURL(c.url) + " (" + c.why + "): " + c.got
	}
	return strings.Join(lines, "\n")
}

func (r *run) checkResourceMatch(context.Context) finding {
	if r.resource.Resource == r.o.URL {
		return pass(show(r.resource.Resource))
	}
	return fail(show(r.resource.Resource), show(r.o.URL), difference(r.resource.Resource, r.o.URL)+
		"; the gateway builds it from its host name and path, or it is written down wrongly", r.render())
}

// difference says in words how two URLs differ.
func difference(got, want string) string {
	switch {
	case got == "":
		return "it is empty"
	case strings.TrimRight(got, "/") == strings.TrimRight(want, "/"):
		return "they differ by a trailing slash"
	case strings.EqualFold(got, want):
		return "they differ in capital letters"
	case strings.TrimPrefix(got, "http://") == strings.TrimPrefix(want, "https://"):
		return "one is http and the other is https"
	case strings.HasPrefix(got, "https://") && !strings.HasPrefix(want, "https://"), strings.HasPrefix(want, "https://") && !strings.HasPrefix(got, "https://"):
		return "their schemes differ"
	}
	return "they are different"
}

func (r *run) checkServers(context.Context) finding {
	all := r.resource.AuthorizationServers
	if len(all) == 0 {
		return fail("no authorization_servers", "at least one", "the metadata does not say who gives tokens", r.render())
	}
	shown := make([]string, len(all))
	for i, issuer := range all {
		shown[i] = showURL(issuer)
	}
	got := clean(strings.Join(shown, ", "))
	if !secure(all[0]) || strings.ContainsAny(all[0], "?#") {
		return fail(got, "an https URL without user, query or fragment", "this is not an issuer that a client may use", r.render())
	}
	r.issuer, r.report.Issuer = all[0], all[0]
	return pass(got)
}

func (r *run) checkBearerMethods(context.Context) finding {
	methods := r.resource.BearerMethodsSupported
	switch {
	case slices.Contains(methods, "query"):
		return fail(strings.Join(methods, ", "), "header", "the server takes tokens in the query, where logs and histories keep them", "take query out of bearer_methods_supported, and refuse such requests")
	case len(methods) > 0 && !slices.Contains(methods, "header"):
		return fail(strings.Join(methods, ", "), "header", "MCP clients send tokens in the Authorization header alone", "support the header")
	}
	return pass("the Authorization header")
}

// scopes are what clients ask for: the challenge's scope, else the metadata's, else none.
func (r *run) scopes() []string {
	if r.challenge != nil {
		if scope := strings.Fields(r.challenge.Params["scope"]); len(scope) > 0 {
			return scope
		}
	}
	if r.resource != nil {
		return r.resource.ScopesSupported
	}
	return nil
}

func (r *run) checkScopes(context.Context) finding {
	if scopes := r.scopes(); len(scopes) > 0 {
		return pass(strings.Join(scopes, " "))
	}
	return warn("neither a scope in the challenge nor scopes_supported in the metadata", "the scopes that a client needs at first",
		"clients that are told nothing ask for no scope, or for every one that the authorization server knows; and for no refresh token", "publish scopes_supported; until then: "+r.setupWith("--scope SCOPE"))
}

func (r *run) checkOffline(context.Context) finding {
	inChallenge := r.challenge != nil && slices.Contains(strings.Fields(r.challenge.Params["scope"]), offlineAccess)
	if inChallenge || slices.Contains(r.resource.ScopesSupported, offlineAccess) {
		where := "scopes_supported"
		if inChallenge {
			where = "the challenge"
		}
		return fail(offlineAccess+" in "+where, "no "+offlineAccess, "refresh tokens are between a client and the authorization server; they are no scope of a resource",
			"take it out of "+where+"; to allow refresh tokens: "+r.setup())
	}
	return pass("not among the server's scopes")
}
