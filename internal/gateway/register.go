package gateway

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
)

const registerName = "registerMcpOAuth"

// register adds the import, unless it stands there, and the call to the file of runtimeInit. The reason is empty where that
// was done for certain, and else says why nothing was.
func (f *initFunc) register() (changed []byte, reason string) {
	s := f.in
	if f.maybe {
		return nil, "the type of runtimeInit's parameter " + f.parameter + " lets it be missing, though Zuplo always passes it"
	}
	eol := lineEnd(s.src)
	call, edits := registerName, []edit{}
	switch b := s.ourBinding(); {
	case len(b.names) > 0:
		call = b.names[0]
	case b.types:
		return nil, "it imports " + registerName + " as a type"
	default:
		edits = append(edits, s.importEdit(eol))
	}
	parameter := f.parameter
	if parameter == "" {
		parameter = s.free("runtime")
		edits = append(edits, edit{s.tok(f.params).end, parameter + `: import("@zuplo/runtime").RuntimeExtensions`})
	}
	edits = append(edits, s.callEdit(f.body, call+"("+parameter+");", eol))
	slices.SortStableFunc(edits, func(a, b edit) int { return a.at - b.at })
	changed = apply(s.src, edits)
	if !f.runs(changed, edits) {
		return nil, "its form isn't recognised"
	}
	return changed, ""
}

// runs reads a changed file anew and looks whether the call stands in it, once, where it surely runs.
func (f *initFunc) runs(changed []byte, edits []edit) bool {
	after := newSource(f.in.file, changed)
	uses, loose := after.uses(after.ourBinding())
	if after.unsure || len(uses) != 1 || len(loose) > 0 {
		return false
	}
	opened := f.in.tok(f.body).start
	for _, e := range edits {
		if e.at <= f.in.tok(f.body).start {
			opened += len(e.text)
		}
	}
	body := slices.IndexFunc(after.tokens, func(t token) bool { return t.start == opened })
	at := uses[0].first
	return body >= 0 && body < at && at < after.tok(body).match && after.within(body, at) == surely
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
	for i := range s.tokens {
		if s.imports(i) {
			after = s.importEnd(i)
		}
	}
	if after < 0 {
		return edit{s.top(), s.importLine() + eol + eol}
	}
	at, _ := s.lineRest(s.tok(after).end)
	return edit{at, eol + s.importLine()}
}

var (
	restOfLine = regexp.MustCompile(`^[ \t]*(?://[^\r\n\x{2028}\x{2029}]*)?(\r\n|\r|\n|$)`)
	// attached is a comment that belongs to what stands below it: a JSDoc one, or one that tells a tool of the next line.
	attached = regexp.MustCompile(`(/\*\*([^*]|\*+[^*/])*\*+/|//[^\r\n]*(@ts-ignore|@ts-expect-error|-ignore|-next-line)[^\r\n]*)[ \t]*(\r\n|\r|\n)[ \t]*$`)
)

// lineRest is the end of the line of an offset, if there is nothing more than a comment there, else the offset and false.
func (s *source) lineRest(at int) (end int, ok bool) {
	rest := restOfLine.FindSubmatchIndex(s.src[at:])
	if rest == nil {
		return at, false
	}
	return at + rest[2], true
}

// top is where the first statement begins, with the comment that belongs to it. Directives for the whole file stay on top.
func (s *source) top() int {
	if len(s.tokens) == 0 {
		return len(s.src)
	}
	above := s.src[len(preamble(string(s.src))):s.tokens[0].start]
	comment := attached.FindIndex(above)
	if comment == nil || bytes.Contains(above[comment[0]:], []byte("@ts-nocheck")) {
		return s.tokens[0].start
	}
	return s.tokens[0].start - len(above) + comment[0]
}

// callEdit puts the call at the beginning of a body, where no early return and nothing that waits comes before it.
func (s *source) callEdit(body int, call, eol string) edit {
	open := s.tok(body)
	end := s.tok(open.match).start
	at, ok := s.lineRest(open.end)
	if !ok || at >= end {
		if body+1 == open.match {
			return edit{open.end, " " + call + " "}
		}
		return edit{open.end, " " + call}
	}
	outer := indentAt(s.src, open.start)
	rest := s.src[at:end]
	first := at + len(rest) - len(bytes.TrimLeft(rest, " \t\r\n")) // of what stands in the body, be it a comment
	indent := indentAt(s.src, first)
	if first == end || len(indent) <= len(outer) {
		indent = outer + s.unit()
	}
	return edit{at, eol + indent + call}
}

// unit is one step of indentation: that of the first line which code, and not a comment, begins deeper than its bracket.
func (s *source) unit() string {
	for i, t := range s.tokens {
		open := s.around(i)
		if open < 0 || t.match >= 0 && t.match < i {
			continue
		}
		inner, outer := indentAt(s.src, t.start), indentAt(s.src, s.tok(open).start)
		if lineStart(s.src, t.start)+len(inner) == t.start && len(inner) > len(outer) && strings.HasPrefix(inner, outer) {
			return inner[len(outer):]
		}
	}
	return "  "
}
