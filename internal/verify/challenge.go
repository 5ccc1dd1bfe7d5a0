package verify

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/oauthex"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
)

// opening is one of MCP's, to be sent where no session is.
type opening struct {
	method, params string
	revision       string // of the protocol; empty before the revisions that say it in each request
}

// The first messages of a client: that of the modern revisions, and that of those before, which a server may know alone.
var (
	discover = opening{
		"server/discover", `{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":` +
			`{"name":"mcpauth","version":"1.0.0"},"io.modelcontextprotocol/clientCapabilities":{}}}`, "2026-07-28",
	}
	initialize = opening{"initialize", `{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"mcpauth","version":"1.0.0"}}`, ""}
	// listTools is what a server may protect that answers the first message to everyone.
	listTools = opening{"tools/list", `{}`, ""}
)

// knock sends a message with this token, or without one.
func (r *run) knock(ctx context.Context, address string, m opening, token string) (*reply, error) {
	header := http.Header{"Accept": {"application/json, text/event-stream"}}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	if m.revision != "" {
		header.Set("Mcp-Protocol-Version", m.revision)
		header.Set("Mcp-Method", m.method)
	}
	body := `{"jsonrpc":"2.0","id":1,"method":"` + m.method + `","params":` + m.params + `}`
	return r.post(ctx, address, "application/json", []byte(body), header)
}

const theServer = "the MCP server"

func (r *run) checkChallengeStatus(ctx context.Context) finding {
	const want = "401 Unauthorized"
	answer, err := r.knock(ctx, r.o.URL, r.probe, "")
	if err == nil && answer.status != http.StatusUnauthorized { // it may know the older first message alone
		r.probe = initialize
		answer, err = r.knock(ctx, r.o.URL, r.probe, "")
	}
	if err != nil {
		cause, hint := r.trouble(theServer, err)
		return fail(reason(err), want, cause, hint)
	}
	r.readChallenge(answer)
	r.report.found = answer.status == http.StatusUnauthorized || (answer.status >= 200 && answer.status < 300 && !answer.isHTML())
	switch {
	case answer.status == http.StatusUnauthorized:
		return pass(statusText(answer.status))
	case answer.status >= 300 && answer.status < 400:
		return r.redirected(ctx, answer, want)
	case answer.status >= 200 && answer.status < 300 && answer.isHTML():
		return fail(answer.described(), want, "a web page answers, and no MCP server: the path is another, or the page answers every path", r.elsewhere(ctx))
	case answer.status >= 200 && answer.status < 300:
		return r.open(ctx, answer, want)
	case answer.status == http.StatusTooManyRequests:
		return fail(answer.described(), want, limited, waiting)
	case answer.status == http.StatusNotFound || answer.status == http.StatusMethodNotAllowed:
		return fail(answer.described(), want, "there is no MCP server at this URL: the path is another, or has a slash too many", r.elsewhere(ctx))
	case answer.status >= http.StatusInternalServerError:
		return fail(answer.described(), want, "the server fails before it asks for a token", "look into the server's log, or that of the gateway before it")
	}
	return fail(answer.described(), want, "another policy answers before the one that asks for a token", r.redeploy())
}

// redirected tells a redirect to a login page from one to the server's right address, and from those that end nowhere.
func (r *run) redirected(ctx context.Context, first *reply, want string) finding {
	got := statusText(first.status) + " to " + showURL(first.header.Get("Location"))
	seen := map[string]bool{r.o.URL: true}
	for answer := first; answer.status >= 300 && answer.status < 400; {
		to, err := answer.url.Parse(answer.header.Get("Location"))
		if err != nil || to.RawQuery != "" {
			break
		}
		if seen[to.String()] || len(seen) > maxRedirects {
			return fail(got, want, "redirects lead in a circle, or on and on", "answer at this very URL, without redirects")
		}
		seen[to.String()] = true
		if answer = r.knockTwice(ctx, to.String()); answer == nil {
			break
		}
		if answer.status == http.StatusUnauthorized {
			return fail(got, want, "the MCP server is at another URL, and clients don't take a token along a redirect", r.at(to.String()))
		}
	}
	return fail(got, want, "the server sends clients to a login page; an MCP client is no browser and can't log in there", r.redeploy())
}

// open is a server that answers without a token: all that is asked, or its first message alone.
func (r *run) open(ctx context.Context, first *reply, want string) finding {
	got := statusText(first.status)
	if second, err := r.knock(ctx, r.o.URL, listTools, ""); err == nil && second.status == http.StatusUnauthorized {
		r.probe = listTools
		r.readChallenge(second)
		return warn(got+" to the first message, 401 to tools/list", want, "the server asks for a token only later: clients show it as connected before anyone has logged in",
			"protect all that comes to this URL: "+r.render())
	}
	return fail(got, want, "the route has no authentication policy, or one that lets requests without a token pass: the server is open to all", r.redeploy())
}

// elsewhere looks where the server is, if not at this URL, in the places where people mistake it.
func (r *run) elsewhere(ctx context.Context) string {
	home := r.target.Scheme + "://" + r.target.Host
	places := []string{strings.TrimRight(r.o.URL, "/")}
	for _, c := range r.resourceCandidates() {
		var found resourceMetadata
		if r.getJSON(ctx, c.url, &found) == nil && sameOrigin(found.Resource, r.target) {
			places = append(places, found.Resource)
		}
	}
	for _, place := range append(places, home+"/mcp") {
		if place == r.o.URL {
			continue
		}
		if answer := r.knockTwice(ctx, place); answer != nil && answer.status == http.StatusUnauthorized {
			return r.at(place)
		}
	}
	return "check the URL's path: it is that of the MCP route in the gateway"
}

// knockTwice sends either first message, and gives back the answer that asks for a token, else the last; nil without any.
func (r *run) knockTwice(ctx context.Context, address string) (last *reply) {
	for _, m := range []opening{discover, initialize} {
		answer, err := r.knock(ctx, address, m, "")
		if err != nil {
			continue
		}
		if last = answer; answer.status == http.StatusUnauthorized {
			break
		}
	}
	return last
}

// at is this run at another URL.
func (r *run) at(address string) string { return r.again(func(o *Options) { o.URL = address }) }

// readChallenge keeps the answer, for the check that follows.
func (r *run) readChallenge(answer *reply) {
	r.unauthenticated = answer
	all, err := oauthex.ParseWWWAuthenticate(answer.header.Values("WWW-Authenticate"))
	r.challengeErr = err
	for i := range all {
		if all[i].Scheme == "bearer" {
			r.challenge = &all[i]
			return
		}
	}
}

func (r *run) checkChallengeHeader(context.Context) finding {
	const want = `WWW-Authenticate: Bearer resource_metadata="…"`
	if r.unauthenticated == nil {
		return skip("there was no answer")
	}
	sent := r.unauthenticated.header.Values("WWW-Authenticate")
	got := strings.Join(sent, ", ")
	switch {
	case r.unauthenticated.status != http.StatusUnauthorized:
		return skip("the answer was no 401")
	case len(sent) == 0:
		return fail("401 without WWW-Authenticate", want,
			"the gateway does not tell clients where to log in: its policy option oAuthResourceMetadataEnabled is off, or another policy answers first", r.redeploy())
	case r.challengeErr != nil:
		return fail(show(got)+" ("+r.challengeErr.Error()+")", want, "the header is malformed, so clients can't read it", r.redeploy())
	case r.challenge == nil:
		return fail(show(got), want, "the challenge is for another scheme than Bearer: another policy answers first", r.redeploy())
	}
	address := r.challenge.Params["resource_metadata"]
	if address == "" {
		return warn(show(got), want,
			"clients have to guess where the metadata is, which older ones don't do: the policy option oAuthResourceMetadataEnabled is off", r.redeploy())
	}
	if u, err := url.Parse(address); err != nil || !secure(address) || u.Fragment != "" {
		return fail(show(address), "an https URL", "the metadata's URL is not one that a client may use", r.redeploy())
	}
	return pass(show(address))
}

// checkCanonical looks at the URL itself: all that follows is compared with it byte for byte.
func (r *run) checkCanonical(context.Context) finding {
	canonical, _, err := spec.CanonicalURL(r.o.URL)
	if err != nil {
		return fail(show(r.o.URL), "an https URL without query or fragment (http only on loopback)", err.Error(),
			"use the server's canonical URL")
	}
	if canonical != r.o.URL {
		return fail(show(r.o.URL), show(canonical), "clients compare URLs byte for byte: a trailing slash, a capital letter or a default port makes it another resource", r.at(canonical))
	}
	if r.target.Path == "" {
		return warn(show(r.o.URL), "a URL with a path", "many clients add a slash to a URL without a path, and then ask for another resource",
			"serve MCP under a path, such as "+r.o.URL+"/mcp")
	}
	return pass(show(r.o.URL))
}
