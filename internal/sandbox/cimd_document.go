package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// The rules for client metadata documents are those of Auth0's page "CIMD validation rules" (2026-04-29). Its words for
// a document that breaks one are not known, but for the warning.

// clientDocument is a client metadata document that holds all rules.
type clientDocument struct {
	fields   object // of a client
	warnings []any
}

func (d *clientDocument) validation() object {
	return object{"valid": true, "violations": []any{}, "warnings": d.warnings}
}

// documentProblem is why there is none.
type documentProblem struct {
	text   string
	broken bool // it was read, and breaks a rule
}

func unread(text string) *documentProblem { return &documentProblem{text, false} }

func broken(format string, args ...any) *documentProblem {
	return &documentProblem{fmt.Sprintf(format, args...), true}
}

// documentFields are what Auth0 takes from a document; response_types are looked at and not kept.
var documentFields = strings.Fields(`client_id client_name redirect_uris grant_types application_type token_endpoint_auth_method
	jwks_uri logo_uri description response_types`)

func readDocument(address string, data []byte) (*clientDocument, *documentProblem) {
	var all object
	var d struct {
		ID          string   `json:"client_id"`
		Name        string   `json:"client_name"`
		Redirects   []string `json:"redirect_uris"`
		Grants      []string `json:"grant_types"`
		Kind        string   `json:"application_type"`
		Method      string   `json:"token_endpoint_auth_method"`
		Logo        string   `json:"logo_uri"`
		Description string   `json:"description"`
	}
	if json.Unmarshal(data, &all) != nil || json.Unmarshal(data, &d) != nil {
		return nil, broken("the metadata document is not valid JSON, or has a field of the wrong type")
	}
	out := &clientDocument{warnings: []any{}}
	unknown := slices.DeleteFunc(slices.Sorted(maps.Keys(all)), func(name string) bool { return slices.Contains(documentFields, name) })
	if len(unknown) > 0 {
		out.warnings = append(out.warnings, "Ignoring unsupported properties: "+strings.Join(unknown, ", ")+
			". These properties are not validated or mapped to the Auth0 client configuration.")
	}
	grants := slices.DeleteFunc(slices.Clone(d.Grants), func(grant string) bool { return !slices.Contains(registeredGrants(true), grant) })
	if len(grants) < len(d.Grants) {
		out.warnings = append(out.warnings, "Ignoring unsupported grant_types")
	}
	kind := map[string]string{"": "regular_web", "web": "regular_web", "native": "native"}[d.Kind]
	switch {
	case d.ID != address:
		return nil, broken("the document's client_id is not its URL")
	case strings.TrimSpace(d.Name) == "":
		return nil, broken("client_name must be a non-empty string")
	case len(grants) == 0:
		return nil, broken("grant_types must include authorization_code or refresh_token")
	case kind == "":
		return nil, broken("application_type must be native or web")
	case all["jwks"] != nil:
		return nil, broken("jwks is not supported, use jwks_uri")
	case d.Method == "private_key_jwt":
		return nil, broken("the sandbox has no private_key_jwt for clients with a metadata document")
	case d.Method != "" && d.Method != "none":
		return nil, broken("token_endpoint_auth_method must be none or private_key_jwt")
	case len([]rune(d.Description)) > 140:
		return nil, broken("description must have at most 140 characters")
	case d.Logo != "" && !isWeb(d.Logo):
		return nil, broken("logo_uri must be an http or https URL")
	}
	if problem := checkRedirects(d.Redirects, kind == "native", slices.Contains(grants, "authorization_code")); problem != nil {
		return nil, problem
	}
	out.fields = object{
		"external_client_id": address, "name": strings.TrimSpace(d.Name), "callbacks": toAny(d.Redirects),
		"grant_types": toAny(grants), "app_type": kind, "token_endpoint_auth_method": "none",
	}
	for name, value := range map[string]string{"logo_uri": d.Logo, "description": d.Description} {
		if value != "" {
			out.fields[name] = value
		}
	}
	return out, nil
}

func isWeb(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http")
}

// checkRedirects wants https, or loopback for native applications, and each only once.
func checkRedirects(all []string, native, required bool) *documentProblem {
	if required && len(all) == 0 {
		return broken("redirect_uris is required for authorization_code")
	}
	for i, raw := range all {
		secure := strings.HasPrefix(raw, "https://")
		if !isWeb(raw) || !mayRedirect(raw) || (!secure && !native) {
			return broken("redirect_uris: %q must be https, or loopback for a native application", raw)
		}
		if slices.Contains(all[:i], raw) {
			return broken("redirect_uris: %q is there twice", raw)
		}
	}
	return nil
}
