package gateway

const farthestReExport = 5

// findInit finds the function that a module exports under a name, "default" included. It follows re-exports through read,
// which returns nil for what isn't there; nil means that the form isn't recognised.
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
		if s.tok(i+1).is("default") && name == "default" {
			declared, found = s.defaultFunction(i+2), found+1
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
		if s.imports(i) && !s.typesOnly(i) {
			if outer := s.importedAs(i, name); outer != "" {
				from, original, found = unquote(s.tok(s.importFrom(i)).text), outer, found+1
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

// importedAs is the name that a module exports and an import statement makes known under a local one.
func (s *source) importedAs(i int, local string) string {
	if s.tok(i+1).is(local) && (s.tok(i+2).is("from") || s.tok(i+2).is(",")) {
		return "default"
	}
	for j := i + 1; j < s.importFrom(i); j++ {
		if s.tok(j).is("{") {
			return s.specifier(j, local)
		}
	}
	return ""
}

// defaultFunction is the token of a default function's name, or of the word function where it has none, or -1.
func (s *source) defaultFunction(i int) int {
	if s.tok(i).is("async") {
		i++
	}
	switch {
	case !s.tok(i).is("function"):
		return -1
	case s.tok(i+1).kind == word:
		return i + 1
	}
	return i
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

// changed says that a name may come to mean something else after its declaration.
func (s *source) changed(name int) bool {
	fixed := s.tok(name-1).is("const") || s.tok(name-1).is("function")
	for i, t := range s.tokens {
		if i == name || !t.is(s.tok(name).text) || s.member(i) || s.key(i) {
			continue
		}
		if !fixed && !s.inExport(i) || s.tok(i+1).is("=") && !s.tok(i+2).is("=") {
			return true
		}
	}
	return false
}

// inExport says that a token is an entry of an export list.
func (s *source) inExport(i int) bool {
	open := s.around(i)
	return s.tok(open).is("{") && s.tok(open-1).is("export")
}
