package sandbox

import (
	"errors"
	"fmt"
	"maps"
)

// merge adds the snapshot's objects to the store. Ids that are missing are made; what Auth0 would answer by default is
// filled in, so that a seed may be as short as {"connections":[{"name":"corp"}]}.
func (s *store) merge(from string, snap snapshot) error {
	s.settings = mergeSettings(s.settings, snap.Settings)
	for i, o := range snap.APIs {
		if text(o, "identifier") == "" {
			return seedError(from, "resource_servers", i, "identifier")
		}
		replace(s.apis, withSecret(o), newAPIID, apiDefaults())
	}
	for i, o := range snap.Connections {
		if text(o, "name") == "" {
			return seedError(from, "connections", i, "name")
		}
		replace(s.connections, o, newConnectionID, connectionDefaults(o))
	}
	for i, o := range snap.Clients {
		if text(o, "name") == "" {
			return seedError(from, "clients", i, "name")
		}
		newID := newClientID
		if first, said := o["is_first_party"].(bool); said && !first {
			newID = newThirdPartyID
		}
		replace(s.clients, o, newID, clientDefaults(o))
	}
	for _, e := range extensions {
		list := snap.Rules
		if e.family == "hooks" {
			list = snap.Hooks
		}
		for i, o := range list {
			if text(o, "name") == "" {
				return seedError(from, e.family, i, "name")
			}
			replace(e.of(s), o, e.newID, e.defaults(e.of(s)))
		}
	}
	for i, o := range snap.Grants {
		if text(o, "audience") == "" {
			return seedError(from, "client_grants", i, "audience")
		}
		replace(s.grants, o, newGrantID, object{"scope": []any{}, "subject_type": "client"})
	}
	return nil
}

func seedError(from, list string, i int, field string) error {
	return &SeedError{from, fmt.Errorf("%s[%d]: %w: %s", list, i, errMissing, field)}
}

var errMissing = errors.New("this field is missing or not a string")

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
