package verify

import (
	"slices"
	"time"
)

// Status is how a check ended.
type Status string

// The ways in which a check ends. Warnings are what works but will hurt; a check is skipped when what it stands on failed.
const (
	Pass Status = "pass"
	Fail Status = "fail"
	Warn Status = "warn"
	Skip Status = "skip"
)

// Check is one step of the login and what came of it. IDs are stable.
type Check struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Status Status `json:"status"`
	Got    string `json:"got,omitempty"`
	Want   string `json:"want,omitempty"`
	Spec   string `json:"spec,omitempty"` // where the specification asks for it
	Cause  string `json:"cause,omitempty"`
	Hint   string `json:"hint,omitempty"` // what mends it
	// Requests are what was asked for a check that did not pass: method and URL, without its query, each once.
	Requests []string `json:"requests,omitempty"`
	// Open tells of a skipped check that was wanted and could not be made: what it asks is not known.
	Open bool `json:"open,omitempty"`
}

// Exchange is a request and its answer as they went over the wire, without secrets.
type Exchange struct {
	Check    string        `json:"check"` // the ID of the check that made it
	To       string        `json:"to"`    // scheme and host
	Method   string        `json:"method"`
	URL      string        `json:"url"`
	Headers  []Header      `json:"headers,omitempty"` // those that matter to a login
	Body     string        `json:"body,omitempty"`
	Status   int           `json:"status"` // 0 without an answer
	Answered []Header      `json:"answered,omitempty"`
	Answer   string        `json:"answer,omitempty"`
	Error    string        `json:"error,omitempty"`
	At       time.Duration `json:"at_ns"` // since the start
	Took     time.Duration `json:"took_ns"`
}

// Header is one header of an exchange.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Report is what a run saw.
type Report struct {
	URL       string        `json:"url"`
	Started   time.Time     `json:"started"`
	Took      time.Duration `json:"took_ns"`
	Checks    []Check       `json:"checks"`
	Exchanges []Exchange    `json:"exchanges"`
	ClientID  string        `json:"client_id,omitempty"` // the client that this run registered, if it did
	// RegisteredAt is the endpoint that gave out ClientID. The id is that server's word: it means nothing elsewhere.
	RegisteredAt string `json:"registered_at,omitempty"`
	// Unconfirmed is the name of a client that may have been registered there: the request went out, and no answer told.
	Unconfirmed string   `json:"unconfirmed_client,omitempty"`
	Issuer      string   `json:"issuer,omitempty"` // the authorization server's
	Tools       []string `json:"tools,omitempty"`  // the names of the MCP server's tools

	found bool
}

// Found tells whether an MCP server was seen at the URL: something that asks for a token, or answers its messages without
// one. Where nothing listens, or a page or an error answers, the URL itself may be wrong, and nothing should be made for it;
// metadata is no proof, since gateways serve it for any path.
func (r Report) Found() bool { return r.found }

// Failed tells whether any check failed.
func (r Report) Failed() bool {
	return slices.ContainsFunc(r.Checks, func(c Check) bool { return c.Status == Fail })
}

// failedOf is the first of these checks that failed, if any did.
func (r Report) failedOf(ids ...string) (Check, bool) {
	i := slices.IndexFunc(r.Checks, func(c Check) bool { return c.Status == Fail && slices.Contains(ids, c.ID) })
	if i < 0 {
		return Check{}, false
	}
	return r.Checks[i], true
}

// seeAbove points to a check that failed before.
func seeAbove(c Check) string { return "see " + c.ID + " above, which failed" }

// Count is the number of checks that ended so.
func (r Report) Count(status Status) int {
	n := 0
	for _, c := range r.Checks {
		if c.Status == status {
			n++
		}
	}
	return n
}

// Open are the checks that were wanted and could not be made.
func (r Report) Open() []Check {
	return slices.DeleteFunc(slices.Clone(r.Checks), func(c Check) bool { return !c.Open })
}

// finding is what a check found.
type finding struct {
	status                 Status
	got, want, cause, hint string
	aside                  string // what is to be said beside the cause, whichever it is
	suspects               []string
	open                   bool
}

func pass(got string) finding { return finding{status: Pass, got: got} }
func skip(why string) finding { return finding{status: Skip, got: why} }

// unmade is a check that was wanted and could not be made.
func unmade(why, hint string) finding {
	return finding{status: Skip, got: why, hint: hint, open: true}
}

func fail(got, want, cause, hint string) finding {
	return finding{status: Fail, got: got, want: want, cause: cause, hint: hint}
}

func warn(got, want, cause, hint string) finding {
	return finding{status: Warn, got: got, want: want, cause: cause, hint: hint}
}
