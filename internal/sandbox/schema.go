package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// schema is the part of JSON Schema that Auth0's payloads need. The texts of its errors are those of Auth0's validator.
type schema struct {
	kind     string // string, boolean, integer, number, array, object, or "" for anything
	null     bool
	desc     string
	min, max float64 // of a number; length of a string or an array; max 0: no limit
	pattern  *regexp.Regexp
	enum     []string
	items    *schema
	props    map[string]*schema // nil: an object of any shape
	required []string
	minProps int
}

type fields = map[string]*schema

func anything() *schema           { return &schema{} }
func boolean(desc string) *schema { return &schema{kind: "boolean", desc: desc} }

func str(desc string, minLen, maxLen float64) *schema {
	return &schema{kind: "string", desc: desc, min: minLen, max: maxLen}
}

func oneOf(desc string, values ...string) *schema {
	return &schema{kind: "string", desc: desc, enum: values}
}

func integer(desc string, least, most float64) *schema {
	return &schema{kind: "integer", desc: desc, min: least, max: most}
}

func list(desc string, items *schema, most float64) *schema {
	return &schema{kind: "array", desc: desc, items: items, max: most}
}
func anyObject(desc string) *schema { return &schema{kind: "object", desc: desc} }
func nullable(s *schema) *schema    { c := *s; c.null = true; return &c }

func record(desc string, props fields, required ...string) *schema {
	return &schema{kind: "object", desc: desc, props: props, required: required}
}

// names are strings that look like Auth0's names.
var noAngles = regexp.MustCompile(`^[^<>]+$`)

// violation is the first rule that a value breaks.
type violation struct{ path, reason, desc string }

// text is the message that Auth0 builds from it; what is "Payload" or "Query".
func (v *violation) text(what string) string {
	out := fmt.Sprintf("%s validation error: '%s'", what, v.reason)
	if v.path != "" {
		out += " on property " + v.path
	}
	if v.path != "" && v.desc != "" {
		return out + " (" + strings.TrimSuffix(v.desc, ".") + ")."
	}
	return out + "."
}

func (s *schema) check(value any, path string) *violation {
	bad := func(format string, args ...any) *violation {
		return &violation{path, fmt.Sprintf(format, args...), s.desc}
	}
	if s.kind == "" || (value == nil && s.null) {
		return nil
	}
	if got := kindOf(value); got != s.kind && (s.kind != "number" || got != "integer") {
		return bad("Expected type %s but found type %s", s.kind, got)
	}
	switch v := value.(type) {
	case string:
		return s.checkString(v, bad)
	case json.Number:
		n, _ := v.Float64()
		if n < s.min {
			return bad("Value %s is less than minimum %v", v, s.min)
		}
		if s.max > 0 && n > s.max {
			return bad("Value %s is greater than maximum %.0f", v, s.max)
		}
	case []any:
		return s.checkArray(v, path, bad)
	case object:
		return s.checkObject(v, path, bad)
	}
	return nil
}

func (s *schema) checkString(v string, bad func(string, ...any) *violation) *violation {
	n := utf8.RuneCountInString(v)
	switch {
	case float64(n) < s.min:
		return bad("String is too short (%d chars), minimum %.0f", n, s.min)
	case s.max > 0 && float64(n) > s.max:
		return bad("String is too long (%d chars), maximum %.0f", n, s.max)
	case s.pattern != nil && !s.pattern.MatchString(v):
		return bad("String does not match pattern %s: %s", s.pattern, v)
	case s.enum != nil && !slices.Contains(s.enum, v):
		return bad("No enum match for: %s", v)
	}
	return nil
}

func (s *schema) checkArray(v []any, path string, bad func(string, ...any) *violation) *violation {
	if float64(len(v)) < s.min {
		return bad("Array is too short (%d), minimum %.0f", len(v), s.min)
	}
	if s.max > 0 && float64(len(v)) > s.max {
		return bad("Array is too long (%d), maximum %.0f", len(v), s.max)
	}
	for i, item := range v {
		if s.items == nil {
			break
		}
		if found := s.items.check(item, fmt.Sprintf("%s[%d]", path, i)); found != nil {
			return found
		}
	}
	return nil
}

func (s *schema) checkObject(v object, path string, bad func(string, ...any) *violation) *violation {
	if s.props == nil {
		return nil
	}
	names := slices.Sorted(maps.Keys(v))
	unknown := slices.DeleteFunc(slices.Clone(names), func(k string) bool { return s.props[k] != nil })
	if len(unknown) > 0 {
		return bad("Additional properties not allowed: %s", strings.Join(unknown, ","))
	}
	for _, k := range s.required {
		if _, there := v[k]; !there {
			return bad("Missing required property: %s", k)
		}
	}
	if len(v) < s.minProps {
		return bad("Too few properties defined (%d), minimum %d", len(v), s.minProps)
	}
	for _, k := range names {
		if found := s.props[k].check(v[k], join(path, k)); found != nil {
			return found
		}
	}
	return nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func kindOf(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			return "number"
		}
		return "integer"
	case []any:
		return "array"
	}
	return "object"
}
