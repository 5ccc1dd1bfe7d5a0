package sandbox

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4/jwt"
)

// pair is a tenant that approves by itself, and a gateway behind it that has an API of its own there.
type pair struct {
	*Server
	gateway *Gateway
}

func startPair(t *testing.T, o GatewayOptions) pair {
	t.Helper()
	server, err := Start(t.Context(), Options{AutoApprove: true}, Listen{})
	if err != nil {
		t.Fatal(err)
	}
	gateway, err := server.StartGateway(t.Context(), o, Listen{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = gateway.Close(); _ = server.Close() })
	return pair{server, gateway}
}

// token is signed by the tenant; a zero claim takes its usual value.
func (p pair) token(change func(*tokenClaims)) string {
	claims := tokenClaims{
		Issuer: p.Tenant.Issuer(), Subject: "auth0|ann", Audience: p.gateway.URL, Party: "tpc_x", Scope: "read:notes",
		Expiry: jwt.NewNumericDate(time.Now().Add(time.Hour)),
	}
	if change != nil {
		change(&claims)
	}
	return p.Tenant.key.sign(claims, "JWT")
}

// ask sends a request to an address, with more headers where some are given, and returns the answer with its body.
func ask(t *testing.T, method, address, token, body string, more ...http.Header) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for _, header := range more {
		maps.Copy(r.Header, header)
	}
	res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(data)
}

const listTools = `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`

// TestGatewayTokens is each token that must not pass, and the two kinds of 401.
func TestGatewayTokens(t *testing.T) {
	p := startPair(t, GatewayOptions{})
	challenge := `Bearer resource_metadata="` + strings.Replace(p.gateway.URL, "/mcp", "/.well-known/oauth-protected-resource/mcp", 1) + `"`
	opaque := p.Tenant.opaque(tokenClaims{Issuer: p.Tenant.Issuer(), Audience: p.gateway.URL, Expiry: jwt.NewNumericDate(time.Now().Add(time.Hour))})
	for _, c := range []struct {
		name, token string
		status      int
		header      string
	}{
		{"good", p.token(nil), 200, ""},
		{"one of two audiences", p.token(func(c *tokenClaims) { c.Audience = []string{p.gateway.URL, "x"} }), 200, ""},
		{"none", "", 401, challenge},
		{"garbage", "x", 401, ""},
		{"opaque", opaque, 401, ""},
		{"audience with a slash more", p.token(func(c *tokenClaims) { c.Audience = p.gateway.URL + "/" }), 401, ""},
		{"audience in capitals", p.token(func(c *tokenClaims) { c.Audience = strings.ToUpper(p.gateway.URL) }), 401, ""},
		{"no audience", p.token(func(c *tokenClaims) { c.Audience = nil }), 401, ""},
		{"issuer without its slash", p.token(func(c *tokenClaims) { c.Issuer = p.URL }), 401, ""},
		{"expired", p.token(func(c *tokenClaims) { c.Expiry = jwt.NewNumericDate(time.Now().Add(-time.Second)) }), 401, ""},
		{"without an end", p.token(func(c *tokenClaims) { c.Expiry = nil }), 401, ""},
		{"another's signature", swapped(p.token(nil), p.token(func(c *tokenClaims) { c.Subject = "x" })), 401, ""},
		{"signed with a secret", signShared(tokenClaims{Issuer: p.Tenant.Issuer(), Audience: p.gateway.URL}, "JWT", strings.Repeat("s", 32)), 401, ""},
	} {
		res, body := ask(t, http.MethodPost, p.gateway.URL, c.token, listTools)
		if res.StatusCode != c.status || res.Header.Get("WWW-Authenticate") != c.header || (c.status == 200) != strings.Contains(body, `"whoami"`) {
			t.Errorf("%s: %d %q %s", c.name, res.StatusCode, res.Header.Get("WWW-Authenticate"), body)
		}
	}
}

// swapped is one token under the signature of another.
func swapped(token, other string) string {
	return token[:strings.LastIndex(token, ".")] + other[strings.LastIndex(other, "."):]
}

func TestGatewayRoutes(t *testing.T) {
	p := startPair(t, GatewayOptions{})
	origin := strings.TrimSuffix(p.gateway.URL, "/mcp")
	for _, c := range []struct {
		method, path string
		status       int
		resource     string
	}{
		{"GET", metadataPath + "/mcp", 200, origin + "/mcp"},
		{"GET", metadataPath + "/any/other%20path", 200, origin + "/any/other path"},
		{"GET", metadataPath, 200, origin},
		{"POST", metadataPath + "/mcp", 405, ""},
		{"GET", metadataPath + "x", 404, ""},
		{"GET", "/mcp", 405, ""},
		{"DELETE", "/mcp", 405, ""},
		{"OPTIONS", "/mcp", 405, ""},
		{"POST", "/mcp/", 404, ""},
		{"POST", "/", 404, ""},
		{"GET", "/.well-known/oauth-authorization-server", 404, ""},
	} {
		res, body := ask(t, c.method, origin+c.path, "", "")
		var document object
		if err := json.Unmarshal([]byte(body), &document); err != nil || res.StatusCode != c.status {
			t.Errorf("%s %s: %d %s", c.method, c.path, res.StatusCode, body)
			continue
		}
		want := object{"resource": c.resource, "authorization_servers": []any{p.Tenant.Issuer()}, "resource_name": "Sandbox MCP server"}
		if c.status == 200 && !reflect.DeepEqual(document, want) {
			t.Errorf("%s: %v, want %v", c.path, document, want)
		}
	}
}

// TestGatewayLetsBrowsersIn: the challenge is seen from another origin, and a preflight passes.
func TestGatewayLetsBrowsersIn(t *testing.T) {
	p := startPair(t, GatewayOptions{})
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"OPTIONS", "/mcp", 204},
		{"OPTIONS", metadataPath + "/mcp", 204},
		{"GET", metadataPath + "/mcp", 200},
		{"POST", "/mcp", 401},
	} {
		r := httptest.NewRequestWithContext(t.Context(), c.method, strings.TrimSuffix(p.gateway.URL, "/mcp")+c.path, nil)
		r.Header.Set("Origin", "http://localhost:6274")
		if c.method == http.MethodOptions {
			r.Header.Set("Access-Control-Request-Method", "POST")
			r.Header.Set("Access-Control-Request-Headers", "authorization,mcp-protocol-version")
		}
		w := httptest.NewRecorder()
		p.gateway.ServeHTTP(w, r)
		h := w.Header()
		if w.Code != c.status || h.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(h.Get("Access-Control-Expose-Headers"), "WWW-Authenticate") {
			t.Errorf("%s %s: %d %v", c.method, c.path, w.Code, h)
		}
		if c.method == http.MethodOptions && h.Get("Access-Control-Allow-Headers") != "authorization,mcp-protocol-version" {
			t.Errorf("%s: %v", c.path, h)
		}
	}
}

func TestGatewayOptions(t *testing.T) {
	p := startPair(t, GatewayOptions{
		Audience: "urn:x", AuthorizationServers: []string{"https://a.test"}, Resource: "https://b.test/mcp", ResourceName: "N", Scopes: []string{"s"},
	})
	_, body := ask(t, http.MethodGet, strings.Replace(p.gateway.URL, "/mcp", metadataPath+"/mcp", 1), "", "")
	want := `{"authorization_servers":["https://a.test"],"resource":"https://b.test/mcp","resource_name":"N","scopes_supported":["s"]}`
	if body != want {
		t.Errorf("metadata %s, want %s", body, want)
	}
	for audience, status := range map[string]int{"urn:x": 200, p.gateway.URL: 401} {
		token := p.token(func(c *tokenClaims) { c.Audience = audience })
		if res, _ := ask(t, http.MethodPost, p.gateway.URL, token, listTools); res.StatusCode != status {
			t.Errorf("audience %s: %d", audience, res.StatusCode)
		}
	}
	var option *OptionError
	if _, err := p.StartGateway(t.Context(), GatewayOptions{Faults: []GatewayFault{"odd"}}, Listen{}); !errors.As(err, &option) {
		t.Errorf("unknown fault: %v", err)
	}
}

// TestGatewayFaults sees each fault make its difference, and that it is gone without.
func TestGatewayFaults(t *testing.T) {
	type probe struct {
		name   string
		method string
		path   string
		token  func(pair) string
		show   func(*http.Response) string
	}
	status := func(res *http.Response) string { return res.Status[:3] }
	header := func(res *http.Response) string {
		return res.Status[:3] + " " + strings.SplitN(res.Header.Get("WWW-Authenticate"), "=", 2)[0]
	}
	none := func(pair) string { return "" }
	unsigned := func(pair) string { return "x" }
	expired := func(p pair) string {
		return p.token(func(c *tokenClaims) { c.Expiry = jwt.NewNumericDate(time.Now().Add(-time.Hour)) })
	}
	elsewhere := func(p pair) string { return p.token(func(c *tokenClaims) { c.Audience = "urn:x" }) }
	good := func(p pair) string { return p.token(nil) }
	for fault, c := range map[GatewayFault]struct {
		probe
		healthy, faulty string
	}{
		GatewayOpen:          {probe{"", "POST", "/mcp", none, status}, "401", "200"},
		GatewayRedirects:     {probe{"", "POST", "/mcp", none, status}, "401", "302"},
		GatewayNoChallenge:   {probe{"", "POST", "/mcp", none, header}, "401 Bearer resource_metadata", "401 "},
		GatewayBareChallenge: {probe{"", "POST", "/mcp", none, header}, "401 Bearer resource_metadata", "401 Bearer"},
		GatewayNoMetadata:    {probe{"", "GET", metadataPath + "/mcp", none, status}, "200", "404"},
		GatewayRefusesAll:    {probe{"", "POST", "/mcp", good, status}, "200", "401"},
		GatewayAnyAudience:   {probe{"", "POST", "/mcp", elsewhere, status}, "401", "200"},
		GatewayAnyExpiry:     {probe{"", "POST", "/mcp", expired, status}, "401", "200"},
		GatewayAnyToken:      {probe{"", "POST", "/mcp", unsigned, status}, "401", "200"},
		GatewayBrokenGet:     {probe{"", "GET", "/mcp", none, status}, "405", "500"},
	} {
		for _, faults := range [][]GatewayFault{nil, {fault}} {
			p := startPair(t, GatewayOptions{Faults: faults})
			res, _ := ask(t, c.method, strings.TrimSuffix(p.gateway.URL, "/mcp")+c.path, c.token(p), listTools)
			want := c.healthy
			if faults != nil {
				want = c.faulty
			}
			if got := c.show(res); got != want {
				t.Errorf("%v: %q, want %q", faults, got, want)
			}
		}
	}
}

func TestMCPMessages(t *testing.T) {
	noon := func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }
	p := startPair(t, GatewayOptions{Now: noon})
	token := p.token(func(c *tokenClaims) { c.Expiry = jwt.NewNumericDate(noon().Add(time.Hour)) })
	for _, c := range []struct {
		body   string
		status int
		want   string
	}{
		{`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18"}}`, 200, `"protocolVersion":"2025-06-18"`},
		{`{"jsonrpc":"2.0","id":"a","method":"initialize","params":{"protocolVersion":"2099-01-01"}}`, 200, `"protocolVersion":"2025-11-25"`},
		{`{"jsonrpc":"2.0","id":1,"method":"initialize"}`, 200, `"code":-32602`},
		{`{"jsonrpc":"2.0","method":"notifications/initialized"}`, 202, ``},
		{`{"jsonrpc":"2.0","id":3,"result":{}}`, 202, ``},
		{`{"jsonrpc":"2.0","id":3,"method":"ping"}`, 200, `{"jsonrpc":"2.0","id":3,"result":{}}`},
		{`{"jsonrpc":"2.0","id":3,"method":"server/discover"}`, 200, `{"jsonrpc":"2.0","id":3,"error":{"code":-32601,"message":"Method not found: server/discover"}}`},
		{`{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"add","arguments":{"a":2,"b":0.5}}}`, 200, `{"content":[{"text":"2.5","type":"text"}]}`},
		{`{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"add","arguments":{"a":2}}}`, 200, `"code":-32602`},
		{`{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"add","arguments":{"a":"2","b":1}}}`, 200, `"code":-32602`},
		{`{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"sub"}}`, 200, `Unknown tool: sub`},
		{`{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"time"}}`, 200, `2026-03-01T12:00:00Z`},
		{`{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"whoami"}}`, 200, `auth0|ann through tpc_x with \"read:notes\"`},
		{`{"id":3,"method":"ping"}`, 400, `-32600`},
		{`{"jsonrpc":"2.0","id":null,"method":"ping"}`, 400, `-32600`},
		{`{"jsonrpc":"2.0","id":{},"method":"ping"}`, 400, `-32600`},
		{`{"jsonrpc":"2.0"}`, 400, `-32600`},
		{`[` + listTools + `]`, 400, `-32700`},
		{`{`, 400, `-32700`},
	} {
		res, body := ask(t, http.MethodPost, p.gateway.URL, token, c.body)
		if res.StatusCode != c.status || !strings.Contains(body, c.want) || (c.want == "") != (body == "") {
			t.Errorf("%s: %d %s", c.body, res.StatusCode, body)
		}
	}
	if log := p.gateway.Requests(); len(log) == 0 || strings.Contains(string(log[0].Body), token) || log[0].Status != 200 || log[0].Path != mcpPath {
		t.Errorf("log: %+v", log)
	}
	if res, _ := ask(t, http.MethodPost, p.gateway.URL, token, strings.Repeat(" ", maxBody+1)); res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a huge body: %d", res.StatusCode)
	}
}
