package tenant

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/auth0/go-auth0/v3/management"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
)

// connectionFields keeps a connection's options, which may hold secrets, on the tenant.
const connectionFields = "id,name,display_name,strategy,is_domain_connection"

// connection finds one by its id or its exact name; nil if there is none.
func (c *Client) connection(ctx context.Context, named spec.Connection) (*plan.Object, error) {
	if named.ID != "" {
		found, err := c.connections.Get(ctx, named.ID, &management.GetConnectionRequestParameters{
			Fields: management.String(connectionFields), IncludeFields: management.Bool(true),
		})
		if err = c.typed(http.MethodGet, "/connections/"+named.ID, "connection "+named.ID, err); absent(err) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		object := connectionObject(found)
		return &object, nil
	}
	page, err := c.connectionPage(ctx, &management.ListConnectionsQueryParameters{Name: &named.Name})
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(page, func(o plan.Object) bool { return o.Values["name"] == named.Name })
	if i < 0 {
		return nil, nil
	}
	return &page[i], nil
}

func (c *Client) connectionPage(ctx context.Context, params *management.ListConnectionsQueryParameters) ([]plan.Object, error) {
	params.Fields, params.IncludeFields = management.String(connectionFields), management.Bool(true)
	object := "reading connections"
	if params.Name != nil {
		object = "connection " + *params.Name
	}
	page, err := c.connections.List(ctx, params)
	if err != nil {
		return nil, c.typed(http.MethodGet, "/connections", object, err)
	}
	var objects []plan.Object
	for _, found := range page.Results {
		objects = append(objects, connectionObject(found))
	}
	return objects, nil
}

// MostConnections is how many Connections lists at least, where there are as many.
const MostConnections = 1000

// Connections lists the tenant's connections, but not many more than MostConnections.
func (c *Client) Connections(ctx context.Context) ([]plan.Object, error) {
	var objects []plan.Object
	enough := errors.New("enough")
	err := c.pages(ctx, func(page []plan.Object, more bool) error {
		objects = append(objects, page...)
		if len(objects) >= MostConnections {
			return enough
		}
		if more {
			c.progress("connections", len(objects), 0)
		}
		return nil
	})
	if errors.Is(err, enough) {
		err = nil
	}
	return objects, err
}

// EachConnection reads all of the tenant's connections, however many, and hands each page over as it comes.
func (c *Client) EachConnection(ctx context.Context, each func([]plan.Object)) error {
	return c.pages(ctx, func(page []plan.Object, _ bool) error {
		each(page)
		return nil
	})
}

// pages reads connections a hundred at a time, from checkpoint to checkpoint: paging by number ends at the thousandth.
func (c *Client) pages(ctx context.Context, each func(page []plan.Object, more bool) error) error {
	page, err := c.connections.List(ctx, &management.ListConnectionsQueryParameters{
		Take: management.Int(pageSize), Fields: management.String(connectionFields), IncludeFields: management.Bool(true),
	})
	for err == nil {
		objects := make([]plan.Object, len(page.Results))
		for i, found := range page.Results {
			objects[i] = connectionObject(found)
		}
		more := page.Response != nil && page.Response.Next != nil && *page.Response.Next != ""
		if err := each(objects, more); err != nil || !more {
			return err
		}
		page, err = page.GetNextPage(ctx)
	}
	return c.typed(http.MethodGet, "/connections", "reading connections", err)
}
