package wizard

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/term"
)

// goBack is what is typed to go back.
const goBack = "<"

// errBack is an answer that goes back.
var errBack = errors.New("back")

// byLines asks line by line: nothing is redrawn, nothing is coloured, and each question says all that it offers.
func byLines(ctx context.Context, c Config, course *course) error {
	l := &lines{c: c, in: bufio.NewReader(c.In)}
	l.say("Answer each question and press Enter. " + goBack + " goes back, Ctrl-C ends.")
	on := course.next()
	for on {
		err := l.ask(ctx, course)
		switch {
		case errors.Is(err, errBack):
			if !course.back() {
				l.say("This is the first question.")
			}
			continue
		case err != nil:
			return err
		}
		if err := course.state.prepare(); err != nil {
			return err
		}
		on = course.next()
	}
	l.sayf("\n")
	return nil
}

type lines struct {
	c  Config
	in *bufio.Reader
}

func (l *lines) sayf(format string, args ...any) { _, _ = fmt.Fprintf(l.c.Out, format, args...) }

// say writes a text, broken between words to fit the terminal.
func (l *lines) say(text string) { l.item("", text) }

// item writes a text behind a mark, and what does not fit the line below the text.
func (l *lines) item(mark, text string) {
	width := l.c.width() - ansi.StringWidth(mark)
	l.sayf("%s%s\n", mark, strings.ReplaceAll(wrap(text, width), "\n", "\n"+strings.Repeat(" ", ansi.StringWidth(mark))))
}

func (l *lines) ask(ctx context.Context, course *course) error {
	q := course.question()
	l.sayf("\n")
	l.say(q.head().title)
	if text := q.head().text; text != "" {
		l.say(text)
	}
	switch q := q.(type) {
	case *textQuestion:
		return l.text(ctx, q)
	case *listQuestion:
		return l.list(ctx, q)
	case *choiceQuestion:
		return l.choice(ctx, q)
	case *pickQuestion:
		return l.pick(ctx, q)
	case *work:
		return l.work(ctx, q, course.canGoBack())
	}
	return nil
}

func (l *lines) text(ctx context.Context, q *textQuestion) error {
	prompt := "> "
	switch {
	case q.secret:
		if *q.value != "" {
			l.say("An empty line keeps the one before.")
		}
		prompt = "(not shown) > "
	case *q.value != "":
		prompt = "[" + *q.value + "] > "
	case q.example != "":
		l.say("(" + q.example + ")")
	}
	for {
		answer, err := l.read(ctx, prompt, q.secret)
		if err != nil {
			return err
		}
		if answer == "" {
			answer = *q.value
		}
		if q.check != nil {
			if err := q.check(answer); err != nil {
				l.say(complaint(err))
				continue
			}
		}
		*q.value = answer
		if q.note != nil && q.note(answer) != "" {
			l.say(q.note(answer))
		}
		return nil
	}
}

func (l *lines) list(ctx context.Context, q *listQuestion) error {
	l.say("(" + q.example + ")")
	l.say("An empty line goes on, - takes the last one back.")
	for _, value := range *q.values {
		l.item("+ ", l.c.Clean(value))
	}
	for {
		answer, err := l.read(ctx, q.noun+" > ", false)
		if err != nil {
			return err
		}
		values := *q.values
		switch answer {
		case "":
			return nil
		case "-":
			if last := len(values) - 1; last >= 0 {
				l.say(l.c.Clean(values[last]) + " is out.")
				*q.values = values[:last]
			}
			continue
		}
		if err := q.check(answer); err != nil {
			l.say(complaint(err))
			continue
		}
		*q.values = append(values, answer)
	}
}

func (l *lines) choice(ctx context.Context, q *choiceQuestion) error {
	now := 0
	for i, o := range q.options {
		l.item(fmt.Sprintf("  %d. ", i+1), o.label)
		if o.value == *q.value {
			now = i
		}
	}
	for {
		answer, err := l.read(ctx, fmt.Sprintf("Number [%d] > ", now+1), false)
		if err != nil {
			return err
		}
		if answer == "" {
			answer = strconv.Itoa(now + 1)
		}
		if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(q.options) {
			*q.value = q.options[n-1].value
			return nil
		}
		l.say(fmt.Sprintf("Type a number from 1 to %d.", len(q.options)))
	}
}

func (l *lines) work(ctx context.Context, q *work, canGoBack bool) error {
	for {
		apply, err := q.begin()(ctx)
		if apply != nil {
			apply()
		}
		if err == nil || ctx.Err() != nil || !canGoBack {
			return err
		}
		what, hint := l.c.explain(err)
		l.say(what)
		l.say(hint)
		if _, err := l.read(ctx, "Enter tries again, < goes back > ", false); err != nil {
			return err
		}
	}
}

// read reads a line. Its end is no empty answer: whoever left can't have meant it.
func (l *lines) read(ctx context.Context, prompt string, secret bool) (string, error) {
	reading := func() (string, error) { return l.in.ReadString('\n') }
	// Before the prompt: whoever sees it may paste at once.
	if file, isFile := l.c.In.(*os.File); secret && isFile && term.IsTerminal(int(file.Fd())) {
		before, err := term.MakeRaw(int(file.Fd()))
		if err != nil {
			return "", fmt.Errorf("hiding what is typed: %w", err)
		}
		defer func() {
			_ = term.Restore(int(file.Fd()), before)
			l.sayf("\n")
		}()
		reading = func() (string, error) { return hiddenLine(l.in) }
	}
	l.sayf("%s", prompt)
	type result struct {
		line string
		err  error
	}
	read := make(chan result, 1)
	go func() {
		line, err := reading()
		read <- result{withoutKeys(line), err}
	}()
	select {
	case <-ctx.Done():
		l.sayf("\n")
		return "", ctx.Err()
	case r := <-read:
		switch answer := strings.TrimSpace(r.line); {
		case errors.Is(r.err, io.EOF):
			l.sayf("\n")
			return "", ErrCancelled
		case r.err != nil:
			return "", fmt.Errorf("reading the answer: %w", r.err)
		case answer == goBack:
			return "", errBack
		default:
			return answer, nil
		}
	}
}
