package cmd_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	namedCommand = regexp.MustCompile(`(?:mcpauth|auth0) (?:setup|verify|undo|render-gateway-config|promote-connection|sandbox|help|login|api)\b`)
	// standsAlone is what may be before a command: it begins a line, or ends one behind a colon.
	standsAlone = regexp.MustCompile(`(?:(?:^|\n) *|(?:^|\S): |(?:^|\n)or |^\$ |^[\x60^])$`)
	// prose names a command in a sentence, short enough to be typed.
	prose = regexp.MustCompile(`^(?:see |did you mean |)mcpauth [a-z-]+ (?:--help|)$|^mcpauth verify $|^mcpauth verify: `)
)

// A command in a message is put on a line of its own, whole, to be copied: by its place behind a colon. All messages of the
// source are looked at. Help has its own form.
func TestCommandsInMessagesStandAlone(t *testing.T) {
	found := 0
	err := filepath.WalkDir("..", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, name, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if pair, is := n.(*ast.KeyValueExpr); is {
				if key, named := pair.Key.(*ast.Ident); named && (key.Name == "Long" || key.Name == "Short" || key.Name == "Example") {
					return false
				}
			}
			if value, is := n.(*ast.ValueSpec); is && strings.HasSuffix(value.Names[0].Name, "Help") {
				return false
			}
			literal, is := n.(*ast.BasicLit)
			if !is || literal.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(literal.Value)
			if err != nil || prose.MatchString(text) {
				return true
			}
			for _, at := range namedCommand.FindAllStringIndex(text, -1) {
				found++
				if !standsAlone.MatchString(text[:at[0]]) {
					t.Errorf("%s: a command stands within a sentence: %q", files.Position(literal.Pos()), text)
				}
			}
			return true
		})
		return nil
	})
	if err != nil || found < 10 {
		t.Errorf("%d commands were found, %v", found, err)
	}
}
