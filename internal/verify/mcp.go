package verify

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// mostTools is how many tools are listed before a server counts as one that never ends.
const mostTools = 1000

// bearer adds the token of the moment to the header of every request (RFC 6750 section 2.1).
type bearer struct {
	next  http.RoundTripper
	token func() string
}

func (b bearer) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("Authorization", "Bearer "+b.token())
	return b.next.RoundTrip(req)
}

// connect opens a session as the Go SDK does: server/discover first, then initialize.
func (r *run) connect(ctx context.Context) error {
	client := r.http()
	client.Timeout = r.o.Timeout // also for the end of the session, which no context bounds
	client.Transport = bearer{r.wire, func() string { return r.token.Access }}
	transport := &mcp.StreamableClientTransport{Endpoint: r.o.URL, HTTPClient: client, MaxRetries: -1, DisableStandaloneSSE: true}
	session, err := mcp.NewClient(&mcp.Implementation{Name: "mcpauth", Version: r.o.Version}, nil).Connect(ctx, transport, nil)
	if err == nil {
		r.session = session
	}
	return err
}

func (r *run) checkInitialize(ctx context.Context) finding {
	const want = "200 to server/discover, or else to initialize"
	if r.refused != "" {
		return skip(r.refused)
	}
	if found := r.steppingUp(ctx, "mcp.initialize", want, r.connect); found.status != Pass {
		return found
	}
	got := "connected"
	if result := r.session.InitializeResult(); result != nil {
		got = "MCP " + plain(result.ProtocolVersion)
		if result.ServerInfo != nil {
			got += ", " + plain(result.ServerInfo.Name)
		}
	}
	return pass(got)
}

// diagnoseMCP tells from the last answer what the server objects to.
func (r *run) diagnoseMCP(check string, err error, want string) finding {
	status, header := r.wire.last(check, r.o.URL)
	switch {
	case status == 0 || timedOut(err):
		cause, hint := r.trouble(theServer, err)
		return fail(reason(err), want, cause, hint)
	case status == http.StatusUnauthorized && r.stale():
		return fail("401 with a token", want, "the token has expired already, though it has just come: clocks differ", r.setClocks())
	case status == http.StatusUnauthorized:
		return r.refusedToken(want)
	case status == http.StatusForbidden:
		return r.forbidden(header, want)
	case status == http.StatusTooManyRequests:
		return fail(statusText(status), want, limited, waiting)
	case status >= 300 && status < 400:
		return fail(statusText(status)+" to "+showURL(header.Get("Location")), want, "the server sends on a client that it has let in, and clients don't take a token along", "answer at this very URL, without redirects")
	case status < 300 && strings.Contains(header.Get("Content-Type"), "html"):
		return fail(statusText(status)+" with a web page", want, "a web page answers in the place of MCP, once the token has passed", "check which address the gateway forwards to: the MCP server behind the gateway has another, or is not running")
	case status >= http.StatusInternalServerError:
		return fail(statusText(status), want, "the gateway takes the token, and what is behind it fails", "look into the log of the MCP server behind the gateway")
	}
	return fail(statusText(status)+": "+plain(reason(err)), want, "the server takes the token but does not speak MCP at this URL", "check the MCP server behind the gateway")
}

// refusedToken is a 401 with a token. Where the token itself is at fault, the check that found it says what mends both.
func (r *run) refusedToken(want string) finding {
	const got = "401 with a token"
	for _, c := range r.report.Checks {
		switch {
		case c.Status == Fail && slices.Contains(tokenFaults, c.ID):
			return fail(got, want, "the token itself is at fault, and the gateway is right to refuse it: see "+c.ID+" above, which failed", c.Hint)
		case c.Status == Warn && c.ID == "token.format":
			return fail(got, want, "the gateway can't read the token: see "+c.ID+" above, which warns", c.Hint)
		}
	}
	cause := "the gateway expects another audience or issuer than the token has: they are compared byte for byte"
	if r.claims == nil {
		cause = "the gateway can't read the token"
	}
	if keys, failed := r.report.failedOf("server.keys"); failed && len(r.keys.Keys) == 0 {
		return fail(got, want, "the gateway can't check a token without the authorization server's keys: "+seeAbove(keys), keys.Hint)
	}
	return fail(got, want, cause, r.redeploy())
}

// tokenFaults are the checks of a token that a server must refuse if they fail.
var tokenFaults = []string{"token.format", "token.signature", "token.issuer", "token.audience", "token.lifetime"}

func (r *run) checkTools(ctx context.Context) finding {
	const want = "200 to tools/list"
	var names []string
	list := func(ctx context.Context) error {
		names, r.harmless = nil, ""
		for tool, err := range r.session.Tools(ctx, nil) {
			if err != nil {
				return err
			}
			if names = append(names, plain(tool.Name)); len(names) > mostTools {
				return nil
			}
			if r.harmless == "" && !needsArguments(tool) {
				r.harmless = tool.Name
			}
		}
		return nil
	}
	if found := r.steppingUp(ctx, "mcp.tools", want, list); found.status != Pass {
		r.report.Tools = names
		return found
	}
	if len(names) > mostTools {
		return fail(fmt.Sprintf("more than %d tools", mostTools), want, "the list has no end", "check the MCP server")
	}
	r.report.Tools = names
	if len(names) == 0 {
		return warn("no tools", "at least one tool", "there is nothing to call", "check the MCP server behind the gateway")
	}
	return pass(fmt.Sprintf("%d: %s", len(names), plain(strings.Join(names, ", "))))
}

func needsArguments(tool *mcp.Tool) bool {
	schema, _ := tool.InputSchema.(map[string]any)
	required, _ := schema["required"].([]any)
	return len(required) > 0
}

// checkCall calls a tool, which only a client under a conformance harness may: a verifier does not know what a tool does.
func (r *run) checkCall(ctx context.Context) finding {
	const want = "200 to tools/call"
	call := func(ctx context.Context) error {
		_, err := r.session.CallTool(ctx, &mcp.CallToolParams{Name: r.harmless})
		return err
	}
	if found := r.steppingUp(ctx, "mcp.call", want, call); found.status != Pass {
		return found
	}
	return pass("called " + show(r.harmless))
}

// checkGet opens the stream for messages from the server, which a server may refuse with 405. The stream is not read.
func (r *run) checkGet(ctx context.Context) finding {
	const want = "200 with an event stream, or 405"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.o.URL, http.NoBody)
	if err != nil {
		return skip(err.Error())
	}
	req.Header.Set("Accept", "text/event-stream")
	req.Header.Set("Authorization", "Bearer "+r.token.Access)
	resp, err := r.http().Do(req)
	if err != nil {
		_, hint := r.trouble(theServer, err)
		return fail(reason(err), want, "the server does not answer a GET, and clients that begin with one hang", "answer GET with 405; to wait longer: "+hint)
	}
	_ = resp.Body.Close()
	if resp.StatusCode >= 500 {
		return fail(statusText(resp.StatusCode), want, "the route takes GET but its handler does not: clients that listen for messages see an error",
			"leave only POST on the route, so that GET gets 405: "+r.render())
	}
	return pass(statusText(resp.StatusCode))
}

// last is the last answer from this URL within a check.
func (w *wire) last(check, address string) (int, http.Header) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := len(w.lines) - 1; i >= 0; i-- {
		if l := w.lines[i]; l.check == check && l.req.URL.String() == address {
			l.mu.Lock()
			defer l.mu.Unlock()
			if l.resp == nil {
				return 0, nil
			}
			return l.resp.StatusCode, l.resp.Header
		}
	}
	return 0, nil
}
