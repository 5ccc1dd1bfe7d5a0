package gateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/mcpauth-cli/mcpauth/templates"
)

const pluginName = "OAuthProtectedResourcePlugin"

// pluginUse is a place that makes a plugin. Servers and name are nil and empty where they aren't plain strings.
type pluginUse struct {
	file    string
	line    int
	column  int
	servers []string
	name    string
}

// moduleFiles reads every script below modules/ that speaks of one of our names.
func (p project) moduleFiles() (map[string][]byte, error) {
	root, err := p.path("modules")
	if err != nil {
		return nil, err
	}
	found := map[string][]byte{}
	if _, err := os.Lstat(root); errors.Is(err, fs.ErrNotExist) {
		return found, nil
	}
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == "node_modules":
			return filepath.SkipDir
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		name := "modules/" + filepath.ToSlash(rel)
		if entry.Type()&fs.ModeSymlink != 0 {
			if skip, err := linked(name, path); skip || err != nil {
				return err
			}
		}
		if entry.IsDir() || !slices.Contains([]string{".ts", ".tsx", ".mts", ".js", ".jsx", ".mjs"}, filepath.Ext(path)) {
			return nil
		}
		src, _, _, err := p.read(name)
		if err != nil {
			return err
		}
		if bytes.Contains(src, []byte(pluginName)) || bytes.Contains(src, []byte(registerName)) {
			found[name] = src
		}
		return nil
	})
	var refusal *Refusal
	switch {
	case errors.As(err, &refusal):
		return nil, refusal
	case err != nil:
		return nil, &Refusal{File: "modules", Reason: "can't be read: " + printable(err.Error()), Err: err}
	}
	return found, nil
}

// linked decides about a symbolic link: one that leads nowhere (editors lock files so) holds nothing, and is skipped; a
// linked folder can't be walked safely, and what it holds can't be left unseen, so it is refused.
func linked(name, path string) (skip bool, err error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return true, nil
	case err != nil:
		return false, err
	case info.IsDir():
		return false, refuse(name, "replace the link by the folder itself", "is a link to a folder, whose scripts can't be looked through for an OAuthProtectedResourcePlugin")
	}
	return false, nil
}

// pluginUses finds where a file makes the plugin. A file that can't be read for certain counts as one use, unknown.
func pluginUses(file string, src []byte) []pluginUse {
	if !bytes.Contains(src, []byte(pluginName)) {
		return nil
	}
	tokens, err := scan(src)
	if err != nil {
		return []pluginUse{{file: file, line: 1, column: 1}}
	}
	s := &source{file: file, src: src, tokens: tokens}
	var uses []pluginUse
	for i, t := range tokens {
		if !t.is(pluginName) || s.imported(i) {
			continue
		}
		use := pluginUse{file: file}
		use.line, use.column = position(src, t.start)
		if s.tok(i-1).is("new") && s.tok(i+1).is("(") && s.tok(i+2).is("{") {
			use.servers, use.name = s.pluginOptions(i + 2)
		}
		uses = append(uses, use)
	}
	return uses
}

// imported says that a token is an entry of an import list that doesn't rename it.
func (s *source) imported(i int) bool {
	if s.tok(i+1).is("as") || s.tok(i).depth != 1 {
		return false
	}
	for i--; i >= 0 && s.tok(i).depth > 0; i-- {
	}
	return s.tok(i).is("{") && (s.tok(i-1).is("import") || s.tok(i-1).is("type") && s.tok(i-2).is("import"))
}

func (s *source) pluginOptions(open int) (servers []string, name string) {
	end, inside := s.tok(open).match, s.tok(open).depth+1
	for i := open + 1; i < end; i++ {
		if s.tok(i).depth != inside || !s.tok(i+1).is(":") || !s.tok(i-1).is("{") && !s.tok(i-1).is(",") {
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

// check compares a use with what is wanted. Its warning is empty where they agree.
func (u pluginUse) check(want templates.Plugin) (warning string, err error) {
	if u.servers == nil {
		return printable(u.file) + ": can't tell which authorizationServers its " + pluginName +
			" names; they must be [" + want.AuthorizationServer + "]", nil
	}
	if slices.Equal(u.servers, []string{want.AuthorizationServer}) {
		return "", nil
	}
	hint := "all MCP routes of a gateway share one tenant: use that one, or put " + want.AuthorizationServer + " there"
	if slices.Equal(u.servers, []string{strings.TrimSuffix(want.AuthorizationServer, "/")}) {
		hint = "add the last slash there: clients compare it with Auth0's issuer byte for byte"
	}
	r := refuse(u.file, hint, "has %s already, with the authorization servers %q", pluginName, u.servers)
	r.Line, r.Column = u.line, u.column
	return "", r
}

var lineBreaks = regexp.MustCompile(`\r\n`)

// generated says that our module stands as it was rendered, whatever its resource name and line ends.
func generated(src []byte, use pluginUse) bool {
	if len(use.servers) != 1 || use.name == "" {
		return false
	}
	rendered, err := templates.ModuleTS(templates.Plugin{AuthorizationServer: use.servers[0], ResourceName: use.name})
	return err == nil && bytes.Equal(lineBreaks.ReplaceAll(src, lf), rendered)
}
