package gateway

import (
	"slices"
	"strings"
)

// initFunc is where runtimeInit takes its parameter and begins its work.
type initFunc struct {
	in        *source
	params    int    // the token that opens the parameters, or the parameter itself
	parameter string // empty where it takes none
	maybe     bool   // the parameter's type says that it may be missing, or says nothing that registerMcpOAuth takes
	body      int    // the token that opens the body
}

// function reads the function that a name declares: `function NAME(…) {`, or `NAME = ` and a function or an arrow.
func (s *source) function(name int) *initFunc {
	unnamed := s.tok(name).is("function")
	if !unnamed && s.changed(name) {
		return nil
	}
	if unnamed || s.tok(name-1).is("function") {
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
		f.parameter, f.maybe = first.text, s.maybe(i+2, end)
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

var notRuntime = []string{"undefined", "null", "unknown", "never", "void"}

// maybe reads what stands behind a parameter's name, up to the next one or the end: "?", or a type that isn't sure to be one.
func (s *source) maybe(i, end int) bool {
	if s.tok(i).is("?") {
		return true
	}
	for ; i < end && !s.tok(i).is(",") && !s.tok(i).is("="); i++ {
		if slices.Contains(notRuntime, s.tok(i).text) && s.tok(i).kind == word {
			return true
		}
		if match := s.tok(i).match; match > i {
			i = match
		}
	}
	return false
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
