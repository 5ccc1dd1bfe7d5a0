package view

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/mcpauth-cli/mcpauth/internal/glyph"
	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/provision"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

// Schema is the version of the JSON document: keys are added under it, never changed.
const Schema = "mcpauth/v1"

// Document is what --json prints: one for each run, on every way out. A command leaves out what it has nothing to say of.
type Document struct {
	Schema   string         `json:"schema"`
	Command  string         `json:"command"`
	Tenant   string         `json:"tenant,omitempty"`
	Run      string         `json:"run,omitempty"`         // the id of the record that this run keeps
	Undoes   string         `json:"undoes,omitempty"`      // the id of the run that undo takes back
	Runs     []Run          `json:"runs,omitzero"`         // nil where none were asked for
	Source   string         `json:"credentials,omitempty"` // where the credentials came from, in words
	Changes  []Change       `json:"changes,omitempty"`
	Files    []File         `json:"files,omitempty"`
	Manual   []string       `json:"manual,omitempty"` // lines that the user has to add to a file by hand
	Checks   []Check        `json:"checks,omitempty"`
	Warnings []string       `json:"warnings,omitempty"`
	Notes    []string       `json:"notes,omitempty"` // worth knowing, nothing to act on
	Version  string         `json:"version,omitempty"`
	Env      []string       `json:"env,omitempty"` // NAME=VALUE pairs that point at a sandbox
	Parts    *Parts         `json:"parts,omitempty"`
	Requests *tenant.Counts `json:"requests,omitempty"`
	Error    *Error         `json:"error,omitempty"`
}

// Change is one change and what became of it.
type Change struct {
	Action string       `json:"action"`
	Kind   string       `json:"kind"`
	Key    string       `json:"key"`
	Fields []plan.Field `json:"fields"`
	Impact string       `json:"impact"`
	Status string       `json:"status"`
	Reason string       `json:"reason,omitempty"`
	Hint   string       `json:"hint,omitempty"`
	Error  string       `json:"error,omitempty"` // why it failed
}

// Run is a recorded run.
type Run struct {
	ID      string `json:"id"`
	Started string `json:"started,omitempty"` // RFC 3339
	Command string `json:"command,omitempty"`
	Tenant  string `json:"tenant,omitempty"`
	Changes int    `json:"changes"`          // how many it was to make
	Undoes  string `json:"undoes,omitempty"` // the run that an undo took back
	Status  string `json:"status"`           // standing | unfinished | undone | undo | empty | unusable
	Error   string `json:"error,omitempty"`  // why it is unusable
}

// File is a file and what became of it.
type File struct {
	Path   string `json:"path"`
	Action string `json:"action"` // create | update | none
	Status string `json:"status"` // planned | applied | failed | skipped
	Diff   string `json:"diff,omitempty"`
}

// Check is one check of a verification.
type Check struct {
	ID     string `json:"id"`
	Status string `json:"status"`
	Title  string `json:"title,omitempty"`
	Got    string `json:"got,omitempty"`
	Want   string `json:"want,omitempty"`
	Spec   string `json:"spec,omitempty"`
	Cause  string `json:"cause,omitempty"`
	Hint   string `json:"hint,omitempty"`
	Open   bool   `json:"open,omitempty"` // wanted, and could not be made
	// Requests are what was asked for a check that did not pass: method and URL, without its query, each once.
	Requests []string `json:"requests,omitempty"`
}

// Parts are the rendered parts of a gateway's configuration.
type Parts struct {
	Policy  json.RawMessage `json:"policy,omitempty"`
	Route   json.RawMessage `json:"route,omitempty"`
	Runtime string          `json:"runtime,omitempty"`
}

// Error is why a run ended without success.
type Error struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint"`
}

// Changes puts outcomes into the document's form.
func Changes(outcomes []provision.Outcome) []Change {
	changes := make([]Change, 0, len(outcomes))
	for _, o := range outcomes {
		fields := o.Fields
		if fields == nil {
			fields = []plan.Field{}
		}
		change := Change{
			Action: string(o.Action), Kind: string(o.Kind), Key: o.Key, Fields: fields, Impact: o.Impact,
			Status: string(o.Status), Reason: o.Reason, Hint: o.Hint,
		}
		if o.Err != nil {
			change.Error = o.Err.Error()
		}
		changes = append(changes, change)
	}
	return changes
}

// Write prints the document, indented, with a final newline.
func (d Document) Write(w io.Writer) error {
	d.Schema = Schema
	return WriteJSON(w, d)
}

// WriteJSON prints a value as indented JSON with a final newline. What a terminal would obey, or not show, is escaped in
// it: a document is often looked at where it was made.
func WriteJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(glyph.JSON(b.Bytes()))
	return err
}
