package gateway

import (
	"slices"
	"strings"
)

// delimited scans a string or a regular expression, both of which end on their line.
func (s *scanner) delimited(k kind, end rune) error {
	rest := s.src[s.pos:]
	line := rest[:lineEndIn(rest, k)]
	class := false
	for i := 1; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\\':
			if i+1 == len(line) {
				return errUnsure // a string that goes on in the next line
			}
			i++
		case k == literal && c == '[':
			class = true
		case k == literal && c == ']':
			class = false
		case rune(c) == end && !class:
			size := i + 1
			if k == literal {
				size = len(line) - len(strings.TrimLeftFunc(line[size:], wordPart))
			}
			return s.add(k, size)
		}
	}
	return errUnsure
}

// lineEndIn: a string may hold U+2028 and U+2029 as they are, a regular expression may not.
func lineEndIn(rest string, k kind) int {
	if k == quoted {
		if end := strings.IndexAny(rest, "\n\r"); end >= 0 {
			return end
		}
		return len(rest)
	}
	return lineLength(rest)
}

const deepestTemplate = 50

// template scans a template as one token; what its expressions hold is looked through and dropped.
func (s *scanner) template() error {
	start, kept, open := s.pos, len(s.tokens), len(s.open)
	if s.nested++; s.nested > deepestTemplate {
		return errUnsure
	}
	for s.pos++; s.pos < len(s.src); {
		switch rest := s.src[s.pos:]; {
		case rest[0] == '\\':
			s.pos += min(2, len(rest))
		case rest[0] == '`':
			s.nested--
			size := s.pos + 1 - start
			s.pos, s.tokens, s.open = start, s.tokens[:kept], s.open[:open]
			return s.add(literal, size)
		case strings.HasPrefix(rest, "${"):
			s.pos += 2
			s.tokens = append(s.tokens, token{kind: mark, text: "{", match: -1}) // an expression begins here
			if err := s.run(true); err != nil {
				return err
			}
		default:
			s.pos++
		}
	}
	return errUnsure
}

var beforeExpression = []string{
	"return", "typeof", "instanceof", "in", "of", "new", "delete", "void", "throw", "case", "do", "else", "yield", "await", "default", "extends",
}

// regexAllowed says whether a slash begins a regular expression; it fails where only a parser could tell.
func (s *scanner) regexAllowed() (bool, error) {
	if len(s.tokens) == 0 {
		return true, nil
	}
	last := s.tokens[len(s.tokens)-1]
	before := token{}
	if len(s.tokens) > 1 {
		before = s.tokens[len(s.tokens)-2]
	}
	switch {
	case last.kind == word:
		return slices.Contains(beforeExpression, last.text) && !before.is("."), nil
	case last.kind != mark:
		return false, nil
	case last.text == "]":
		return false, nil
	case last.text == ")":
		if last.match < 1 {
			return false, nil
		}
		keyword := s.tokens[last.match-1]
		return slices.Contains([]string{"if", "while", "for", "with"}, keyword.text) && keyword.kind == word, nil
	case slices.Contains([]string{"}", "++", "--"}, last.text):
		return false, errUnsure
	case last.text == "!" && (before.kind != mark || before.is(")") || before.is("]") || before.is("}")) && len(s.tokens) > 1:
		return false, errUnsure // a non-null assertion, or a negation
	}
	return true, nil
}
