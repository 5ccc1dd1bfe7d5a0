package gateway

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// errUnsure means that a file can't be cut into tokens without guessing; it is then left alone.
var errUnsure = errors.New("not understood")

type kind int

const (
	word    kind = iota // an identifier or a keyword
	mark                // punctuation: one character, or one of => ... ++ --
	quoted              // a string in single or double quotes
	literal             // a number, a regular expression or a template
)

// token is a piece of TypeScript without comments and white space.
type token struct {
	kind       kind
	text       string
	start, end int
	depth      int // how many brackets are open around it
	match      int // for a bracket, the index of its partner
}

func (t token) is(text string) bool { return t.kind != quoted && t.kind != literal && t.text == text }

// scanner cuts TypeScript into tokens. It knows comments, strings, templates, and regular expressions as far as the token
// before tells them from a division; where it doesn't, the scan ends with errUnsure.
type scanner struct {
	src    string
	pos    int
	nested int // templates around
	tokens []token
	open   []int // indexes of open brackets
}

func scan(src []byte) ([]token, error) {
	if !utf8.Valid(src) {
		return nil, errUnsure
	}
	s := &scanner{src: string(src)}
	s.pos = len(preamble(s.src))
	if err := s.run(false); err != nil {
		return nil, err
	}
	return s.tokens, nil
}

// preamble is what may stand only at the very start of a file: a byte order mark and a hashbang line.
func preamble(src string) string {
	n := 0
	if strings.HasPrefix(src, "\ufeff") {
		n = len("\ufeff")
	}
	if !strings.HasPrefix(src[n:], "#!") {
		return src[:n]
	}
	return src[:n+lineLength(src[n:])]
}

// run scans to the end of the file, or within a template to the bracket that ends the expression.
func (s *scanner) run(inTemplate bool) error {
	base := len(s.open)
	for s.pos < len(s.src) {
		rest := s.src[s.pos:]
		r, size := utf8.DecodeRuneInString(rest)
		switch {
		case unicode.IsSpace(r) || r == '\ufeff':
			s.pos += size
		case strings.HasPrefix(rest, "//"):
			s.pos += lineLength(rest)
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				return errUnsure
			}
			s.pos += 2 + end + 2
		case inTemplate && r == '}' && len(s.open) == base:
			s.pos++
			return nil
		default:
			if err := s.token(r, rest); err != nil {
				return err
			}
		}
	}
	if inTemplate || len(s.open) != base {
		return errUnsure
	}
	return nil
}

func (s *scanner) token(r rune, rest string) error {
	switch {
	case r == '"' || r == '\'':
		return s.delimited(quoted, r)
	case r == '`':
		return s.template()
	case wordStart(r):
		return s.add(word, len(rest)-len(strings.TrimLeftFunc(rest, wordPart)))
	case r >= '0' && r <= '9':
		return s.add(literal, len(rest)-len(strings.TrimLeftFunc(rest, func(r rune) bool { return wordPart(r) || r == '.' })))
	case r == '/':
		regex, err := s.regexAllowed()
		if err != nil {
			return err
		}
		if regex {
			return s.delimited(literal, '/')
		}
		return s.add(mark, 1)
	case r == '\\' || r >= utf8.RuneSelf:
		return errUnsure
	}
	for _, long := range []string{"...", "=>", "++", "--"} {
		if strings.HasPrefix(rest, long) {
			return s.add(mark, len(long))
		}
	}
	return s.bracket(r)
}

func wordStart(r rune) bool { return r == '_' || r == '$' || unicode.IsLetter(r) }
func wordPart(r rune) bool  { return wordStart(r) || unicode.IsDigit(r) }

// lineLength is how far a line reaches, without its end.
func lineLength(s string) int {
	if end := strings.IndexAny(s, "\n\r\u2028\u2029"); end >= 0 {
		return end
	}
	return len(s)
}

func (s *scanner) add(k kind, size int) error {
	s.tokens = append(s.tokens, token{
		kind: k, text: s.src[s.pos : s.pos+size], start: s.pos, end: s.pos + size, depth: len(s.open), match: -1,
	})
	s.pos += size
	return nil
}

func (s *scanner) bracket(r rune) error {
	switch r {
	case '(', '[', '{':
		err := s.add(mark, 1)
		s.open = append(s.open, len(s.tokens)-1)
		return err
	case ')', ']', '}':
		if len(s.open) == 0 {
			return errUnsure
		}
		partner := s.open[len(s.open)-1]
		if s.tokens[partner].text != map[rune]string{')': "(", ']': "[", '}': "{"}[r] {
			return errUnsure
		}
		s.open = s.open[:len(s.open)-1]
		err := s.add(mark, 1)
		s.tokens[partner].match, s.tokens[len(s.tokens)-1].match = len(s.tokens)-1, partner
		return err
	}
	return s.add(mark, 1)
}
