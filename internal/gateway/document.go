package gateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"

	"github.com/tailscale/hujson"
)

// document is a JSON file that is edited by splicing bytes, so that whatever isn't spliced stays as it was.
type document struct {
	file string
	src  []byte
	root hujson.Value
}

const strictJSON = "mend it first: Zuplo's JSON is strict, with neither comments nor trailing commas"

func parseDocument(file string, src []byte) (*document, error) {
	d := &document{file: file, src: src}
	if bytes.HasPrefix(src, []byte("\xef\xbb\xbf")) {
		return nil, d.refuse(0, "save it without", "is not valid JSON: it begins with a byte order mark")
	}
	if at := invalidUTF8(src); at >= 0 {
		return nil, d.refuse(at, strictJSON, "is not valid JSON: not UTF-8")
	}
	// encoding/json is the judge, as hujson takes comments and trailing commas for granted.
	var raw json.RawMessage
	if err := json.Unmarshal(src, &raw); err != nil {
		at := len(src)
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) && int(syntax.Offset) <= len(src) {
			at = max(int(syntax.Offset)-1, 0)
		}
		return nil, d.refuse(at, strictJSON, "is not valid JSON: %v", err)
	}
	root, err := hujson.Parse(src)
	if err != nil {
		return nil, d.refuse(0, strictJSON, "is not valid JSON: %v", err)
	}
	d.root = root
	return d, nil
}

// named says that a document is the file of a choice, which may leave config/ out; no file is every one.
func (d *document) named(file string) bool {
	return file == "" || file == d.file || "config/"+file == d.file
}

func invalidUTF8(src []byte) int {
	for i := 0; i < len(src); {
		r, size := utf8.DecodeRune(src[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// refuse names the place of a byte offset.
func (d *document) refuse(at int, hint, reason string, args ...any) *Refusal {
	r := refuse(d.file, hint, reason, args...)
	r.Line, r.Column = position(d.src, at)
	return r
}

// splice replaces src[start:end] and parses anew: every node that was taken from d before is stale after it.
func (d *document) splice(start, end int, text []byte) error {
	changed := make([]byte, 0, len(d.src)+len(text))
	changed = append(append(append(changed, d.src[:start]...), text...), d.src[end:]...)
	next, err := parseDocument(d.file, changed)
	if err != nil {
		return err
	}
	*d = *next
	return nil
}

// object returns the members of v.
func (d *document) object(v *hujson.Value, what string) (*hujson.Object, error) {
	object, ok := v.Value.(*hujson.Object)
	if !ok {
		return nil, d.refuse(v.StartOffset, "", "%s is not an object", what)
	}
	return object, nil
}

func (d *document) array(v *hujson.Value, what string) (*hujson.Array, error) {
	array, ok := v.Value.(*hujson.Array)
	if !ok {
		return nil, d.refuse(v.StartOffset, "", "%s is not an array", what)
	}
	return array, nil
}

// member finds a member of an object, or nil.
func (d *document) member(v *hujson.Value, what, name string) (*hujson.Value, error) {
	if _, err := d.object(v, what); err != nil {
		return nil, err
	}
	return at(v, name), nil
}

// unique refuses a name that stands twice in an object, as readers disagree on which counts; deep looks at all that is in
// the value, else only at the value itself.
func (d *document) unique(v *hujson.Value, deep bool) error {
	switch value := v.Value.(type) {
	case *hujson.Object:
		seen := map[string]bool{}
		for i := range value.Members {
			member := &value.Members[i]
			name := text(&member.Name)
			if seen[name] {
				return d.refuse(member.Name.StartOffset, "leave one: readers disagree on which counts", "has %q twice in one object", name)
			}
			seen[name] = true
			if err := d.uniqueWithin(&member.Value, deep); err != nil {
				return err
			}
		}
	case *hujson.Array:
		for i := range value.Elements {
			if err := d.uniqueWithin(&value.Elements[i], deep); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *document) uniqueWithin(v *hujson.Value, deep bool) error {
	if !deep {
		return nil
	}
	return d.unique(v, true)
}

// at follows names downwards; it is nil where one is missing or stands on something that isn't an object.
func at(v *hujson.Value, names ...string) *hujson.Value {
	for _, name := range names {
		if v == nil {
			return nil
		}
		object, ok := v.Value.(*hujson.Object)
		if !ok {
			return nil
		}
		v = nil
		for i := range object.Members {
			if text(&object.Members[i].Name) == name {
				v = &object.Members[i].Value
			}
		}
	}
	return v
}

// text is the value of a JSON string, empty for anything else.
func text(v *hujson.Value) string {
	if v == nil {
		return ""
	}
	literal, ok := v.Value.(hujson.Literal)
	if !ok || literal.Kind() != '"' {
		return ""
	}
	return literal.String()
}

// decode is the plain value of a node.
func (d *document) decode(v *hujson.Value) any {
	var plain any
	if err := json.Unmarshal(d.src[v.StartOffset:v.EndOffset], &plain); err != nil {
		return nil
	}
	return plain
}
