package sandbox

import (
	"maps"
	"slices"
	"strings"
)

// Rules and Hooks are what a tenant may still have from before Actions. They run nothing here: they are kept because a
// login of a strict client fails while one is active.

// extension is one of the two kinds.
type extension struct {
	family   string
	newID    func() string
	payload  fields // of a creation; a change takes the same, but for what is fixed
	required []string
	fixed    []string
	defaults func(*collection) object
	of       func(*store) *collection
}

var extensions = []extension{
	{
		family: "rules", newID: func() string { return "rul_" + randomString(16) }, required: []string{"name", "script"},
		payload: fields{
			"name": str("Name of this rule.", 1, 255), "script": str("Code to be executed when this rule runs.", 1, 0),
			"order": integer("Order that this rule should execute in relative to other rules.", 0, 0), "enabled": boolean("Whether the rule is enabled (true), or disabled (false)."),
		},
		defaults: func(c *collection) object {
			return object{"enabled": true, "order": len(c.list) + 1, "stage": "login_success"}
		},
		of: func(s *store) *collection { return s.rules },
	},
	{
		family: "hooks", newID: func() string { return strings.ToUpper(randomString(26)) }, required: []string{"name", "script", "triggerId"},
		fixed: []string{"triggerId"},
		payload: fields{
			"name": str("Name of this hook.", 1, 0), "script": str("Code to be executed when this hook runs.", 1, 0),
			"enabled": boolean("Whether this hook will be executed (true) or ignored (false)."), "dependencies": anyObject(""),
			"triggerId": oneOf("Execution stage of this rule.", "credentials-exchange", "pre-user-registration", "post-user-registration",
				"post-change-password", "send-phone-message"),
		},
		defaults: func(*collection) object { return object{"enabled": false, "dependencies": object{}} },
		of:       func(s *store) *collection { return s.hooks },
	},
}

// routes are the operations on one kind.
func (e extension) routes(t *Tenant) []route {
	change := maps.Clone(e.payload)
	maps.DeleteFunc(change, func(name string, _ *schema) bool { return slices.Contains(e.fixed, name) })
	at := func(method, path, verb string, taken fields, payload *schema, serve func(*call) (reply, *apiError)) route {
		return route{method, strings.Split(path, "/"), []string{verb + ":" + e.family}, taken, payload, serve}
	}
	all, one := e.family, e.family+"/*"
	return []route{
		at("GET", all, "read", query(paging, projection, fields{"enabled": oneOf("", "true", "false"), "triggerId": str("", 0, 0)}), nil, e.list(t)),
		at("POST", all, "create", fields{}, record("", e.payload, e.required...), e.create(t)),
		at("GET", one, "read", projection, nil, e.get(t)),
		at("PATCH", one, "update", fields{}, minimum(record("", change)), e.update(t)),
		at("DELETE", one, "delete", fields{}, nil, e.remove(t)),
	}
}

func (e extension) missing(c *call) *apiError { return missing([]string{e.family, c.ids[0]}) }

func (e extension) list(t *Tenant) func(*call) (reply, *apiError) {
	return func(c *call) (reply, *apiError) {
		t.store.mu.RLock()
		all := e.of(t.store).where(func(o object) bool {
			trigger, enabled := c.query.Get("triggerId"), c.query.Get("enabled")
			return (trigger == "" || trigger == text(o, "triggerId")) && (enabled == "" || (enabled == "true") == truth(o, "enabled"))
		})
		t.store.mu.RUnlock()
		return c.page(listing{key: e.family, id: "id", size: defaultPage}, all)
	}
}

func (e extension) get(t *Tenant) func(*call) (reply, *apiError) {
	return func(c *call) (reply, *apiError) {
		t.store.mu.RLock()
		found, known := e.of(t.store).get(c.ids[0])
		t.store.mu.RUnlock()
		if !known {
			return failed(e.missing(c))
		}
		return ok(c.fields(found))
	}
}

func (e extension) create(t *Tenant) func(*call) (reply, *apiError) {
	return func(c *call) (reply, *apiError) {
		return t.write(func(s *store) (reply, *apiError) {
			made := merged(e.defaults(e.of(s)), c.object())
			if _, taken := e.of(s).getAlt(text(made, "name")); taken {
				return failed(conflict("A " + strings.TrimSuffix(e.family, "s") + " with the same name already exists")) // a guess
			}
			made["id"] = e.newID()
			e.of(s).put(made)
			return created(made)
		})
	}
}

func (e extension) update(t *Tenant) func(*call) (reply, *apiError) {
	return func(c *call) (reply, *apiError) {
		return t.write(func(s *store) (reply, *apiError) {
			old, known := e.of(s).get(c.ids[0])
			if !known {
				return failed(e.missing(c))
			}
			changed := merged(old, c.object())
			e.of(s).put(changed)
			return ok(changed)
		})
	}
}

func (e extension) remove(t *Tenant) func(*call) (reply, *apiError) {
	return func(c *call) (reply, *apiError) {
		return t.write(func(s *store) (reply, *apiError) {
			if !e.of(s).remove(c.ids[0]) {
				return failed(e.missing(c))
			}
			return noContent()
		})
	}
}

// checkExtensions refuses a strict client's login where the tenant still has what such clients don't support. Auth0
// documents that it fails; with which words is a guess.
func (t *Tenant) checkExtensions(q *authorizeRequest) *denial {
	if !q.strict {
		return nil
	}
	t.store.mu.RLock()
	defer t.store.mu.RUnlock()
	active := func(c *collection, trigger string) bool {
		return len(c.where(func(o object) bool { return truth(o, "enabled") && (trigger == "" || text(o, "triggerId") == trigger) })) > 0
	}
	prompts, _ := t.store.documents["prompts"].(object)
	switch {
	case active(t.store.rules, ""):
		return denied("access_denied", "Rules are not supported for third-party applications")
	case active(t.store.hooks, "credentials-exchange"):
		return denied("access_denied", "Hooks are not supported for third-party applications")
	case text(prompts, "universal_login_experience") == "classic":
		return denied("access_denied", "Classic Login is not supported for third-party applications")
	}
	return nil
}
