// Package templates renders the files of a Zuplo gateway from embedded templates. A value enters a file in one way only: as
// a JSON string literal made by an encoder, so nothing that an operator typed can end a string or begin a statement.
package templates

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"strings"
	"text/template"
	"unicode/utf8"

	"github.com/mcpauth-cli/mcpauth/internal/glyph"
)

//go:embed *.tmpl
var files embed.FS

var set = template.Must(template.New("").Funcs(template.FuncMap{"json": Literal}).ParseFS(files, "*.tmpl"))

// Policy is an inbound policy that checks tokens of an Auth0 tenant.
type Policy struct {
	Name, Type string
	Domain     string // the tenant's host, without scheme or slash
	Audience   string
}

// Route names the policy of the MCP server at a path.
type Route struct{ Path, Policy string }

// Plugin is what OAuthProtectedResourcePlugin publishes.
type Plugin struct{ AuthorizationServer, ResourceName string }

// PolicyJSON renders one policy as an element of config/policies.json.
func PolicyJSON(p Policy) ([]byte, error) { return renderJSON("policy", p) }

// PoliciesJSON renders a whole config/policies.json.
func PoliciesJSON(p []Policy) ([]byte, error) { return renderJSON("policies", p) }

// RouteJSON renders what each MCP route needs: its policies.inbound, under its path.
func RouteJSON(r []Route) ([]byte, error) { return renderJSON("route", r) }

// RoutesJSON renders a whole config/routes.oas.json that has nothing but the MCP routes.
func RoutesJSON(r []Route) ([]byte, error) { return renderJSON("routes", r) }

// RuntimeTS renders a whole modules/zuplo.runtime.ts.
func RuntimeTS(p Plugin) ([]byte, error) { return render("runtime", p) }

// ModuleTS renders modules/mcp-oauth.ts, which exports registerMcpOAuth(runtime) for an existing zuplo.runtime.ts.
func ModuleTS(p Plugin) ([]byte, error) { return render("module", p) }

func render(name string, data any) ([]byte, error) {
	var out bytes.Buffer
	if err := set.ExecuteTemplate(&out, name, data); err != nil {
		return nil, fmt.Errorf("render template %s: %w", name, err)
	}
	return out.Bytes(), nil
}

func renderJSON(name string, data any) ([]byte, error) {
	raw, err := render(name, data)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, raw, "", "  "); err != nil {
		return nil, fmt.Errorf("template %s is not JSON: %w", name, err)
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// Literal encodes s as a JSON string, which is a TypeScript string too. Beyond what JSON asks for, it escapes <, >, &,
// U+2028 and U+2029, and whatever a reader would not see (bidirectional controls, say), so that a reader sees what is there. An
// s that is not UTF-8 has no literal and is an error.
func Literal(s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", fmt.Errorf("%q is not valid UTF-8", s)
	}
	encoded, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("encode %q: %w", s, err)
	}
	var out strings.Builder
	var text glyph.Text
	for i, r := range string(encoded) {
		shown := text.Shows(r)
		if i == 0 {
			text.Break() // the quote is not the text's own
		}
		if shown {
			out.WriteRune(r)
		} else {
			out.WriteString(glyph.Escaped(r))
		}
	}
	return out.String(), nil
}
