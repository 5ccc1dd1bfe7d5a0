package provision

import (
	"context"
	"errors"
	"slices"

	"github.com/mcpauth-cli/mcpauth/internal/journal"
	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

// Undo is the way back from a run.
type Undo struct {
	Run  journal.Run
	Plan plan.Plan
	from []int // for each change of the plan, the place of the entry that it takes back
}

// PrepareUndo looks at what a run changed, and makes the plan that takes it back. Nothing is written. runs are all that
// are known: what one that came later changed as well stays. Missing permission is a tenant.ScopeError that names all
// that the way back may need.
func PrepareUndo(ctx context.Context, t Tenant, run journal.Run, runs []journal.Run) (Undo, error) {
	u := Undo{Run: run}
	var pasts []plan.Past
	var places []int
	for i, e := range run.Entries {
		if e.Stands() {
			pasts = append(pasts, plan.Past{Change: e.Change(), Made: e.Made, Later: changedLater(e, run, runs)})
			places = append(places, i)
		}
	}
	query := undoQuery(pasts)
	lacking, err := t.Lacking(ctx, tenant.ReadScopes(query))
	if err != nil {
		return u, err
	}
	if len(lacking) > 0 {
		if lacking, err = t.Lacking(ctx, UndoScopes(run)); err != nil {
			return u, err
		}
		return u, &tenant.ScopeError{Missing: lacking, Domain: t.Domain().String()}
	}
	observed, err := t.Observe(ctx, query)
	if err != nil {
		return u, err
	}
	u.Plan, u.from = plan.Back(pasts, observed)
	for i, past := range u.from {
		u.from[i] = places[past]
	}
	return u, nil
}

// UndoScopes are the permissions that taking a run back may need, sorted.
func UndoScopes(run journal.Run) []string {
	var pasts []plan.Past
	var ways []plan.Change
	for _, e := range run.Entries {
		if !e.Stands() {
			continue
		}
		pasts = append(pasts, plan.Past{Change: e.Change()})
		action := plan.Update
		if e.Action == plan.Create {
			action = plan.Delete
		}
		ways = append(ways, plan.Change{Action: action, Kind: e.Kind})
	}
	scopes := append(tenant.ReadScopes(undoQuery(pasts)), tenant.WriteScopes(ways)...)
	slices.Sort(scopes)
	return slices.Compact(scopes)
}

// undoQuery names what has to be looked at. An API that was made may only go if nothing else stands on it: neither the
// grants of others nor the default audience.
func undoQuery(pasts []plan.Past) plan.Query {
	var q plan.Query
	for _, past := range pasts {
		switch past.Kind {
		case plan.KindAPI, plan.KindGrant:
			q.Identifiers = append(q.Identifiers, past.Key)
			if past.Kind == plan.KindAPI && past.Action == plan.Create {
				q.OwnGrants, q.Settings = true, true
			}
		case plan.KindConnection:
			q.Connections = append(q.Connections, spec.Connection{ID: past.ID})
		case plan.KindSettings:
			q.Settings = true
			q.Identifiers = append(q.Identifiers, past.FormerAudience()...)
		}
	}
	slices.Sort(q.Identifiers)
	q.Identifiers = slices.Compact(q.Identifiers)
	return q
}

// changedLater tells which of an entry's attributes a later run changed as well, and whether a run relies on its object.
func changedLater(e journal.Entry, run journal.Run, runs []journal.Run) map[string]string {
	later := map[string]string{}
	for _, other := range runs {
		if other.ID == run.ID || other.Tenant != run.Tenant || !other.Undoable() {
			continue
		}
		came := other.Started.After(run.Started)
		for _, o := range other.Entries {
			standing := o.Stands() || o.Status == journal.Found && !o.TakenBack
			onIt := e.Kind == plan.KindAPI && o.Kind == plan.KindGrant // whenever it was made, as by a run at the same time
			if !standing || o.Key != e.Key || !onIt && (o.Kind != e.Kind || !came) {
				continue
			}
			later[""] = other.ID
			if onIt {
				continue
			}
			for _, f := range o.Change().Fields {
				if !f.Same() {
					later[f.Path] = other.ID
				}
			}
		}
	}
	return later
}

// Apply takes the way back, as Apply does; record is that of this run, and target that of the run that is taken back.
func (u Undo) Apply(ctx context.Context, t Tenant, record, target *journal.Record, done func(Outcome)) ([]Outcome, error) {
	var unrecorded error
	outcomes, err := Apply(ctx, t, u.Plan, record, func(o Outcome) {
		if o.Status == Applied {
			unrecorded = errors.Join(unrecorded, u.tookBack(target, o.Change))
		}
		if done != nil {
			done(o)
		}
	})
	if err = errors.Join(err, unrecorded); err != nil {
		return outcomes, err
	}
	return outcomes, u.Settle(target)
}

// tookBack marks the entry that a change took back, but for what of it stays.
func (u Undo) tookBack(target *journal.Record, change plan.Change) error {
	i := slices.IndexFunc(u.Plan.Changes, func(c plan.Change) bool {
		return c.Kind == change.Kind && c.Key == change.Key && c.Action == change.Action && c.ID == change.ID
	})
	return target.TookBack(u.from[i], u.left(u.from[i])...)
}

// left are the attributes of an entry that stay as they are.
func (u Undo) left(entry int) []string {
	var paths []string
	for i, c := range u.Plan.Changes {
		if u.from[i] == entry && c.Action == plan.Conflict {
			for _, f := range c.Fields {
				paths = append(paths, f.Path)
			}
		}
	}
	return paths
}

// LeftAlone counts the changes that stay because someone else has a hand in them.
func (u Undo) LeftAlone() int {
	n := 0
	for _, c := range u.Plan.Changes {
		if c.Action == plan.Conflict {
			n++
		}
	}
	return n
}

// Settle marks in the record of the run what there was nothing left to take back of, and the run as undone where nothing
// of it is left alone.
func (u Undo) Settle(target *journal.Record) error {
	for i, c := range u.Plan.Changes {
		if c.Action == plan.None {
			if err := target.TookBack(u.from[i]); err != nil {
				return err
			}
		}
	}
	if u.LeftAlone() > 0 {
		return nil
	}
	return target.Close()
}
