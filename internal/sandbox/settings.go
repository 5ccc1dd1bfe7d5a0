package sandbox

import "maps"

func (t *Tenant) getSettings(c *call) (reply, *apiError) {
	t.store.mu.RLock()
	all := merged(t.store.settings, object{"sandbox_versions_available": []any{"22", "18"}})
	t.store.mu.RUnlock()
	return ok(c.fields(all))
}

// updateSettings answers, as real tenants do, without sandbox_versions_available and with two flags more than a GET.
func (t *Tenant) updateSettings(c *call) (reply, *apiError) {
	return t.write(func(s *store) (reply, *apiError) {
		s.settings = mergeSettings(s.settings, c.object())
		flags := maps.Clone(child(s.settings, "flags"))
		flags["cannot_change_enforce_client_authentication_on_passwordless_start"] = true
		flags["enforce_client_authentication_on_passwordless_start"] = true
		return ok(merged(s.settings, object{"flags": flags}))
	})
}

// mergeSettings merges a patch, and its flags among the flags; null clears.
func mergeSettings(old, patch object) object {
	out := merged(old, patch)
	delete(out, "sandbox_versions_available")
	out["flags"] = merged(child(old, "flags"), child(patch, "flags"))
	return out
}
