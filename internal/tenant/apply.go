package tenant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/auth0/go-auth0/v3/management"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
)

// Effect is what a change did to the tenant.
type Effect int

const (
	// Unknown is that no answer tells: the tenant has to be looked at.
	Unknown Effect = iota
	// Done is that the change took effect.
	Done
	// Found is that a creation found what was wanted, made by someone else.
	Found
	// Nothing is that the tenant refused, and nothing changed.
	Nothing
)

// Apply sends one change and returns the object that the tenant answered with, and what the change did, which is often
// known after an error too. An answer that doesn't hold what was sent is an UntakenError.
func (c *Client) Apply(ctx context.Context, change plan.Change) (plan.Object, Effect, error) {
	ctx, doubt := withDoubt(ctx)
	var object plan.Object
	var err error
	effect := Done
	switch change.Action {
	case plan.Create:
		object, effect, err = c.createSurely(ctx, change, doubt)
	case plan.Update:
		object, err = c.update(ctx, change)
	case plan.Delete:
		err = c.delete(ctx, change)
	default:
		err = fmt.Errorf("%s: %q is nothing to send", change.Address(), change.Action)
	}
	switch untaken := change.Untaken(object.Values); {
	case err != nil && doubt.Load():
		return plan.Object{}, Unknown, err
	case err != nil:
		return plan.Object{}, Nothing, err
	case len(untaken) > 0 && change.Action != plan.Delete:
		return object, Unknown, &UntakenError{Object: change.Address(), Paths: untaken}
	}
	return object, effect, nil
}

// createSurely creates an object once. Where the answer was lost, or another run was faster, it looks whether the object
// stands: if it holds what was wanted, that is success; if it isn't there, the creation is sent again. What is found
// after a lost answer is taken for ours; after a plain 409 it is someone else's.
func (c *Client) createSurely(ctx context.Context, change plan.Change, doubt *atomic.Bool) (plan.Object, Effect, error) {
	const most = 3
	for attempt := 1; ; attempt++ {
		object, err := c.create(ctx, change)
		if err == nil || !unsure(err) {
			return object, Done, err
		}
		found, lookErr := c.lookup(ctx, change)
		switch {
		case lookErr != nil:
			return plan.Object{}, Unknown, errors.Join(err, lookErr)
		case found != nil && len(change.Untaken(found.Values)) == 0:
			if doubt.Load() {
				return *found, Done, nil
			}
			return *found, Found, nil
		case found != nil:
			return plan.Object{}, Unknown, &RequestError{
				Method: http.MethodPost, Path: apiPath + collection(change.Kind), Object: change.Address(), Status: status(err),
				Detail: "it exists meanwhile, but not as wanted; run again to see the difference", Err: err,
			}
		case attempt == most:
			return plan.Object{}, Unknown, err
		}
		if err := c.pauseAfter(ctx, err, attempt); err != nil {
			return plan.Object{}, Unknown, err
		}
	}
}

// pauseAfter waits before a creation is sent again, and counts it as the repetition that it is.
func (c *Client) pauseAfter(ctx context.Context, cause error, attempt int) error {
	var failure *RequestError
	asked := time.Duration(0)
	if errors.As(cause, &failure) {
		asked = failure.Asked
	}
	wait, again := c.transport.backoff.failed(asked, attempt)
	if !again {
		return cause
	}
	c.transport.countRetry()
	return c.transport.sleep(ctx, Wait{For: wait, Reason: cause.Error()})
}

// unsure tells whether an error leaves open that the object stands.
func unsure(err error) bool {
	var failure *RequestError
	if !errors.As(err, &failure) {
		return false
	}
	var answer *answerError
	return failure.Status == 0 || failure.Status == http.StatusConflict || failure.Status == http.StatusRequestTimeout ||
		failure.Status >= 500 || errors.As(err, &answer)
}

func collection(kind plan.Kind) string {
	switch kind {
	case plan.KindAPI:
		return "/resource-servers"
	case plan.KindGrant:
		return "/client-grants"
	case plan.KindConnection:
		return "/connections"
	case plan.KindSettings:
		return "/tenants/settings"
	}
	return ""
}

func (c *Client) create(ctx context.Context, change plan.Change) (plan.Object, error) {
	failed := func(err error) (plan.Object, error) {
		return plan.Object{}, c.typed(http.MethodPost, collection(change.Kind), change.Address(), err)
	}
	if change.Kind == plan.KindAPI {
		var request management.CreateResourceServerRequestContent
		if err := decode(change, &request); err != nil {
			return plan.Object{}, err
		}
		created, err := c.apis.Create(uninterrupted(ctx), &request)
		if err != nil {
			return failed(err)
		}
		return apiObject(created), nil
	}
	var request management.CreateClientGrantRequestContent
	if err := decode(change, &request); err != nil {
		return plan.Object{}, err
	}
	request.SetScope(request.Scope) // an empty list would be left out otherwise
	created, err := c.grants.Create(uninterrupted(ctx), &request)
	if err != nil {
		return failed(err)
	}
	return grantObject(created), nil
}

// lookup finds the object that a creation was to make, by the key that it has beside its id.
func (c *Client) lookup(ctx context.Context, change plan.Change) (*plan.Object, error) {
	if change.Kind == plan.KindGrant {
		found, err := c.defaultGrants(ctx, change.Key)
		if err != nil || len(found) == 0 {
			return nil, err
		}
		return &found[0], nil
	}
	found, _, err := c.apiPage(ctx, &management.ListResourceServerRequestParameters{
		Identifiers: []*string{&change.Key}, Page: management.Int(0), PerPage: management.Int(pageSize), IncludeTotals: management.Bool(true),
	})
	if err != nil {
		return nil, err
	}
	for i := range found {
		if found[i].Values["identifier"] == change.Key {
			return &found[i], nil
		}
	}
	return nil, nil
}

// delete removes an object; one that is gone already is no error.
func (c *Client) delete(ctx context.Context, change plan.Change) error {
	var err error
	switch change.Kind {
	case plan.KindAPI:
		err = c.apis.Delete(uninterrupted(ctx), change.ID)
	case plan.KindGrant:
		err = c.grants.Delete(uninterrupted(ctx), change.ID)
	case plan.KindConnection, plan.KindSettings:
		return fmt.Errorf("%s can't be deleted", change.Address())
	}
	err = c.typed(http.MethodDelete, collection(change.Kind)+"/"+change.ID, change.Address(), err)
	if absent(err) {
		return nil
	}
	return err
}

func (c *Client) update(ctx context.Context, change plan.Change) (plan.Object, error) {
	path := collection(change.Kind)
	if change.ID != "" {
		path += "/" + change.ID
	}
	object, err := c.patch(ctx, change)
	return object, c.typed(http.MethodPatch, path, change.Address(), err)
}

func (c *Client) patch(ctx context.Context, change plan.Change) (plan.Object, error) {
	switch change.Kind {
	case plan.KindAPI:
		var request management.UpdateResourceServerRequestContent
		if err := decode(change, &request); err != nil {
			return plan.Object{}, err
		}
		if request.Scopes != nil { // an empty list would be left out otherwise
			request.SetScopes(request.Scopes)
		}
		updated, err := c.apis.Update(uninterrupted(ctx), change.ID, &request)
		if err != nil {
			return plan.Object{}, err
		}
		return apiObject(updated), nil
	case plan.KindGrant:
		var request management.UpdateClientGrantRequestContent
		if err := decode(change, &request); err != nil {
			return plan.Object{}, err
		}
		request.SetScope(request.Scope)
		updated, err := c.grants.Update(uninterrupted(ctx), change.ID, &request)
		if err != nil {
			return plan.Object{}, err
		}
		return grantObject(updated), nil
	case plan.KindConnection:
		var request management.UpdateConnectionRequestContent
		if err := decode(change, &request); err != nil {
			return plan.Object{}, err
		}
		updated, err := c.connections.Update(uninterrupted(ctx), change.ID, &request)
		if err != nil {
			return plan.Object{}, err
		}
		return connectionObject(updated), nil
	case plan.KindSettings:
		var request management.UpdateTenantSettingsRequestContent
		if err := decode(change, &request); err != nil {
			return plan.Object{}, err
		}
		for _, f := range change.Fields {
			if f.Path == "authorization_response_iss_parameter_supported" && f.After == nil { // null would be left out otherwise
				request.SetAuthorizationResponseIssParameterSupported(nil)
			}
		}
		updated, err := c.settings.Update(uninterrupted(ctx), &request)
		if err != nil {
			return plan.Object{}, err
		}
		return updatedSettings(updated), nil
	}
	return plan.Object{}, fmt.Errorf("%s can't be updated", change.Address())
}

// decode fills the SDK's request from the change's body, so that nothing is sent that the plan doesn't show.
func decode(change plan.Change, request any) error {
	raw, err := json.Marshal(change.Body())
	if err != nil {
		return fmt.Errorf("%s: %w", change.Address(), err)
	}
	if err := json.Unmarshal(raw, request); err != nil {
		return fmt.Errorf("%s: %w", change.Address(), err)
	}
	return nil
}
