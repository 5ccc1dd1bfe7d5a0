package gateway

import (
	"encoding/json"
	"strings"
)

// pluginOptions are what a plugin is made with, as far as a script says it plainly.
type pluginOptions struct {
	servers []string // nil where they aren't plain strings, or aren't there
	name    string
	named   bool     // resourceName is there, as a plain string
	unread  bool     // something is there that can't be read, and may hold the name
	others  []string // the options that we don't know, by their names
}

// pluginOptions reads the object that a bracket opens.
func (s *source) pluginOptions(open int) pluginOptions {
	var o pluginOptions
	end := s.tok(open).match
	for i, last := open+1, 0; i < end; i = last + 1 {
		last = s.argumentEnd(i, end)
		name := strings.Trim(s.tok(i).text, `"'`)
		plain := s.tok(i).kind == word || s.tok(i).kind == quoted && unquote(s.tok(i).text) != ""
		switch {
		case s.tok(i).is("..."):
			return pluginOptions{unread: true} // it may hold any option, and those that come after a plain one win
		case !plain || !s.key(i) && i+1 != last: // a computed name, a getter
			o.unread = true
		case name == "authorizationServers" && s.key(i) && s.tok(i+2).is("[") && s.tok(i+2).match == last-1:
			o.servers = s.strings(i + 2)
		case name == "authorizationServers":
			o.servers = nil
		case name == "resourceName" && s.key(i) && i+3 == last:
			o.name, o.named = stringValue(s.tok(i + 2))
			o.unread = o.unread || !o.named
		case name == "resourceName":
			o.unread = true
		default:
			o.others = append(o.others, name)
		}
	}
	return o
}

// argumentEnd is the comma behind the part of a list that begins at a token, or the list's end.
func (s *source) argumentEnd(i, end int) int {
	for ; i < end && !s.tok(i).is(","); i++ {
		if match := s.tok(i).match; match > i {
			i = match
		}
	}
	return i
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
