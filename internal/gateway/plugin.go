package gateway

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/mcpauth-cli/mcpauth/templates"
)

const pluginName = "OAuthProtectedResourcePlugin"

// pluginUse is a place that makes a plugin, or speaks of it in a way that isn't recognised.
type pluginUse struct {
	in      *source
	at      int  // the token
	made    bool // it is made there, with new
	options pluginOptions
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
			one.options = s.pluginOptions(u.last + 2)
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

// agree compares a use with what is wanted: a Refusal where it publishes other servers or another name, or takes options
// that we don't know; unsure where that can't be told. A name that nobody asked for is not wanted, so any will do.
func (u pluginUse) agree(want templates.Plugin, nameAsked bool) (unsure string, err error) {
	o := u.options
	switch {
	case !u.made:
		return fmt.Sprintf("%s: speaks of %s in a form that isn't recognised", u.place(), pluginName), nil
	case o.servers != nil && !slices.Equal(o.servers, []string{want.AuthorizationServer}):
		return "", u.otherServers(want.AuthorizationServer)
	case len(o.others) > 0:
		return "", u.refuse("take them out there: the plugin is known to take authorizationServers and resourceName alone",
			"has %s already, with other options: %s", pluginName, strings.Join(o.others, ", "))
	case o.servers == nil:
		return fmt.Sprintf("%s: can't tell which authorizationServers its %s names, which must be [%s]", u.place(), pluginName, want.AuthorizationServer), nil
	case !nameAsked || o.named && o.name == want.ResourceName:
		return "", nil
	case o.unread:
		return fmt.Sprintf("%s: can't tell the resourceName of its %s, which should be %q", u.place(), pluginName, want.ResourceName), nil
	case !o.named:
		return "", u.refuse(fmt.Sprintf("add resourceName: %q there", want.ResourceName),
			"has %s already, without a resourceName", pluginName)
	}
	return "", u.refuse(fmt.Sprintf("put %q there, or keep that one with --resource-name %q", want.ResourceName, o.name),
		"has %s already, with the resourceName %q", pluginName, o.name)
}

func (u pluginUse) otherServers(want string) error {
	hint := "all MCP routes of a gateway share one tenant: use that one, or put " + want + " there"
	if slices.Equal(u.options.servers, []string{strings.TrimSuffix(want, "/")}) {
		hint = "add the last slash there: clients compare it with Auth0's issuer byte for byte"
	}
	return u.refuse(hint, "has %s already, with the authorization servers %q", pluginName, u.options.servers)
}

func (u pluginUse) refuse(hint, reason string, args ...any) error {
	r := refuse(u.in.file, hint, reason, args...)
	r.Line, r.Column = position(u.in.src, u.in.tok(u.at).start)
	return r
}

func (u pluginUse) place() string {
	if u.in.unsure {
		return printable(u.in.file)
	}
	return u.in.place(u.at)
}

// generated says that our module stands as it was rendered, whatever its resource name and line ends.
func generated(src []byte, u pluginUse) bool {
	o := u.options
	if len(o.servers) != 1 || o.name == "" {
		return false
	}
	rendered, err := templates.ModuleTS(templates.Plugin{AuthorizationServer: o.servers[0], ResourceName: o.name})
	return err == nil && bytes.Equal(plainLineEnds(src), rendered)
}
