package cmd_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/cmd"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

// wireFault is what goes wrong with one request. It stands between the program and the network, so that it reaches the
// tenant, the authorization server and the MCP server alike.
type wireFault struct {
	name string
	do   func(next http.RoundTripper, req *http.Request) (*http.Response, error)
	kill string // the variable that kills the process instead
}

var kills = []wireFault{{name: "kill -9 before", kill: killBefore}, {name: "kill -9 after the server acted", kill: killAfter}}

var errReset = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}

var wireFaults = []wireFault{
	{name: "429", do: answer(429, "application/json", `{"statusCode":429,"error":"Too Many Requests","message":"Global limit has been reached","errorCode":"too_many_requests"}`, true)},
	{name: "429 without headers", do: answer(429, "application/json", `{"statusCode":429,"error":"Too Many Requests","message":"Global limit has been reached"}`, false)},
	{name: "500", do: answer(500, "application/json", `{"statusCode":500,"error":"Internal Server Error","message":"An internal server error occurred"}`, false)},
	{name: "503", do: answer(503, "text/plain", "upstream connect error", false)},
	{name: "reset before the answer", do: func(http.RoundTripper, *http.Request) (*http.Response, error) { return nil, errReset }},
	{name: "reset after the server acted", do: func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
		if resp, err := next.RoundTrip(req); err == nil {
			_ = resp.Body.Close()
		}
		return nil, errReset
	}},
	{name: "time-out", do: func(_ http.RoundTripper, req *http.Request) (*http.Response, error) { return nil, hang(req) }},
	{name: "time-out after the server acted", do: func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
		if resp, err := next.RoundTrip(req); err == nil {
			_ = resp.Body.Close()
		}
		return nil, hang(req)
	}},
	{name: "truncated body", do: change(func(resp *http.Response, content []byte) {
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(content[:len(content)/2]), &brokenReader{}))
	})},
	{name: "HTML instead of JSON", do: answer(200, "text/html; charset=utf-8", "<!doctype html><title>Sign in</title><p>This network asks you to sign in first.</p>", false)},
	{name: "wrong content type", do: change(func(resp *http.Response, content []byte) {
		resp.Header.Set("Content-Type", "text/plain")
		resp.Body = io.NopCloser(bytes.NewReader(content))
	})},
}

type brokenReader struct{}

func (*brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func hang(req *http.Request) error {
	<-req.Context().Done()
	return req.Context().Err()
}

// answer is a fault that answers in the server's place; nothing is carried out.
func answer(status int, kind, body string, limits bool) func(http.RoundTripper, *http.Request) (*http.Response, error) {
	return func(_ http.RoundTripper, req *http.Request) (*http.Response, error) {
		resp := &http.Response{
			StatusCode: status, Status: fmt.Sprintf("%d %s", status, http.StatusText(status)), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: req,
		}
		if limits {
			resp.Header.Set("X-RateLimit-Limit", "10")
			resp.Header.Set("X-RateLimit-Remaining", "0")
			resp.Header.Set("X-RateLimit-Reset", strconv.FormatInt(time.Now().Add(time.Second).Unix(), 10))
		}
		return resp, nil
	}
}

// change is a fault that spoils the answer to a request that was carried out.
func change(spoil func(*http.Response, []byte)) func(http.RoundTripper, *http.Request) (*http.Response, error) {
	return func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil {
			return nil, err
		}
		spoil(resp, content)
		return resp, nil
	}
}

// striking lets one request meet a fault: the index-th, counted from 1; 0 is none.
type striking struct {
	next  http.RoundTripper
	index int64
	fault func(http.RoundTripper, *http.Request) (*http.Response, error)

	count  atomic.Int64
	mu     sync.Mutex
	struck string // the method and path of the request that met it
}

func (s *striking) RoundTrip(req *http.Request) (*http.Response, error) {
	if s.count.Add(1) != s.index {
		return s.next.RoundTrip(req)
	}
	s.mu.Lock()
	s.struck = req.Method + " " + req.URL.Path
	s.mu.Unlock()
	return s.fault(s.next, req)
}

// faultCase is a command that has to survive one fault at any of its requests.
type faultCase struct {
	name   string
	before [][]string // commands that run first, without a fault
	args   func(w *world) []string
	// reads says that the command leaves the tenant as it is. One that could not, since it may not fail for that, says so.
	reads bool
}

// leaves is how a command that ends well says that something waits for its next run.
var leaves = regexp.MustCompile(`(?m)^warning: .*a later verification on this machine tries again`)

var faultCases = []faultCase{
	{name: "setup", args: (*world).setupArgs},
	{name: "promote-connection", args: func(*world) []string {
		return []string{"promote-connection", "--name", "google-oauth2", "--name", "Username-Password-Authentication", "--yes"}
	}},
	{name: "undo", before: [][]string{{"setup"}}, args: func(*world) []string { return []string{"undo", "--yes"} }},
	{name: "verify", before: [][]string{{"setup"}}, reads: true, args: func(w *world) []string { return []string{"verify", w.gateway.URL, "--follow"} }},
}

func (c faultCase) prepare(t *testing.T) *world {
	w := newWorld(t)
	for _, args := range c.before {
		if args[0] == "setup" {
			args = w.setupArgs()
		}
		if r := w.run(t, nil, args...); r.code != 0 {
			t.Errorf("%s: preparing ends with %d\n%s", c.name, r.code, r.err)
		}
	}
	return w
}

// Whatever goes wrong once, at whichever request: after one more run the state is the one that was wanted, nothing is
// there twice, nothing else has changed, and an error names the request and the object.
func TestFaultMatrix(t *testing.T) {
	const sideBySide = 12 // most of a case is waiting
	var cases atomic.Int64
	places := make(chan struct{}, sideBySide)
	var wait sync.WaitGroup
	for _, c := range faultCases {
		straight := c.prepare(t)
		start := straight.state()
		counter := &striking{}
		if r := straight.run(t, counter, c.args(straight)...); r.code != 0 {
			t.Fatalf("%s ends with %d without any fault\n%s%s", c.name, r.code, r.out, r.err)
		}
		want := straight.state()
		if (start == want) != c.reads {
			t.Errorf("%s changes nothing: %v", c.name, start == want)
		}
		for index := range counter.count.Load() {
			for _, fault := range append(wireFaults, kills...) {
				places <- struct{}{}
				wait.Go(func() {
					defer func() { <-places }()
					cases.Add(1)
					c.survives(t, fault, index+1, want)
				})
			}
		}
	}
	wait.Wait()
	t.Logf("%d cases", cases.Load())
	if cases.Load() < 500 {
		t.Errorf("only %d cases", cases.Load())
	}
}

func (c faultCase) survives(t *testing.T, fault wireFault, index int64, want string) {
	w := c.prepare(t)
	wire := &striking{index: index, fault: fault.do}
	var first result
	if fault.kill != "" {
		first = w.runKilled(t, fault.kill, index, c.args(w)...)
	} else {
		first = w.run(t, wire, c.args(w)...)
	}
	name := fmt.Sprintf("%s, request %d (%s), %s", c.name, index, wire.struck, fault.name)
	if first.code != 0 && fault.kill == "" {
		c.explains(t, name, wire.struck, first)
	}
	left := c.reads && leaves.MatchString(first.err)
	if left && first.code == 0 && !strings.Contains(first.err, wire.struck) {
		t.Errorf("%s: no warning names the request\n%s", name, first.err)
	}
	if first.code != 0 || left {
		if again := w.run(t, nil, c.args(w)...); again.code != 0 {
			t.Errorf("%s: the run after it ends with %d\n%s", name, again.code, again.err)
		}
	}
	if got := w.state(); got != want {
		t.Errorf("%s: the state is not the one that was wanted\n%s", name, diffLines(want, got))
	}
}

// explains checks what a failed run says: the request, by method and path, and what it was about.
func (c faultCase) explains(t *testing.T, name, struck string, r result) {
	t.Helper()
	if c.reads { // a check that failed says it, and what it is about
		method, path, _ := strings.Cut(struck, " ")
		if !regexp.MustCompile(`(?m)^[✗!?] .*\[[a-z.-]+\]\n +sent +(.+\n +)*`+method+` http://[^/ ]+`+regexp.QuoteMeta(path)+`$`).MatchString(r.out) &&
			!strings.Contains(r.out, struck) {
			t.Errorf("%s: no failed check names the request\n%s%s", name, r.out, r.err)
		}
		return
	}
	if !strings.Contains(r.err, struck) {
		t.Errorf("%s: the error does not name the request\n%s", name, r.err)
	}
	if !regexp.MustCompile(`error: (API|default grant for|connection|tenant settings of|signing in to|reading) `).MatchString(r.err) {
		t.Errorf("%s: the error does not name the object\n%s", name, r.err)
	}
}

// run runs a command in this process, over a wire that may be striking.
func (w *world) run(t *testing.T, wire *striking, args ...string) result {
	t.Helper()
	base := tenant.NewBase(nil)
	defer base.CloseIdleConnections()
	var transport http.RoundTripper = base
	if wire != nil {
		wire.next = base
		transport = wire
	}
	env, out, errs := w.env(transport)
	code := cmd.Main(env, append(args, "--timeout", "3s"))
	return result{code, out.String(), errs.String()}
}
