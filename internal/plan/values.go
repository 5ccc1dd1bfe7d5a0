package plan

import (
	"reflect"
	"slices"
	"strings"
)

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
