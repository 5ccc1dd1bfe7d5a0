package spec

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/mcpauth-cli/mcpauth/internal/suggest"
)

// check looks through an mcpauth.yaml that was refused for all that is wrong with it, each with its line and column: the YAML
// library stops at the first, and never looks at a second document. It is empty where the file is no YAML at all, or where it
// finds no more than the library.
func check(name string, content []byte, refused bool) Invalid {
	parsed, err := parser.ParseBytes(content, 0)
	if err != nil || len(parsed.Docs) == 0 {
		return nil
	}
	c := checking{file: name}
	if refused {
		c.value(parsed.Docs[0].Body, reflect.TypeFor[File](), "the file")
	}
	c.further(parsed.Docs[1:])
	return c.found
}

// further refuses what stands behind the first document: it would be left out without a word.
func (c *checking) further(docs []*ast.DocumentNode) {
	for _, doc := range docs {
		if doc.Body == nil {
			continue
		}
		begins := doc.Start
		if begins == nil { // behind a ... it may do without
			begins = doc.Body.GetToken()
		}
		c.addAt(begins, "put all keys into one document, without a --- between them", "a second document begins")
		return
	}
}

type checking struct {
	file  string
	found Invalid
}

func (c *checking) add(at ast.Node, hint, what string, args ...any) {
	c.addAt(at.GetToken(), hint, what, args...)
}

func (c *checking) addAt(at *token.Token, hint, what string, args ...any) {
	field := c.file
	if at != nil && at.Position != nil {
		field = fmt.Sprintf("%s:%d:%d", c.file, at.Position.Line, at.Position.Column)
	}
	c.found = append(c.found, Problem{Field: field, What: fmt.Sprintf(what, args...), Hint: hint})
}

// value holds a node to the type that it is read into; where says which value it is, for people.
func (c *checking) value(node ast.Node, want reflect.Type, where string) {
	switch n := node.(type) {
	case nil, *ast.NullNode, *ast.AliasNode, *ast.AnchorNode, *ast.TagNode: // left to the library
		return
	case *ast.SequenceNode:
		if want.Kind() != reflect.Slice {
			break
		}
		for i, item := range n.Values {
			c.value(item, want.Elem(), fmt.Sprintf("%s[%d]", where, i))
		}
		return
	case ast.MapNode:
		if keys := keysOf(want); keys != nil {
			c.mapping(n, keys, where)
			return
		}
	case ast.ScalarNode:
		if c.scalar(n, want, where) {
			return
		}
	}
	c.add(node, wanted(want), "%s can't be %s", where, kind(node, want))
}

// scalar says whether a single value is right where it stands, or was told of already.
func (c *checking) scalar(n ast.ScalarNode, want reflect.Type, where string) bool {
	switch {
	case want == reflect.TypeFor[FileDuration]():
		text := n.GetToken().Value
		if _, err := ParseDuration(text); err != nil {
			c.add(n, "write 24h, 90m or a number of seconds", "%s: %q is not a duration", where, text)
		}
		return true
	case want == reflect.TypeFor[FileScope](), want == reflect.TypeFor[FileConnection]():
		return true
	case want.Kind() == reflect.Pointer:
		_, isBool := n.(*ast.BoolNode)
		return isBool
	}
	return want.Kind() == reflect.String
}

func (c *checking) mapping(node ast.MapNode, keys map[string]reflect.Type, where string) {
	for entries := node.MapRange(); entries.Next(); {
		key := entries.Key()
		if key.IsMergeKey() {
			continue
		}
		name := key.GetToken().Value
		want, known := keys[name]
		if !known {
			c.add(key, near(name, keys), "there is no key %q in %s", withoutUser(name), where)
			continue
		}
		inner := where + "." + name
		if where == "the file" {
			inner = name
		}
		c.value(entries.Value(), want, inner)
	}
}

// keysOf are the keys of what may be written as keys with values, by their tags; nil for what may not.
func keysOf(want reflect.Type) map[string]reflect.Type {
	switch want {
	case reflect.TypeFor[FileScope]():
		want = reflect.TypeFor[fullScope]()
	case reflect.TypeFor[FileConnection]():
		want = reflect.TypeFor[fullConnection]()
	}
	if want.Kind() != reflect.Struct {
		return nil
	}
	keys := map[string]reflect.Type{}
	for i := range want.NumField() {
		keys[want.Field(i).Tag.Get("yaml")] = want.Field(i).Type
	}
	return keys
}

// near offers the keys that were perhaps meant, or all that there are.
func near(name string, keys map[string]reflect.Type) string {
	names := slices.Sorted(maps.Keys(keys))
	if close := suggest.Nearest(name, names); len(close) > 0 {
		return "did you mean " + strings.Join(close, " or ") + "?"
	}
	return "the keys there are " + strings.Join(names, ", ")
}

// kind is what a node is. A text is repeated only where true or false was wanted: where it stands in the place of more, it may
// be all of another file, with secrets in it.
func kind(node ast.Node, want reflect.Type) string {
	switch node.(type) {
	case *ast.SequenceNode:
		return "a list"
	case ast.MapNode:
		return "keys with values"
	}
	if want.Kind() != reflect.Pointer {
		return "a single value"
	}
	return fmt.Sprintf("%q", node.GetToken().Value)
}

func wanted(want reflect.Type) string {
	switch keys := keysOf(want); {
	case want.Kind() == reflect.Slice:
		return "write a list there, an item a line behind a -"
	case want.Kind() == reflect.Pointer:
		return "write true or false"
	case want == reflect.TypeFor[FileScope](), want == reflect.TypeFor[FileConnection]():
		return "write one value there, or the keys " + strings.Join(slices.Sorted(maps.Keys(keys)), ", ")
	case keys != nil:
		return "write keys with values there: " + strings.Join(slices.Sorted(maps.Keys(keys)), ", ")
	}
	return "write one value there"
}
