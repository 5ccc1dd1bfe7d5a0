package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// SeedError is a seed or a state file that cannot be used.
type SeedError struct {
	From string // "seed", or the file's path
	Err  error
}

func (e *SeedError) Error() string { return fmt.Sprintf("sandbox %s: %v", e.From, e.Err) }
func (e *SeedError) Unwrap() error { return e.Err }

// decodeSnapshot is strict, as what is misspelt would be left out without a word.
func decodeSnapshot(from string, data []byte) (s snapshot, err error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // the byte order mark that editors on Windows put there
	var parts map[string]json.RawMessage
	if err := decodeJSON(data, &parts); err != nil {
		return s, &SeedError{from, notJSON(data, err)}
	}
	if parts == nil {
		return s, &SeedError{from, errors.New("it holds a JSON null, where an object belongs")}
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber() // one that is out of range is none of the faults looked for
	if key, twice := repeatedKey(d); twice {
		return s, &SeedError{from, fmt.Errorf("line %d: the key %q is there a second time", lineOf(data, d.InputOffset()), key)}
	}
	places := map[string]*[]object{
		"resource_servers": &s.APIs, "client_grants": &s.Grants, "connections": &s.Connections,
		"clients": &s.Clients, "rules": &s.Rules, "hooks": &s.Hooks,
	}
	for _, key := range slices.Sorted(maps.Keys(parts)) {
		list, known := places[key]
		switch {
		case key == "tenant_settings":
			if decodeJSON(parts[key], &s.Settings) != nil {
				return s, &SeedError{from, fmt.Errorf("%s is not an object", key)}
			}
		case !known:
			keys := append(slices.Sorted(maps.Keys(places)), "tenant_settings")
			return s, &SeedError{from, fmt.Errorf("there is no key %q: the keys are %s", key, strings.Join(keys, ", "))}
		case decodeJSON(parts[key], list) != nil:
			return s, &SeedError{from, fmt.Errorf("%s is not a list of objects", key)}
		}
	}
	return s, nil
}

// notJSON says in which line a document stops being one.
func notJSON(data []byte, err error) error {
	var syntax *json.SyntaxError
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.EOF):
		return errors.New("there is nothing in it")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it ends within the document")
	case errors.As(err, &syntax):
		return fmt.Errorf("line %d: %w", lineOf(data, syntax.Offset), err)
	case errors.As(err, &wrong):
		return fmt.Errorf("it holds a JSON %s, where an object belongs", wrong.Value)
	}
	return err
}

func lineOf(data []byte, offset int64) int { return 1 + bytes.Count(data[:offset], []byte("\n")) }

// repeatedKey reads a value of valid JSON up to a key that its object has already, whose first value would be lost.
func repeatedKey(d *json.Decoder) (key string, twice bool) {
	begin, _ := d.Token()
	if _, holds := begin.(json.Delim); !holds {
		return "", false
	}
	seen := map[string]bool{}
	for d.More() {
		if begin == json.Delim('{') {
			name, _ := d.Token()
			if key, _ = name.(string); seen[key] {
				return key, true
			}
			seen[key] = true
		}
		if key, twice = repeatedKey(d); twice {
			return key, true
		}
	}
	_, _ = d.Token() // its end
	return "", false
}

// merge adds the snapshot's objects to the store. Ids that are missing are made; what Auth0 would answer by default is
// filled in, so that a seed may be as short as {"connections":[{"name":"corp"}]}.
func (s *store) merge(from string, snap snapshot) error {
	if err := s.check(snap); err != nil {
		return &SeedError{from, err}
	}
	s.settings = mergeSettings(s.settings, snap.Settings)
	for _, o := range snap.APIs {
		replace(s.apis, withSecret(o), newAPIID, apiDefaults())
	}
	for _, o := range snap.Connections {
		replace(s.connections, o, newConnectionID, connectionDefaults(o))
	}
	for _, o := range snap.Clients {
		newID := newClientID
		if first, said := o["is_first_party"].(bool); said && !first {
			newID = newThirdPartyID
		}
		replace(s.clients, o, newID, clientDefaults(o))
	}
	for _, e := range extensions {
		for _, o := range snap.extensions(e.family) {
			replace(e.of(s), o, e.newID, e.defaults(e.of(s)))
		}
	}
	for _, o := range snap.Grants {
		replace(s.grants, o, newGrantID, object{"scope": []any{}, "subject_type": "client"})
	}
	return nil
}

func (s snapshot) extensions(family string) []object {
	if family == "hooks" {
		return s.Hooks
	}
	return s.Rules
}

// check makes sure that each object has what a person knows it by, and shares what it is found by with no other.
func (s *store) check(snap snapshot) error {
	for _, l := range []struct {
		name, needs string
		list        []object
		in          *collection
	}{
		{"resource_servers", "identifier", snap.APIs, s.apis},
		{"connections", "name", snap.Connections, s.connections},
		{"clients", "name", snap.Clients, s.clients},
		{"rules", "name", snap.Rules, s.rules},
		{"hooks", "name", snap.Hooks, s.hooks},
		{"client_grants", "audience", snap.Grants, s.grants},
	} {
		seen := map[[2]string]int{}
		for i, o := range l.list {
			if text(o, l.needs) == "" {
				return fmt.Errorf("%s[%d]: %s is missing or not a string", l.name, i, l.needs)
			}
			for _, key := range []string{l.in.id, l.in.alt} {
				value := text(o, key)
				if first, twice := seen[[2]string{key, value}]; twice && value != "" {
					return fmt.Errorf("%s[%d] and %s[%d] have the same %s, %q", l.name, first, l.name, i, key, value)
				}
				seen[[2]string{key, value}] = i
			}
		}
	}
	seen := map[purpose]int{}
	for i, grant := range snap.Grants {
		if first, twice := seen[purposeOf(grant)]; twice {
			return fmt.Errorf("client_grants[%d] and client_grants[%d] are for the same clients and the same audience, %q", first, i, text(grant, "audience"))
		}
		seen[purposeOf(grant)] = i
	}
	return nil
}

// replace puts o over its defaults in the place of an object of the same id or, lacking that, the same human key.
func replace(c *collection, o object, newID func() string, defaults object) {
	full := maps.Clone(defaults)
	maps.Copy(full, o)
	old, known := c.getAlt(text(o, c.alt))
	if c.alt == "" {
		known = false
	}
	switch {
	case text(o, c.id) == "" && known:
		full[c.id] = old[c.id]
	case text(o, c.id) == "":
		full[c.id] = newID()
	case known && old[c.id] != o[c.id]:
		c.remove(text(old, c.id))
	}
	c.put(full)
}
