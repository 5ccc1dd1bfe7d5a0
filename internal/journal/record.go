package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"github.com/mcpauth-cli/mcpauth/internal/atomicfile"
	"github.com/mcpauth-cli/mcpauth/internal/plan"
)

// Record is a run's record while it is written. It is safe for concurrent use. After each call that can fail and doesn't, the
// file is whole and says what the call was to write down.
type Record struct {
	store *Store

	mu    sync.Mutex
	run   Run
	begun bool // something was sent
	// answers came so far, of which those written are on the disk.
	answers, written int
	last             []byte // what is on the disk, as far as this run knows; nil before anything is
	index            map[subject][]int
	// settling ends when the last save outlasts a power cut; nil where none is under way.
	settling chan struct{}
	prepared *prepared // nil where nothing is
}

// subject is what an entry is about; several may be about the same, with ids of their own.
type subject struct {
	kind   plan.Kind
	key    string
	action plan.Action
}

// Run is what the record says so far.
func (r *Record) Run() Run {
	r.mu.Lock()
	defer r.mu.Unlock()
	run := r.run
	run.Entries = slices.Clone(run.Entries)
	return run
}

// Path is the record's file.
func (r *Record) Path() string { return r.store.path(r.run.ID) }

// Sending writes down that changes are about to be sent. After an error, a WriteError, they must not be. The first record of a
// run outlasts a power cut from then on. A later one is whole on the disk too, and its name follows while the changes are on
// their way, before any answer is written down.
func (r *Record) Sending(changes []plan.Change) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	before := r.mark(changes)
	var err error
	first := r.last == nil
	if !r.usePrepared(changes) {
		err = r.save(first)
	}
	if err == nil && !first {
		r.settle()
	}
	if err != nil {
		r.run.Entries = before // they aren't sent, so no later save may say that they were
	}
	r.begun = r.begun || err == nil
	return err
}

// Answered notes what became of a change; object is what the tenant answered, and is kept where it was made. It is on the
// disk after the next Flush: whoever waits for anything in between calls that first.
func (r *Record) Answered(change plan.Change, status Status, object plan.Object) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e := r.entry(change); e != nil {
		r.answers++
		e.Status = status
		if e.ID == "" {
			e.ID = object.ID
		}
		if change.Action == plan.Create && status == Applied {
			e.Made = object.Values
		}
	}
}

// Flush writes down what was noted, if anything was. A power cut may take it back: then the changes stand as sent, and the
// tenant tells what became of them.
func (r *Record) Flush() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.flush()
}

func (r *Record) flush() error {
	if r.last != nil && r.answers == r.written {
		return nil
	}
	return r.save(false)
}

// TookBack writes down that an entry, by its place, was taken back: whole, or but for some attributes.
func (r *Record) TookBack(entry int, left ...string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := &r.run.Entries[entry]
	e.TakenBack, e.Left = len(left) == 0, left
	return r.save(true)
}

// Close writes down that the run was taken back whole.
func (r *Record) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.run.Undone = r.store.now().UTC()
	return r.save(true)
}

// entry is the one that a change has in the record; the lock is held.
func (r *Record) entry(c plan.Change) *Entry {
	if r.index == nil {
		r.index = map[subject][]int{}
		for i, e := range r.run.Entries {
			about := subject{e.Kind, e.Key, e.Action}
			r.index[about] = append(r.index[about], i)
		}
	}
	for _, i := range r.index[subject{c.Kind, c.Key, c.Action}] {
		if e := &r.run.Entries[i]; c.ID == "" || e.ID == c.ID {
			return e
		}
	}
	return nil
}

// ErrElsewhere is why a record is not written that another run has written in.
var ErrElsewhere = errors.New("another run of mcpauth has written in it meanwhile")

// unshared makes sure that nobody else wrote in the record since: two undos of one run, or an undo of a run that goes on,
// would each forget what the other did. Whether the file can be written shows when it is.
func (r *Record) unshared() error {
	if r.last == nil {
		return nil
	}
	now, err := r.store.content(r.run.ID)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err == nil && !bytes.Equal(now, r.last):
		return ErrElsewhere
	}
	return err
}

// settle begins to make the last save outlast a power cut; the lock is held.
func (r *Record) settle() {
	settled := make(chan struct{})
	go func() {
		atomicfile.Settle(r.store.path(r.run.ID))
		close(settled)
	}()
	r.settling = settled
}

// settled waits until the last save outlasts a power cut, where that was begun; the lock is held.
func (r *Record) settled() {
	if r.settling != nil {
		<-r.settling
		r.settling = nil
	}
}

// mark makes the entries of changes Sending, and gives those that were before; the lock is held.
func (r *Record) mark(changes []plan.Change) (before []Entry) {
	before = slices.Clone(r.run.Entries)
	for _, c := range changes {
		if e := r.entry(c); e != nil {
			e.Status = Sending
		}
	}
	return before
}

// encode makes the file's content; the lock is held.
func (r *Record) encode() ([]byte, error) {
	content, err := Encode(r.run)
	if err == nil && len(content) > mostBytes {
		err = fmt.Errorf("it would have %d bytes, and only %d can be read back: change less in one run", len(content), mostBytes)
	}
	return content, err
}

// save writes the whole record, and waits until it outlasts a power cut, if settled; the lock is held.
func (r *Record) save(settled bool) error {
	r.settled()
	r.unprepare() // it lacks what is written now
	write := atomicfile.Replace
	if settled {
		write = atomicfile.Write
	}
	content, err := r.encode()
	if err == nil {
		err = r.unshared()
	}
	if err == nil {
		err = write(r.store.path(r.run.ID), content, 0o600)
	}
	if err != nil {
		return &WriteError{Dir: r.store.place.Dir, Err: err, Begun: r.begun}
	}
	r.last, r.written = content, r.answers
	return nil
}
