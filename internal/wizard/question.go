package wizard

import "context"

// about is what every question says of itself.
type about struct {
	title string
	text  string // what it is about, for somebody who has read no guide
}

func (a about) head() about { return a }

// question is one of the kinds below.
type question interface{ head() about }

// textQuestion asks for one line.
type textQuestion struct {
	about
	value   *string
	example string
	secret  bool
	check   func(string) error  // nil takes anything
	note    func(string) string // what becomes of what was typed; nil for nothing
}

// listQuestion asks for lines until an empty one.
type listQuestion struct {
	about
	noun    string
	values  *[]string
	example string
	check   func(string) error
}

// choiceQuestion asks for one of a few.
type choiceQuestion struct {
	about
	value   *string
	options []option
}

type option struct{ value, label string }

// without says what it means to choose none.
func (q *pickQuestion) without() string {
	switch {
	case q.from.domain > 0:
		return "None is chosen: users can log in through those at domain level already."
	case q.from.done:
		return "None is chosen, and none is at domain level yet: nobody could log in."
	}
	return "None is chosen."
}

// pickQuestion asks for any number of many, which may still be coming in.
type pickQuestion struct {
	about
	chosen *[]Connection
	from   *source
}

// work asks nothing: it is done while the user waits, and can fail.
type work struct {
	about
	// begin takes what is known so far, and returns what is to be done beside the screen; apply, which may be nil, then makes
	// the result known, be it a failure or not.
	begin func() job
}

type job func(context.Context) (apply func(), err error)

// step is one stop on the way through the wizard.
type step struct {
	label  string      // names the answer in the list of those given; empty keeps it out
	open   func() bool // whether it is asked, given the answers so far
	waits  bool        // it is work, not a question
	ask    func() question
	answer func() string // the answer as it is listed; empty for none yet
}

// course leads through the steps, forward and back.
type course struct {
	state *state
	steps []step
	at    int
}

// next goes to the next open step; it is false at the end.
func (c *course) next() bool { return c.move(1) }

// back goes to the question before; it is false at the first.
func (c *course) back() bool { return c.move(-1) }

// canGoBack tells whether there is a question before.
func (c *course) canGoBack() bool {
	try := *c
	return try.back()
}

func (c *course) move(by int) bool {
	for at := c.at + by; at >= 0 && at < len(c.steps); at += by {
		if c.steps[at].open() && (by > 0 || !c.steps[at].waits) {
			c.at = at
			return true
		}
	}
	return false
}

func (c *course) question() question { return c.steps[c.at].ask() }

// given are the answers so far, as label and value.
func (c *course) given(upTo int) [][2]string {
	var lines [][2]string
	for _, s := range c.steps[:upTo] {
		if s.label == "" {
			continue
		}
		if answer := s.answer(); answer != "" {
			lines = append(lines, [2]string{s.label, answer})
		}
	}
	return lines
}
