// Package provision runs a plan against a tenant: it observes, plans, and applies the changes in the order in which they
// depend on each other, telling what happens as it happens.
package provision

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/suggest"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

// Tenant is what provisioning needs of a tenant.
type Tenant interface {
	Domain() spec.Domain
	Lacking(ctx context.Context, scopes []string) ([]string, error)
	Observe(ctx context.Context, q plan.Query) (plan.Observed, error)
	Connections(ctx context.Context) ([]plan.Object, error)
	Apply(ctx context.Context, change plan.Change) (plan.Object, tenant.Effect, error)
}

// Prepare looks at the tenant and makes the plan. Nothing is written. The errors are those of Look.
func Prepare(ctx context.Context, t Tenant, s spec.Spec) (plan.Plan, error) {
	observed, err := Look(ctx, t, s)
	if err != nil {
		return plan.Plan{}, err
	}
	return plan.Diff(s, observed), nil
}

// Look signs in and observes what the spec is about. Unknown connections are a spec.Invalid that offers the nearest names;
// missing permission to read is a tenant.ScopeError.
func Look(ctx context.Context, t Tenant, s spec.Spec) (plan.Observed, error) {
	query := plan.QueryFor(s)
	lacking, err := t.Lacking(ctx, tenant.ReadScopes(query))
	if err != nil {
		return plan.Observed{}, err
	}
	if len(lacking) > 0 {
		// What the plan will write can't be known yet, so all that it may write is named, to spare a second round.
		if lacking, err = t.Lacking(ctx, tenant.SetupScopes()); err != nil {
			return plan.Observed{}, err
		}
		return plan.Observed{}, &tenant.ScopeError{Missing: lacking, Domain: t.Domain().String()}
	}
	observed, err := t.Observe(ctx, query)
	if err != nil {
		return plan.Observed{}, err
	}
	return observed, unknownConnections(ctx, t, observed, s.Connections)
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
