package gateway

import (
	"slices"
	"strings"
)

// importEnd is the last token of an import statement with a module in quotes, or -1.
func (s *source) importEnd(i int) int {
	i = s.importFrom(i)
	if i < 0 {
		return -1
	}
	if (s.tok(i+1).is("with") || s.tok(i+1).is("assert")) && s.tok(i+2).is("{") {
		i = s.tok(i + 2).match
	}
	if s.tok(i + 1).is(";") {
		i++
	}
	return i
}

// importFrom is the token of an import statement that names the module, or -1.
func (s *source) importFrom(i int) int {
	for i++; i < len(s.tokens); i++ {
		switch t := s.tok(i); {
		case t.kind == quoted:
			return i
		case t.is("{"):
			i = t.match // a list may have names in quotes
		case t.kind != word && !t.is(",") && !t.is("*"):
			return -1
		}
	}
	return -1
}

// imports says that an import statement begins at a token.
func (s *source) imports(i int) bool {
	return s.tok(i).is("import") && s.tok(i).depth == 0 && !s.member(i) && s.importFrom(i) >= 0
}

// entry is one of `{ inner as outer }` in an import or an export; inner and outer are the same where it renames nothing.
type entry struct {
	inner, outer string
	types        bool // for types alone
}

// entries reads the list that a bracket opens.
func (s *source) entries(open int) []entry {
	var found []entry
	var words []string
	for i := open + 1; i <= s.tok(open).match; i++ {
		t := s.tok(i)
		switch {
		case t.kind == word:
			words = append(words, t.text)
			continue
		case t.kind == quoted:
			words = append(words, unquote(t.text))
			continue
		case len(words) == 1:
			found = append(found, entry{words[0], words[0], false})
		case len(words) == 2 && words[0] == "type":
			found = append(found, entry{words[1], words[1], true})
		case len(words) == 3 && words[1] == "as":
			found = append(found, entry{words[0], words[2], false})
		case len(words) == 4 && words[0] == "type" && words[2] == "as":
			found = append(found, entry{words[1], words[3], true})
		}
		words = nil
	}
	return found
}

// specifier looks through `{ a, b as c }` for an entry whose outer name is the one given and returns its inner one; that is
// how both import and export lists read when the name is the one after "as".
func (s *source) specifier(open int, name string) string {
	for _, e := range s.entries(open) {
		if e.outer == name && !e.types {
			return e.inner
		}
	}
	return ""
}

// binding is how a file names something that a module exports.
type binding struct {
	export string
	names  []string // its local names
	spaces []string // what stands for the whole module, as in `import * as space`
	types  bool     // it is imported as a type, so the bare name says nothing
}

// binding reads a file's imports of a name, from the modules that from says yes to.
func (s *source) binding(export string, from func(module string) bool) binding {
	b := binding{export: export}
	for i := range s.tokens {
		if !s.imports(i) || !from(unquote(s.tok(s.importFrom(i)).text)) {
			continue
		}
		types := s.typesOnly(i)
		for j := i + 1; j < s.importFrom(i); j++ {
			switch {
			case s.tok(j).is("*") && s.tok(j+1).is("as") && !types:
				b.spaces = append(b.spaces, s.tok(j+2).text)
			case s.tok(j).is("{"):
				b.list(s.entries(j), types)
				j = s.tok(j).match
			}
		}
	}
	return b
}

func (b *binding) list(entries []entry, types bool) {
	for _, e := range entries {
		switch {
		case e.inner != b.export:
		case e.types || types:
			b.types = b.types || e.outer == b.export
		default:
			b.names = append(b.names, e.outer)
		}
	}
}

// typesOnly tells `import type { a }` from `import type from "a"`, which imports a value of that name.
func (s *source) typesOnly(i int) bool {
	next := s.tok(i + 2)
	return s.tok(i+1).is("type") && (next.is("{") || next.is("*") || next.kind == word && (!next.is("from") || s.tok(i+3).is("from")))
}

// use is a place that names what is bound, in the tokens from first to last.
type use struct{ first, last int }

// uses finds where a file uses what is bound. Loose are the tokens that speak of it in another way: by its own name without
// an import, as another module's member, in brackets, or exported under another name.
func (s *source) uses(b binding) (uses []use, loose []int) {
	for i := 0; i < len(s.tokens); i++ {
		switch t := s.tok(i); {
		case s.imports(i):
			i = s.importEnd(i)
		case t.is("export") && t.depth == 0 && !s.member(i) && s.tok(i+1).is("{"):
			for _, e := range s.entries(i + 1) {
				if (e.inner == b.export || slices.Contains(b.names, e.inner)) && e.outer != b.export && !e.types {
					loose = append(loose, i)
				}
			}
			i = s.tok(i + 1).match
		case t.kind == word && slices.Contains(b.names, t.text) && !s.member(i) && !s.key(i):
			uses = append(uses, use{i, i})
		case t.kind == word && slices.Contains(b.spaces, t.text) && !s.member(i):
			if last := s.spaceMember(b.export, i); last > 0 {
				uses = append(uses, use{i, last})
				i = last
			}
		case t.is(b.export) && (!b.types || s.member(i)):
			loose = append(loose, i)
		case t.kind == quoted && unquote(t.text) == b.export && s.tok(i-1).is("["):
			loose = append(loose, i)
		case t.kind == literal && strings.Contains(t.text, b.export) && strings.Contains(t.text, "${"):
			loose = append(loose, i)
		}
	}
	return uses, loose
}

// spaceMember is the last token of `space.export` and `space["export"]`, or 0.
func (s *source) spaceMember(export string, i int) int {
	if s.tok(i + 1).is("?") {
		i++
	}
	switch {
	case s.tok(i+1).is(".") && s.tok(i+2).is(export):
		return i + 2
	case s.tok(i+1).is("[") && s.tok(i+2).kind == quoted && unquote(s.tok(i+2).text) == export && s.tok(i+3).is("]"):
		return i + 3
	}
	return 0
}
