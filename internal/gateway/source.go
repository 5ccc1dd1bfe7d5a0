package gateway

import (
	"path"
	"slices"
	"strings"
)

// source is one TypeScript file in tokens.
type source struct {
	file   string
	src    []byte
	tokens []token
	unsure bool // it can't be cut into tokens without guessing, and has none
}

func newSource(file string, src []byte) *source {
	tokens, err := scan(src)
	return &source{file: file, src: src, tokens: tokens, unsure: err != nil}
}

// tok is token i, or an empty one beyond the ends.
func (s *source) tok(i int) token {
	if i < 0 || i >= len(s.tokens) {
		return token{kind: literal, match: -1}
	}
	return s.tokens[i]
}

// place is where a token stands, for people.
func (s *source) place(i int) string {
	r := Refusal{File: s.file}
	r.Line, r.Column = position(s.src, s.tok(i).start)
	return r.Place()
}

// member says that a token is the name of a member, as in x.name.
func (s *source) member(i int) bool { return s.tok(i - 1).is(".") }

// key says that a token is the name of a property, as in {name: x}.
func (s *source) key(i int) bool {
	return s.tok(i+1).is(":") && (s.tok(i-1).is("{") || s.tok(i-1).is(","))
}

// around is the innermost bracket that is open around token i, or -1.
func (s *source) around(i int) int {
	for i--; i >= 0; i-- {
		switch match := s.tok(i).match; {
		case match > i:
			return i
		case match >= 0:
			i = match
		}
	}
	return -1
}

// resolve turns a relative module specifier into a file of the project, without an ending where it names none.
func (s *source) resolve(from string) string {
	if !strings.HasPrefix(from, "./") && !strings.HasPrefix(from, "../") {
		return ""
	}
	name := path.Join(path.Dir(s.file), from)
	if ending := path.Ext(name); slices.Contains(scriptEndings, ending) {
		return strings.TrimSuffix(name, ending)
	}
	return name
}

// unquote is the value of a string without escapes; one with any isn't a module that we know.
func unquote(quoted string) string {
	if len(quoted) < 2 || strings.Contains(quoted, `\`) {
		return ""
	}
	return quoted[1 : len(quoted)-1]
}
