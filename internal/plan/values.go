package plan

import (
	"reflect"
	"slices"
	"strings"
)

// PathScopes is where an API has its scopes, the one list of objects among the values.
const PathScopes = "scopes"

// equal compares two attribute values.
func equal(a, b any) bool { return reflect.DeepEqual(a, b) }

// satisfied tells whether a current value is what was wanted: lists of scopes by what they contain, all else exactly.
func satisfied(want, have any) bool {
	switch want := want.(type) {
	case []string:
		have, ok := have.([]string)
		if !ok {
			return len(want) == 0
		}
		return len(missingStrings(want, have)) == 0
	case []Scope:
		have, ok := have.([]Scope)
		if !ok {
			return len(want) == 0
		}
		_, changed := unionScopes(have, want)
		return !changed
	}
	return equal(want, have)
}

// same tells whether two values of an attribute mean the same: lists in any order, an absent list like an empty one, an
// absent setting like its documented default.
func same(path string, a, b any) bool {
	if standard, known := settingDefaults[path]; known {
		if a == nil {
			a = standard
		}
		if b == nil {
			b = standard
		}
		return equal(a, b)
	}
	if one, other, ok := lists[string](a, b); ok {
		return sameList(one, other)
	}
	if one, other, ok := lists[Scope](a, b); ok {
		return sameList(one, other)
	}
	return equal(a, b)
}

// lists takes two values as lists, where one at least is and the other is one or absent.
func lists[T any](a, b any) (one, other []T, ok bool) {
	one, isOne := a.([]T)
	other, isOther := b.([]T)
	return one, other, (isOne || a == nil) && (isOther || b == nil) && (isOne || isOther)
}

func sameList[T comparable](a, b []T) bool { return len(without(a, b)) == 0 && len(without(b, a)) == 0 }

// without is what a list holds beside what another does.
func without[T comparable](list, other []T) []T {
	return slices.DeleteFunc(slices.Clone(list), func(item T) bool { return slices.Contains(other, item) })
}

func missingStrings(want, have []string) []string {
	var missing []string
	for _, s := range want {
		if !slices.Contains(have, s) && !slices.Contains(missing, s) {
			missing = append(missing, s)
		}
	}
	return missing
}

// unionStrings keeps what is there, in its order, and appends what is wanted besides.
func unionStrings(have, want []string) (union []string, changed bool) {
	missing := missingStrings(want, have)
	union = append(slices.Clone(have), missing...)
	if union == nil {
		union = []string{}
	}
	return union, len(missing) > 0
}

// unionScopes keeps what is there, in its order, and appends what is wanted besides. A description is replaced only by
// one that was asked for.
func unionScopes(have, want []Scope) (union []Scope, changed bool) {
	union = slices.Clone(have)
	for _, w := range want {
		i := slices.IndexFunc(union, func(s Scope) bool { return s.Value == w.Value })
		switch {
		case i < 0:
			union, changed = append(union, w), true
		case w.Description != "" && union[i].Description != w.Description:
			union[i].Description, changed = w.Description, true
		}
	}
	return union, changed
}

// nearMiss tells whether two identifiers differ only by trailing slashes or by case: what people take for the same, and
// Auth0 compares byte for byte.
func nearMiss(a, b string) bool {
	return a != b && strings.EqualFold(strings.TrimRight(a, "/"), strings.TrimRight(b, "/"))
}
