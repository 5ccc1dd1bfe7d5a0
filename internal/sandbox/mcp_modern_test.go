package sandbox

import (
	"net/http"
	"strings"
	"testing"
)

// TestModernRevision: each request names its revision, in its body as in its headers; older requests stay what they were.
func TestModernRevision(t *testing.T) {
	p := startPair(t, GatewayOptions{})
	old := startPair(t, GatewayOptions{Legacy: true})
	meta := `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}`
	for _, c := range []struct {
		name, method, params, header, headers string
		status                                int
		want                                  string
	}{
		{"discovery", "server/discover", meta, "2026-07-28", "server/discover", 200, `"supportedVersions":["2026-07-28"],"ttlMs":0`},
		{"tools", "tools/list", meta, "2026-07-28", "tools/list", 200, `"resultType":"complete","tools":[{"name":"whoami"`},
		{"a call", "tools/call", `"name":"whoami",` + meta, "2026-07-28", "tools/call whoami", 200, `"resultType":"complete"}`},
		{"a call of no tool", "tools/call", `"name":"sub",` + meta, "2026-07-28", "tools/call sub", 400, `"code":-32602,"message":"Unknown tool: sub"}`},
		{"a call without its arguments", "tools/call", `"name":"add",` + meta, "2026-07-28", "tools/call add", 400, `"code":-32602,"message":"add: a and b`},
		{"a call for another tool", "tools/call", `"name":"whoami",` + meta, "2026-07-28", "tools/call add", 400, `"code":-32020`},
		{"another method", "tools/list", meta, "2026-07-28", "tools/call", 400, `"code":-32020`},
		{"another revision in the header", "tools/list", meta, "2025-11-25", "tools/list", 400, `"code":-32020`},
		{"a revision that is unknown", "server/discover", strings.Replace(meta, "2026-07-28", "2099-01-01", 1), "2099-01-01", "server/discover", 400, `"data":{"requested":"2099-01-01","supported":["2026-07-28"]}`},
		{"in the header alone", "tools/list", ``, "2026-07-28", "tools/list", 400, `"code":-32602`},
		{"no word on what the client can do", "tools/list", strings.Replace(meta, "clientCapabilities", "x", 1), "2026-07-28", "tools/list", 400, `"code":-32602`},
		{"what it has no more", "initialize", meta, "2026-07-28", "initialize", 404, `"code":-32601`},
		{"a revision that never was", "tools/list", ``, "2025-01-01", "", 400, `"Unsupported protocol version: 2025-01-01"`},
		{"an older one", "tools/list", ``, "2025-11-25", "", 200, `{"jsonrpc":"2.0","id":1,"result":{"tools":[`},
	} {
		method, name, _ := strings.Cut(c.headers, " ")
		body := `{"jsonrpc":"2.0","id":1,"method":"` + c.method + `","params":{` + c.params + `}}`
		header := http.Header{revisionHeader: {c.header}, "Mcp-Method": {method}, "Mcp-Name": {name}}
		if res, got := ask(t, http.MethodPost, p.gateway.URL, p.token(nil), body, header); res.StatusCode != c.status || !strings.Contains(got, c.want) {
			t.Errorf("%s: %d %s, want %d with %s", c.name, res.StatusCode, got, c.status, c.want)
		}
		want := http.StatusBadRequest // for a header that names a revision which an older server doesn't speak
		if c.header == "2025-11-25" || c.method == "initialize" {
			want = http.StatusOK
		}
		if res, got := ask(t, http.MethodPost, old.gateway.URL, old.token(nil), body, header); res.StatusCode != want || strings.Contains(got, "resultType") {
			t.Errorf("%s, to a server that knows none of it: %d %s", c.name, res.StatusCode, got)
		}
	}
}
