package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/mcpauth-cli/mcpauth/internal/atomicfile"
)

const (
	clientPrefix, lockSuffix = "client-", ".lock"
	maxNote                  = 4 << 10 // bytes
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

// Note is what the disk holds of a client until it is deleted. It is locked while its run lives: the system lets go of the
// lock of one that was killed, and so tells that nobody else will delete the client.
type Note struct {
	Client
	path string
	lock *flock.Flock
}

func noteAt(path string) *Note {
	return &Note{path: path, lock: flock.New(strings.TrimSuffix(path, suffix)+lockSuffix, flock.SetPermissions(0o600))}
}

// Registering writes down that a client is about to be registered. The error is a WriteError.
func (s *Store) Registering(tenant, name string) (*Note, error) {
	failed := func(err error) (*Note, error) { return nil, &WriteError{Dir: s.place.Dir, Err: err} }
	match := clientName.FindStringSubmatch(name)
	if match == nil {
		return failed(fmt.Errorf("%q is no name of a verification's client", name))
	}
	if err := makeFolder(s.place.Dir); err != nil {
		return failed(err)
	}
	n := noteAt(filepath.Join(s.place.Dir, clientPrefix+match[1]+suffix))
	n.Client = Client{ClientSchema, tenant, name, s.now().UTC()}
	content, err := json.MarshalIndent(n.Client, "", "  ")
	if err != nil {
		return failed(err)
	}
	switch locked, err := n.lock.TryLock(); {
	case err != nil:
		return failed(err)
	case !locked:
		return failed(errElsewhere)
	}
	if err := atomicfile.Write(n.path, append(content, '\n'), 0o600); err != nil {
		return failed(errors.Join(err, n.Settled()))
	}
	return n, nil
}

// Settled removes the note of a client that is gone, or never was.
func (n *Note) Settled() error {
	gone := os.Remove(n.path)
	if errors.Is(gone, fs.ErrNotExist) {
		gone = nil
	}
	return errors.Join(gone, n.lock.Unlock(), os.Remove(n.lock.Path()))
}

// Leave leaves the note to a later run.
func (n *Note) Leave() error { return n.lock.Unlock() }

// Unsettled are the notes that runs left which live no more, of clients of one tenant, and those that can't be used.
func (s *Store) Unsettled(tenant string) (notes []*Note, broken []*BrokenError, err error) {
	if err := checkFolder(s.place.Dir); errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	} else if err != nil {
		return nil, nil, fmt.Errorf("the notes of clients can't be read: %w", err)
	}
	files, err := os.ReadDir(s.place.Dir)
	if err != nil {
		return nil, nil, fmt.Errorf("the notes of clients can't be read: %w", err)
	}
	for _, file := range files {
		if !strings.HasPrefix(file.Name(), clientPrefix) || !strings.HasSuffix(file.Name(), suffix) {
			continue
		}
		n := noteAt(filepath.Join(s.place.Dir, file.Name()))
		locked, err := n.lock.TryLock()
		if err == nil && !locked { // its run lives
			continue
		}
		if err == nil {
			err = n.read()
		}
		switch {
		case errors.Is(err, fs.ErrNotExist): // its run has settled it just now
			_ = n.Settled()
		case err != nil:
			broken = append(broken, &BrokenError{ID: file.Name(), Path: n.path, Err: errors.Join(err, n.Leave())})
		case n.Tenant != tenant:
			_ = n.Leave()
		default:
			notes = append(notes, n)
		}
	}
	return notes, broken, nil
}

// read reads the note, which is locked.
func (n *Note) read() error {
	info, err := os.Lstat(n.path)
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return errIrregular
	case info.Size() > maxNote:
		return fmt.Errorf("it has %d bytes, and no note has", info.Size())
	}
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
