package sandbox

import (
	"maps"
	"strconv"
)

var clientListing = listing{key: "clients", id: "client_id", always: []string{"tenant"}, checkpoint: true}

func unknownClient() *apiError { return notFound("inexistent_client", "The client does not exist") }

// clientDefaults are what Auth0 fills in; a third-party client gets the stricter ones.
func clientDefaults(o object) object {
	first := o["is_first_party"] != false
	d := object{
		"is_first_party": first, "is_token_endpoint_ip_header_trusted": false, "oidc_conformant": true, "sso_disabled": false,
		"cross_origin_authentication": false, "custom_login_page_on": true,
		"jwt_configuration": object{"secret_encoded": false, "alg": "RS256", "lifetime_in_seconds": 36000},
		"grant_types":       []any{"authorization_code", "implicit", "refresh_token", "client_credentials"},
		"refresh_token": object{
			"rotation_type": "non-rotating", "expiration_type": "non-expiring", "leeway": 0, "token_lifetime": 31557600,
			"idle_token_lifetime": 2592000, "infinite_token_lifetime": true, "infinite_idle_token_lifetime": true,
		},
		"signing_keys": []any{},
	}
	if o["token_endpoint_auth_method"] != "none" {
		d["client_secret"] = newSecret()
	}
	if !first {
		d["grant_types"] = []any{"authorization_code"}
		d["jwt_configuration"] = object{"secret_encoded": false, "alg": "RS256", "lifetime_in_seconds": 3600}
		d["third_party_security_mode"] = ModeStrict
		d["redirection_policy"] = "open_redirect_protection"
		d["refresh_token"] = object{
			"rotation_type": "non-rotating", "expiration_type": "expiring", "leeway": 0, "token_lifetime": 31557600,
			"idle_token_lifetime": 2592000, "infinite_token_lifetime": true, "infinite_idle_token_lifetime": false,
		}
	}
	return d
}

// newClient is a client with all that Auth0 adds to what was asked for.
func newClient(asked object, tenant string) object {
	client := merged(clientDefaults(asked), asked)
	if truth(client, "is_first_party") {
		client["client_id"] = newClientID()
		client["tenant"], client["global"] = tenant, false
		if client["callbacks"] == nil {
			client["callbacks"] = []any{}
		}
	} else {
		client["client_id"] = newThirdPartyID()
	}
	return client
}

func (c *call) seenClient(o object) object {
	if c.may["read:client_keys"] {
		return o
	}
	return without(o, "client_secret", "signing_keys", "encryption_key")
}

func (t *Tenant) listClients(c *call) (reply, *apiError) {
	t.store.mu.RLock()
	all := t.store.clients.where(func(o object) bool {
		for _, flag := range []string{"is_global", "is_first_party"} {
			want, err := strconv.ParseBool(c.query.Get(flag))
			have := truth(o, flag)
			if flag == "is_global" {
				have = truth(o, "global")
			}
			if err == nil && want != have {
				return false
			}
		}
		for _, name := range []string{"app_type", "external_client_id"} {
			if c.query.Has(name) && text(o, name) != c.query.Get(name) {
				return false
			}
		}
		return true
	})
	t.store.mu.RUnlock()
	for i, o := range all {
		all[i] = c.seenClient(o)
	}
	return c.page(clientListing, all)
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
		client, err := t.addClient(s, c.object())
		if err != nil {
			return failed(err)
		}
		return created(client)
	})
}

// addClient makes a client, within the quota. With enable_client_connections (the default) a first-party client may use
// every connection at once.
func (t *Tenant) addClient(s *store, asked object) (object, *apiError) {
	applications := s.clients.where(func(o object) bool { return !truth(o, "global") })
	if t.quota && len(applications) >= freeApps {
		return nil, tooManyEntities("applications")
	}
	client := newClient(asked, t.name())
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

func (t *Tenant) listCredentials(c *call) (reply, *apiError) {
	t.store.mu.RLock()
	_, known := t.store.clients.get(c.ids[0])
	t.store.mu.RUnlock()
	if !known {
		return failed(unknownClient())
	}
	return ok([]object{})
}
