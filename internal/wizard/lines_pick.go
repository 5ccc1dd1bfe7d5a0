package wizard

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// mostShown is how many connections are listed at a time where nothing scrolls back.
const mostShown = 15

// pick lets connections be chosen by number or by name, and be searched by a part of it.
func (l *lines) pick(ctx context.Context, q *pickQuestion) error {
	if err := l.readAll(ctx, q.from); err != nil {
		return err
	}
	l.say("Type numbers or names, with commas between them, to choose or to drop; a part of a name to search; an empty line goes on.")
	shown := q.from.matching("", 0)
	l.show(q, shown)
	doubted := false
	for {
		l.sayChosen(q)
		answer, err := l.read(ctx, "Connections > ", false)
		switch {
		case err != nil, answer == "" && (len(*q.chosen) > 0 || doubted):
			return err
		case answer == "":
			doubted = true
			l.say(q.without() + " Enter goes on.")
			continue
		}
		doubted = false
		if picked := pickedBy(answer, q.from, shown); picked != nil {
			for _, at := range picked {
				toggle(q.chosen, q.from.all[at])
			}
			continue
		}
		found := q.from.matching(answer, 0)
		if len(found) == 0 {
			l.say("No connection has " + l.c.Clean(answer) + " in its name.")
			continue
		}
		shown = found
		l.show(q, shown)
	}
}

// readAll waits until all connections were read, saying how many it has every now and then.
func (l *lines) readAll(ctx context.Context, from *source) error {
	const often = 1000
	said := 0
	for !from.done {
		if err := ctx.Err(); err != nil {
			return err
		}
		from.take(from.next())
		if len(from.all) >= said+often && !from.done {
			said = len(from.all)
			l.say(thousands(said) + " connections read so far")
		}
	}
	if from.err != nil && ctx.Err() == nil {
		what, _ := l.c.explain(from.err)
		l.say("Reading stopped: " + what)
	}
	return ctx.Err()
}

func (l *lines) show(q *pickQuestion, places []int) {
	for i, at := range places[:min(len(places), mostShown)] {
		level := ""
		if q.from.all[at].DomainLevel {
			level = ", at domain level already"
		}
		l.item(fmt.Sprintf("  %d. ", i+1), fmt.Sprintf("%s (%s%s)", q.from.labels[at], q.from.all[at].Strategy, level))
	}
	if more := len(places) - mostShown; more > 0 {
		l.item("  ", "and "+thousands(more)+" more: search to see others")
	}
}

func (l *lines) sayChosen(q *pickQuestion) {
	if len(*q.chosen) == 0 {
		return
	}
	names := make([]string, len(*q.chosen))
	for i, c := range *q.chosen {
		names[i] = l.c.Clean(c.Name)
	}
	l.say("Chosen: " + strings.Join(names, ", "))
}

// pickedBy are the connections that an answer names, each by its number in the list that is shown or by its whole name;
// nil where any part names none.
func pickedBy(answer string, from *source, shown []int) []int {
	var picked []int
	for part := range strings.SplitSeq(answer, ",") {
		part = strings.TrimSpace(part)
		at := slices.IndexFunc(from.all, func(c Connection) bool { return c.Name == part })
		if n, err := strconv.Atoi(part); at < 0 && err == nil && n >= 1 && n <= min(len(shown), mostShown) {
			at = shown[n-1]
		}
		if at < 0 {
			return nil
		}
		picked = append(picked, at)
	}
	return picked
}

// toggle chooses a connection, or drops one that was chosen.
func toggle(chosen *[]Connection, c Connection) {
	if i := slices.Index(*chosen, c); i >= 0 {
		*chosen = slices.Delete(*chosen, i, i+1)
		return
	}
	*chosen = append(*chosen, c)
}
