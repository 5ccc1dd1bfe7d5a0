package journal

import (
	"slices"

	"github.com/mcpauth-cli/mcpauth/internal/atomicfile"
	"github.com/mcpauth-cli/mcpauth/internal/plan"
)

// prepared is the record as the next Sending is to write it, on the disk already beside the one that stands.
type prepared struct {
	changes []plan.Change // that are to be sent
	content []byte
	answers int // how many it holds
	staged  *atomicfile.Staged
}

// Prepare does most of what Sending these changes will do, while others are waited for: what is left to do is a renaming.
// Where it can't, Sending does all, and tells what is wrong. What is prepared and not sent is for Finish to remove.
func (r *Record) Prepare(changes []plan.Change) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.prepared != nil && slices.EqualFunc(r.prepared.changes, changes, same) {
		return
	}
	r.unprepare()
	before := r.mark(changes)
	content, err := r.encode()
	r.run.Entries = before
	if err != nil {
		return
	}
	if staged, err := atomicfile.Stage(r.Path(), content, 0o600); err == nil {
		r.prepared = &prepared{changes, content, r.answers, staged}
	}
}

// Finish is the last Flush of a run: it also removes what was prepared and not sent.
func (r *Record) Finish() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unprepare()
	return r.flush()
}

// unprepare removes what was prepared; the lock is held.
func (r *Record) unprepare() {
	if r.prepared != nil {
		r.prepared.staged.Discard()
		r.prepared = nil
	}
}

// usePrepared makes what was prepared for these changes the record, and tells whether it did; the lock is held.
func (r *Record) usePrepared(changes []plan.Change) bool {
	p := r.prepared
	if p == nil || !slices.EqualFunc(p.changes, changes, same) || r.unshared() != nil {
		return false
	}
	r.prepared = nil
	r.settled()
	if p.staged.Replace() != nil {
		return false
	}
	r.last, r.written = p.content, p.answers
	return true
}

func same(a, b plan.Change) bool {
	return a.Kind == b.Kind && a.Key == b.Key && a.Action == b.Action && a.ID == b.ID
}
