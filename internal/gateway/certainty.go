package gateway

import "slices"

// certainty says how surely a place in a script runs when the gateway starts.
type certainty int

const (
	unseen  certainty = iota // nothing shows that it does
	perhaps                  // under a condition
	surely
)

// within says how surely token i of a function's body runs when the function does.
func (s *source) within(body, i int) certainty {
	result := surely
	for inner := i; inner != body; {
		open := s.around(inner)
		if open != body && s.tok(open).is("{") && !s.block(open) {
			return unseen // another function, a class or an object
		}
		result = min(result, s.level(open, inner))
		inner = open
	}
	return result
}

// level looks at one bracket around a place: what stands in it before the token or the bracket that leads there.
func (s *source) level(open, inner int) certainty {
	if !s.tok(open).is("{") {
		return s.condition(s.argument(open, inner), inner)
	}
	start := s.statement(open, inner)
	return min(s.condition(start, inner), s.exits(open, start))
}

// argument is where the part of a list begins in which a token stands.
func (s *source) argument(open, inner int) int {
	for i := inner - 1; i > open; i-- {
		if s.tok(i).is(",") {
			return i + 1
		}
		if match := s.tok(i).match; match >= 0 && match < i {
			i = match
		}
	}
	return open + 1
}

// statement is where the statement begins in which a token of a block stands.
func (s *source) statement(open, inner int) int {
	q := inner
	for q-1 > open && !s.ends(q-1, q) {
		if match := s.tok(q - 1).match; match >= 0 && match < q-1 {
			q = match
		} else {
			q--
		}
	}
	return q
}

var (
	control   = []string{"if", "for", "while", "switch", "with", "catch"}
	branching = []string{"if", "else", "for", "while", "switch", "case", "default", "catch"}
	// goesOn are the words after which a line break ends no statement, infix those before which it ends none.
	goesOn = []string{
		"else", "do", "try", "finally", "await", "typeof", "void", "new", "in", "of", "instanceof", "case", "delete", "throw", "const",
		"let", "var", "extends", "as", "satisfies", "function", "class", "export", "import", "default",
	}
	infix = []string{"in", "of", "instanceof", "as", "satisfies"}
	goOn  = []string{"else", "catch", "finally", "while"}
)

// ends says that a statement ends between two neighbouring tokens of a block. Where only a parser could tell, it says no: a
// statement that is taken for longer than it is looks less sure.
func (s *source) ends(last, next int) bool {
	before, after := s.tok(last), s.tok(next)
	apart := hasBreak(s.src[before.end:after.start])
	begins := after.kind == quoted || after.kind == literal || after.kind == word && !slices.Contains(infix, after.text)
	switch {
	case before.is(";"):
		return true
	case before.is("}"):
		return begins && !slices.Contains(goOn, after.text) || after.is("{")
	case !apart || !begins:
		return false
	case before.is(")"):
		return !s.head(last)
	case before.kind == word:
		return s.member(last) || !slices.Contains(goesOn, before.text)
	}
	return before.kind != mark || before.is("]") || before.is("++") || before.is("--")
}

// head says that a closing bracket ends the head of an if, a loop or the like.
func (s *source) head(end int) bool {
	before := s.tok(end).match - 1
	if s.tok(before).is("await") {
		before--
	}
	return s.tok(before).kind == word && slices.Contains(control, s.tok(before).text) && !s.member(before)
}

// condition says how surely a place runs for what stands before it in its statement.
func (s *source) condition(from, to int) certainty {
	result := surely
	for i := from; i < to; i++ {
		t, next := s.tok(i), s.tok(i+1)
		switch {
		case s.member(i):
		case t.is("=>"), t.is("function"), t.is("class"):
			return unseen
		case (t.is("if") || t.is("while")) && s.never(i+2) && s.tok(i+3).is(")"),
			s.never(i) && next.is("&"), t.is("true") && next.is("|"):
			return unseen
		case t.kind == word && slices.Contains(branching, t.text), t.is("?"), t.is("&"), t.is("|"):
			result = perhaps
		}
		if t.match > i {
			i = t.match
		}
	}
	return result
}

func (s *source) never(i int) bool { return s.tok(i).is("false") || s.tok(i).text == "0" }

// block says that a curly bracket opens a block of statements that belongs to the function around it.
func (s *source) block(i int) bool {
	before := s.tok(i - 1)
	switch {
	case !s.tok(i).is("{"):
		return false
	case before.is(")"):
		return s.head(i-1) || s.calls(i-1)
	case before.is("}"):
		return !s.tok(before.match - 1).is(":") // not behind the type of what a function returns
	case before.is(":"):
		start := s.statement(s.around(i), i-1)
		return s.tok(start).is("case") || s.tok(start).is("default") || start == i-2 && s.tok(start).kind == word // a label
	case before.kind == word:
		return slices.Contains([]string{"else", "try", "finally", "do", "catch"}, before.text) && !s.member(i-1)
	}
	return before.is("{") || before.is(";")
}

// calls says that a closing bracket ends a call which is a statement, so that a block may follow on the next line.
func (s *source) calls(end int) bool {
	name := s.tok(end).match - 1
	if s.tok(name-1).is("function") || s.tok(name).is("function") || s.tok(name-1).is("*") {
		return false
	}
	open := s.around(name)
	before := s.tok(open - 1)
	return s.block(open) || s.tok(open).is("{") && (before.is(")") || before.is("=>"))
}

// exits says how surely what stands before a statement of a block lets it be reached.
func (s *source) exits(open, start int) certainty {
	result := surely
	for i := open + 1; i < start; i++ {
		leaves := s.tok(i).is("return") || s.tok(i).is("throw")
		breaks := s.tok(i).is("break") || s.tok(i).is("continue")
		if !leaves && !breaks || s.member(i) || s.key(i) {
			continue
		}
		switch c := s.exit(open, i); {
		case c == surely:
			return unseen
		case c == perhaps && leaves:
			result = perhaps
		}
	}
	return result
}

// exit says how surely a return or the like leaves a block; one of a function within doesn't.
func (s *source) exit(block, i int) certainty {
	result := surely
	for inner := i; inner != block; {
		open := s.around(inner)
		if open != block && !s.block(open) {
			return unseen
		}
		result = min(result, s.condition(s.statement(open, inner), inner))
		inner = open
	}
	return result
}
