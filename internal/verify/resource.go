package verify

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/oauthex"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
)

const (
	resourceWellKnown = "/.well-known/oauth-protected-resource"
	offlineAccess     = "offline_access"
)

// resourceMetadata is what the MCP server says of itself (RFC 9728 section 2).
type resourceMetadata = oauthex.ProtectedResourceMetadata

// candidate is a place where metadata may be, and what came in its place; nil where it is there.
type candidate struct {
	url, why string
	err      error
}

const (
	theResource = "protected resource metadata"
	challenged  = "named by the challenge"
	atRoot      = "at the root"
)

// resourceCandidates are the places in the order in which clients look.
func (r *run) resourceCandidates() []candidate {
	var out []candidate
	if r.challenge != nil && r.challenge.Params["resource_metadata"] != "" {
		out = append(out, candidate{url: r.challenge.Params["resource_metadata"], why: challenged})
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
	add(base, atRoot)
	return out
}

func (r *run) checkResourceMetadata(ctx context.Context) finding {
	var tried []candidate
	for _, c := range r.resourceCandidates() {
		var found resourceMetadata
		c.err = errUnsafe
		if secure(c.url) || sameOrigin(c.url, r.target) {
			c.err = r.getJSON(ctx, c.url, &found)
		}
		tried = append(tried, c)
		if ctx.Err() != nil { // no time is left for the next
			break
		}
		if c.err == nil {
			r.resource, r.rooted = &found, c.why == atRoot && tried[0].why != challenged
			break
		}
	}
	const want = "200 with a JSON object, at the first URL that a client tries"
	cause, hint := r.troubleOf(theResource, tried)
	if r.resource == nil && cause == "" {
		if found, may := r.fallBack(tried); may {
			return found
		}
	}
	if cause != "" && damaged(tried) {
		hint += "; what the gateway needs for that: " + r.render()
	}
	switch {
	case r.resource == nil && cause == "":
		return fail(list(tried), want, "the gateway serves no protected resource metadata: the plugin is missing or not registered, or another route answers; "+
			"clients then fall back to /register at the MCP host, which gives 404", r.redeploy())
	case r.resource == nil:
		return fail(list(tried), want, cause, hint)
	case len(tried) > 1 && tried[0].why == challenged && cause == "":
		return fail(list(tried), want, "the challenge names a URL that does not serve the metadata", r.redeploy())
	case len(tried) > 1 && tried[0].why == challenged:
		return fail(list(tried), want, "the challenge names a URL that does not serve the metadata: "+cause, hint)
	}
	return pass(list(tried))
}

// errUnsafe is an address that a client must not ask.
var errUnsafe = errors.New("not an https address: it was not contacted")

// troubleOf is the first trouble among candidates. That nothing is at an address is none: clients then try the next.
func (r *run) troubleOf(what string, tried []candidate) (cause, hint string) {
	for _, c := range tried {
		if c.err != nil && !absent(c.err) && !errors.Is(c.err, errUnsafe) {
			return r.trouble(what, c.err)
		}
	}
	return "", ""
}

// damaged tells whether something else came where the metadata should be.
func damaged(tried []candidate) bool {
	return slices.ContainsFunc(tried, func(c candidate) bool {
		var answer *DocumentError
		return errors.As(c.err, &answer) && answer.Status == http.StatusOK
	})
}

// list tells of each candidate what was found.
func list(tried []candidate) string {
	lines := make([]string, len(tried))
	for i, c := range tried {
		got := "200"
		if c.err != nil {
			got = reason(c.err)
		}
		lines[i] = showURL(c.url) + " (" + c.why + "): " + got
	}
	return strings.Join(lines, "\n")
}

// checkResourceMatch compares byte for byte. Metadata that a client found at the root, where nothing told it to look, is
// about the host as a whole, and may say so (RFC 9728 section 3.3): then that is what tokens are asked for.
func (r *run) checkResourceMatch(context.Context) finding {
	got := r.resource.Resource
	if got == r.o.URL {
		return pass(show(got))
	}
	host := r.target.Scheme + "://" + r.target.Host
	whole := got == host || got == host+"/"
	if r.rooted && whole {
		r.indicator = got
		return warn(show(got), show(r.o.URL), "the metadata is about the whole host, so clients ask for a token for "+got+
			", and some put a slash behind it: the API's identifier and the gateway's audience must be the same string", "serve metadata for the URL itself, under "+r.resourceCandidates()[0].url)
	}
	hint := r.redeploy()
	if canonical, _, err := spec.CanonicalURL(r.o.URL); (err == nil && canonical == got && got != r.o.URL) || (r.refused != "" && sameOrigin(got, r.target)) {
		hint = r.at(got) // not the server is wrong, but the URL that it was looked for at
	}
	cause := difference(got, r.o.URL) + "; the gateway builds it from its host name and path, or it is written down wrongly"
	if whole { // libraries for MCP servers do so by default
		cause = "the metadata of this URL is about the whole host: clients must refuse it, and those that don't ask for a token for another API"
	}
	return fail(show(got), show(r.o.URL), cause, hint)
}

func (r *run) checkServers(context.Context) finding {
	all := r.resource.AuthorizationServers
	if len(all) == 0 {
		return fail("no authorization_servers", "at least one", "the metadata does not say who gives tokens", r.redeploy())
	}
	shown := make([]string, len(all))
	for i, issuer := range all {
		shown[i] = showURL(issuer)
	}
	got := clean(strings.Join(shown, ", "))
	if !secure(all[0]) || strings.ContainsAny(all[0], "?#") {
		return fail(got, "an https URL without user, query or fragment", "this is not an issuer that a client may use", r.redeploy())
	}
	r.issuer, r.report.Issuer = all[0], all[0]
	return pass(got)
}

func (r *run) checkBearerMethods(context.Context) finding {
	methods := r.resource.BearerMethodsSupported
	switch {
	case slices.Contains(methods, "query"):
		return fail(strings.Join(methods, ", "), "header", "the server takes tokens in the query, where logs and histories keep them", "take query out of bearer_methods_supported, and refuse such requests: "+r.render())
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
		return pass(plain(strings.Join(scopes, " ")))
	}
	return warn("neither a scope in the challenge nor scopes_supported in the metadata", "the scopes that a client needs at first",
		"clients that are told nothing ask for no scope, or for every one that the authorization server knows; and for no refresh token",
		"publish scopes_supported where the gateway can (Zuplo's plugin has no such option); a client can be told: "+
			r.again(func(o *Options) { o.Scope = "SCOPE" }))
}

func (r *run) checkOffline(context.Context) finding {
	inChallenge := r.challenge != nil && slices.Contains(strings.Fields(r.challenge.Params["scope"]), offlineAccess)
	if inChallenge || slices.Contains(r.resource.ScopesSupported, offlineAccess) {
		where := "scopes_supported"
		if inChallenge {
			where = "the challenge"
		}
		return fail(offlineAccess+" in "+where, "no "+offlineAccess, "refresh tokens are between a client and the authorization server; they are no scope of a resource",
			"take it out of "+where+"; what the gateway needs: "+r.render())
	}
	return pass("not among the server's scopes")
}
