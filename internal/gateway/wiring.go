package gateway

// run is a function that runs when the gateway starts.
type run struct {
	in     *initFunc
	chance certainty
}

const mostRuns = 100 // of functions that are followed; what lies beyond is unseen

// running are runtimeInit and the project's own functions that it calls, each with the best certainty that it runs.
func (m modules) running() []run {
	start := findInit(m.sure(runtimeFile), "runtimeInit", m.imported)
	if start == nil {
		return nil
	}
	runs := []run{{start, surely}}
	for i := 0; i < len(runs) && len(runs) < mostRuns; i++ {
		f, chance := runs[i].in, runs[i].chance
		for at := f.body + 1; at < f.in.tok(f.body).match; at++ {
			called := m.called(f.in, at)
			if called == nil {
				continue
			}
			if c := min(chance, f.in.within(f.body, at)); c > chanceOf(runs, called.in, called.body) {
				runs = append(runs, run{called, c})
			}
		}
	}
	return runs
}

// chanceOf is how surely a function runs.
func chanceOf(runs []run, s *source, body int) certainty {
	best := unseen
	for _, r := range runs {
		if r.in.in == s && r.in.body == body {
			best = max(best, r.chance)
		}
	}
	return best
}

// called is the project's function that a token calls by its name, or nil.
func (m modules) called(s *source, i int) *initFunc {
	if s.tok(i).kind != word || !s.tok(i+1).is("(") || s.member(i) || s.tok(i-1).is("function") || s.tok(i-1).is("new") {
		return nil
	}
	declared, from, original := s.local(s.tok(i).text)
	switch {
	case from != "":
		return findInit(m.imported(s.resolve(from)), original, m.imported)
	case declared >= 0:
		return s.function(declared)
	}
	return nil
}

// reached is how surely a token of a script runs when the gateway starts.
func reached(runs []run, s *source, i int) certainty {
	best := unseen
	for _, r := range runs {
		if f := r.in; f.in == s && f.body < i && i < s.tok(f.body).match {
			best = max(best, min(r.chance, s.within(f.body, i)))
		}
	}
	return best
}

// wiring is what a project does with our module already.
type wiring struct {
	chance certainty // how surely it calls registerMcpOAuth
	file   string    // where it does
	place  string    // for people
	loose  string    // a place that speaks of registerMcpOAuth otherwise, or calls it where nothing shows that it runs
	called bool      // the loose place is a call
}

// wiring looks for calls of registerMcpOAuth in every script but tests.
func (m modules) wiring(runs []run) wiring {
	var w wiring
	for _, name := range m.names() {
		s := m[name]
		if name == moduleFile || declaration(name) || m.test(name) {
			continue
		}
		if s.unsure {
			if w.loose == "" && mentions(s.src, registerName) {
				w.loose = printable(name)
			}
			continue
		}
		uses, loose := s.uses(s.ourBinding())
		for _, u := range uses {
			calls := s.tok(u.last+1).is("(") && !s.tok(u.last+2).is(")") && !s.tok(u.first-1).is("new")
			switch c := reached(runs, s, u.first); {
			case calls && c > w.chance:
				w.chance, w.file, w.place = c, name, s.place(u.first)
			case !calls || c == unseen:
				w.loose, w.called = s.place(u.first), calls
			}
		}
		if len(loose) > 0 {
			w.loose, w.called = s.place(loose[0]), false
		}
	}
	return w
}

// ourBinding is how a script names registerMcpOAuth of our module.
func (s *source) ourBinding() binding {
	return s.binding(registerName, func(module string) bool { return s.resolve(module)+".ts" == moduleFile })
}
