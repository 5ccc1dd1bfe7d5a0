package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/gofrs/flock"

	"github.com/mcpauth-cli/mcpauth/internal/atomicfile"
)

const (
	clientPrefix = "client-"
	maxNote      = 4 << 10 // bytes
)

// ClientSchema is the version of the form that a note of a client has.
const ClientSchema = "mcpauth/client/v1"

// Client is one that a verification has registered at a tenant, for as long as it runs.
type Client struct {
	Schema  string    `json:"schema"`
	Tenant  string    `json:"tenant"` // as spec.Domain shows it
	Name    string    `json:"name"`   // of this client alone
	Started time.Time `json:"started"`
}

// clientName is what a verification calls its client. A note with any other name is refused: whoever can write here must
// not be able to have an application of their choice deleted.
var clientName = regexp.MustCompile(`^mcpauth verify ([A-Z2-7]{16})$`)

// Note is what the disk holds of a client until it is deleted. Its file is locked while its run lives: the system lets go
// of the lock of one that was killed, and so tells that nobody else will delete the client.
type Note struct {
	Client
	path string
	lock *flock.Flock // nil where it is another run's
}

// NoteError says that a note can't be kept.
type NoteError struct {
	Name string // the client's
	Err  error
}

func (e *NoteError) Error() string {
	return fmt.Sprintf("no note of the client %q can be kept: %v", e.Name, e.Err)
}
func (e *NoteError) Unwrap() error { return e.Err }

// lockOf is the lock of a note that is there; it makes no file.
func lockOf(path string) *flock.Flock { return flock.New(path, flock.SetFlag(os.O_RDONLY)) }

// Registering writes down that a client is about to be registered. The error is a NoteError.
func (s *Store) Registering(tenant, name string) (*Note, error) {
	match := clientName.FindStringSubmatch(name)
	if match == nil {
		return nil, &NoteError{name, errors.New("it is no name of a verification's client")}
	}
	if err := makeFolder(s.place.Dir); err != nil {
		return nil, &NoteError{name, err}
	}
	path := filepath.Join(s.place.Dir, clientPrefix+match[1]+suffix)
	n := &Note{Client: Client{ClientSchema, tenant, name, s.now().UTC()}, path: path, lock: lockOf(path)}
	content, err := json.MarshalIndent(n.Client, "", "  ")
	if err != nil {
		return nil, &NoteError{name, err}
	}
	if err := atomicfile.Write(n.path, append(content, '\n'), 0o600); err != nil {
		return nil, &NoteError{name, err}
	}
	// Whoever looks whether this run lives has the lock for a moment.
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if _, err := n.lock.TryLockContext(ctx, time.Millisecond); err != nil { // others would take the run for dead
		_ = n.Settled()
		return nil, &NoteError{name, err}
	}
	return n, nil
}

// Settled removes the note of a client that is gone, or never was.
func (n *Note) Settled() error {
	err := n.Leave()
	if gone := os.Remove(n.path); !errors.Is(gone, fs.ErrNotExist) { // another run has settled it meanwhile
		err = errors.Join(err, gone)
	}
	return err
}

// Leave leaves the note to a later run.
func (n *Note) Leave() error {
	if n.lock == nil {
		return nil
	}
	return n.lock.Unlock()
}

// Unsettled are the notes that runs left which live no more, of clients of one tenant, and those that can't be used. Two
// runs may get the same: what one has deleted is gone for the other.
func (s *Store) Unsettled(tenant string) (notes []*Note, broken []*BrokenError, err error) {
	names, err := s.files(clientPrefix)
	if err != nil {
		return nil, nil, fmt.Errorf("the notes of clients can't be read: %w", err)
	}
	for _, name := range names {
		n := &Note{path: filepath.Join(s.place.Dir, name)}
		lives, err := n.locked()
		if err == nil && !lives {
			err = n.read()
		}
		switch {
		case errors.Is(err, fs.ErrNotExist), err == nil && (lives || n.Tenant != tenant):
		case err != nil:
			broken = append(broken, &BrokenError{ID: name, Path: n.path, Err: err})
		default:
			notes = append(notes, n)
		}
	}
	return notes, broken, nil
}

// locked tells whether the note's run lives.
func (n *Note) locked() (bool, error) {
	info, err := os.Lstat(n.path)
	switch {
	case err != nil:
		return false, err
	case !info.Mode().IsRegular():
		return false, errIrregular
	case info.Size() > maxNote:
		return false, fmt.Errorf("it has %d bytes, and no note has", info.Size())
	}
	lock := lockOf(n.path)
	free, err := lock.TryLock()
	if err != nil {
		return false, err
	}
	return !free, lock.Unlock()
}

// read reads the note.
func (n *Note) read() error {
	content, err := os.ReadFile(n.path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(content, &n.Client); err != nil {
		return fmt.Errorf("it is cut off or not JSON: %w", err)
	}
	match := clientName.FindStringSubmatch(n.Name)
	switch {
	case n.Schema != ClientSchema:
		return fmt.Errorf("its form is %q, and this version of mcpauth reads %s", n.Schema, ClientSchema)
	case match == nil || filepath.Base(n.path) != clientPrefix+match[1]+suffix:
		return fmt.Errorf("%q is not the name of a verification's client that this note can be about", n.Name)
	}
	return nil
}
