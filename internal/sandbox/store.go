package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// store is all that the tenant remembers. Its lock is held for the whole of an operation, so each is atomic.
type store struct {
	mu          sync.RWMutex
	settings    object
	apis        *collection
	grants      *collection
	connections *collection
	clients     *collection
	rules       *collection
	hooks       *collection
	documents   object // by path, as writeDocument leaves them; not part of a snapshot
	file        string // written after each change, if set
}

func newStore() *store {
	return &store{
		settings:    object{},
		apis:        newCollection("id", "identifier"),
		grants:      newCollection("id", ""),
		connections: newCollection("id", "name"),
		clients:     newCollection("client_id", ""),
		rules:       newCollection("id", "name"),
		hooks:       newCollection("id", "name"),
		documents:   object{},
	}
}

// snapshot is the JSON of GET /sandbox/state, of a seed and of the state file.
type snapshot struct {
	Settings    object   `json:"tenant_settings"`
	APIs        []object `json:"resource_servers"`
	Grants      []object `json:"client_grants"`
	Connections []object `json:"connections"`
	Clients     []object `json:"clients"`
	Rules       []object `json:"rules,omitempty"`
	Hooks       []object `json:"hooks,omitempty"`
}

// snapshot must be called with the lock held.
func (s *store) snapshot() snapshot {
	return snapshot{s.settings, s.apis.all(), s.grants.all(), s.connections.all(), s.clients.all(), s.rules.all(), s.hooks.all()}
}

// decodeJSON keeps numbers as they were written and refuses what follows the document.
func decodeJSON(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) { // More doesn't see a bracket too many
		return errors.New("unexpected text after the JSON document")
	}
	return nil
}

// saved reads the state file; false when there is none yet.
func (s *store) saved() (snapshot, bool, error) {
	if s.file == "" {
		return snapshot{}, false, nil
	}
	data, err := os.ReadFile(s.file)
	if errors.Is(err, fs.ErrNotExist) {
		return snapshot{}, false, nil
	}
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) { // which names the file as well
			err = path.Err
		}
		return snapshot{}, false, &SeedError{s.file, err}
	}
	snap, err := decodeSnapshot(s.file, data)
	return snap, err == nil, err
}

// save writes the state file: a new file in the same folder, then a rename, so that a reader never sees half of it.
// It holds client secrets, so only its owner may read it.
func (s *store) save() error {
	if s.file == "" {
		return nil
	}
	data, err := json.MarshalIndent(s.snapshot(), "", "  ")
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(s.file), ".sandbox-state-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.Write(append(data, '\n'))
	if err = errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), s.file)
}
