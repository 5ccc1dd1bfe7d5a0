package sandbox

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

var clientListing = listing{key: "clients", id: "client_id", always: []string{"tenant"}, checkpoint: true, size: defaultPage}

func unknownClient() *apiError { return notFound("inexistent_client", "The client does not exist") }

// seenClient is a client as this caller may see it: its keys want a scope of their own.
func (c *call) seenClient(o object) object {
	if c.may["read:client_keys"] {
		return without(o, keptCredentials)
	}
	return without(o, keptCredentials, "client_secret", "signing_keys", "encryption_key")
}

func (t *Tenant) listClients(c *call) (reply, *apiError) {
	wanted, err := clientFilter(c.query)
	if err != nil {
		return failed(err)
	}
	t.store.mu.RLock()
	all := t.store.clients.where(wanted)
	t.store.mu.RUnlock()
	for i, o := range all {
		all[i] = c.seenClient(o)
	}
	return c.page(clientListing.over(t.store, t.store.clients), all)
}

// clientFilter is the condition that a query sets. app_type is a list with commas.
func clientFilter(query url.Values) (func(object) bool, *apiError) {
	if q := query.Get("q"); q != "" {
		// The two questions that Auth0 allows are about organizations, and the sandbox keeps none.
		if !strings.HasPrefix(q, "client_grant.organization_id:") && q != "client_grant.allow_any_organization:true" {
			return nil, newError(http.StatusBadRequest, "invalid_query_string", "q: this query is not permitted") // a guess
		}
		return func(object) bool { return false }, nil
	}
	kinds := strings.Split(query.Get("app_type"), ",")
	return func(o object) bool {
		for name, field := range map[string]string{"is_global": "global", "is_first_party": "is_first_party"} {
			if want, err := strconv.ParseBool(query.Get(name)); err == nil && want != truth(o, field) {
				return false
			}
		}
		if query.Has("app_type") && !slices.Contains(kinds, text(o, "app_type")) {
			return false
		}
		return !query.Has("external_client_id") || text(o, "external_client_id") == query.Get("external_client_id")
	}, nil
}

func (t *Tenant) getClient(c *call) (reply, *apiError) {
	t.store.mu.RLock()
	client, known := t.store.clients.get(c.ids[0])
	t.store.mu.RUnlock()
	if !known {
		return failed(unknownClient())
	}
	return ok(c.fields(c.seenClient(client), clientListing.always...))
}

func (t *Tenant) createClient(c *call) (reply, *apiError) {
	return t.write(func(s *store) (reply, *apiError) {
		if err := checkGrantTypes(c.object()); err != nil {
			return failed(err)
		}
		client, err := t.addClient(s, c.object())
		if err != nil {
			return failed(err)
		}
		return created(shownCredentials(client))
	})
}

// addClient makes a client, within the quota. With enable_client_connections (the default) a first-party client may use
// every connection at once.
func (t *Tenant) addClient(s *store, asked object) (object, *apiError) {
	applications := s.clients.where(func(o object) bool { return !truth(o, "global") })
	if t.quota && len(applications) >= freeApps {
		return nil, tooManyEntities()
	}
	client, err := t.takeCredentials(newClient(asked, t.name()))
	if err != nil {
		return nil, err
	}
	s.clients.put(client)
	if enabled, said := child(s.settings, "flags")["enable_client_connections"].(bool); truth(client, "is_first_party") && (!said || enabled) {
		for _, connection := range s.connections.all() {
			ids := append(texts(connection, "enabled_clients"), text(client, "client_id"))
			s.connections.put(merged(connection, object{"enabled_clients": toAny(ids)}))
		}
	}
	return client, nil
}

func (t *Tenant) updateClient(c *call) (reply, *apiError) {
	return t.write(func(s *store) (reply, *apiError) {
		client, known := s.clients.get(c.ids[0])
		if !known {
			return failed(unknownClient())
		}
		if err := checkClientChange(client, c.object()); err != nil {
			return failed(err)
		}
		changed := merged(client, c.object())
		for _, name := range []string{"client_metadata", "jwt_configuration"} {
			if patch := child(c.object(), name); patch != nil && child(client, name) != nil {
				changed[name] = merged(child(client, name), patch)
			}
		}
		s.clients.put(changed)
		return ok(c.seenClient(changed))
	})
}

// checkClientChange holds what stays as it was created. The documentation says that; the words are a guess.
func checkClientChange(client, patch object) *apiError {
	for _, name := range []string{"is_first_party", "third_party_security_mode"} {
		if value, sent := patch[name]; sent && value != client[name] {
			return invalidBody("%s cannot be changed", name)
		}
	}
	return checkGrantTypes(merged(without(client, "grant_types"), patch))
}

// checkGrantTypes refuses grants that a client may not have: a public one keeps no secret to act by itself with.
func checkGrantTypes(client object) *apiError {
	if text(client, "token_endpoint_auth_method") == "none" && slices.Contains(texts(client, "grant_types"), "client_credentials") {
		return newError(http.StatusBadRequest, "", "Invalid grant types: client_credentials") // so it was reported
	}
	return checkStrict(client)
}

// strictGrants are the grant types that a third party may have in strict mode.
var strictGrants = []string{"authorization_code", "refresh_token", "client_credentials"}

// checkStrict refuses what strict mode doesn't allow. The words are a guess.
func checkStrict(client object) *apiError {
	if !isStrict(client) {
		return nil
	}
	for _, grant := range texts(client, "grant_types") {
		if !slices.Contains(strictGrants, grant) {
			return invalidBody("grant_types: %s is not allowed for third-party clients in strict mode", grant)
		}
	}
	return nil
}

// rotateSecret gives a client a new secret; the old one is good no more.
func (t *Tenant) rotateSecret(c *call) (reply, *apiError) {
	return t.write(func(s *store) (reply, *apiError) {
		client, known := s.clients.get(c.ids[0])
		if !known {
			return failed(unknownClient())
		}
		client = merged(client, object{"client_secret": newSecret()})
		s.clients.put(client)
		return ok(without(client, keptCredentials))
	})
}

// listClientConnections are those that were enabled for a client.
func (t *Tenant) listClientConnections(c *call) (reply, *apiError) {
	t.store.mu.RLock()
	_, known := t.store.clients.get(c.ids[0])
	strategies := c.query["strategy"]
	all := t.store.connections.where(func(o object) bool {
		return slices.Contains(texts(o, "enabled_clients"), c.ids[0]) && (len(strategies) == 0 || slices.Contains(strategies, text(o, "strategy")))
	})
	t.store.mu.RUnlock()
	if !known {
		return failed(unknownClient())
	}
	for i, o := range all {
		all[i] = c.seenConnection(o)
	}
	return c.checkpointPage(connectionListing.over(t.store, t.store.connections), all)
}

// deleteClient also takes the client's grants, and the client out of the connections.
func (t *Tenant) deleteClient(c *call) (reply, *apiError) {
	id := c.ids[0]
	return t.write(func(s *store) (reply, *apiError) {
		if !s.clients.remove(id) {
			return noContent()
		}
		s.grants.removeIf(func(g object) bool { return text(g, "client_id") == id })
		for _, connection := range s.connections.all() {
			kept := []any{}
			for _, other := range texts(connection, "enabled_clients") {
				if other != id {
					kept = append(kept, other)
				}
			}
			changed := maps.Clone(connection)
			changed["enabled_clients"] = kept
			s.connections.put(changed)
		}
		return noContent()
	})
}
