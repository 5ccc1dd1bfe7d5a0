// Package journal keeps a record of each run that writes to a tenant: what it was about to change, from what to what, and
// what became of it. A change is written down before it is sent and again after it was answered, so that a run that is
// killed at any moment leaves a record from which the truth can be found by looking at the tenant.
//
// A record is one file, written whole each time, readable by its owner alone, and holds no secrets: the attributes that
// mcpauth manages are none. It carries a digest of what it says, so that one that was cut off or edited is noticed and
// refused. The digest is no signature: whoever may write the file may also make a new digest.
package journal

import (
	"slices"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
)

// Status is what became of a change.
type Status string

// The states of a change. Where none tells, the tenant has to be looked at: Sending means that the change was about to be
// sent, and that its answer never came or was lost.
const (
	Planned Status = "planned" // not begun
	Sending Status = "sending"
	Applied Status = "applied"
	Found   Status = "found"  // a creation found what was wanted: someone else made it
	Failed  Status = "failed" // refused by the tenant, which changed nothing
)

// Entry is one change of a run.
type Entry struct {
	Action plan.Action  `json:"action"`
	Kind   plan.Kind    `json:"kind"`
	Key    string       `json:"key"`
	ID     string       `json:"id,omitempty"` // Auth0's handle, as far as it is known
	Fields []plan.Field `json:"fields"`       // what was sent, and nothing else
	Status Status       `json:"status"`
	// Made is an object as the tenant answered its creation, to tell later whether it is unchanged.
	Made plan.Values `json:"made,omitempty"`
	// TakenBack says that a later undo took the change back, or found nothing of it left.
	TakenBack bool `json:"taken_back,omitempty"`
	// Left are the attributes that an undo left alone, where it took back only the others.
	Left []string `json:"left,omitempty"`
}

// Stands tells whether something of the change may be on the tenant.
func (e Entry) Stands() bool {
	return !e.TakenBack && (e.Status == Applied || e.Status == Sending)
}

// Change is what of the entry may still be on the tenant, in the plan's terms.
func (e Entry) Change() plan.Change {
	fields := e.Fields
	if e.Left != nil {
		fields = slices.DeleteFunc(slices.Clone(fields), func(f plan.Field) bool { return !slices.Contains(e.Left, f.Path) })
	}
	return plan.Change{Action: e.Action, Kind: e.Kind, Key: e.Key, ID: e.ID, Fields: fields}
}

// Run is the record of one run.
type Run struct {
	ID      string    `json:"id"`
	Tenant  string    `json:"tenant"`  // as spec.Domain shows it
	Command string    `json:"command"` // setup, promote-connection or undo
	Version string    `json:"version"` // of the program
	Started time.Time `json:"started"`
	// Undoes is the run that this one takes back; only undo has it.
	Undoes string `json:"undoes,omitempty"`
	// Undone is when the run was taken back whole; zero while it stands.
	Undone  time.Time `json:"undone,omitzero"`
	Entries []Entry   `json:"entries"`
}

// Stands tells whether something of the run may be on the tenant.
func (r Run) Stands() bool {
	for _, e := range r.Entries {
		if e.Stands() {
			return true
		}
	}
	return false
}

// Undoable tells whether the run is one that undo takes back: an undo itself is not, since running setup again does that.
func (r Run) Undoable() bool { return r.Undoes == "" && r.Undone.IsZero() }

// Unfinished tells whether the run ended before it had done all that it was to do.
func (r Run) Unfinished() bool {
	for _, e := range r.Entries {
		if e.Status == Planned || e.Status == Sending {
			return true
		}
	}
	return false
}
