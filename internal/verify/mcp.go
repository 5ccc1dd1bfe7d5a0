package verify

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// mostTools is how many tools are listed before a server counts as one that never ends.
const mostTools = 1000

// bearer adds the token to the header of every request (RFC 6750 section 2.1).
type bearer struct {
	next  http.RoundTripper
	token string
}

func (b bearer) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("Authorization", "Bearer "+b.token)
	return b.next.RoundTrip(req)
}

// checkInitialize connects as the Go SDK does: server/discover first, then initialize.
func (r *run) checkInitialize(ctx context.Context) finding {
	const want = "200 to server/discover, or else to initialize"
	if r.refused != "" {
		return skip(r.refused)
	}
	client := r.http()
	client.Timeout = r.o.Timeout // also for the end of the session, which no context bounds
	client.Transport = bearer{r.wire, r.token.Access}
	transport := &mcp.StreamableClientTransport{Endpoint: r.o.URL, HTTPClient: client, MaxRetries: -1, DisableStandaloneSSE: true}
	session, err := mcp.NewClient(&mcp.Implementation{Name: "mcpauth", Version: "1.0.0"}, nil).Connect(ctx, transport, nil)
	if err != nil {
		return r.diagnoseMCP("mcp.initialize", err, want)
	}
	r.session = session
	result := session.InitializeResult()
	got := "connected"
	if result != nil {
		got = "MCP " + plain(result.ProtocolVersion)
		if result.ServerInfo != nil {
			got += ", " + plain(result.ServerInfo.Name)
		}
	}
	return pass(got)
}

// diagnoseMCP tells from the last answer what the server objects to.
func (r *run) diagnoseMCP(check string, err error, want string) finding {
	status, header := r.wire.last(check)
	switch status {
	case http.StatusUnauthorized:
		cause := "the gateway expects another audience or issuer than the token has: they are compared byte for byte"
		if r.claims == nil {
			cause = "the gateway can't read the token"
		}
		return fail("401 with a token", want, cause, r.render())
	case http.StatusForbidden:
		challenge := strings.Join(header.Values("WWW-Authenticate"), ", ")
		if strings.Contains(challenge, "insufficient_scope") {
			return fail("403: "+plain(challenge), want, "the token lacks a scope that the server wants", r.setupWith("--scope SCOPE"))
		}
		return fail("403 without insufficient_scope in WWW-Authenticate", "a challenge that names the scopes", "the server does not say which scope a client should ask for (RFC 6750 section 3.1)", "name the scopes in the challenge")
	case 0:
		return fail(reason(err), want, "the MCP server can't be reached", "check the MCP server")
	}
	return fail(statusText(status)+": "+plain(reason(err)), want, "the server takes the token but does not speak MCP at this URL", "check the MCP server behind the gateway")
}

func (r *run) checkTools(ctx context.Context) finding {
	const want = "200 to tools/list"
	var names []string
	for tool, err := range r.session.Tools(ctx, nil) {
		if err != nil {
			return r.diagnoseMCP("mcp.tools", err, want)
		}
		names = append(names, plain(tool.Name))
		if len(names) > mostTools {
			return fail(fmt.Sprintf("more than %d tools", mostTools), want, "the list has no end", "check the MCP server")
		}
	}
	r.report.Tools = names
	if len(names) == 0 {
		return warn("no tools", "at least one tool", "there is nothing to call", "check the MCP server behind the gateway")
	}
	return pass(fmt.Sprintf("%d: %s", len(names), plain(strings.Join(names, ", "))))
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
		return fail(reason(err), want, "the server does not answer, and clients that begin with GET hang", "answer GET with 405")
	}
	_ = resp.Body.Close()
	if resp.StatusCode >= 500 {
		return fail(statusText(resp.StatusCode), want, "the route takes GET but its handler does not: clients that listen for messages see an error",
			"leave only POST on the route, so that GET gets 405: "+r.render())
	}
	return pass(statusText(resp.StatusCode))
}

// last is the last answer within a check.
func (w *wire) last(check string) (int, http.Header) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := len(w.lines) - 1; i >= 0; i-- {
		if l := w.lines[i]; l.check == check {
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
