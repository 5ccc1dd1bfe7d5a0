package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/mcpauth-cli/mcpauth/templates"
)

const pluginName = "OAuthProtectedResourcePlugin"

// pluginUse is a place that makes a plugin, or speaks of it in a way that isn't recognised. Servers and name are nil and
// empty where they aren't plain strings.
type pluginUse struct {
	in      *source
	at      int  // the token
	made    bool // it is made there, with new
	servers []string
	name    string
}

func mentions(src []byte, name string) bool { return bytes.Contains(src, []byte(name)) }

// plugins finds where a script makes the plugin, under whatever name it is imported. A script that can't be read for certain
// counts as one use that isn't recognised, if it speaks of it at all.
func (s *source) plugins() []pluginUse {
	if !mentions(s.src, pluginName) || declaration(s.file) {
		return nil
	}
	if s.unsure {
		return []pluginUse{{in: s}}
	}
	uses, loose := s.uses(s.binding(pluginName, func(string) bool { return true }))
	var found []pluginUse
	for _, u := range uses {
		if !s.tok(u.first - 1).is("new") {
			continue
		}
		one := pluginUse{in: s, at: u.first, made: true}
		if s.tok(u.last+1).is("(") && s.tok(u.last+2).is("{") {
			one.servers, one.name = s.pluginOptions(u.last + 2)
		}
		found = append(found, one)
	}
	if len(found) == 0 && len(uses) > 0 {
		found = append(found, pluginUse{in: s, at: uses[0].first})
	}
	for _, at := range loose {
		found = append(found, pluginUse{in: s, at: at})
	}
	return found
}

func (s *source) pluginOptions(open int) (servers []string, name string) {
	end, inside := s.tok(open).match, s.tok(open).depth+1
	for i := open + 1; i < end; i++ {
		if s.tok(i).depth != inside || !s.key(i) {
			if s.tok(i).is("...") && s.tok(i).depth == inside {
				return nil, ""
			}
			continue
		}
		switch key := strings.Trim(s.tok(i).text, `"'`); {
		case key == "authorizationServers" && s.tok(i+2).is("["):
			servers = s.strings(i + 2)
		case key == "resourceName":
			name, _ = stringValue(s.tok(i + 2))
		}
	}
	return servers, name
}

// strings is an array of plain strings, nil where it holds anything else.
func (s *source) strings(open int) []string {
	found := []string{}
	for i := open + 1; i < s.tok(open).match; i += 2 {
		value, ok := stringValue(s.tok(i))
		if !ok || !s.tok(i+1).is(",") && i+1 != s.tok(open).match {
			return nil
		}
		found = append(found, value)
	}
	return found
}

// stringValue is the value of a string that JSON reads too, or of a simple one in other quotes.
func stringValue(t token) (value string, ok bool) {
	if t.kind == quoted && t.text[0] == '"' && json.Unmarshal([]byte(t.text), &value) == nil {
		return value, true
	}
	plain := t.kind == quoted || t.kind == literal && strings.HasPrefix(t.text, "`") && !strings.Contains(t.text, "${")
	if !plain || strings.ContainsAny(t.text, "\\\r\n") {
		return "", false
	}
	return t.text[1 : len(t.text)-1], true
}

// agree compares a use with what is wanted: a Refusal where it publishes other servers, unsure where that can't be told.
func (u pluginUse) agree(want templates.Plugin) (unsure string, err error) {
	switch {
	case !u.made:
		return fmt.Sprintf("%s: speaks of %s in a form that isn't recognised", u.place(), pluginName), nil
	case u.servers == nil:
		return fmt.Sprintf("%s: can't tell which authorizationServers its %s names, which must be [%s]", u.place(), pluginName, want.AuthorizationServer), nil
	case slices.Equal(u.servers, []string{want.AuthorizationServer}):
		return "", nil
	}
	hint := "all MCP routes of a gateway share one tenant: use that one, or put " + want.AuthorizationServer + " there"
	if slices.Equal(u.servers, []string{strings.TrimSuffix(want.AuthorizationServer, "/")}) {
		hint = "add the last slash there: clients compare it with Auth0's issuer byte for byte"
	}
	r := refuse(u.in.file, hint, "has %s already, with the authorization servers %q", pluginName, u.servers)
	r.Line, r.Column = position(u.in.src, u.in.tok(u.at).start)
	return "", r
}

func (u pluginUse) place() string {
	if u.in.unsure {
		return printable(u.in.file)
	}
	return u.in.place(u.at)
}

// generated says that our module stands as it was rendered, whatever its resource name and line ends.
func generated(src []byte, u pluginUse) bool {
	if len(u.servers) != 1 || u.name == "" {
		return false
	}
	rendered, err := templates.ModuleTS(templates.Plugin{AuthorizationServer: u.servers[0], ResourceName: u.name})
	return err == nil && bytes.Equal(plainLineEnds(src), rendered)
}
