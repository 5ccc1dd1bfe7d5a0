package sandbox

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// runtimes are the versions of Node that extensions may run on.
var runtimes = []string{"22", "18"}

func (t *Tenant) getSettings(c *call) (reply, *apiError) {
	t.store.mu.RLock()
	all := merged(t.store.settings, object{"sandbox_versions_available": toAny(runtimes)})
	t.store.mu.RUnlock()
	return ok(c.fields(all))
}

// updateSettings answers, as real tenants do, without sandbox_versions_available and with two flags more than a GET.
func (t *Tenant) updateSettings(c *call) (reply, *apiError) {
	patch, err := inHours(c.object())
	if err != nil {
		return failed(err)
	}
	if version := text(patch, "sandbox_version"); version != "" && !slices.Contains(runtimes, version) { // so it was reported
		return failed(invalidBody(`The sandbox_version provided is invalid. Please use one of the available options: ["%s"]`, strings.Join(runtimes, `","`)))
	}
	return t.write(func(s *store) (reply, *apiError) {
		s.settings = mergeSettings(s.settings, patch)
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

// inHours turns the lifetimes that a patch gives in minutes into hours, the only unit that is answered.
func inHours(patch object) (object, *apiError) {
	out := maps.Clone(patch)
	for name, value := range patch {
		hours, inMinutes := strings.CutSuffix(name, "_in_minutes")
		if !inMinutes {
			continue
		}
		if _, both := patch[hours]; both {
			return nil, invalidBody("`%s` cannot be specified together with `%s`", name, hours)
		}
		n, _ := value.(json.Number)
		minutes, _ := n.Float64()
		delete(out, name)
		out[hours] = minutes / 60 // not rounded, as recorded
	}
	return out, nil
}
