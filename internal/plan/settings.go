package plan

import (
	"fmt"
	"strings"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
)

// Paths of the tenant settings that setup manages.
const (
	pathDCR         = "flags.enable_dynamic_client_registration"
	pathConnections = "flags.enable_client_connections"
	pathAudience    = "default_audience"
	pathProfile     = "resource_parameter_profile"
	pathIss         = "authorization_response_iss_parameter_supported"
	pathCIMD        = "client_id_metadata_document_supported"
)

// settingDefaults are what Auth0 documents a setting to be where it is absent (Management API v2, "Update tenant settings").
var settingDefaults = Values{
	pathDCR: false, pathConnections: true, pathAudience: "", pathProfile: "audience", pathIss: false, pathCIMD: false,
}

var settingImpact = map[string]string{
	pathDCR:         "anyone on the internet can register an application on this tenant",
	pathConnections: "new applications start with the tenant's connections enabled",
	pathAudience:    "changes the tokens of every application that names no audience of its own",
	pathProfile:     "the resource parameter (RFC 8707) selects the API for every application that sends it",
	pathIss:         "authorization answers carry iss (RFC 9207), for every application",
	pathCIMD:        "anyone who publishes a client metadata document can use it as an application",
}

// diffSettings makes one change of all settings, since they are written by one PATCH, and a conflict of its own for
// another default audience.
func diffSettings(s spec.Spec, o Observed) []Change {
	have, key := o.Settings.Values, s.Domain.String()
	var fields []Field
	var impacts []string
	set := func(path string, want any) {
		if equal(have[path], want) {
			return
		}
		fields = append(fields, Field{Path: path, Before: have[path], After: want})
		impacts = append(impacts, settingImpact[path])
	}
	if s.Registration.DCR() {
		set(pathDCR, true)
	}
	if have[pathConnections] == false {
		set(pathConnections, true)
	}
	current, _ := have[pathAudience].(string)
	want := s.DefaultAudience()
	foreign := want != "" && current != "" && !s.Owns(current)
	if want != "" && (current == "" || (foreign && s.ReplaceDefaultAudience)) {
		set(pathAudience, want)
	}
	if s.AudienceMode.Profile() {
		set(pathProfile, "compatibility")
	}
	set(pathIss, true)
	if s.Registration.CIMD() {
		set(pathCIMD, true)
	}
	changes := []Change{change(KindSettings, key, o.Settings, fields, strings.Join(impacts, "; "))}
	if foreign && !s.ReplaceDefaultAudience {
		changes = append(changes, audienceConflict(s, o, current, want))
	}
	return changes
}

// nameless tells of a default audience that no API has; empty where it has one, or where not all of them were seen. The
// tenant's own APIs are not among those that can be seen.
func nameless(s spec.Spec, o Observed) string {
	current, _ := o.Settings.Values[pathAudience].(string)
	if current == "" || s.Owns(current) || !o.EveryAPI || o.API(current) != nil || strings.HasPrefix(current, s.Domain.URL()+"/") {
		return ""
	}
	return fmt.Sprintf("the tenant's default audience %s names no API: the login of an application that relies on it fails with \"Service not found\"", current)
}

func audienceConflict(s spec.Spec, o Observed, current, want string) Change {
	c := Change{
		Action: Conflict, Kind: KindSettings, Key: s.Domain.String(),
		Fields:  []Field{{Path: pathAudience, Before: current, After: want}},
		Reason:  fmt.Sprintf("the tenant's default audience is %s already, and applications may rely on it", current),
		Consent: "--replace-default-audience",
	}
	if reason := nameless(s, o); reason != "" {
		c.Reason = reason
	}
	if s.AudienceMode == spec.AudienceDefault {
		c.Blocking = true
		c.Hint = "use --audience-mode both or resource to leave it, or --replace-default-audience to replace it"
	} else {
		c.Hint = "setup keeps it, and has clients carried by the resource parameter; --replace-default-audience replaces it"
	}
	return c
}
