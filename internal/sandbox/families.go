package sandbox

import (
	"slices"
	"strings"
)

// The Management API is a tree of collections: /roles is one, /roles/ID is one of its objects, /roles/ID/users a
// collection again. Some words only lead there (/actions/actions, /guardian/factors). So the length of a path tells what
// it names, once it is known how many of its segments lead: this file knows that, and the words that begin a path, as
// Auth0's own SDK for Node (7.1) lists them. A path that begins with another word is unknown, as on Auth0.

// families are the collections that a path may begin with.
var families = strings.Fields(`agents client-grants clients connection-profiles connections connections-directory-provisionings
	connections-scim-configurations custom-domains device-credentials email-templates event-streams events flows forms grants
	groups hooks jobs log-streams logs network-acls organizations rate-limit-policies refresh-tokens resource-servers roles
	rules rules-configs self-service-profiles sessions token-exchange-profiles user-attribute-profiles user-blocks users
	users-by-email`)

// places are the words that only lead somewhere, the longest first.
var places = []string{
	"branding/phone", "flows/vault", "verifiable-credentials/verification",
	"actions", "anomaly", "attack-protection", "blacklists", "branding", "emails", "guardian", "keys", "prompts",
	"risk-assessments", "stats", "tenants", "tickets",
}

// collectionsOfTwo have an even length like an object, and are collections all the same.
var collectionsOfTwo = []string{"connection-profiles/templates", "user-attribute-profiles/templates"}

// unlisted have the length of a list and are none: families whose objects are read one by one, and one lone thing.
var unlisted = []string{"email-templates", "emails/provider", "jobs", "sessions"}

// singles are parts of an object that stand alone: they have the length of a collection, and are none.
var singles = []string{"scim-configuration", "directory-provisioning", "status"}

// lead is how many of a path's segments only lead to a collection; false for a path that Auth0 doesn't know.
func lead(path []string) (int, bool) {
	name := strings.Join(path, "/")
	for _, place := range places {
		if name == place || strings.HasPrefix(name, place+"/") {
			return strings.Count(place, "/") + 1, true
		}
	}
	return 0, slices.Contains(families, path[0])
}

// isCollection says whether a path names a list.
func isCollection(path []string) bool {
	n, known := lead(path)
	name := strings.Join(path, "/")
	switch {
	case slices.Contains(collectionsOfTwo, name):
		return true
	case !known || slices.Contains(unlisted, name) || slices.Contains(singles, path[len(path)-1]):
		return false
	}
	return len(path) > n && (len(path)-n)%2 == 1
}

// familyOf is the collection that a path begins with, such as "actions/actions".
func familyOf(path []string) string {
	n, _ := lead(path)
	return strings.Join(path[:min(n+1, len(path))], "/")
}

// absence is what Auth0 answers for an object that is not there.
type absence struct{ message, code string }

// absences by family, as they were recorded on real tenants. They differ in their full stops and in having a code.
var absences = map[string]absence{
	"actions/actions":          {"That action does not exist.", ""},
	"actions/executions":       {"That execution does not exist.", ""},
	"branding/phone/providers": {"Notification Resource not found", ""},
	"branding/phone/templates": {"Notification Resource not found", ""},
	"branding/themes":          {"There was an error retrieving branding settings: invalid theme ID", "theme_not_found"},
	"client-grants":            {"The grant does not exist.", "inexistent_client_grant"},
	"clients":                  {"The client does not exist", "inexistent_client"},
	"connections":              {"The connection does not exist", "inexistent_connection"},
	"custom-domains":           {"The custom domain * does not exist", "inexistent_custom_domain"},
	"email-templates":          {"The template does not exist.", "inexistent_email_template"},
	"emails/provider":          {"There is not a configured email provider", "inexistent_email_provider"},
	"event-streams":            {"The requested stream does not exist.", ""},
	"flows":                    {"Flow not found", ""},
	"flows/vault/connections":  {"Connection not found", ""},
	"forms":                    {"Form not found", ""},
	"guardian/enrollments":     {"Enrollment not found", "enrollment_not_found"},
	"hooks":                    {"Error: Hook does not exist", "HookDoesNotExist"},
	"log-streams":              {"The log stream does not exist.", ""},
	"network-acls":             {"NetworkACL with this ID was not found", ""},
	"organizations":            {"No organization found by that id or name", ""},
	"resource-servers":         {"The resource server does not exist", "inexistent_resource_server"},
	"roles":                    {"The role does not exist.", ""},
	"rules":                    {"The rule does not exist", "inexistent_rule"},
	"self-service-profiles":    {"Profile with ID: * not found", ""},
	"token-exchange-profiles":  {"Token exchange profile not found.", ""},
	"user-attribute-profiles":  {"User attribute profile not found.", ""},
	"users":                    {"The user does not exist.", "inexistent_user"},
}

// missing is the 404 for a path: that of the family's object, else the plain one, which unknown paths get too.
func missing(path []string) *apiError {
	name := familyOf(path)
	id := path[min(strings.Count(name, "/")+1, len(path)-1)]
	if found, known := absences[name]; known && id != "" && (len(path) > strings.Count(name, "/")+1 || name == "emails/provider") {
		return notFound(found.code, strings.ReplaceAll(found.message, "*", id))
	}
	return notFound("", "Not Found")
}
