package tenant

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/auth0/go-auth0/v3/management"
	"github.com/auth0/go-auth0/v3/management/option"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
)

const pageSize = 100 // the largest page that Auth0 gives

// Observe looks at the named objects, side by side. Scopes that several answers miss are reported together.
func (c *Client) Observe(ctx context.Context, q plan.Query) (plan.Observed, error) {
	o := plan.Observed{
		Grants: map[string][]plan.Object{}, OwnGrants: map[string][]plan.Object{}, Connections: map[spec.Connection]*plan.Object{},
	}
	var mu sync.Mutex
	var looks []func(context.Context) error
	if len(q.Identifiers) > 0 {
		looks = append(looks, func(ctx context.Context) error {
			var err error
			o.APIs, o.EveryAPI, err = c.listAPIs(ctx, q.Identifiers)
			return err
		})
	}
	for _, audience := range q.Identifiers {
		looks = append(looks, func(ctx context.Context) error {
			found, err := c.defaultGrants(ctx, audience)
			mu.Lock()
			defer mu.Unlock()
			o.Grants[audience] = found
			return err
		})
		if q.OwnGrants {
			looks = append(looks, func(ctx context.Context) error {
				found, err := c.ownGrants(ctx, audience)
				mu.Lock()
				defer mu.Unlock()
				o.OwnGrants[audience] = found
				return err
			})
		}
	}
	for _, named := range q.Connections {
		looks = append(looks, func(ctx context.Context) error {
			found, err := c.connection(ctx, named)
			mu.Lock()
			defer mu.Unlock()
			o.Connections[named] = found
			return err
		})
	}
	if q.AnyConnection {
		looks = append(looks, func(ctx context.Context) error {
			page, err := c.connectionPage(ctx, &management.ListConnectionsQueryParameters{Take: management.Int(pageSize)})
			o.DomainLevel = slices.ContainsFunc(page, func(p plan.Object) bool { return p.Values["is_domain_connection"] == true })
			return err
		})
	}
	if q.Settings {
		looks = append(looks, func(ctx context.Context) error {
			var err error
			o.Settings, err = c.readSettings(ctx)
			return err
		})
	}
	return o, c.together(ctx, looks)
}

// together runs all looks side by side, and tells how far they are where they are many.
func (c *Client) together(ctx context.Context, looks []func(context.Context) error) error {
	const many = 10
	errs := make([]error, len(looks))
	var wait sync.WaitGroup
	var done atomic.Int64
	for i, look := range looks {
		wait.Go(func() {
			errs[i] = look(ctx)
			if n := int(done.Add(1)); len(looks) >= many {
				c.progress("", n, len(looks))
			}
		})
	}
	wait.Wait()
	return Together(errs)
}

// Together makes one error of those of requests that ran side by side: missing scopes are named together, and come
// first, since nothing else can be mended before.
func Together(errs []error) error {
	var lacking *ScopeError
	others := make([]error, 1, len(errs)+1)
	for _, err := range errs {
		var scope *ScopeError
		switch {
		case !errors.As(err, &scope):
			others = append(others, err)
		case lacking == nil:
			lacking = &ScopeError{Missing: slices.Clone(scope.Missing), Domain: scope.Domain}
		default:
			lacking.Missing = append(lacking.Missing, scope.Missing...)
		}
	}
	if lacking != nil {
		slices.Sort(lacking.Missing)
		lacking.Missing = slices.Compact(lacking.Missing)
		others[0] = lacking
	}
	return errors.Join(others...)
}

// listAPIs looks at all APIs, a hundred at a time, since only that shows an identifier that differs by case or by a slash:
// one request for nearly every tenant. Beyond a thousand, which is as far as paging goes, the identifiers are asked for by
// name, and those that differ by a slash: then there may be others.
func (c *Client) listAPIs(ctx context.Context, identifiers []string) (objects []plan.Object, every bool, err error) {
	const mostPages = 10
	total := 1
	for page := 0; page < mostPages && len(objects) < total; page++ {
		found, all, err := c.apiPage(ctx, &management.ListResourceServerRequestParameters{
			Page: management.Int(page), PerPage: management.Int(pageSize), IncludeTotals: management.Bool(true),
		}, c.lean(identifiers))
		if err != nil {
			return nil, false, err
		}
		objects, total = append(objects, found...), all
		if len(found) == 0 {
			return objects, len(objects) >= total, nil
		}
		c.progress("APIs", len(objects), total)
	}
	if len(objects) >= total {
		return objects, true, nil
	}
	const most = 10 // identifiers in one request
	var variants []*string
	for _, identifier := range identifiers {
		variants = append(variants, management.String(identifier), management.String(identifier+"/"))
	}
	for chunk := range slices.Chunk(variants, most) {
		found, _, err := c.apiPage(ctx, &management.ListResourceServerRequestParameters{
			Identifiers: chunk, Page: management.Int(0), PerPage: management.Int(pageSize), IncludeTotals: management.Bool(true),
		})
		if err != nil {
			return nil, false, err
		}
		objects = append(objects, found...)
	}
	return objects, false, nil
}

func (c *Client) apiPage(ctx context.Context, params *management.ListResourceServerRequestParameters, options ...option.RequestOption) (objects []plan.Object, total int, err error) {
	page, err := c.apis.List(ctx, params, options...)
	if err != nil {
		return nil, 0, c.typed(http.MethodGet, "/resource-servers", "reading APIs", err)
	}
	for _, api := range page.Results {
		objects = append(objects, apiObject(api))
	}
	if page.Response != nil {
		total = int(page.Response.GetTotal())
	}
	return objects, total, nil
}

func (c *Client) defaultGrants(ctx context.Context, audience string) ([]plan.Object, error) {
	page, err := c.grants.List(ctx, &management.ListClientGrantsRequestParameters{
		Audience: &audience, DefaultFor: management.ClientGrantDefaultForEnumThirdPartyClients.Ptr(), Take: management.Int(pageSize),
	})
	if err != nil {
		return nil, c.typed(http.MethodGet, "/client-grants", "reading the default grant for "+audience, err)
	}
	var objects []plan.Object
	for _, grant := range page.Results {
		// A server that doesn't know the filter would answer with every grant.
		if grant.GetAudience() == audience && grant.DefaultFor != nil {
			objects = append(objects, grantObject(grant))
		}
	}
	return objects, nil
}

// ownGrants are the grants that applications hold themselves on an audience. The first page is enough to know whether
// there are any: one grant at most is a default one.
func (c *Client) ownGrants(ctx context.Context, audience string) ([]plan.Object, error) {
	page, err := c.grants.List(ctx, &management.ListClientGrantsRequestParameters{Audience: &audience, Take: management.Int(pageSize)})
	if err != nil {
		return nil, c.typed(http.MethodGet, "/client-grants", "reading the grants on "+audience, err)
	}
	var objects []plan.Object
	for _, grant := range page.Results {
		if grant.GetAudience() == audience && grant.DefaultFor == nil {
			objects = append(objects, grantObject(grant))
		}
	}
	return objects, nil
}

func (c *Client) readSettings(ctx context.Context) (plan.Object, error) {
	found, err := c.settings.Get(ctx, &management.GetTenantSettingsRequestParameters{})
	if err != nil {
		return plan.Object{}, c.typed(http.MethodGet, "/tenants/settings", "reading the tenant's settings", err)
	}
	return settingsObject(found), nil
}
