package tenant

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/auth0/go-auth0/v3/management"
)

// ActiveRules counts the Rules that are switched on: any makes the login of a third-party application with enhanced
// security fail (Auth0, "Third-Party Applications"). It needs read:rules.
func (c *Client) ActiveRules(ctx context.Context) (int, error) {
	page, err := c.rules.List(ctx, &management.ListRulesRequestParameters{
		Enabled: management.Bool(true), Page: management.Int(0), PerPage: management.Int(1), IncludeTotals: management.Bool(true),
	})
	if err != nil {
		return 0, c.typed(http.MethodGet, "/rules", "reading rules", err)
	}
	return max(len(page.Results), int(page.Response.GetTotal())), nil
}

// ThirdPartyClients counts the applications that are not the tenant's own, those that registered themselves among them.
// It needs read:clients.
func (c *Client) ThirdPartyClients(ctx context.Context) (int, error) {
	page, err := c.clients.List(ctx, &management.ListClientsRequestParameters{
		IsFirstParty: management.Bool(false), Fields: management.String("client_id"), IncludeFields: management.Bool(true),
		Page: management.Int(0), PerPage: management.Int(1), IncludeTotals: management.Bool(true),
	})
	if err != nil {
		return 0, c.typed(http.MethodGet, "/clients", "counting applications", err)
	}
	return max(len(page.Results), int(page.Response.GetTotal())), nil
}

// CrowdError says that not all applications could be looked at: Auth0 lists the first thousand alone.
type CrowdError struct{ Seen, All int }

func (e *CrowdError) Error() string {
	return fmt.Sprintf("only %d of %d third-party applications can be listed", e.Seen, e.All)
}

// ThirdPartyClientsNamed are the ids of applications, not the tenant's own, that bear exactly one of these names, by name. A
// CrowdError says that there may be more than those that were found. It needs read:clients.
func (c *Client) ThirdPartyClientsNamed(ctx context.Context, names ...string) (map[string][]string, error) {
	const mostPages = 10
	ids := map[string][]string{}
	all := 0
	for number := range mostPages {
		page, err := c.clients.List(ctx, &management.ListClientsRequestParameters{
			IsFirstParty: management.Bool(false), Fields: management.String("client_id,name"), IncludeFields: management.Bool(true),
			Page: management.Int(number), PerPage: management.Int(pageSize), IncludeTotals: management.Bool(true),
		})
		if err != nil {
			return nil, c.typed(http.MethodGet, "/clients", "looking for the application "+strings.Join(names, ", "), err)
		}
		for _, found := range page.Results {
			if name := found.GetName(); slices.Contains(names, name) {
				ids[name] = append(ids[name], found.GetClientID())
			}
		}
		if all = int(page.Response.GetTotal()); (number+1)*pageSize >= all {
			return ids, nil
		}
	}
	return ids, &CrowdError{mostPages * pageSize, all}
}

// GrantedAPIs are the identifiers of the APIs whose default grant lets third-party applications act for users.
func (c *Client) GrantedAPIs(ctx context.Context) ([]string, error) {
	page, err := c.grants.List(ctx, &management.ListClientGrantsRequestParameters{
		DefaultFor: management.ClientGrantDefaultForEnumThirdPartyClients.Ptr(), Take: management.Int(pageSize),
	})
	if err != nil {
		return nil, c.typed(http.MethodGet, "/client-grants", "reading default grants", err)
	}
	var identifiers []string
	for _, grant := range page.Results {
		if grant.DefaultFor != nil && string(grant.GetSubjectType()) == "user" {
			identifiers = append(identifiers, grant.GetAudience())
		}
	}
	return identifiers, nil
}

// DeleteClient deletes an application. It needs delete:clients; one that is gone already is no error.
func (c *Client) DeleteClient(ctx context.Context, id string) error {
	err := c.typed(http.MethodDelete, "/clients/"+id, "application "+id, c.clients.Delete(ctx, id))
	if absent(err) {
		return nil
	}
	return err
}
