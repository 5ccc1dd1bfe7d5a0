package sandbox

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// FaultError is a fault that could not be understood.
type FaultError struct {
	Spec, Part, Why string
}

func (e *FaultError) Error() string {
	return fmt.Sprintf("fault %q: %q %s; examples: 429@3, reset@5x2, 500@POST:/client-grants, html@*", e.Spec, e.Part, e.Why)
}

// fault is one rule: what goes wrong, for which requests, how often.
type fault struct {
	spec   string // as it was given
	struck bool
	kind   string
	status int    // for kinds that are a number
	index  int    // the request's number; 0: any
	method string // "" or "*": any
	path   string // "": any
	left   int    // how often it still strikes; negative: always
	end    int    // for indexed faults, the last request struck; 0: no end
}

var faultKinds = []string{"429-bare", "reset", "lost", "timeout", "truncated", "html", "badtype"}

var repeatSuffix = regexp.MustCompile(`x(\d+|\*)$`)

// parseFault reads KIND@WHERE[xN]. KIND is an HTTP status, or one of 429-bare (no rate headers), reset (cut before
// anything is done), lost (done, then cut), timeout, truncated, html and badtype. WHERE is the number of a request
// (counted from 1 over all but /sandbox/*), METHOD:/path-prefix (below /api/v2, or absolute),
// /path-prefix, or * for every request. xN repeats it for N requests, a trailing * for all that follow.
func parseFault(spec string) (*fault, error) {
	kind, where, ok := strings.Cut(strings.TrimSpace(spec), "@")
	if !ok || where == "" {
		return nil, &FaultError{spec, spec, "lacks @ and the request that it is for"}
	}
	f := &fault{spec: spec, kind: kind, left: 1}
	if n, err := strconv.Atoi(kind); err == nil {
		if n < 200 || n > 599 {
			return nil, &FaultError{spec, kind, "is not an HTTP status from 200 to 599"}
		}
		f.status = n
	} else if !slices.Contains(faultKinds, kind) {
		return nil, &FaultError{spec, kind, "is not a kind of fault (an HTTP status, " + strings.Join(faultKinds, ", ") + ")"}
	}
	return f, f.target(spec, where)
}

func (f *fault) target(spec, where string) error {
	if where == "*" {
		f.left = -1
		return nil
	}
	if m := repeatSuffix.FindStringSubmatch(where); m != nil {
		where = strings.TrimSuffix(where, m[0])
		f.left = -1
		if m[1] != "*" {
			n, err := strconv.Atoi(m[1])
			if err != nil || n < 1 {
				return &FaultError{spec, m[0], "is not a number of times"}
			}
			f.left = n
		}
	} else if rest, every := strings.CutSuffix(where, "*"); every {
		where, f.left = rest, -1
	}
	if method, path, ok := strings.Cut(where, ":"); ok && !strings.HasPrefix(where, "/") {
		f.method, where = method, path
		if strings.ToUpper(method) != method || method == "" {
			return &FaultError{spec, method, "is not a method in capitals"}
		}
		if where == "" {
			return nil
		}
	}
	if strings.HasPrefix(where, "/") {
		f.path = where
		return nil
	}
	n, err := strconv.Atoi(where)
	if err != nil || n < 1 || f.method != "" {
		return &FaultError{spec, where, "is neither a request's number from 1 nor a path that starts with /"}
	}
	f.index = n
	if f.left > 0 {
		f.end = n + f.left - 1
	}
	return nil
}

func (f *fault) matches(n int, r *http.Request) bool {
	if f.index > 0 {
		return n >= f.index && (f.end == 0 || n <= f.end)
	}
	if f.left == 0 || (f.method != "" && f.method != "*" && f.method != r.Method) {
		return false
	}
	path := r.URL.Path
	return f.path == "" || strings.HasPrefix(path, f.path) || strings.HasPrefix(path, apiPrefix+f.path)
}

// apply prepares the answer; false when the request is to be carried out all the same.
func (f *fault) apply(out *answer, limit *bucket, management bool) bool {
	switch f.kind {
	case "reset":
		out.act = actReset
		return true
	case "timeout":
		out.act = actTimeout
		return true
	case "lost":
		out.act = actLost
	case "truncated":
		out.act = actTruncate
	case "badtype":
		out.act = actBadType
	case "html":
		out.header.Set("Content-Type", "text/html; charset=utf-8")
		out.WriteHeader(http.StatusOK)
		_, _ = out.body.WriteString("<!doctype html><title>Sign in</title><p>This network asks you to sign in first.</p>\n")
		return true
	case "429-bare":
		out.refuse(http.StatusTooManyRequests, management)
		return true
	default:
		limit.spend(out.header, f.status)
		out.refuse(f.status, management)
		return true
	}
	return false
}

// spend counts the request; a 429 gets the headers of a limit that is used up, whatever is left of it.
func (b *bucket) spend(h http.Header, status int) {
	switch {
	case b == nil:
	case status == http.StatusTooManyRequests:
		b.exhausted(h)
	default:
		b.take(h)
	}
}

// faults are the rules in force and the count of requests.
type faults struct {
	mu    sync.Mutex
	rules []*fault
	count int
}

func (s *faults) next(r *http.Request) *fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	for _, f := range s.rules {
		if f.matches(s.count, r) {
			if f.index == 0 && f.left > 0 {
				f.left--
			}
			f.struck = true
			return f
		}
	}
	return nil
}

// IdleFaults are the faults that no request has met so far, as they were given.
func (t *Tenant) IdleFaults() (specs []string) {
	t.faults.mu.Lock()
	defer t.faults.mu.Unlock()
	for _, f := range t.faults.rules {
		if !f.struck {
			specs = append(specs, f.spec)
		}
	}
	return specs
}

func (s *faults) restart() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count = 0
}

// SetFaults replaces the faults; on an error, which is a *FaultError, those in force stay. The count of requests goes on.
func (t *Tenant) SetFaults(specs []string) error {
	rules := make([]*fault, 0, len(specs))
	for _, spec := range specs {
		f, err := parseFault(spec)
		if err != nil {
			return err
		}
		rules = append(rules, f)
	}
	t.faults.mu.Lock()
	defer t.faults.mu.Unlock()
	t.faults.rules = rules
	return nil
}
