package sandbox

import (
	"bytes"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// call is one Management API request that may go ahead.
type call struct {
	query url.Values
	ids   []string // the path's variable segments, decoded
	body  any      // the checked payload; nil without one
	may   permissions
}

func (c *call) object() object { o, _ := c.body.(object); return o }

// reply is what an operation answers.
type reply struct {
	status int
	body   any // nil: no body
}

func ok(body any) (reply, *apiError)      { return reply{http.StatusOK, body}, nil }
func created(body any) (reply, *apiError) { return reply{http.StatusCreated, body}, nil }
func noContent() (reply, *apiError)       { return reply{http.StatusNoContent, nil}, nil }

func failed(e *apiError) (reply, *apiError) { return reply{}, e }

// route is one operation: where it is, who may use it, what it takes.
type route struct {
	method  string
	path    []string // segments below /api/v2; "*" stands for an id
	scopes  []string // any of them
	query   fields   // what it takes in the query
	payload *schema  // nil: the body is not read
	serve   func(*call) (reply, *apiError)
}

func (t *Tenant) managementRoutes() []route {
	at := func(method, path, scopes string, payload *schema, serve func(*call) (reply, *apiError)) route {
		known := map[string]fields{
			"resource-servers": apisQuery, "client-grants": grantsQuery, "connections": connectionsQuery, "clients": clientsQuery,
			"connections/*/clients": connectionClientsQuery, "clients/*/connections": query(checkpoints, projection, fields{"strategy": list("", strategyName, 0)}), "clients/*/credentials": paging,
		}[path]
		if known == nil {
			known = projection
		}
		if method != http.MethodGet {
			known = fields{}
		}
		return route{method, strings.Split(path, "/"), strings.Fields(scopes), known, payload, serve}
	}
	const readClients = "read:clients read:client_keys read:client_credentials read:client_summary"
	routes := []route{
		at("GET", "resource-servers", "read:resource_servers", nil, t.listAPIs),
		at("POST", "resource-servers", "create:resource_servers", createAPIPayload, t.createAPI),
		at("GET", "resource-servers/*", "read:resource_servers", nil, t.getAPI),
		at("PATCH", "resource-servers/*", "update:resource_servers", updateAPIPayload, t.updateAPI),
		at("DELETE", "resource-servers/*", "delete:resource_servers", nil, t.deleteAPI),
		at("GET", "tenants/settings", "read:tenant_settings", nil, t.getSettings),
		at("PATCH", "tenants/settings", "update:tenant_settings", settingsPayload, t.updateSettings),
		at("GET", "client-grants", "read:client_grants", nil, t.listGrants),
		at("POST", "client-grants", "create:client_grants", createGrantPayload, t.createGrant),
		at("GET", "client-grants/*", "read:client_grants", nil, t.getGrant),
		at("PATCH", "client-grants/*", "update:client_grants", updateGrantPayload, t.updateGrant),
		at("DELETE", "client-grants/*", "delete:client_grants", nil, t.deleteGrant),
		at("GET", "connections", "read:connections", nil, t.listConnections),
		at("POST", "connections", "create:connections", createConnectionPayload, t.createConnection),
		at("GET", "connections/*", "read:connections", nil, t.getConnection),
		at("PATCH", "connections/*", "update:connections", updateConnectionPayload, t.updateConnection),
		at("DELETE", "connections/*", "delete:connections", nil, t.deleteConnection),
		at("GET", "connections/*/clients", "read:connections", nil, t.listConnectionClients),
		at("PATCH", "connections/*/clients", "update:connections", connectionClientsPayload, t.updateConnectionClients),
		at("POST", "clients/cimd/preview", "read:clients create:clients update:clients", cimdPayload, t.previewCIMD),
		at("POST", "clients/cimd/register", "create:clients update:clients", cimdPayload, t.registerCIMD),
		at("GET", "clients", readClients, nil, t.listClients),
		at("POST", "clients", "create:clients", createClientPayload, t.createClient),
		at("GET", "clients/*", readClients, nil, t.getClient),
		at("PATCH", "clients/*", "update:clients update:client_keys update:client_credentials", updateClientPayload, t.updateClient),
		at("DELETE", "clients/*", "delete:clients", nil, t.deleteClient),
		at("POST", "clients/*/rotate-secret", "update:client_keys", nil, t.rotateSecret),
		at("GET", "clients/*/connections", "read:connections", nil, t.listClientConnections),
		at("GET", "clients/*/credentials", "read:client_credentials", nil, t.listCredentials),
		at("POST", "clients/*/credentials", "create:client_credentials", credentialPayload, t.createCredential),
		at("GET", "clients/*/credentials/*", "read:client_credentials", nil, t.getCredential),
		at("PATCH", "clients/*/credentials/*", "update:client_credentials", credentialChange, t.updateCredential),
		at("DELETE", "clients/*/credentials/*", "delete:client_credentials", nil, t.deleteCredential),
	}
	routes = append(append(routes, t.factorRoutes()...), t.keyRoutes()...)
	for _, e := range extensions {
		routes = append(routes, e.routes(t)...)
	}
	return routes
}

// match gives the path's ids when it is this route's.
func (r *route) match(method string, path []string) ([]string, bool) {
	if method != r.method || len(path) != len(r.path) {
		return nil, false
	}
	var ids []string
	for i, want := range r.path {
		switch {
		case want == "*" && path[i] != "":
			ids = append(ids, path[i])
		case want != path[i]:
			return nil, false
		}
	}
	return ids, true
}

// segments splits the escaped path, so that %2F stays within its segment, and decodes each. A slash too many makes an
// empty segment, which no operation has: that Auth0's router is as strict is a guess.
func segments(u *url.URL) []string {
	parts := strings.Split(strings.TrimPrefix(strings.TrimPrefix(u.EscapedPath(), apiPrefix), "/"), "/")
	for i, p := range parts {
		if plain, err := url.PathUnescape(p); err == nil {
			parts[i] = plain
		}
	}
	return parts
}

func (t *Tenant) serveManagement(out *answer, r *http.Request) {
	may, denied := t.authorize(r)
	if denied != nil {
		out.header.Set("WWW-Authenticate", "Bearer")
		out.fail(denied)
		return
	}
	result, err := t.dispatch(r, may)
	switch {
	case err != nil:
		out.fail(err)
	case result.body == nil:
		out.header.Set("Content-Type", "application/json; charset=utf-8")
		out.WriteHeader(result.status)
	default:
		writeJSON(out, result.status, result.body)
	}
}

func (t *Tenant) dispatch(r *http.Request, may permissions) (reply, *apiError) {
	path, method := segments(r.URL), r.Method
	if method == http.MethodHead { // answered like GET, and the server leaves the body out
		method = http.MethodGet
	}
	for i := range t.api {
		op := &t.api[i]
		ids, matches := op.match(method, path)
		if !matches {
			continue
		}
		if !may.any(op.scopes) {
			return failed(insufficientScope(op.scopes))
		}
		c := &call{query: r.URL.Query(), ids: ids, may: may}
		if err := c.checkQuery(op.query); err != nil {
			return failed(err)
		}
		if err := c.read(r, op.payload); err != nil {
			return failed(err)
		}
		return op.serve(c)
	}
	return t.elsewhere(r, path, may)
}

// read decodes and checks the payload.
func (c *call) read(r *http.Request, payload *schema) *apiError {
	if payload == nil {
		return nil
	}
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return newError(http.StatusBadRequest, "", "Invalid request payload")
	}
	var failure *apiError
	if c.body, failure = decodePayload(r.Header.Get("Content-Type"), data); failure != nil {
		return failure
	}
	if found := payload.check(c.body, ""); found != nil {
		return invalidBody("%s", found.text("Payload"))
	}
	return nil
}

// decodePayload reads JSON, or a form, whose values are all strings. An empty body is an empty object. That other types
// get 415 is a guess; a form that should have been JSON fails at its one strange name.
func decodePayload(contentType string, data []byte) (any, *apiError) {
	if len(bytes.TrimSpace(data)) == 0 {
		return object{}, nil
	}
	kind, _, _ := mime.ParseMediaType(contentType)
	switch {
	case kind == "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(data))
		if err != nil {
			return nil, newError(http.StatusBadRequest, "", "Invalid request payload format")
		}
		fields := object{}
		for name, values := range form {
			fields[name] = queryValue(anything(), values)
		}
		return fields, nil
	case contentType != "" && kind != "application/json" && !strings.HasSuffix(kind, "+json"):
		return nil, newError(http.StatusUnsupportedMediaType, "", "Unsupported Media Type")
	}
	var body any
	if decodeJSON(data, &body) != nil {
		return nil, newError(http.StatusBadRequest, "", "Invalid request payload JSON format")
	}
	return body, nil
}

// write runs a change under the store's lock and saves what it left.
func (t *Tenant) write(change func(*store) (reply, *apiError)) (reply, *apiError) {
	t.store.mu.Lock()
	defer t.store.mu.Unlock()
	result, failure := change(t.store)
	if failure != nil {
		return failed(failure)
	}
	if err := t.store.save(); err != nil {
		return failed(newError(http.StatusInternalServerError, "", "sandbox state file: %v", err))
	}
	return result, nil
}
