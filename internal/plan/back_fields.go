package plan

import (
	"slices"
	"strings"
)

// settingBack is what it means for others that a setting gets its former value.
var settingBack = map[string]string{
	pathDCR:         "applications can no longer register themselves, and those that did stay",
	pathConnections: "new applications start without the tenant's connections",
	pathAudience:    settingImpact[pathAudience],
	pathProfile:     "the resource parameter (RFC 8707) is no longer understood",
	pathIss:         "authorization answers no longer carry iss (RFC 9207)",
	pathCIMD:        "client metadata documents are no longer accepted",
}

// settings makes one change of all that goes back, since it is written by one PATCH, and a conflict of what stays.
func (b *back) settings(past Past) []Change {
	way := wayBack(past, b.observed.Settings.Values)
	way.fields = slices.DeleteFunc(way.fields, func(f Field) bool {
		former, _ := f.After.(string)
		orphan := f.Path == pathAudience && former != "" && b.observed.API(former) == nil
		if orphan {
			way.leave(f, "the API that "+f.Path+" named before is gone", stays)
		}
		return orphan
	})
	var impacts []string
	for _, f := range way.fields {
		impacts = append(impacts, settingBack[f.Path])
		if f.Path == pathAudience {
			b.audience, _ = f.After.(string)
		}
	}
	return way.changes(past, "", strings.Join(impacts, "; "))
}

// updated takes changed attributes of an object back.
func updated(past Past, object *Object, impact string) []Change {
	switch {
	case object == nil:
		return []Change{nothing(past, gone)}
	case object.ID != past.ID:
		return []Change{kept(past, object.ID, replaced, stays)}
	}
	return wayBack(past, object.Values).changes(past, object.ID, impact)
}

// way is what of a changed object goes back, and what stays and why.
type way struct {
	fields  []Field
	left    []Field
	reasons []string
	hint    string
	extras  []string // what others added to lists since
}

func (w *way) leave(f Field, reason, hint string) {
	w.left = append(w.left, f)
	w.reasons = append(w.reasons, reason)
	w.hint = hint
}

func wayBack(past Past, now Values) way {
	var w way
	for _, f := range past.Fields {
		have := now[f.Path]
		if f.Same() || same(f.Path, have, f.Before) {
			continue
		}
		if target, extras, isList := listBack(f, have); isList {
			switch run := past.Later[f.Path]; {
			case same(f.Path, target, have):
			case run != "":
				w.leave(Field{Path: f.Path, Before: have, After: target, Exactly: true}, changedBy(run, f.Path), afterThat+run)
			default:
				w.fields = append(w.fields, Field{Path: f.Path, Before: have, After: target, Exactly: true})
				w.extras = append(w.extras, extras...)
			}
			continue
		}
		step := Field{Path: f.Path, Before: have, After: former(f)}
		switch run := past.Later[f.Path]; {
		case !same(f.Path, have, f.After):
			w.leave(step, "someone changed "+f.Path+" since", stays)
		case run != "":
			w.leave(step, changedBy(run, f.Path), afterThat+run)
		default:
			w.fields = append(w.fields, step)
		}
	}
	return w
}

// former is the value to send so that an attribute is as before. Where it was absent that is what Auth0 documents for an
// absent one, except that null removes the iss setting; it is the only one of ours that may be null.
func former(f Field) any {
	if f.Before == nil && f.Path != pathIss {
		return settingDefaults[f.Path]
	}
	return f.Before
}

func (w way) changes(past Past, id, impact string) []Change {
	var changes []Change
	if len(w.fields) > 0 {
		c := Change{Action: Update, Kind: past.Kind, Key: past.Key, ID: id, Fields: w.fields, Impact: impact}
		if len(w.extras) > 0 {
			c.Reason = "added since by others, so it stays: " + strings.Join(w.extras, ", ")
		}
		changes = append(changes, c)
	}
	if len(w.left) > 0 {
		changes = append(changes, kept(past, id, strings.Join(w.reasons, ", "), w.hint, w.left...))
	}
	if changes == nil {
		changes = []Change{nothing(past, asBefore)}
	}
	return changes
}

// listBack takes out of a list what a change had put in, and names what others put in since. isList is false for an
// attribute that is none.
func listBack(f Field, have any) (target any, extras []string, isList bool) {
	if before, after, ok := lists[Scope](f.Before, f.After); ok {
		have, _ := have.([]Scope)
		target, extras := takeOut(have, before, after, func(s Scope) string { return s.Value })
		return target, extras, true
	}
	if before, after, ok := lists[string](f.Before, f.After); ok {
		have, _ := have.([]string)
		target, extras := takeOut(have, before, after, func(s string) string { return s })
		return target, extras, true
	}
	return nil, nil, false
}

// takeOut goes through a list: an item that is as the change left it becomes what it was before, or goes where it wasn't;
// any other is someone else's and stays.
func takeOut[T comparable](have, before, after []T, name func(T) string) (target []T, extras []string) {
	target = []T{}
	find := func(list []T, item T) int {
		return slices.IndexFunc(list, func(other T) bool { return name(other) == name(item) })
	}
	for _, item := range have {
		was, became := find(before, item), find(after, item)
		switch {
		case became < 0 || after[became] != item:
			target = append(target, item)
			extras = append(extras, name(item))
		case was >= 0:
			target = append(target, before[was])
		}
	}
	return target, extras
}
