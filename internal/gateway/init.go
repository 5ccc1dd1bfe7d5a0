package gateway

import (
	"path"
	"strings"
)

// source is one TypeScript file in tokens.
type source struct {
	file   string
	src    []byte
	tokens []token
}

// tok is token i, or an empty one beyond the ends.
func (s *source) tok(i int) token {
	if i < 0 || i >= len(s.tokens) {
		return token{kind: literal}
	}
	return s.tokens[i]
}

// initFunc is where runtimeInit takes its parameter and begins its work.
type initFunc struct {
	in        *source
	params    int    // the token that opens the parameters, or the parameter itself
	parameter string // empty where it takes none
	body      int    // the token that opens the body
}

const farthestReExport = 5

// findInit finds the function that a module exports under a name. It follows re-exports through read, which returns nil for
// what isn't there; nil means that the form isn't recognised.
func findInit(s *source, name string, read func(string) *source) *initFunc {
	for range farthestReExport {
		if s == nil {
			return nil
		}
		declared, from, original := s.exported(name)
		if from == "" {
			if declared < 0 {
				return nil
			}
			return s.function(declared)
		}
		s, name = read(s.resolve(from)), original
	}
	return nil
}

// resolve turns a relative module specifier into a file of the project, without an ending where it names none.
func (s *source) resolve(from string) string {
	if !strings.HasPrefix(from, "./") && !strings.HasPrefix(from, "../") {
		return ""
	}
	return strings.TrimSuffix(strings.TrimSuffix(path.Join(path.Dir(s.file), from), ".js"), ".ts")
}

// exported finds what a module exports under a name: the token of a declaration in the file itself, or the module that it
// comes from and its name there. Where there is none, or more than one, it is -1 and nothing.
func (s *source) exported(name string) (declared int, from, original string) {
	declared = -1
	found := 0
	for i, t := range s.tokens {
		if !t.is("export") || t.depth != 0 || s.tok(i-1).is(".") {
			continue
		}
		if d := s.declares(i+1, name); d >= 0 {
			declared, from, found = d, "", found+1
		}
		if !s.tok(i + 1).is("{") {
			continue
		}
		if local := s.specifier(i+1, name); local != "" {
			found++
			if end := s.tok(i + 1).match; s.tok(end+1).is("from") && s.tok(end+2).kind == quoted {
				declared, from, original = -1, unquote(s.tok(end+2).text), local
				continue
			}
			declared, from, original = s.local(local)
		}
	}
	if found != 1 {
		return -1, "", ""
	}
	return declared, from, original
}

// local finds a name that the file declares or imports at its top level.
func (s *source) local(name string) (declared int, from, original string) {
	declared = -1
	found := 0
	for i, t := range s.tokens {
		if t.depth != 0 || s.tok(i-1).is(".") {
			continue
		}
		if t.is("import") && s.tok(i+1).is("{") {
			outer := s.specifier(i+1, name)
			if end := s.tok(i + 1).match; outer != "" && s.tok(end+1).is("from") && s.tok(end+2).kind == quoted {
				from, original, found = unquote(s.tok(end+2).text), outer, found+1
			}
			continue
		}
		if s.tok(i - 1).is("async") {
			continue
		}
		if d := s.declares(i, name); d >= 0 {
			declared, found = d, found+1
		}
	}
	if found != 1 {
		return -1, "", ""
	}
	return declared, from, original
}

// specifier looks through `{ a, b as c }` for an entry whose outer name is the one given and returns its inner one; that is
// how both import and export lists read when the name is the one after "as".
func (s *source) specifier(open int, name string) string {
	end := s.tok(open).match
	for i := open + 1; i < end; i++ {
		if s.tok(i).kind != word || !s.tok(i-1).is("{") && !s.tok(i-1).is(",") {
			continue
		}
		inner, outer := s.tok(i), s.tok(i)
		if s.tok(i + 1).is("as") {
			outer = s.tok(i + 2)
		}
		if outer.is(name) {
			return inner.text
		}
	}
	return ""
}

// declares returns the token of a name that is declared as a function or a variable from token i on, or -1.
func (s *source) declares(i int, name string) int {
	if s.tok(i).is("async") {
		i++
	}
	t := s.tok(i)
	if (t.is("function") || t.is("const") || t.is("let") || t.is("var")) && s.tok(i+1).is(name) {
		return i + 1
	}
	return -1
}

// function reads the function that a name declares: `function NAME(…) {`, or `NAME = ` and a function or an arrow.
func (s *source) function(name int) *initFunc {
	if s.tok(name - 1).is("function") {
		return s.signature(name+1, false)
	}
	i := name + 1
	if s.tok(i).is(":") {
		for i < len(s.tokens) && (!s.tok(i).is("=") || s.tok(i).depth != s.tok(name).depth) && !s.tok(i).is(";") {
			i++
		}
	}
	if !s.tok(i).is("=") {
		return nil
	}
	if i++; s.tok(i).is("async") {
		i++
	}
	if !s.tok(i).is("function") {
		return s.signature(i, true)
	}
	if i++; s.tok(i).kind == word {
		i++
	}
	return s.signature(i, false)
}

// signature reads parameters, a return type and the bracket that opens the body.
func (s *source) signature(i int, arrow bool) *initFunc {
	f := &initFunc{in: s, params: i}
	end := i
	switch open := s.tok(i); {
	case open.is("("):
		end = open.match
		first, next := s.tok(i+1), s.tok(i+2)
		if i+1 == end {
			break
		}
		plain := next.is(")") || next.is(":") || next.is(",") || next.is("?") || next.is("=")
		if first.kind != word || first.is("this") || !plain {
			return nil
		}
		f.parameter = first.text
	case arrow && open.kind == word:
		f.parameter = open.text
	default:
		return nil
	}
	f.body = s.body(end+1, arrow)
	if f.body < 0 {
		return nil
	}
	return f
}

// body finds the bracket that opens a function's body behind its parameters; a return type may stand between, if it is made of
// names alone.
func (s *source) body(i int, arrow bool) int {
	if s.tok(i).is(":") {
		for i++; i < len(s.tokens); i++ {
			t := s.tok(i)
			if t.kind != word && !strings.Contains(".<>|&,[]", t.text) || t.kind == word && s.tok(i-1).kind == word {
				break
			}
		}
		if last := s.tok(i - 1); last.kind != word && !last.is(">") && !last.is("]") {
			return -1
		}
	}
	if arrow {
		if !s.tok(i).is("=>") {
			return -1
		}
		i++
	}
	if !s.tok(i).is("{") {
		return -1
	}
	return i
}

// unquote is the value of a string without escapes; one with any isn't a module that we know.
func unquote(quoted string) string {
	if len(quoted) < 2 || strings.Contains(quoted, `\`) {
		return ""
	}
	return quoted[1 : len(quoted)-1]
}
