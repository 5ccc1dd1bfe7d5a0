package sandbox

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// emptyDocuments are the documents of parts that the sandbox does not hold, as an untouched tenant answers them.
var emptyDocuments = map[string]any{
	"branding": object{},
	"prompts":  object{"universal_login_experience": "new", "identifier_first": false, "webauthn_platform_first_factor": false},
	"attack-protection/brute-force-protection":      object{"enabled": true, "shields": []any{"block", "user_notification"}, "mode": "count_per_identifier_and_ip", "allowlist": []any{}, "max_attempts": 10},
	"attack-protection/suspicious-ip-throttling":    object{"enabled": true, "shields": []any{"admin_notification", "block"}, "allowlist": []any{}, "stage": object{"pre-login": object{"max_attempts": 100, "rate": 864000}, "pre-user-registration": object{"max_attempts": 50, "rate": 1200}}},
	"attack-protection/breached-password-detection": object{"enabled": false, "shields": []any{}, "admin_notification_frequency": []any{}, "method": "standard"},
	"attack-protection/bot-detection":               object{"bot_detection_level": "medium", "challenge_password_policy": "never", "challenge_passwordless_policy": "never", "challenge_password_reset_policy": "never", "allowlist": []any{}, "monitoring_mode_enabled": false},
	"attack-protection/captcha":                     object{"active_provider_id": "auth_challenge", "auth_challenge": object{"fail_open": false}},
	"tenants/settings/entitlements":                 object{},
	"stats/active-users":                            0,
	"stats/daily":                                   []any{},
	"risk-assessments/settings":                     object{"enabled": false},
	"risk-assessments/settings/new-device":          object{"remember_for": 0},
	"supplemental-signals":                          object{"akamai_enabled": false},
	"actions/triggers":                              object{"triggers": []any{}},
	"attack-protection/phone-provider-protection":   object{"type": "exponential"}, // recorded, after it was set
	"prompts/mfa-push":                              object{},
	"keys/custom-signing":                           object{"keys": []any{}}, // that it isn't a 404 is a guess
}

func init() { maps.Copy(emptyDocuments, factorDocuments) }

// notDone are operations on parts that Auth0 has, and the sandbox doesn't do.
var notDone = strings.Fields(`POST:email-templates POST:emails/provider POST:guardian/enrollments/ticket POST:jobs/users-exports
	POST:jobs/users-imports POST:jobs/verification-email POST:keys/encryption/rekey POST:keys/signing/rotate
	POST:refresh-tokens/revoke PUT:branding/templates/universal-login PATCH:custom-domains/default PATCH:prompts/rendering
	DELETE:grants DELETE:keys/custom-signing DELETE:user-blocks`)

// arrayKeys name the array inside a list's object where it isn't the path's last word with _ for -.
var arrayKeys = map[string]string{
	"event-streams": "eventStreams", "keys/encryption": "keys", "prompts/rendering": "configs",
	"connections-scim-configurations":     "scim_configurations",
	"connections-directory-provisionings": "directory_provisionings",
	"connection-profiles/templates":       "connection_profile_templates",
	"user-attribute-profiles/templates":   "user_attribute_profile_templates",
}

// wrapped are lists that never come as a plain array; most of them know no other paging than take and from.
var wrapped = strings.Fields(`agents branding/phone/providers branding/phone/templates connection-profiles connection-profiles/templates
	connections-directory-provisionings connections-scim-configurations event-streams rate-limit-policies token-exchange-profiles
	user-attribute-profiles user-attribute-profiles/templates verifiable-credentials/verification/templates`)

// bare are lists that are always a plain array, whatever is asked for.
var bare = []string{"blacklists/tokens", "log-streams", "rules-configs"}

// elsewhere answers for all that the sandbox does not model: lists are empty, documents are kept as they are written,
// single things do not exist, and a path that Auth0 doesn't know is not found either.
func (t *Tenant) elsewhere(r *http.Request, path []string, may permissions) (reply, *apiError) {
	writes := r.Method == http.MethodPut || r.Method == http.MethodPatch
	name := strings.Join(path, "/")
	switch {
	case writes && isWritable(path):
		return t.writeDocument(r, path, may)
	case slices.Contains(notDone, r.Method+":"+name):
		return failed(newError(http.StatusNotFound, notKeptCode, "The sandbox does not do %s %s", r.Method, name))
	case r.Method == http.MethodPost && isCollection(path) && t.holds(path):
		return failed(notKept(path))
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		return failed(missing(path))
	}
	if scope := partScope("read", path); scope != "" && !may[scope] {
		return failed(insufficientScope([]string{scope}))
	}
	if body, known := t.document(path); known {
		return ok(body)
	}
	if body, known := emptyDocuments[name]; known {
		return ok(body)
	}
	switch {
	case name == "custom-domains/default": // without one of its own it is the tenant's
		return ok(object{"domain": t.base.Host})
	case isCustomText(path): // and partials
		return ok(object{})
	case path[0] == "user-blocks":
		return ok(object{"blocked_for": []any{}})
	case path[0] == "actions" && path[len(path)-1] == "bindings":
		return ok(object{"bindings": []any{}, "per_page": defaultPage})
	case isCollection(path) && t.holds(path):
		return emptyList(r, path)
	}
	if len(path) > 2 && t.heldObject(path) != nil { // a part of it that it doesn't have
		return failed(notFound("", "Not Found"))
	}
	return failed(missing(path))
}

const notKeptCode = "sandbox_does_not_keep"

// notKept is the sandbox's own refusal: Auth0 would have added the object. The message says so, lest it be taken for
// Auth0's.
func notKept(path []string) *apiError {
	return newError(http.StatusNotFound, notKeptCode,
		"The sandbox keeps no %s: their list is empty, and none can be added", strings.Join(path, "/"))
}

// holds says whether the objects are there whose parts a path names: the sandbox has clients, but no roles.
func (t *Tenant) holds(path []string) bool {
	n, _ := lead(path)
	return len(path)-n < 3 || (len(path) == 3 && t.heldObject(path) != nil)
}

// heldObject is the object of the kinds that the sandbox models to which a path leads; nil without one.
func (t *Tenant) heldObject(path []string) object {
	t.store.mu.RLock()
	defer t.store.mu.RUnlock()
	held := map[string]*collection{
		"clients": t.store.clients, "connections": t.store.connections, "client-grants": t.store.grants,
		"resource-servers": t.store.apis, "rules": t.store.rules, "hooks": t.store.hooks,
	}[path[0]]
	if held == nil || len(path) < 2 {
		return nil
	}
	found, _ := held.find(path[1])
	return found
}

func emptyList(r *http.Request, path []string) (reply, *apiError) {
	name := strings.Join(path, "/")
	key := arrayKeys[name]
	if key == "" {
		key = strings.ReplaceAll(path[len(path)-1], "-", "_")
	}
	c := &call{query: r.URL.Query()}
	if err := c.checkQuery(nil); err != nil {
		return failed(err)
	}
	totals := c.query.Get("include_totals") == "true"
	switch {
	case slices.Contains(bare, name) || (name == "logs" && !totals):
		return ok([]any{})
	case path[0] == "actions": // its lists have no start and limit, and leave out what is zero
		body := object{key: []any{}, "per_page": intParam(c.query, "per_page", defaultPage)}
		if page := intParam(c.query, "page", 0); page > 0 {
			body["page"] = page
		}
		return ok(body)
	case slices.Contains(wrapped, name) && !totals:
		return ok(object{key: []any{}})
	}
	return c.page(listing{key: key, checkpoint: true, size: defaultPage}, nil)
}
