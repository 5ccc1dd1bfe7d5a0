package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

// Documents are the parts of a tenant that an MCP login doesn't touch (branding, prompts, attack protection, factors),
// but that other tools read and write back. They are kept as they were written, unchecked, until the tenant stops.

// readOnly are the documents that Auth0 offers no way to write.
var readOnly = []string{"tenants/settings/entitlements", "stats/active-users", "stats/daily", "actions/triggers"}

func isCustomText(path []string) bool { return path[0] == "prompts" && len(path) > 2 }

func isWritable(path []string) bool {
	name := strings.Join(path, "/")
	_, known := emptyDocuments[name]
	return known && !slices.Contains(readOnly, name) || isCustomText(path)
}

func (t *Tenant) document(path []string) (any, bool) {
	t.store.mu.RLock()
	defer t.store.mu.RUnlock()
	body, known := t.store.documents[strings.Join(path, "/")]
	return body, known
}

// writeDocument replaces a document (PUT) or merges into it (PATCH), as Auth0's settings do.
func (t *Tenant) writeDocument(r *http.Request, path []string, may permissions) (reply, *apiError) {
	if scope := partScope("update", path); scope != "" && !may[scope] {
		return failed(insufficientScope([]string{scope}))
	}
	c := &call{}
	if err := c.read(r, anything()); err != nil {
		return failed(err)
	}
	name := strings.Join(path, "/")
	return t.write(func(s *store) (reply, *apiError) {
		body := c.body
		if patch, isObject := body.(object); isObject && r.Method == http.MethodPatch {
			old, _ := s.documents[name].(object)
			if old == nil {
				old, _ = emptyDocuments[name].(object)
			}
			body = merged(old, patch)
		}
		s.documents[name] = body
		return ok(body)
	})
}

// scopeNouns name the noun of a part's scopes where it isn't the path's first word.
var scopeNouns = []struct{ prefix, noun string }{
	{"guardian/policies", "mfa_policies"},
	{"guardian/", "guardian_factors"},
	{"risk-assessments/", "attack_protection"},
}

// partScope is the scope of reading or updating a part, where it is one of the known ones.
func partScope(verb string, path []string) string {
	noun := strings.ReplaceAll(path[0], "-", "_")
	for _, n := range scopeNouns {
		if strings.HasPrefix(strings.Join(path, "/"), n.prefix) {
			noun = n.noun
			break
		}
	}
	if scope := verb + ":" + noun; slices.Contains(knownScopes, scope) {
		return scope
	}
	return ""
}
