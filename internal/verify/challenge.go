package verify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/oauthex"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
)

// initialize is the first message of the revisions that all servers know; a protected server refuses it before it reads it.
const initialize = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},` +
	`"clientInfo":{"name":"mcpauth","version":"1.0.0"}}}`

// knock sends the first message of a session with this token, or without one.
func (r *run) knock(ctx context.Context, token string) (*reply, error) {
	header := http.Header{"Accept": {"application/json, text/event-stream"}}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	return r.post(ctx, r.o.URL, "application/json", []byte(initialize), header)
}

func (r *run) checkChallengeStatus(ctx context.Context) finding {
	const want = "401 Unauthorized"
	answer, err := r.knock(ctx, "")
	if err != nil {
		var private *AddressError
		hint := "check the URL, that the server runs, and that it answers in time (--timeout)"
		if errors.As(err, &private) {
			hint = "check the URL"
		}
		return fail(reason(err), want, "the MCP server can't be reached at this URL", hint)
	}
	r.readChallenge(answer)
	switch {
	case answer.status == http.StatusUnauthorized:
		return pass(statusText(answer.status))
	case answer.status >= 300 && answer.status < 400:
		return fail(statusText(answer.status)+" to "+showURL(answer.header.Get("Location")), want,
			"the server sends clients to a login page; an MCP client is no browser and can't log in there", r.render())
	case answer.status >= 200 && answer.status < 300:
		return fail(statusText(answer.status), want, "the route has no authentication policy, or one that lets requests without a token pass: the server is open to all", r.render())
	case answer.status == http.StatusNotFound || answer.status == http.StatusMethodNotAllowed:
		return fail(answer.described(), want, "there is no MCP server at this URL: the path is another, or has a slash too many", "check the URL's path")
	}
	return fail(answer.described(), want, "the server fails before it asks for a token", r.render())
}

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
			"the gateway does not tell clients where to log in: its policy option oAuthResourceMetadataEnabled is off, or another policy answers first", r.render())
	case r.challengeErr != nil:
		return fail(show(got)+" ("+r.challengeErr.Error()+")", want, "the header is malformed, so clients can't read it", r.render())
	case r.challenge == nil:
		return fail(show(got), want, "the challenge is for another scheme than Bearer: another policy answers first", r.render())
	}
	address := r.challenge.Params["resource_metadata"]
	if address == "" {
		return fail(show(got), want,
			"clients have to guess where the metadata is: the policy option oAuthResourceMetadataEnabled is off", r.render())
	}
	if u, err := url.Parse(address); err != nil || !secure(address) || u.Fragment != "" {
		return fail(show(address), "an https URL", "the metadata's URL is not one that a client may use", r.render())
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
		return fail(show(r.o.URL), show(canonical), "clients compare URLs byte for byte: a trailing slash, a capital letter or a default port makes it another resource",
			fmt.Sprintf("use %s everywhere: mcpauth setup --mcp-url %s", canonical, quoted(canonical)))
	}
	if r.target.Path == "" {
		return warn(show(r.o.URL), "a URL with a path", "many clients add a slash to a URL without a path, and then ask for another resource",
			"serve MCP under a path, such as /mcp, then: mcpauth setup --mcp-url "+quoted(r.o.URL+"/mcp"))
	}
	return pass(show(r.o.URL))
}
