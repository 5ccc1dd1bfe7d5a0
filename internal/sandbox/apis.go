package sandbox

import (
	"net/http"
	"slices"
)

var apiListing = listing{key: "resource_servers", id: "id", size: defaultPage}

// freeAPIs, freeApps and freeGrants are the Free plan's entity quotas.
const (
	freeAPIs   = 10
	freeApps   = 10
	freeGrants = 100
)

func apiDefaults() object {
	return object{
		"allow_offline_access": false, "skip_consent_for_verifiable_first_party_clients": false,
		"subject_type_authorization": defaultSubjectTypes(),
		"token_lifetime":             86400, "token_lifetime_for_web": 7200, "signing_alg": "RS256",
	}
}

func defaultSubjectTypes() object {
	return object{"user": object{"policy": "allow_all"}, "client": object{"policy": "require_client_grant"}}
}

func unknownAPI() *apiError {
	return notFound("inexistent_resource_server", "The resource server does not exist")
}

func (t *Tenant) listAPIs(c *call) (reply, *apiError) {
	wanted := c.query["identifiers"]
	t.store.mu.RLock()
	all := t.store.apis.where(func(o object) bool {
		return len(wanted) == 0 || slices.Contains(wanted, text(o, "identifier"))
	})
	t.store.mu.RUnlock()
	return c.page(apiListing.over(t.store, t.store.apis), all)
}

func (t *Tenant) getAPI(c *call) (reply, *apiError) {
	t.store.mu.RLock()
	api, known := t.store.apis.find(c.ids[0])
	t.store.mu.RUnlock()
	if !known {
		return failed(unknownAPI())
	}
	return ok(c.fields(api))
}

func (t *Tenant) createAPI(c *call) (reply, *apiError) {
	return t.write(func(s *store) (reply, *apiError) {
		if _, taken := s.apis.getAlt(text(c.object(), "identifier")); taken {
			return failed(conflict("A resource server with the same identifier already exists.")) // the documentation's words
		}
		own := len(s.apis.where(func(o object) bool { return !truth(o, "is_system") }))
		if t.quota && own >= freeAPIs {
			return failed(tooManyEntities())
		}
		api, err := changedAPI(apiDefaults(), c.object())
		if err != nil {
			return failed(err)
		}
		api["id"] = newAPIID()
		s.apis.put(api)
		return created(api)
	})
}

func (t *Tenant) updateAPI(c *call) (reply, *apiError) {
	return t.write(func(s *store) (reply, *apiError) {
		api, known := s.apis.find(c.ids[0])
		if !known {
			return failed(unknownAPI())
		}
		if truth(api, "is_system") && c.object()["scopes"] != nil {
			return failed(invalidBody("Payload validation error: 'Additional properties not allowed: scopes'.")) // so it was reported
		}
		api, err := changedAPI(api, c.object())
		if err != nil {
			return failed(err)
		}
		s.apis.put(api)
		return ok(api)
	})
}

// changedAPI merges a payload; scopes are replaced, and what a subject type was not given stays.
func changedAPI(old, payload object) (object, *apiError) {
	seen := map[string]bool{}
	list, _ := payload["scopes"].([]any)
	for _, v := range list {
		value := text(v.(object), "value") //nolint:forcetypeassert,errcheck // the payload was checked
		if seen[value] {
			return nil, invalidBody("Scopes contain a duplicated value: %s", value) // a guess
		}
		seen[value] = true
	}
	api := merged(old, payload)
	if types := child(payload, "subject_type_authorization"); types != nil {
		api["subject_type_authorization"] = merged(child(old, "subject_type_authorization"), types)
	}
	return withSecret(api), nil
}

// withSecret gives an API whose tokens are signed by HS256 its secret where it brought none, as Auth0 documents.
func withSecret(api object) object {
	if text(api, "signing_alg") != "HS256" || text(api, "signing_secret") != "" {
		return api
	}
	return merged(api, object{"signing_secret": randomString(32)})
}

// deleteAPI also takes the grants on the API.
func (t *Tenant) deleteAPI(c *call) (reply, *apiError) {
	return t.write(func(s *store) (reply, *apiError) {
		api, known := s.apis.find(c.ids[0])
		if !known {
			return noContent()
		}
		if truth(api, "is_system") {
			return failed(newError(http.StatusForbidden, "operation_not_supported", "You are not allowed to delete a system resource server")) // a guess
		}
		s.apis.remove(text(api, "id"))
		s.grants.removeIf(func(g object) bool { return g["audience"] == api["identifier"] })
		return noContent()
	})
}
