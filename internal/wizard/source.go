package wizard

import (
	"context"
	"strings"
)

// source is the tenant's connections, which come in while other questions are answered: a tenant may have ten thousand,
// and a small one gives out two hundred a second.
type source struct {
	ctx   context.Context //nolint:containedctx // the wizard's own: reading goes on from question to question
	stop  context.CancelFunc
	c     Config
	pages chan page

	begun   bool
	watched bool // somebody waits for the next page

	all    []Connection
	labels []string // their names, made harmless
	search []string // what is searched for a text: name and strategy in lower case
	domain int      // how many are at domain level
	done   bool
	err    error
}

// page is some connections, or the end of them.
type page struct {
	of          *source
	connections []Connection
	done        bool
	err         error
}

func newSource(ctx context.Context, c Config) *source {
	ctx, stop := context.WithCancel(ctx)
	return &source{ctx: ctx, stop: stop, c: c, pages: make(chan page)}
}

// start begins to read and returns how to wait for a page: it is called again for each.
func (s *source) start() func() page {
	s.begun = true
	go func() {
		err := s.c.Tenant.Connections(s.ctx, func(connections []Connection) { s.send(page{of: s, connections: connections}) })
		s.send(page{of: s, done: true, err: err})
	}()
	return s.next
}

func (s *source) send(p page) {
	select {
	case s.pages <- p:
	case <-s.ctx.Done():
	}
}

func (s *source) next() page {
	select {
	case p := <-s.pages:
		return p
	case <-s.ctx.Done():
		return page{of: s, done: true, err: s.ctx.Err()}
	}
}

// take adds a page to what is known.
func (s *source) take(p page) {
	for _, c := range p.connections {
		if c.DomainLevel {
			s.domain++
		}
		c.Strategy = s.c.Clean(c.Strategy)
		label := s.c.Clean(c.Name)
		s.all, s.labels = append(s.all, c), append(s.labels, label)
		s.search = append(s.search, strings.ToLower(label+"\n"+c.Strategy))
	}
	s.done, s.err = p.done, p.err
}

// matching are the places of connections from begin on whose name or strategy holds the text, whatever its case.
func (s *source) matching(text string, begin int) []int {
	text = strings.ToLower(text)
	var places []int
	for i := begin; i < len(s.search); i++ {
		if strings.Contains(s.search[i], text) {
			places = append(places, i)
		}
	}
	return places
}
