// Package provision runs a plan against a tenant: it observes, plans, and applies the changes in the order in which they
// depend on each other, telling what happens as it happens.
package provision

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/suggest"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

// Status is what became of a change.
type Status string

// The states of a change.
const (
	Planned Status = "planned"
	Applied Status = "applied"
	Failed  Status = "failed"
	Skipped Status = "skipped" // nothing to do, or not reached
)

// Outcome is a change and what became of it.
type Outcome struct {
	plan.Change
	Status Status
	Err    error
}

// Tenant is what provisioning needs of a tenant.
type Tenant interface {
	Domain() spec.Domain
	Lacking(ctx context.Context, scopes []string) ([]string, error)
	Observe(ctx context.Context, q plan.Query) (plan.Observed, error)
	Connections(ctx context.Context) ([]plan.Object, error)
	Apply(ctx context.Context, change plan.Change) (plan.Object, error)
}

// Prepare signs in, observes what the spec is about and makes the plan. Nothing is written. Unknown connections are a
// spec.Invalid that offers the nearest names; missing permission to read is a tenant.ScopeError.
func Prepare(ctx context.Context, t Tenant, s spec.Spec) (plan.Plan, error) {
	query := plan.QueryFor(s)
	lacking, err := t.Lacking(ctx, tenant.ReadScopes(query))
	if err != nil {
		return plan.Plan{}, err
	}
	if len(lacking) > 0 {
		// What the plan will write can't be known yet, so all that it may write is named, to spare a second round.
		if lacking, err = t.Lacking(ctx, tenant.SetupScopes()); err != nil {
			return plan.Plan{}, err
		}
		return plan.Plan{}, &tenant.ScopeError{Missing: lacking, Domain: t.Domain().String()}
	}
	observed, err := t.Observe(ctx, query)
	if err != nil {
		return plan.Plan{}, err
	}
	if err := unknownConnections(ctx, t, observed, s.Connections); err != nil {
		return plan.Plan{}, err
	}
	return plan.Diff(s, observed), nil
}

// PrepareLevel makes the plan that lifts connections to domain level, or takes them down from it.
func PrepareLevel(ctx context.Context, t Tenant, connections []spec.Connection, domain bool) (plan.Plan, error) {
	query := plan.Query{Connections: connections}
	lacking, err := t.Lacking(ctx, []string{"read:connections", "update:connections"})
	if err != nil {
		return plan.Plan{}, err
	}
	if len(lacking) > 0 {
		return plan.Plan{}, &tenant.ScopeError{Missing: lacking, Domain: t.Domain().String()}
	}
	observed, err := t.Observe(ctx, query)
	if err != nil {
		return plan.Plan{}, err
	}
	if err := unknownConnections(ctx, t, observed, connections); err != nil {
		return plan.Plan{}, err
	}
	var p plan.Plan
	seen := map[string]bool{}
	for _, c := range connections {
		if object := observed.Connections[c]; !seen[object.ID] {
			seen[object.ID] = true
			p.Changes = append(p.Changes, plan.Level(*object, domain))
		}
	}
	return p, nil
}

func unknownConnections(ctx context.Context, t Tenant, o plan.Observed, named []spec.Connection) error {
	var problems spec.Invalid
	var known []string
	for _, c := range named {
		if o.Connections[c] != nil {
			continue
		}
		if known == nil {
			objects, err := t.Connections(ctx)
			if err != nil {
				return err
			}
			for _, object := range objects {
				name, _ := object.Values["name"].(string)
				known = append(known, name)
			}
		}
		field, hint := "--connection", "list the names in the dashboard under Authentication"
		if c.ID != "" {
			field, hint = "--connection-id", "name it by --connection instead"
		}
		if near := nearest(c.String(), known); len(near) > 0 && c.ID == "" {
			hint = "did you mean " + strings.Join(near, " or ") + "?"
		}
		problems = append(problems, spec.Problem{Field: field, What: fmt.Sprintf("%s has no connection %q", t.Domain(), c.String()), Hint: hint})
	}
	if len(problems) == 0 {
		return nil
	}
	return problems
}

// nearest offers names that look like what was meant, and all of them where there are hardly any.
func nearest(name string, known []string) []string {
	near := suggest.Nearest(name, known)
	if len(near) == 0 && len(known) <= 3 {
		return slices.Sorted(slices.Values(known))
	}
	return near
}

// Outcomes are a plan's changes before anything is applied.
func Outcomes(p plan.Plan) []Outcome {
	outcomes := make([]Outcome, len(p.Changes))
	for i, c := range p.Changes {
		outcomes[i] = Outcome{Change: c, Status: Skipped}
		if c.Writes() {
			outcomes[i].Status = Planned
		}
	}
	return outcomes
}

// Permitted makes sure, where the token tells, that every write of the plan is allowed before the first is sent.
func Permitted(ctx context.Context, t Tenant, p plan.Plan) error {
	lacking, err := t.Lacking(ctx, tenant.WriteScopes(p.Changes))
	if err != nil {
		return err
	}
	if len(lacking) > 0 {
		return &tenant.ScopeError{Missing: lacking, Domain: t.Domain().String()}
	}
	return nil
}

// Apply writes the plan stage by stage, the changes of a stage side by side, and stops after a stage in which one failed.
// done is called once for each change, from one goroutine at a time; it may be nil. The outcomes are in the plan's order,
// also when an error is returned.
func Apply(ctx context.Context, t Tenant, p plan.Plan, done func(Outcome)) ([]Outcome, error) {
	outcomes := Outcomes(p)
	if blocked := p.Blocked(); len(blocked) > 0 {
		return outcomes, &plan.ConflictError{Conflicts: blocked}
	}
	if err := Permitted(ctx, t, p); err != nil {
		return outcomes, err
	}
	var mu sync.Mutex
	record := func(change plan.Change, err error) {
		mu.Lock()
		defer mu.Unlock()
		i := slices.IndexFunc(outcomes, func(o Outcome) bool {
			return o.Kind == change.Kind && o.Key == change.Key && o.Action == change.Action
		})
		outcomes[i].Status, outcomes[i].Err = Applied, err
		if err != nil {
			outcomes[i].Status = Failed
		}
		if done != nil {
			done(outcomes[i])
		}
	}
	for _, stage := range p.Stages() {
		if err := applyStage(ctx, t, stage, record); err != nil {
			skipRest(outcomes)
			return outcomes, err
		}
	}
	return outcomes, nil
}

func applyStage(ctx context.Context, t Tenant, stage []plan.Change, record func(plan.Change, error)) error {
	errs := make([]error, len(stage))
	var wait sync.WaitGroup
	for i, change := range stage {
		wait.Go(func() {
			if errs[i] = ctx.Err(); errs[i] == nil {
				_, errs[i] = t.Apply(ctx, change)
				record(change, errs[i])
			}
		})
	}
	wait.Wait()
	return tenant.Together(errs)
}

func skipRest(outcomes []Outcome) {
	for i := range outcomes {
		if outcomes[i].Status == Planned {
			outcomes[i].Status = Skipped
		}
	}
}
