package journal

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/atomicfile"
	"github.com/mcpauth-cli/mcpauth/internal/plan"
)

const (
	prefix, suffix = "run-", ".json"
	stamp          = "20060102T150405"
	mostBytes      = 64 << 20 // of one record, which a change takes some 400 of

	// abandoned is how old a half-written file is that no run will come back to.
	abandoned = time.Hour
)

var idForm = regexp.MustCompile(`^\d{8}T\d{6}-[0-9a-f]{6}$`)

// IsID tells whether a text has the form of a run's id.
func IsID(id string) bool { return idForm.MatchString(id) }

var errIrregular = errors.New("it is no regular file")

// WriteError says that a record can't be kept.
type WriteError struct {
	Dir string
	Err error
	// Begun says that changes were sent already; else none was, and none will be.
	Begun bool
}

func (e *WriteError) Error() string {
	return fmt.Sprintf("the record of this run can't be written in %s: %v", e.Dir, e.Err)
}
func (e *WriteError) Unwrap() error { return e.Err }

// BrokenError is a record that can't be used.
type BrokenError struct {
	ID   string
	Path string
	Err  error
}

func (e *BrokenError) Error() string {
	return fmt.Sprintf("the record %s can't be used: %v", e.Path, e.Err)
}
func (e *BrokenError) Unwrap() error { return e.Err }

// Store is the folder of all records.
type Store struct {
	place Place
	now   func() time.Time
}

// Open makes a store of a folder, which need not be there yet. now may be nil.
func Open(place Place, now func() time.Time) *Store {
	if now == nil {
		now = time.Now
	}
	return &Store{place: place, now: now}
}

// Place is where the records are.
func (s *Store) Place() Place { return s.place }

func (s *Store) path(id string) string { return filepath.Join(s.place.Dir, prefix+id+suffix) }

// Ready makes sure that a record can be written, before anyone is asked about a run that would need one. The error is a
// WriteError.
func (s *Store) Ready() error {
	err := makeFolder(s.place.Dir)
	if err == nil {
		var probe *os.File
		if probe, err = os.CreateTemp(s.place.Dir, ".mcpauth-*"); err == nil {
			_, err = probe.WriteString("x")
			err = errors.Join(err, probe.Close(), os.Remove(probe.Name()))
		}
	}
	if err != nil {
		return &WriteError{Dir: s.place.Dir, Err: err}
	}
	return nil
}

// Begin makes the record of a run, with all that it is about to do. The run gets its id and time here; the first Sending
// writes it down. The error is a WriteError.
func (s *Store) Begin(run Run, changes []plan.Change) (*Record, error) {
	run.Started = s.now().UTC()
	run.Entries = []Entry{}
	for _, c := range changes {
		if c.Writes() {
			run.Entries = append(run.Entries, Entry{Action: c.Action, Kind: c.Kind, Key: c.Key, ID: c.ID, Fields: c.Fields, Status: Planned})
		}
	}
	if err := makeFolder(s.place.Dir); err != nil {
		return nil, &WriteError{Dir: s.place.Dir, Err: err}
	}
	s.sweep()
	random := make([]byte, 3)
	for {
		if _, err := rand.Read(random); err != nil {
			return nil, &WriteError{Dir: s.place.Dir, Err: err}
		}
		run.ID = run.Started.Format(stamp) + "-" + hex.EncodeToString(random)
		if _, err := os.Lstat(s.path(run.ID)); errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	return &Record{store: s, run: run}, nil
}

// Resume opens a run's record to write on in it. The error is a BrokenError, or fs.ErrNotExist.
func (s *Store) Resume(id string) (*Record, error) {
	content, err := s.content(id)
	if err != nil {
		return nil, err
	}
	run, err := s.decode(id, content)
	return &Record{store: s, run: run, begun: true, last: content}, err
}

// sweep removes what killed runs have left. A run that lives may lose what it had prepared, and writes it anew then.
func (s *Store) sweep() { atomicfile.Sweep(s.place.Dir, s.now().Add(-abandoned)) }

func (s *Store) broken(id string, err error) error {
	return &BrokenError{ID: id, Path: s.path(id), Err: err}
}

// content is a record's file. The error is a BrokenError, or fs.ErrNotExist.
func (s *Store) content(id string) ([]byte, error) {
	broken := func(err error) ([]byte, error) { return nil, s.broken(id, err) }
	info, err := os.Lstat(s.path(id))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, err
	case err != nil:
		return broken(err)
	case !info.Mode().IsRegular():
		return broken(errIrregular)
	case info.Size() > mostBytes:
		return broken(fmt.Errorf("it has %d bytes, and no record has", info.Size()))
	}
	content, err := os.ReadFile(s.path(id))
	if err != nil {
		return broken(err)
	}
	return content, nil
}

func (s *Store) read(id string) (Run, error) {
	content, err := s.content(id)
	if err != nil {
		return Run{}, err
	}
	return s.decode(id, content)
}

func (s *Store) decode(id string, content []byte) (Run, error) {
	run, err := Decode(content)
	if err == nil && run.ID != id {
		err = fmt.Errorf("it is the record of another run, %q", run.ID)
	}
	if err != nil {
		return Run{}, s.broken(id, err)
	}
	return run, nil
}

// files are the names of what is kept in the folder under a prefix; none where there is no folder yet.
func (s *Store) files(prefix string) ([]string, error) {
	if err := checkFolder(s.place.Dir); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	files, err := os.ReadDir(s.place.Dir)
	var names []string
	for _, file := range files {
		if strings.HasPrefix(file.Name(), prefix) && strings.HasSuffix(file.Name(), suffix) {
			names = append(names, file.Name())
		}
	}
	return names, err
}

// Runs are all records, the newest first, and those that can't be used.
func (s *Store) Runs() (runs []Run, broken []*BrokenError, err error) {
	names, err := s.files(prefix)
	if err != nil {
		return nil, nil, fmt.Errorf("the records can't be read: %w", err)
	}
	for _, name := range names {
		id := strings.TrimSuffix(strings.TrimPrefix(name, prefix), suffix)
		if !IsID(id) {
			continue
		}
		run, err := s.read(id)
		var bad *BrokenError
		switch {
		case errors.As(err, &bad):
			broken = append(broken, bad)
		case err == nil:
			runs = append(runs, run)
		}
	}
	slices.SortFunc(runs, func(a, b Run) int { return cmp.Or(b.Started.Compare(a.Started), cmp.Compare(b.ID, a.ID)) })
	slices.SortFunc(broken, func(a, b *BrokenError) int { return cmp.Compare(b.ID, a.ID) })
	return runs, broken, nil
}
