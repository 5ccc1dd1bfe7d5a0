package sandbox

import (
	"cmp"
	"net/http"
)

var grantListing = listing{key: "client_grants", id: "id", checkpoint: true, size: defaultPage}

func unknownGrant() *apiError {
	return notFound("inexistent_client_grant", "The grant does not exist.")
}

func (t *Tenant) listGrants(c *call) (reply, *apiError) {
	t.store.mu.RLock()
	all := t.store.grants.where(func(g object) bool {
		for _, name := range []string{"audience", "client_id", "subject_type", "default_for"} {
			if c.query.Has(name) && text(g, name) != c.query.Get(name) {
				return false
			}
		}
		return c.query.Get("allow_any_organization") != "true" || truth(g, "allow_any_organization")
	})
	t.store.mu.RUnlock()
	return c.page(grantListing.over(t.store, t.store.grants), all)
}

func (t *Tenant) getGrant(c *call) (reply, *apiError) {
	t.store.mu.RLock()
	grant, known := t.store.grants.get(c.ids[0])
	t.store.mu.RUnlock()
	if !known {
		return failed(unknownGrant())
	}
	return ok(grant)
}

func (t *Tenant) createGrant(c *call) (reply, *apiError) {
	return t.write(func(s *store) (reply, *apiError) {
		grant := merged(object{"subject_type": "client", "scope": []any{}}, c.object())
		if err := t.checkGrant(s, grant); err != nil {
			return failed(err)
		}
		if t.quota && len(s.grants.list) >= freeGrants {
			return failed(tooManyEntities())
		}
		grant["id"] = newGrantID()
		s.grants.put(grant)
		return created(grant)
	})
}

// checkGrant holds the rules that reach beyond the payload's shape.
func (t *Tenant) checkGrant(s *store, grant object) *apiError {
	clientID, isDefault := text(grant, "client_id"), text(grant, "default_for") != ""
	switch {
	case clientID == "" && !isDefault:
		return invalidBody("Payload validation error: 'Missing required property: client_id'.")
	case clientID != "" && isDefault:
		return invalidBody("Payload validation error: 'client_id and default_for cannot be used together'.")
	}
	api, known := s.apis.getAlt(text(grant, "audience"))
	if !known {
		return notFound("inexistent_resource_server", "Resource server not found")
	}
	var client object
	if !isDefault {
		if client, known = s.clients.get(clientID); !known {
			return notFound("inexistent_client", "The client does not exist")
		}
	}
	if err := checkScopes(api, grant, grant); err != nil {
		return err
	}
	if truth(api, "is_system") && (isDefault || client["is_first_party"] == false) {
		return newError(http.StatusBadRequest, "invalid_body", "Third-party clients cannot be granted access to system APIs") // documented; the words are a guess
	}
	for _, g := range s.grants.list {
		if purposeOf(g) == purposeOf(grant) {
			return conflict("client_grant already exists") // so it was reported
		}
	}
	return nil
}

// purpose is what there is one grant for.
type purpose struct{ audience, client, defaultFor, subject string }

// purposeOf tells one default grant an audience, whatever its subject type, from one grant a client, audience and subject type.
func purposeOf(grant object) purpose {
	p := purpose{audience: text(grant, "audience"), client: text(grant, "client_id"), defaultFor: text(grant, "default_for")}
	if p.defaultFor == "" {
		p.subject = cmp.Or(text(grant, "subject_type"), "client")
	}
	return p
}

// checkScopes holds what a payload says of scopes against the API's and the rest of the grant. What was granted before
// the API lost it may stay.
func checkScopes(api, grant, payload object) *apiError {
	for _, scope := range texts(payload, "scope") {
		if !hasScope(api, scope) { // reported of changes; that it holds for new grants is a guess
			return invalidBody("Payload validation error: scope must be a subset of resource server scopes")
		}
	}
	if _, said := grant["allow_all_scopes"]; said && truth(api, "is_system") {
		return newError(http.StatusBadRequest, "invalid_body", "`allow_all_scopes` cannot be provided when `audience` is a system API")
	}
	if truth(grant, "allow_all_scopes") && len(texts(grant, "scope")) > 0 {
		return invalidBody("`scope` must be empty when `allow_all_scopes` is true")
	}
	return nil
}

func (t *Tenant) updateGrant(c *call) (reply, *apiError) {
	return t.write(func(s *store) (reply, *apiError) {
		grant, known := s.grants.get(c.ids[0])
		if !known {
			return failed(unknownGrant())
		}
		grant = merged(grant, c.object())
		if _, kept := grant["scope"]; !kept {
			grant["scope"] = []any{}
		}
		api, _ := s.apis.getAlt(text(grant, "audience"))
		if err := checkScopes(api, grant, c.object()); err != nil {
			return failed(err)
		}
		s.grants.put(grant)
		return ok(grant)
	})
}

func (t *Tenant) deleteGrant(c *call) (reply, *apiError) {
	return t.write(func(s *store) (reply, *apiError) {
		s.grants.remove(c.ids[0])
		return noContent()
	})
}
