package sandbox

import (
	"encoding/json"
	"slices"
	"time"
)

// machineGrant is the client's grant for acting by itself. The lock must be held.
func (s *store) machineGrant(clientID, audience string) (object, bool) {
	for _, g := range s.grants.list {
		if text(g, "client_id") == clientID && text(g, "audience") == audience && text(g, "subject_type") != "user" {
			return g, true
		}
	}
	return nil, false
}

// scopesOf are the scopes that a grant allows; with allow_all_scopes those of the API. The lock must be held.
func (s *store) scopesOf(grant object) []string {
	if !truth(grant, "allow_all_scopes") {
		return texts(grant, "scope")
	}
	api, _ := s.apis.getAlt(text(grant, "audience"))
	return scopesOfAPI(api)
}

// scopesOfAPI are the values of the scopes that an API has.
func scopesOfAPI(api object) []string {
	out := []string{}
	list, _ := api["scopes"].([]any)
	for _, v := range list {
		if scope, ok := v.(object); ok {
			out = append(out, text(scope, "value"))
		}
	}
	return out
}

func hasScope(api object, scope string) bool { return slices.Contains(scopesOfAPI(api), scope) }

// lifetimeOf is how long an access token for this API is good.
func lifetimeOf(api object) time.Duration {
	if n, ok := number(api["token_lifetime"]); ok && n > 0 {
		return time.Duration(n) * time.Second
	}
	return tokenLifetime
}

func number(v any) (float64, bool) {
	switch n := v.(type) {
	case json.Number:
		f, err := n.Float64()
		return f, err == nil
	case int:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}
