package gateway

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/mcpauth-cli/mcpauth/templates"
)

// same says that a policy does what is wanted.
func (p policy) same(want templates.Policy) bool { return len(p.differences(want)) == 0 }

// differences are the places at which a policy is not what is wanted, as "handler.options.audience". Zuplo's older
// policyType, a default left out, and a host taken from the environment make no difference.
func (p policy) differences(want templates.Policy) []string {
	rendered, err := templates.PolicyJSON(want)
	if err != nil {
		return []string{"name"}
	}
	var wanted, have map[string]any
	copied, err := json.Marshal(p.plain)
	if err != nil || json.Unmarshal(rendered, &wanted) != nil || json.Unmarshal(copied, &have) != nil {
		return []string{"name"}
	}
	handler, _ := have["handler"].(map[string]any)
	if options, ok := handler["options"].(map[string]any); ok {
		if _, said := options["allowUnauthenticatedRequests"]; !said {
			options["allowUnauthenticatedRequests"] = false
		}
		if audience, ok := options["audience"].(string); ok && covers(audience, want.Audience) {
			options["audience"] = want.Audience
		}
	}
	if p.kind == DefaultPolicyType || p.kind == olderPolicyType {
		have["policyType"] = want.Type
	}
	return differing(have, wanted, "")
}

// differing are the keys, sorted, whose values are not the same in two objects, with those of objects within.
func differing(have, want map[string]any, above string) []string {
	all := maps.Clone(have)
	maps.Copy(all, want)
	var found []string
	for _, key := range slices.Sorted(maps.Keys(all)) {
		inner, isObject := have[key].(map[string]any)
		other, bothAre := want[key].(map[string]any)
		switch {
		case isObject && bothAre:
			found = append(found, differing(inner, other, above+key+".")...)
		case !reflect.DeepEqual(have[key], want[key]) || has(have, key) != has(want, key):
			found = append(found, above+key)
		}
	}
	return found
}

func has(object map[string]any, key string) bool {
	_, found := object[key]
	return found
}

// covers says that an audience with $env in it can become the URL; one without literal text can become anything, and
// doesn't count.
func covers(audience, mcpURL string) bool {
	literals := environment.Split(audience, -1)
	if len(literals) < 2 || strings.Join(literals, "") == "" {
		return audience == mcpURL
	}
	for i := range literals {
		literals[i] = regexp.QuoteMeta(literals[i])
	}
	form, err := regexp.Compile("^" + strings.Join(literals, "[^/]+") + "$")
	return err == nil && form.MatchString(mcpURL)
}

func (p policy) note(want templates.Policy) string {
	audience, _ := p.option("audience").(string)
	if audience == want.Audience {
		return ""
	}
	return fmt.Sprintf("%s: the policy %q keeps its audience %s; it serves %s only where the environment makes them equal",
		policiesFile, want.Name, printable(audience), want.Audience)
}
