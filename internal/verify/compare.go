package verify

import (
	"encoding/json"
	"net/url"
	"reflect"
	"strings"
)

// difference says in words how two URLs differ: the greatest difference, where there are several.
func difference(got, want string) string {
	a, errA := url.Parse(got)
	b, errB := url.Parse(want)
	switch {
	case got == "":
		return "it is empty"
	case strings.TrimRight(got, "/") == strings.TrimRight(want, "/"):
		return "they differ by a trailing slash"
	case strings.EqualFold(got, want):
		return "they differ in capital letters"
	case errA != nil || errB != nil || a.Host == "" || b.Host == "":
		return "they are different"
	case a.Hostname() != b.Hostname():
		return "their hosts differ"
	case a.Scheme != b.Scheme:
		return "one is " + a.Scheme + " and the other is " + b.Scheme
	case a.Port() != b.Port():
		return "their ports differ"
	case a.Path != b.Path:
		return "their paths differ"
	}
	return "they are different"
}

// mistyped says what in a document is of another type than it has to be, and what makes it right.
func mistyped(err *json.UnmarshalTypeError) (what, mend string) {
	name := err.Field[strings.LastIndex(err.Field, ".")+1:]
	if name == "" {
		name = "it"
	}
	has := map[string]string{"array": "a list", "object": "an object", "bool": "true or false", "null": "null"}[err.Value]
	if has == "" { // a string, or a number, which may stand behind its type
		has = "a " + strings.Fields(err.Value)[0]
	}
	must := "a number"
	switch err.Type.Kind() { //nolint:exhaustive // all others are numbers
	case reflect.String:
		must = "a string"
	case reflect.Bool:
		must = "true or false"
	case reflect.Slice, reflect.Array:
		must = "a list"
	case reflect.Struct, reflect.Map, reflect.Pointer:
		must = "an object"
	}
	return name + " is " + has + ", and has to be " + must, "make " + name + " " + must
}
