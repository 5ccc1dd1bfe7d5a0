package verify_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode"

	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

// evil is what a terminal obeys, a page runs, and a reader is misled by.
const evil = "\x1b]0;owned\x07\x1b[2J\u202e\u200b<script>alert(1)</script>\x9b31m]]>"

// TestNothingIsObeyed has the servers say evil things in every place that a report repeats.
func TestNothingIsObeyed(t *testing.T) {
	escaped := url.QueryEscape(evil)
	for name, wrap := range map[string]tamper{
		"in metadata": func(req *http.Request, resp *http.Response) {
			edit("/.well-known/", func(o object) {
				o["resource_name"], o["scopes_supported"] = evil, []string{"read:tools", "x" + strings.ReplaceAll(evil, " ", "")}
			})(nil).(tamper)(req, resp)
		},
		"in the resource":      edit(resourcePath, func(o object) { o["resource"] = evil })(nil).(tamper),
		"in the issuer":        edit(resourcePath, func(o object) { o["authorization_servers"] = []string{"https://a.example/" + evil} })(nil).(tamper),
		"in the client id":     edit("/oidc/register", func(o object) { o["client_id"] = "x" + evil })(nil).(tamper),
		"in the token":         edit("/oauth/token", func(o object) { o["token_type"], o["scope"] = evil, evil })(nil).(tamper),
		"in the tools":         sayInMCP(`{"tools":[{"name":` + quotedEvil() + `,"inputSchema":{"type":"object"}}]}`),
		"in the server's name": sayInMCP(`{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":` + quotedEvil() + `,"version":"1"}}`),
		"in the challenge": func(_ *http.Request, resp *http.Response) {
			if resp.Header.Get("WWW-Authenticate") != "" {
				resp.Header.Set("WWW-Authenticate", `Bearer realm="`+strings.ReplaceAll(evil, "\x07", "")+`"`)
			}
		},
		"in an error page": func(req *http.Request, resp *http.Response) {
			if req.URL.Path == "/authorize" {
				replace(resp, http.StatusBadRequest, "text/html", "<title>"+evil+"</title><p>"+evil+"&#27;[31m&#x202e;")
			}
		},
		"in an error": func(req *http.Request, resp *http.Response) {
			if req.URL.Path == "/oidc/register" {
				replace(resp, http.StatusBadRequest, "application/json", `{"error":`+quotedEvil()+`,"error_description":`+quotedEvil()+`}`)
			}
		},
		"in a redirect": func(req *http.Request, resp *http.Response) {
			if req.URL.Path == "/authorize" {
				resp.Header.Set("Location", req.URL.Query().Get("redirect_uri")+"?error="+escaped+"&error_description="+escaped+"&state="+req.URL.Query().Get("state"))
			}
		},
		"in an answer that is no JSON": func(req *http.Request, resp *http.Response) {
			if req.URL.Path == resourcePath+"/mcp" {
				replace(resp, http.StatusOK, "text/plain", evil)
			}
		},
	} {
		s := healthy()
		s.wrap = through(wrap)
		report, _ := verified(t, s)
		var page, junit bytes.Buffer
		if err := verify.WriteHTML(&page, report); err != nil {
			t.Fatal(err)
		}
		if err := verify.WriteJUnit(&junit, report); err != nil {
			t.Fatal(err)
		}
		document, err := json.Marshal(report)
		if err != nil {
			t.Fatal(err)
		}
		var read any
		if err := json.Unmarshal(document, &read); err != nil {
			t.Fatal(err)
		}
		var texts []string
		collect(read, &texts)
		texts = append(texts, page.String(), junit.String())
		for _, text := range texts {
			for _, c := range text {
				if (unicode.IsControl(c) && c != '\n' && c != '\t') || unicode.Is(unicode.Cf, c) {
					t.Errorf("%s: %U is in %.200q", name, c, text)
					break
				}
			}
		}
		if strings.Contains(page.String(), "<script") {
			t.Errorf("%s: the page has a script", name)
		}
	}
}

// collect is all text of a JSON document.
func collect(v any, into *[]string) {
	switch v := v.(type) {
	case string:
		*into = append(*into, v)
	case []any:
		for _, item := range v {
			collect(item, into)
		}
	case map[string]any:
		for _, item := range v {
			collect(item, into)
		}
	}
}

// quotedEvil is evil as a JSON string.
func quotedEvil() string {
	quoted, _ := json.Marshal(evil)
	return string(quoted)
}

// sayInMCP gives this as the result of each message that the server takes.
func sayInMCP(result string) tamper {
	return func(req *http.Request, resp *http.Response) {
		if req.URL.Path == "/mcp" && resp.StatusCode == http.StatusOK && req.Method == http.MethodPost {
			if strings.Contains(result, "tools\":[") != listsTools(req) {
				return
			}
			replace(resp, http.StatusOK, "application/json", `{"jsonrpc":"2.0","id":`+messageID(req)+`,"result":`+result+`}`)
		}
	}
}
