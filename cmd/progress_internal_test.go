package cmd

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

// talker is an app that writes to buffers, as if they were a terminal or a pipe.
func talker(terminal bool) (*app, *bytes.Buffer) {
	var out bytes.Buffer
	a := &app{env: Env{
		Out: &out, Err: &out, Getenv: func(string) string { return "" },
		IsTerminal: func(any) bool { return terminal }, Columns: func(any) int { return 50 },
	}}
	a.progress.now = func() time.Time { return noon }
	return a, &out
}

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

var limited = tenant.Wait{For: 1200 * time.Millisecond, Reason: tenant.RateLimit}

func TestInAPipeAWaitIsToldOnce(t *testing.T) {
	a, out := talker(false)
	done := a.working("applying")
	a.reached("3 of 40")
	for range 40 {
		a.waits(limited)
		a.reached("4 of 40")
	}
	a.waits(tenant.Wait{For: time.Second, Reason: "the answer was 503 Service Unavailable"})
	done()
	want := "waiting 1.2 s for Auth0's rate limit (3 of 40)\ntrying again in 1.0 s: the answer was 503 Service Unavailable (4 of 40)\n"
	if out.String() != want {
		t.Errorf("the pipe gets %q, want %q", out, want)
	}
}

func TestInAPipeLongWorkIsToldNowAndThen(t *testing.T) {
	a, out := talker(false)
	defer a.working("looking at the tenant")()
	a.reached("100 APIs")
	a.progress.now = func() time.Time { return noon.Add(sparsely) }
	a.reached("200 APIs")
	a.reached("300 APIs")
	if want := "looking at the tenant: 200 APIs\n"; out.String() != want {
		t.Errorf("the pipe gets %q, want %q", out, want)
	}
}

func TestOnATerminalOneLineIsDrawnAnew(t *testing.T) {
	a, out := talker(true)
	done := a.working("applying")
	a.reached("3 of 40")
	a.waits(limited)
	a.waits(tenant.Wait{For: time.Second, Reason: tenant.RateLimit})
	a.say("created API x\n")
	a.progress.now = func() time.Time { return noon.Add(time.Second) }
	a.reached("4 of 40")
	a.progress.now = func() time.Time { return noon.Add(2 * time.Second) }
	a.reached("5 of 40")
	done()
	a.say("end\n")
	const clear = "\r\x1b[K"
	const waiting = clear + "applying: 3 of 40, waiting 1.2 s for Auth0's rat…"
	want := clear + "applying" + clear + "applying: 3 of 40" + waiting + waiting + clear + "created API x\n" +
		clear + "applying: 4 of 40, waiting 0.2 s for Auth0's rat…" + clear + "applying: 5 of 40" + clear + "end\n"
	if out.String() != want {
		t.Errorf("the terminal gets %q, want %q", out, want)
	}
}

func TestNothingIsDrawnWhereItCanNotBe(t *testing.T) {
	for name, prepare := range map[string]func(*app){
		"dumb terminal": func(a *app) { a.env.Getenv = func(string) string { return "dumb" } },
		"screen reader": func(a *app) {
			a.env.Getenv = func(name string) string { return map[string]string{"ACCESSIBLE": "1"}[name] }
		},
		"--debug": func(a *app) { a.global.debug = true },
		"--json":  func(a *app) { a.global.json = true },
	} {
		a, out := talker(true)
		prepare(a)
		done := a.working("applying")
		a.reached("3 of 40")
		a.waits(limited)
		done()
		if strings.Contains(out.String(), "\x1b") || (a.global.json && out.Len() > 0) {
			t.Errorf("%s: %q", name, out)
		}
	}
}

func TestWritesOfSeveralGoroutinesStayWhole(t *testing.T) {
	a, out := talker(true)
	defer a.working("applying")()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for n := range 50 {
				a.reached(fmt.Sprint(n))
				a.waits(limited)
				a.say("<%d>\n", i)
			}
		})
	}
	all.Wait()
	if got := strings.Count(out.String(), ">\n"); got != 400 {
		t.Errorf("%d lines are whole", got)
	}
}
