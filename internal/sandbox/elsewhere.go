package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

// emptyObjects are the documents of parts that the sandbox does not hold, as an untouched tenant answers them.
var emptyObjects = map[string]any{
	"branding": object{},
	"prompts":  object{"universal_login_experience": "new", "identifier_first": false, "webauthn_platform_first_factor": false},
	"attack-protection/brute-force-protection":             object{"enabled": true, "shields": []any{"block", "user_notification"}, "mode": "count_per_identifier_and_ip", "allowlist": []any{}, "max_attempts": 10},
	"attack-protection/suspicious-ip-throttling":           object{"enabled": true, "shields": []any{"admin_notification", "block"}, "allowlist": []any{}, "stage": object{"pre-login": object{"max_attempts": 100, "rate": 864000}, "pre-user-registration": object{"max_attempts": 50, "rate": 1200}}},
	"attack-protection/breached-password-detection":        object{"enabled": false, "shields": []any{}, "admin_notification_frequency": []any{}, "method": "standard"},
	"attack-protection/bot-detection":                      object{"bot_detection_level": "medium", "challenge_password_policy": "never", "challenge_passwordless_policy": "never", "challenge_password_reset_policy": "never", "allowlist": []any{}, "monitoring_mode_enabled": false},
	"attack-protection/captcha":                            object{"active_provider_id": "auth_challenge", "auth_challenge": object{"fail_open": false}},
	"guardian/factors/phone/message-types":                 object{"message_types": []any{}},
	"guardian/factors/phone/selected-provider":             object{"provider": "auth0"},
	"guardian/factors/push-notification/selected-provider": object{"provider": "guardian"},
	"guardian/factors/sms/selected-provider":               object{"provider": "auth0"},
	"guardian/factors/duo/settings":                        object{},
	"tenants/settings/entitlements":                        object{},
	"stats/active-users":                                   0,
	"risk-assessments/settings":                            object{"enabled": false},
	"risk-assessments/settings/new-device":                 object{"remember_for": 0},
	"supplemental-signals":                                 object{"akamai_enabled": false},
	"actions/triggers":                                     object{"triggers": []any{}},
}

// absent are single things that an untouched tenant answers 404 for.
var absent = []string{"branding/templates/universal-login", "branding/themes/default", "emails/provider"}

// arrayKeys name the array inside a list's object where it isn't the path's last word with _ for -.
var arrayKeys = map[string]string{
	"actions/actions": "actions", "branding/phone/providers": "providers", "branding/phone/templates": "templates",
	"flows/vault/connections": "connections", "rendering": "configs", "prompts/rendering": "configs",
	"network-acls": "network_acls", "custom-domains": "custom_domains", "event-streams": "eventStreams",
}

// alwaysObjects are lists that never come as a plain array.
var alwaysObjects = []string{
	"actions/actions", "forms", "flows", "flows/vault/connections", "branding/phone/providers", "branding/phone/templates",
	"event-streams", "network-acls", "user-attribute-profiles", "connection-profiles", "token-exchange-profiles", "actions/modules",
	"self-service-profiles/custom-text", "prompts/rendering", "connections-scim-configurations", "connections-directory-provisionings",
}

// elsewhere answers for all that the sandbox does not model: lists are empty, documents are kept as they are written,
// single things do not exist.
func (t *Tenant) elsewhere(r *http.Request, path []string, may permissions) (reply, *apiError) {
	name := strings.Join(path, "/")
	missing := newError(http.StatusNotFound, "", "Not Found")
	switch {
	case r.Method == http.MethodDelete && len(path) > 1:
		return noContent()
	case (r.Method == http.MethodPut || r.Method == http.MethodPatch) && isWritable(path):
		return t.writeDocument(r, path, may)
	}
	if r.Method != http.MethodGet || slices.Contains(absent, name) {
		return failed(missing)
	}
	if scope := partScope("read", path); scope != "" && !may[scope] {
		return failed(insufficientScope([]string{scope}))
	}
	if body, known := t.document(path); known {
		return ok(body)
	}
	if body, known := emptyObjects[name]; known {
		return ok(body)
	}
	switch {
	case isCustomText(path): // and partials
		return ok(object{})
	case path[0] == "actions" && path[len(path)-1] == "bindings":
		return ok(object{"bindings": []any{}, "total": 0, "page": 0, "per_page": defaultPage})
	case isCollection(path):
		return emptyList(r, name, path[len(path)-1])
	}
	return failed(missing)
}

// collections of more than one word; a path of one word is always taken for a collection.
func isCollection(path []string) bool {
	if len(path) == 1 {
		return true
	}
	name := strings.Join(path, "/")
	return slices.Contains(alwaysObjects, name) || name == "guardian/factors" || name == "guardian/policies" || name == "keys/signing" ||
		name == "keys/encryption" || path[len(path)-1] == "enabled_connections" || path[len(path)-1] == "client-grants"
}

func emptyList(r *http.Request, name, last string) (reply, *apiError) {
	q := r.URL.Query()
	key := arrayKeys[name]
	if key == "" {
		key = strings.ReplaceAll(last, "-", "_")
	}
	c := &call{query: q}
	if err := c.checkQuery(); err != nil {
		return failed(err)
	}
	l := listing{key: key, checkpoint: true}
	if slices.Contains(alwaysObjects, name) && !q.Has("take") {
		size := intParam(q, "per_page", defaultPage)
		return ok(object{key: []object{}, "total": 0, "start": 0, "limit": size, "page": 0, "per_page": size})
	}
	return c.page(l, nil)
}
