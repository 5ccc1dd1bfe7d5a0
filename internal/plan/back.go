package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
)

// Past is a change that a run made, or may have made: where its answer was lost, only the tenant can tell.
type Past struct {
	Change
	// Made is the object as the tenant answered its creation; nil where that isn't known.
	Made Values
	// Later names the run that changed an attribute as well, and later, by its path. The empty path stands for the object,
	// which a run changed or relies on.
	Later map[string]string
}

// Back is the plan that takes changes back, held against what the tenant is now; from tells for each change of the plan
// which past one it belongs to. What someone else changed since is left alone and named: a conflict that doesn't block.
//
//	past change              on the tenant now                 plan
//	API or grant created     absent                            none: gone already
//	                         as it was made                    delete
//	                         otherwise, or another id          conflict, it stays
//	                         as made, but relied on            conflict, it stays
//	attribute changed        as it was before                  none
//	                         as it was changed to              update to its former value
//	                         otherwise                         conflict, it stays
//	scopes added             with others beside them           update: these go, others stay and are named
//	anything                 a later run changed it as well    conflict, it stays until that run is taken back
//
// The order is the reverse of setup's: settings, so that registration closes first; grants and connections; APIs.
func Back(pasts []Past, o Observed) (p Plan, from []int) {
	b := back{observed: o, going: map[string]bool{}}
	b.audience, _ = o.Settings.Values[pathAudience].(string)
	p.Backwards = true
	for _, kinds := range [][]Kind{{KindSettings}, {KindGrant, KindConnection}, {KindAPI}} {
		for i, past := range pasts {
			if past.Kind != kinds[0] && past.Kind != kinds[len(kinds)-1] {
				continue
			}
			for _, c := range b.of(past) {
				p.Changes, from = append(p.Changes, c), append(from, i)
				if c.Action == Conflict {
					p.Warnings = append(p.Warnings, c.Address()+": "+c.Reason+"; "+c.Hint)
				}
			}
		}
	}
	return p, from
}

// back remembers what the plan so far will leave, since an API may only go when nothing stands on it.
type back struct {
	observed Observed
	audience string          // the default audience when the plan is through
	going    map[string]bool // the grants that the plan deletes, by id
}

func (b *back) of(past Past) []Change {
	switch {
	case past.Action == Create && past.Kind == KindAPI:
		return []Change{b.createdAPI(past)}
	case past.Action == Create && past.Kind == KindGrant:
		return []Change{b.createdGrant(past)}
	case past.Action != Update:
		return nil
	case past.Kind == KindSettings:
		return b.settings(past)
	case past.Kind == KindConnection:
		return []Change{b.connection(past)}
	case past.Kind == KindGrant:
		return updated(past, b.grant(past), "third-party applications can no longer ask users for these scopes")
	case past.Kind == KindAPI:
		return updated(past, b.observed.API(past.Key), "every application that uses this API is affected")
	}
	return nil
}

const (
	gone      = "it is gone already"
	asBefore  = "it is as it was before the run"
	replaced  = "it was deleted since, and another stands in its place"
	stays     = "it stays as it is"
	afterThat = "it stays until that run is taken back: mcpauth undo --run "
)

func changedBy(run, path string) string {
	return "run " + run + " changed " + path + " as well"
}

func nothing(past Past, reason string) Change {
	return Change{Action: None, Kind: past.Kind, Key: past.Key, ID: past.ID, Reason: reason}
}

func kept(past Past, id, reason, hint string, fields ...Field) Change {
	return Change{Action: Conflict, Kind: past.Kind, Key: past.Key, ID: id, Fields: fields, Reason: reason, Hint: hint}
}

// created takes a creation back where the object is as it was made.
func created(past Past, object *Object, impact string) Change {
	switch {
	case object == nil:
		return nothing(past, gone)
	case past.ID != "" && object.ID != past.ID:
		return kept(past, object.ID, replaced, stays)
	}
	if run := past.Later[""]; run != "" {
		return kept(past, object.ID, "run "+run+" changed it or relies on it", afterThat+run)
	}
	if fields := past.changed(object.Values); len(fields) > 0 {
		return kept(past, object.ID, "someone changed its "+strings.Join(pathsOf(fields), ", ")+" since", "it stays: delete it in the dashboard if nobody needs it", fields...)
	}
	c := Change{Action: Delete, Kind: past.Kind, Key: past.Key, ID: object.ID, Impact: impact}
	for _, f := range past.Fields {
		c.Fields = append(c.Fields, Field{Path: f.Path, Before: object.Values[f.Path]})
	}
	return c
}

// changed are the attributes that differ from what they were when the object was made: as the tenant answered then, or
// else as they were sent. What it didn't answer then was not set.
func (p Past) changed(now Values) []Field {
	made := p.Made
	if made == nil {
		made = Values{}
		for _, f := range p.Fields {
			made[f.Path] = f.After
		}
		now = asked(now, made)
	}
	var fields []Field
	for _, path := range sortedPaths(made, now) {
		was, is := asMade(path, made[path]), asMade(path, now[path])
		if (!unset(was) || !unset(is)) && !same(path, is, was) {
			fields = append(fields, Field{Path: path, Before: is, After: was})
		}
	}
	return fields
}

func pathsOf(fields []Field) []string {
	paths := make([]string, len(fields))
	for i, f := range fields {
		paths[i] = f.Path
	}
	return paths
}

// asMade is a value as Auth0 makes it where an answer leaves it out.
func asMade(path string, v any) any {
	if made, has := unasked[path]; has && unset(v) {
		return made
	}
	return v
}

// unset tells whether a value is what an attribute has that was never set.
func unset(v any) bool { return v == nil || v == false || v == "" || v == 0 }

// unasked is what Auth0 gives an attribute of a new API or grant that the creation doesn't name, where that isn't the same
// as unset.
var unasked = Values{
	"token_lifetime": 86400, "token_dialect": "access_token", pathUserPolicy: "allow_all",
	"subject_type_authorization.client.policy": "require_client_grant", "token_lifetime_for_web": "7200", "organization_usage": `"deny"`,
}

// asked leaves out what a creation didn't name and is as Auth0 makes it. Anything else that it didn't name was changed since,
// or the object is someone else's.
func asked(v, named Values) Values {
	kept := maps.Clone(v)
	maps.DeleteFunc(kept, func(path string, value any) bool {
		_, there := named[path]
		return !there && equal(value, unasked[path])
	})
	return kept
}

func sortedPaths(a, b Values) []string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return slices.Sorted(maps.Keys(all))
}

// createdAPI also looks at what would go with an API, or break without it.
func (b *back) createdAPI(past Past) Change {
	c := created(past, b.observed.API(past.Key), "whoever asks for a token for it is refused from then on")
	if c.Action != Delete {
		return c
	}
	standing := len(b.observed.OwnGrants[past.Key])
	for _, grant := range b.observed.Grants[past.Key] {
		if !b.going[grant.ID] {
			standing++
		}
	}
	switch {
	case b.audience == past.Key:
		return kept(past, c.ID, "it is the tenant's default audience, and logins fail where that names no API",
			"choose another default audience (Settings > General > API Authorization Settings), then run this again")
	case standing > 0:
		return kept(past, c.ID, fmt.Sprintf("%s would go with it", count(standing, "grant that others made", "grants that others made")),
			"delete them first if nobody needs them, then run this again")
	}
	return c
}

func (b *back) createdGrant(past Past) Change {
	c := created(past, b.grant(past), "third-party applications can no longer ask users for access to this API")
	if c.Action == Delete {
		b.going[c.ID] = true
	}
	return c
}

// grant is the past change's, or where it isn't there any more or its id is unknown, the first for the same audience.
func (b *back) grant(past Past) *Object {
	grants := b.observed.Grants[past.Key]
	for i := range grants {
		if grants[i].ID == past.ID {
			return &grants[i]
		}
	}
	if len(grants) == 0 {
		return nil
	}
	return &grants[0]
}

func (b *back) connection(past Past) Change {
	object := b.observed.Connections[spec.Connection{ID: past.ID}]
	if object == nil {
		return nothing(past, gone)
	}
	was := false
	for _, f := range past.Fields {
		if f.Path == pathDomainLevel {
			was, _ = f.Before.(bool)
		}
	}
	c := Level(*object, was)
	if c.Action == None {
		return nothing(past, asBefore)
	}
	if run := past.Later[pathDomainLevel]; run != "" {
		return kept(past, past.ID, changedBy(run, pathDomainLevel), afterThat+run,
			Field{Path: pathDomainLevel, Before: object.Values[pathDomainLevel], After: was})
	}
	return c
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// FormerAudience is the default audience that a change of the settings replaced, if it did: it may go back only to an API
// that is there.
func (p Past) FormerAudience() []string {
	for _, f := range p.Fields {
		if former, _ := f.Before.(string); p.Kind == KindSettings && f.Path == pathAudience && former != "" {
			return []string{former}
		}
	}
	return nil
}
