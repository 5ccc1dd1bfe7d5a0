package sandbox

import (
	"fmt"
	"slices"
	"strings"
)

// An API's access policies for one kind of subject.
const (
	policyAllowAll = "allow_all"
	policyDenyAll  = "deny_all"
)

// oidcScopes are those that a strict client cannot have.
var oidcScopes = []string{"openid", "profile", "email", "address", "phone"}

const offlineAccess = "offline_access"

// wantedAudience is the API that a request is for: audience first, then resource where the tenant honours it, then the
// tenant's default. The store's lock must be held.
func (t *Tenant) wantedAudience(q *authorizeRequest) string {
	if audience := q.params.Get("audience"); audience != "" {
		return audience
	}
	resource := q.params.Get("resource")
	if resource != "" && text(t.store.settings, "resource_parameter_profile") == "compatibility" {
		return resource
	}
	return text(t.store.settings, "default_audience")
}

// checkAPI finds the API, byte for byte. Without any the request goes on, to an opaque token.
func (t *Tenant) checkAPI(q *authorizeRequest) *denial {
	t.store.mu.RLock()
	defer t.store.mu.RUnlock()
	q.audience = t.wantedAudience(q)
	if q.audience == "" {
		return nil
	}
	api, known := t.store.apis.getAlt(q.audience)
	if !known {
		return denied("access_denied", "Service not found: "+q.audience)
	}
	q.api = api
	return nil
}

// checkUserGrant applies the API's policy for users. Strict clients need a client grant even where the policy lets all pass.
func (t *Tenant) checkUserGrant(q *authorizeRequest) *denial {
	if q.api == nil {
		return nil
	}
	t.store.mu.RLock()
	defer t.store.mu.RUnlock()
	grant := t.store.userGrant(q.clientID, q.audience, q.thirdParty())
	policy := userPolicy(q.api)
	open := policy == policyAllowAll && !q.strict
	if policy == policyDenyAll || (grant == nil && !open) {
		return denied("invalid_request", fmt.Sprintf("Client %q is not authorized to access resource server %q", q.clientID, q.audience))
	}
	q.may = apiScopes(q.api)
	if grant != nil {
		granted := t.store.scopesOf(grant)
		q.may = slices.DeleteFunc(q.may, func(s string) bool { return !slices.Contains(granted, s) })
	}
	return nil
}

// userPolicy is the API's policy for applications that act for a user. The Management API is closed.
func userPolicy(api object) string {
	if truth(api, "is_system") {
		return policyDenyAll
	}
	policy := text(child(child(api, "subject_type_authorization"), "user"), "policy")
	if policy == "" {
		return policyAllowAll
	}
	return policy
}

// userGrant is the grant under which a client acts for users: its own, else the one for all third-party clients. A
// grant of the subject type "client" is none. The lock must be held.
func (s *store) userGrant(clientID, audience string, thirdParty bool) object {
	var shared object
	for _, g := range s.grants.list {
		if text(g, "audience") != audience || text(g, "subject_type") != "user" {
			continue
		}
		if text(g, "client_id") == clientID {
			return g
		}
		if thirdParty && text(g, "default_for") == "third_party_clients" {
			shared = g
		}
	}
	return shared
}

func apiScopes(api object) []string {
	out := []string{}
	list, _ := api["scopes"].([]any)
	for _, v := range list {
		if scope, ok := v.(object); ok {
			out = append(out, text(scope, "value"))
		}
	}
	return out
}

// grantedScopes are those that the request names and the client may have; all of these when it names none.
func (q *authorizeRequest) grantedScopes() []string {
	asked := strings.Fields(q.params.Get("scope"))
	out := slices.Clone(q.may)
	if len(asked) > 0 {
		out = slices.DeleteFunc(out, func(s string) bool { return !slices.Contains(asked, s) })
	}
	for _, scope := range oidcScopes {
		if !q.strict && slices.Contains(asked, scope) {
			out = append(out, scope)
		}
	}
	if slices.Contains(asked, offlineAccess) && truth(q.api, "allow_offline_access") &&
		slices.Contains(texts(q.client, "grant_types"), "refresh_token") {
		out = append(out, offlineAccess)
	}
	return out
}

// checkConnection wants at least one way to log in, and the named one where one is named.
func (t *Tenant) checkConnection(q *authorizeRequest) *denial {
	usable := t.usableConnections(q.client)
	if len(usable) == 0 {
		return denied("invalid_request", "no connections enabled for the client")
	}
	named := func(c object) bool { return text(c, "name") == q.connection }
	if q.connection != "" && !slices.ContainsFunc(usable, named) {
		return denied("invalid_request", "the connection was not found")
	}
	return nil
}

// usableConnections are the ways in which a client may have its users log in: for a strict client those of the domain,
// for any other also those that are enabled for it.
func (t *Tenant) usableConnections(client object) []object {
	strict := isStrict(client)
	t.store.mu.RLock()
	defer t.store.mu.RUnlock()
	return t.store.connections.where(func(c object) bool {
		if active, said := child(c, "authentication")["active"].(bool); said && !active {
			return false
		}
		return truth(c, "is_domain_connection") ||
			(!strict && slices.Contains(texts(c, "enabled_clients"), text(client, "client_id")))
	})
}
