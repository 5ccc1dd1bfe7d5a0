package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/mcpauth-cli/mcpauth/internal/glyph"
	"github.com/mcpauth-cli/mcpauth/internal/plan"
)

// Schema is the version of the file's form.
const Schema = "mcpauth/journal/v1"

// envelope is the file: a run and the digest of its JSON without white space.
type envelope struct {
	Schema string          `json:"schema"`
	Digest string          `json:"digest"`
	Run    json.RawMessage `json:"run"`
}

var (
	errEmpty  = errors.New("it is empty")
	errEdited = errors.New("it was changed after it was written: its digest is not that of its content")
)

func digest(compact []byte) string {
	sum := sha256.Sum256(compact)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Encode makes the file's content.
func Encode(run Run) ([]byte, error) {
	compact, err := json.Marshal(run)
	if err != nil {
		return nil, err
	}
	compact = glyph.JSON(compact) // names from a tenant may hold what a terminal would obey
	content, err := json.MarshalIndent(envelope{Schema: Schema, Digest: digest(compact), Run: compact}, "", "  ")
	return append(content, '\n'), err
}

// Decode reads a file's content. One that was cut off or edited, or that another version wrote, is an error that says so.
func Decode(content []byte) (Run, error) {
	if len(bytes.TrimSpace(content)) == 0 {
		return Run{}, errEmpty
	}
	var e envelope
	if err := json.Unmarshal(content, &e); err != nil {
		return Run{}, fmt.Errorf("it is cut off or not JSON: %w", err)
	}
	if e.Schema != Schema {
		return Run{}, fmt.Errorf("its form is %q, and this version of mcpauth reads %s", e.Schema, Schema)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, e.Run); err != nil || digest(compact.Bytes()) != e.Digest {
		return Run{}, errEdited
	}
	var run Run
	decoder := json.NewDecoder(&compact)
	decoder.UseNumber()
	if err := decoder.Decode(&run); err != nil {
		return Run{}, fmt.Errorf("it says what no run does: %w", err)
	}
	return run, check(&run)
}

// check refuses what no run writes, and gives attribute values the types that plans have.
func check(run *Run) error {
	for i := range run.Entries {
		e := &run.Entries[i]
		known := slices.Contains([]plan.Action{plan.Create, plan.Update, plan.Delete}, e.Action) &&
			slices.Contains([]plan.Kind{plan.KindAPI, plan.KindGrant, plan.KindConnection, plan.KindSettings}, e.Kind) &&
			slices.Contains([]Status{Planned, Sending, Applied, Found, Failed}, e.Status)
		if !known {
			return fmt.Errorf("it speaks of a change that is unknown here: %s %s, %s", e.Action, e.Kind, e.Status)
		}
		for j := range e.Fields {
			f := &e.Fields[j]
			var errs [2]error
			f.Before, errs[0] = typed(f.Path, f.Before)
			f.After, errs[1] = typed(f.Path, f.After)
			if err := errors.Join(errs[:]...); err != nil {
				return err
			}
		}
		for path, value := range e.Made {
			var err error
			if e.Made[path], err = typed(path, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// typed turns a value that was read as JSON into what plan.Values hold.
func typed(path string, value any) (any, error) {
	switch v := value.(type) {
	case nil, bool, string:
		return v, nil
	case json.Number:
		n, err := v.Int64()
		return int(n), err
	case []any:
		if path == plan.PathScopes {
			return list(v, scope)
		}
		return list(v, func(item any) (string, bool) { s, ok := item.(string); return s, ok })
	}
	return nil, fmt.Errorf("it gives %s a value that it can't have", path)
}

func list[T any](items []any, convert func(any) (T, bool)) ([]T, error) {
	out := make([]T, 0, len(items))
	for _, item := range items {
		converted, ok := convert(item)
		if !ok {
			return nil, fmt.Errorf("it holds a list of what can't be listed: %v", item)
		}
		out = append(out, converted)
	}
	return out, nil
}

func scope(item any) (plan.Scope, bool) {
	fields, ok := item.(map[string]any)
	value, isText := fields["value"].(string)
	description, _ := fields["description"].(string)
	return plan.Scope{Value: value, Description: description}, ok && isText
}
