package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

var connectionListing = listing{
	key: "connections", id: "id", always: []string{"is_domain_connection"}, checkpoint: true,
	horizon: offsetHorizon, size: 100,
}

// offsetHorizon is how many connections paging by offset reaches.
const offsetHorizon = 1000

// enterprise are the strategies whose connections say whether they have a button, and named those that are also given a
// name to display: so it was recorded.
var (
	enterprise = strings.Fields("ad adfs google-apps oidc okta pingfederate samlp waad")
	named      = []string{"oidc", "okta", "waad"}
)

func connectionDefaults(asked object) object {
	d := object{
		"strategy": "auth0", "options": object{}, "is_domain_connection": false, "enabled_clients": []any{},
		"realms": []any{text(asked, "name")}, "authentication": object{"active": true}, "connected_accounts": object{"active": false},
	}
	strategy := text(asked, "strategy")
	if slices.Contains(enterprise, strategy) {
		d["show_as_button"] = false
	}
	if slices.Contains(named, strategy) {
		d["display_name"] = text(asked, "name")
	}
	return d
}

func unknownConnection() *apiError {
	return notFound("inexistent_connection", "The connection does not exist")
}

// seenConnection is a connection as this caller may see it: its options want a scope of their own.
func (c *call) seenConnection(o object) object {
	if c.may["read:connections_options"] {
		return o
	}
	return without(o, "options")
}

func (t *Tenant) listConnections(c *call) (reply, *apiError) {
	strategies := c.query["strategy"]
	name := c.query.Get("name")
	t.store.mu.RLock()
	var all []object
	if one, known := t.store.connections.getAlt(name); name != "" && known {
		all = []object{one}
	} else if name == "" {
		all = t.store.connections.all()
	}
	t.store.mu.RUnlock()
	if len(strategies) > 0 {
		all = slices.DeleteFunc(all, func(o object) bool { return !slices.Contains(strategies, text(o, "strategy")) })
	}
	for i, o := range all {
		all[i] = c.seenConnection(o)
	}
	return c.page(connectionListing.over(t.store, t.store.connections), all)
}

func (t *Tenant) getConnection(c *call) (reply, *apiError) {
	t.store.mu.RLock()
	connection, known := t.store.connections.get(c.ids[0])
	t.store.mu.RUnlock()
	if !known {
		return failed(unknownConnection())
	}
	return ok(c.fields(c.seenConnection(connection), connectionListing.always...))
}

func (t *Tenant) createConnection(c *call) (reply, *apiError) {
	return t.write(func(s *store) (reply, *apiError) {
		if _, taken := s.connections.getAlt(text(c.object(), "name")); taken {
			return failed(conflict("A connection with the same name already exists")) // so it was reported
		}
		connection := merged(connectionDefaults(c.object()), c.object())
		connection["id"] = newConnectionID()
		s.connections.put(connection)
		return created(connection)
	})
}

// updateConnection replaces options whole. Where there is a display name and the payload has none, the connection's
// name takes its place: so Auth0 documents it.
func (t *Tenant) updateConnection(c *call) (reply, *apiError) {
	if _, sent := c.object()["options"]; sent && !c.may["update:connections_options"] {
		return failed(insufficientScope([]string{"update:connections_options"})) // documented; that it is this error is a guess
	}
	return t.write(func(s *store) (reply, *apiError) {
		connection, known := s.connections.get(c.ids[0])
		if !known {
			return failed(unknownConnection())
		}
		_, had := connection["display_name"]
		connection = merged(connection, c.object())
		if _, sent := c.object()["display_name"]; had && !sent {
			connection["display_name"] = connection["name"]
		}
		for key, value := range connectionDefaults(connection) {
			if _, kept := connection[key]; !kept {
				connection[key] = value
			}
		}
		s.connections.put(connection)
		return ok(c.seenConnection(connection))
	})
}

// deleteConnection answers 202: real tenants clean up later. Asked again, they go on with it for a while, and
// then answer 204; here that is at once.
func (t *Tenant) deleteConnection(c *call) (reply, *apiError) {
	return t.write(func(s *store) (reply, *apiError) {
		if !s.connections.remove(c.ids[0]) {
			return noContent()
		}
		return reply{http.StatusAccepted, object{"deleted_at": t.options.Now().UTC().Format(milliseconds)}}, nil
	})
}

func (t *Tenant) listConnectionClients(c *call) (reply, *apiError) {
	t.store.mu.RLock()
	connection, known := t.store.connections.get(c.ids[0])
	t.store.mu.RUnlock()
	if !known {
		return failed(unknownConnection())
	}
	all := []object{}
	for _, id := range texts(connection, "enabled_clients") {
		all = append(all, object{"client_id": id})
	}
	return c.checkpointPage(listing{key: "clients", id: "client_id"}, all)
}

func (t *Tenant) updateConnectionClients(c *call) (reply, *apiError) {
	return t.write(func(s *store) (reply, *apiError) {
		connection, known := s.connections.get(c.ids[0])
		if !known {
			return failed(unknownConnection())
		}
		enabled := texts(connection, "enabled_clients")
		entries, _ := c.body.([]any)
		for _, entry := range entries {
			one, _ := entry.(object)
			id := text(one, "client_id")
			enabled = slices.DeleteFunc(enabled, func(e string) bool { return e == id })
			if truth(one, "status") {
				enabled = append(enabled, id)
			}
		}
		s.connections.put(merged(connection, object{"enabled_clients": toAny(enabled)}))
		return noContent()
	})
}
