package sandbox

import "strings"

// factorNames are the ways of a second login, in the order of recordings; phone calls are part of sms.
var factorNames = strings.Fields("sms push-notification otp email duo webauthn-roaming webauthn-platform recovery-code")

const factorsPath = "guardian/factors"

var factorPayload = record("", fields{"enabled": boolean("Whether this factor is enabled (true) or disabled (false).")}, "enabled")

// factorRoutes list the factors and switch each on or off. They can't be read one by one, as on Auth0; that an unknown
// name is not found is a guess.
func (t *Tenant) factorRoutes() []route {
	routes := []route{{"GET", strings.Split(factorsPath, "/"), []string{"read:guardian_factors"}, fields{}, nil, t.listFactors}}
	for _, name := range factorNames {
		routes = append(routes, route{
			"PUT", strings.Split(factorsPath+"/"+name, "/"),
			[]string{"update:guardian_factors"},
			fields{},
			factorPayload,
			func(c *call) (reply, *apiError) { return t.setFactor(name, c.object()) },
		})
	}
	return routes
}

func (t *Tenant) listFactors(*call) (reply, *apiError) {
	t.store.mu.RLock()
	defer t.store.mu.RUnlock()
	on, _ := t.store.documents[factorsPath].(object)
	all := make([]object, len(factorNames))
	for i, name := range factorNames {
		all[i] = object{"name": name, "enabled": on[name] == true, "trial_expired": false}
	}
	return ok(all)
}

func (t *Tenant) setFactor(name string, asked object) (reply, *apiError) {
	return t.write(func(s *store) (reply, *apiError) {
		on, _ := s.documents[factorsPath].(object)
		s.documents[factorsPath] = merged(on, object{name: asked["enabled"]})
		return ok(asked)
	})
}

// factorDocuments are the factors' own settings, as they were recorded on tenants that never set them; of lifetimes and
// lengths the recordings have only what was written, so these are a guess.
var factorDocuments = map[string]any{
	"guardian/settings": object{
		"display_remember_me_checkbox": true, "remember_me_default_value": false,
		"mfa_session_inactivity_timeout": 604800, "mfa_session_overall_timeout": 2592000,
	},
	"guardian/policies":                                    []any{},
	"guardian/factors/duo/settings":                        object{},
	"guardian/factors/email/settings":                      object{"otp_length": 6, "otp_expiration_time": 300},
	"guardian/factors/phone/settings":                      object{"otp_length": 6, "otp_expiration_time": 300},
	"guardian/factors/phone/message-types":                 object{"message_types": []any{}},
	"guardian/factors/phone/selected-provider":             object{"provider": "auth0"},
	"guardian/factors/phone/providers/twilio":              object{},
	"guardian/factors/phone/templates":                     object{},
	"guardian/factors/push-notification/selected-provider": object{"provider": "guardian"},
	"guardian/factors/push-notification/providers/apns":    object{},
	"guardian/factors/push-notification/providers/sns":     object{},
	"guardian/factors/push-notification/providers/fcm":     object{},
	"guardian/factors/push-notification/providers/fcmv1":   object{},
	"guardian/factors/sms/selected-provider":               object{"provider": "auth0"},
	"guardian/factors/sms/providers/twilio":                object{},
	"guardian/factors/sms/templates":                       object{},
	"guardian/factors/webauthn-roaming/settings":           object{"userVerification": "discouraged", "overrideRelyingParty": false},
	"guardian/factors/webauthn-platform/settings":          object{"overrideRelyingParty": false},
}
