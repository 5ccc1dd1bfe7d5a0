// Package plan is the arithmetic between what a tenant should be and what it is: a desired state from a spec, and the
// ordered changes from an observed one. It is pure.
package plan

import (
	"fmt"
	"slices"
	"strings"
)

// Action is what a change does.
type Action string

// The actions. Setup never deletes; Delete exists for the way back.
const (
	Create   Action = "create"
	Update   Action = "update"
	None     Action = "none"
	Conflict Action = "conflict" // needs a decision that only the operator can take
	Delete   Action = "delete"
)

// Kind is what a change is about.
type Kind string

// The kinds, in Auth0's words.
const (
	KindAPI        Kind = "api"
	KindGrant      Kind = "client_grant"
	KindConnection Kind = "connection"
	KindSettings   Kind = "tenant_settings"
)

// Values are an object's attributes by their path in Auth0's JSON, such as "flags.enable_dynamic_client_registration".
// An attribute that is absent on the tenant is absent here. They are bool, string, int, []string or []Scope.
type Values map[string]any

// Scope is a permission of an API.
type Scope struct {
	Value       string `json:"value"`
	Description string `json:"description,omitempty"`
}

// Object is something that the tenant holds. ID is Auth0's handle for it, never the key that it is found by.
type Object struct {
	ID     string
	Values Values
}

// Field is one attribute that a change sends. Before is nil where it was absent.
type Field struct {
	Path   string `json:"path"`
	Before any    `json:"before"`
	After  any    `json:"after"`
	// Exactly says that a list is to hold what After holds and no more; else more may be in it.
	Exactly bool `json:"-"`
}

// Same tells whether the attribute is sent only so that Auth0 keeps it.
func (f Field) Same() bool { return equal(f.Before, f.After) }

// Change is one step of a plan. Fields are all that it sends: the request's body is made from them and from nothing else.
type Change struct {
	Action Action
	Kind   Kind
	Key    string // the name a human knows: an identifier, a connection's name, the tenant's domain
	ID     string // Auth0's handle; empty for Create
	Fields []Field
	Impact string // what it means for others, in a sentence; empty where it means nothing to them

	// Reason, Hint and Blocking belong to a conflict: what stands in the way, what to do, and whether nothing at all
	// may be written before it is decided. Bars says that until then nobody can log in. Consent is the flag of setup that
	// decides it, where one does.
	Reason   string
	Hint     string
	Blocking bool
	Bars     bool
	Consent  string
}

// Writes tells whether the change sends something.
func (c Change) Writes() bool { return c.Action == Create || c.Action == Update || c.Action == Delete }

// Address names the object for people: "API https://…", "connection google-oauth2".
func (c Change) Address() string {
	switch c.Kind {
	case KindAPI:
		return "API " + c.Key
	case KindGrant:
		return "default grant for " + c.Key
	case KindConnection:
		return "connection " + c.Key
	case KindSettings:
		return "tenant settings of " + c.Key
	}
	return string(c.Kind) + " " + c.Key
}

// Body is the JSON object that the change sends: its fields, nested by their paths.
func (c Change) Body() map[string]any {
	body := map[string]any{}
	for _, f := range c.Fields {
		at := body
		parts := strings.Split(f.Path, ".")
		for _, part := range parts[:len(parts)-1] {
			next, ok := at[part].(map[string]any)
			if !ok {
				next = map[string]any{}
				at[part] = next
			}
			at = next
		}
		at[parts[len(parts)-1]] = f.After
	}
	return body
}

// Untaken compares an answer with what was sent and returns the paths that did not take. Scope lists may come in another
// order, and hold more than was sent where the field doesn't say exactly.
func (c Change) Untaken(answer Values) []string {
	var paths []string
	for _, f := range c.Fields {
		have := answer[f.Path]
		if taken := same(f.Path, f.After, have) || !f.Exactly && satisfied(f.After, have); !taken {
			paths = append(paths, f.Path)
		}
	}
	return paths
}

// Plan is every change that was looked at, those that do nothing included, in the order of their application.
type Plan struct {
	Changes  []Change
	Warnings []string
	// NearMisses are the warnings of APIs that stand beside a server's own, and differ only by a slash or by case.
	NearMisses []string
	// NoConnection says that no connection was named and none was found at domain level: nobody can log in yet.
	NoConnection bool
	// Backwards says that the plan takes a run back, so what was built last goes first.
	Backwards bool
}

// Pending counts the changes that would write.
func (p Plan) Pending() int {
	n := 0
	for _, c := range p.Changes {
		if c.Writes() {
			n++
		}
	}
	return n
}

// Blocked returns the conflicts that forbid any write.
func (p Plan) Blocked() []Change {
	return slices.DeleteFunc(slices.Clone(p.Changes), func(c Change) bool { return c.Action != Conflict || !c.Blocking })
}

// Stages groups the changes that write by what must stand before what: APIs, then grants and connections side by side,
// then the tenant's settings, so that registration opens only when all else stands. Backwards it is the other way round:
// registration closes first.
func (p Plan) Stages() [][]Change {
	stages := make([][]Change, 3)
	for _, c := range p.Changes {
		if !c.Writes() {
			continue
		}
		i := 1
		switch c.Kind {
		case KindAPI:
			i = 0
		case KindSettings:
			i = 2
		case KindGrant, KindConnection:
		}
		stages[i] = append(stages[i], c)
	}
	if p.Backwards {
		slices.Reverse(stages)
	}
	return slices.DeleteFunc(stages, func(s []Change) bool { return len(s) == 0 })
}

// ConflictError stops a run before its first write.
type ConflictError struct{ Conflicts []Change }

func (e *ConflictError) Error() string {
	lines := make([]string, len(e.Conflicts))
	for i, c := range e.Conflicts {
		lines[i] = fmt.Sprintf("%s: %s", c.Address(), c.Reason)
	}
	return strings.Join(lines, "\n")
}
