package plan

import "github.com/mcpauth-cli/mcpauth/internal/spec"

// Query names what has to be looked at, so that no more is asked of the tenant.
type Query struct {
	Identifiers []string          // of APIs, for the APIs themselves and for their default grants
	Connections []spec.Connection // by name or id
	Settings    bool
	// OwnGrants asks also for the grants that applications hold themselves on the identifiers.
	OwnGrants bool
	// AnyConnection asks for a look at the first connections, where none is named, to tell whether one can be used.
	AnyConnection bool
}

// QueryFor is what a spec has to be held against.
func QueryFor(s spec.Spec) Query {
	q := Query{Connections: s.Connections, Settings: true, AnyConnection: len(s.Connections) == 0}
	for _, server := range s.Servers {
		q.Identifiers = append(q.Identifiers, server.URL)
	}
	return q
}

// Observed is what the tenant answered.
type Observed struct {
	APIs        []Object                    // all that were seen, also others than those asked for: one may be a near miss
	EveryAPI    bool                        // they are all that the tenant has
	Grants      map[string][]Object         // the default grants for third-party clients, by audience
	OwnGrants   map[string][]Object         // those that applications hold themselves, by audience, where they were asked for
	Connections map[spec.Connection]*Object // by how they were asked for; nil where there is none
	Settings    Object
	// DomainLevel tells whether a look at the first connections found one at domain level.
	DomainLevel bool
}

// API finds the API of exactly that identifier; nil if there is none.
func (o Observed) API(identifier string) *Object {
	for i := range o.APIs {
		if o.APIs[i].Values["identifier"] == identifier {
			return &o.APIs[i]
		}
	}
	return nil
}

// NearMisses are the identifiers that differ from this one only by a slash or by case.
func (o Observed) NearMisses(identifier string) []string {
	var names []string
	for _, api := range o.APIs {
		if other, _ := api.Values["identifier"].(string); nearMiss(other, identifier) {
			names = append(names, other)
		}
	}
	return names
}

// Ungranted are the scopes of a server's API where its default grant allows none of them, or isn't there.
func (o Observed) Ungranted(server spec.Server) []Scope {
	for _, grant := range o.Grants[server.URL] {
		if allowed, _ := grant.Values["scope"].([]string); len(allowed) > 0 || grant.Values["allow_all_scopes"] == true {
			return nil
		}
	}
	if api := o.API(server.URL); api != nil {
		scopes, _ := api.Values[PathScopes].([]Scope)
		return scopes
	}
	return nil
}
