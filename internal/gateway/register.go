package gateway

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
)

const registerName = "registerMcpOAuth"

// registration is how a file calls our module.
func (s *source) registration() (imports, calls, other bool) {
	for i, t := range s.tokens {
		switch {
		case !t.is(registerName):
		case s.imported(i):
			imports = true
		case s.tok(i+1).is("(") && !s.tok(i-1).is("function") && !s.tok(i-1).is("."):
			calls = true
		default:
			other = true
		}
	}
	return imports, calls, other
}

// register adds one import and one call to the file of runtimeInit. ok is false where that can't be done for certain.
func (f *initFunc) register() (changed []byte, ok bool) {
	s := f.in
	if imports, calls, other := s.registration(); imports || calls || other {
		return nil, false // half of it stands there already, or the name means something else
	}
	eol := lineEnd(s.src)
	parameter := f.parameter
	edits := []edit{s.importEdit(eol)}
	if parameter == "" {
		parameter = s.free("runtime")
		at := s.tok(f.params).end
		edits = append(edits, edit{at, parameter + `: import("@zuplo/runtime").RuntimeExtensions`})
	}
	edits = append(edits, s.callEdit(f.body, registerName+"("+parameter+");", eol))
	slices.SortStableFunc(edits, func(a, b edit) int { return a.at - b.at })
	changed = apply(s.src, edits)
	tokens, err := scan(changed)
	if err != nil {
		return nil, false
	}
	imports, calls, other := (&source{file: s.file, src: changed, tokens: tokens}).registration()
	return changed, imports && calls && !other
}

// free is a name that the file doesn't use.
func (s *source) free(name string) string {
	for _, t := range s.tokens {
		if t.is(name) {
			return s.free("mcp" + strings.ToUpper(name[:1]) + name[1:])
		}
	}
	return name
}

// edit inserts text at an offset.
type edit struct {
	at   int
	text string
}

// apply makes edits that stand in the order of their offsets.
func apply(src []byte, edits []edit) []byte {
	var out bytes.Buffer
	done := 0
	for _, e := range edits {
		out.Write(src[done:e.at])
		out.WriteString(e.text)
		done = e.at
	}
	out.Write(src[done:])
	return out.Bytes()
}

func (s *source) importLine() string {
	up := strings.Repeat("../", strings.Count(path.Dir(s.file), "/"))
	if up == "" {
		up = "./"
	}
	return "import { " + registerName + ` } from "` + up + `mcp-oauth";`
}

// importEdit puts the import below the last one, or above the first statement of a file that has none.
func (s *source) importEdit(eol string) edit {
	after := -1
	for i, t := range s.tokens {
		if t.is("import") && t.depth == 0 && !s.tok(i-1).is(".") {
			if end := s.importEnd(i); end >= 0 {
				after = end
			}
		}
	}
	if after < 0 {
		return edit{s.top(), s.importLine() + eol + eol}
	}
	return edit{s.lineRest(s.tok(after).end), eol + s.importLine()}
}

// importEnd is the last token of an import statement with a module in quotes, or -1.
func (s *source) importEnd(i int) int {
	for i++; i < len(s.tokens) && s.tok(i).kind != quoted; i++ {
		if s.tok(i).is("=") || s.tok(i).is("(") || s.tok(i).is(";") {
			return -1
		}
	}
	if i == len(s.tokens) {
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

var (
	restOfLine = regexp.MustCompile(`^[ \t]*(//[^\r\n\x{2028}\x{2029}]*)?(\r?\n|$)`)
	ownComment = regexp.MustCompile(`/\*\*([^*]|\*+[^*/])*\*+/[ \t]*\r?\n[ \t]*$`)
)

// lineRest is the end of the line of an offset, if there is nothing more than a comment there, else the offset.
func (s *source) lineRest(at int) int {
	rest := restOfLine.FindSubmatchIndex(s.src[at:])
	if rest == nil {
		return at
	}
	return at + rest[4]
}

// top is where the first statement begins, with the comment that belongs to it. Directives for the compiler stay on top.
func (s *source) top() int {
	if len(s.tokens) == 0 {
		return len(s.src)
	}
	first := s.tokens[0].start
	above := s.src[len(preamble(string(s.src))):first]
	if bytes.Contains(above, []byte("@ts-")) || bytes.Contains(above, []byte("///")) {
		return first
	}
	if comment := ownComment.FindIndex(above); comment != nil {
		return first - len(above) + comment[0]
	}
	return first
}

// callEdit puts the call at the beginning of a body, where no early return and nothing that waits comes before it.
func (s *source) callEdit(body int, call, eol string) edit {
	open, next := s.tok(body), s.tok(body+1)
	between := s.src[open.end:next.start]
	at := s.lineRest(open.end)
	if !bytes.Contains(between, lf) || at == open.end && !restOfLine.Match(s.src[at:]) {
		if body+1 == open.match {
			return edit{open.end, " " + call + " "}
		}
		return edit{open.end, " " + call}
	}
	outer := s.indentAt(open.start)
	indent := s.indentAt(next.start)
	if body+1 == open.match || len(indent) <= len(outer) {
		indent = outer + s.unit()
	}
	return edit{at, eol + indent + call}
}

func (s *source) indentAt(offset int) string { return (&document{src: s.src}).indentAt(offset) }

func (s *source) unit() string { return (&document{src: s.src}).unit() }
