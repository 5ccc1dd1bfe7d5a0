package verify

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// bare are the words that a shell takes as they are.
var bare = regexp.MustCompile(`^[A-Za-z0-9:/._~@%+,=-]+$`)

// quoted makes a word safe for a shell: hints are copied, and hold what servers sent.
func quoted(word string) string {
	if bare.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(clean(word), "'", `'\''`) + "'"
}

func (r *run) setup() string { return r.onAuth0("mcpauth setup --mcp-url " + quoted(r.o.URL)) }

func (r *run) setupWith(flags string) string { return r.setup() + " " + flags }

// onAuth0 says so where a command can only mend an Auth0 tenant, and the authorization server looks like none.
func (r *run) onAuth0(command string) string {
	if r.server == nil || strings.HasSuffix(r.server.RegistrationEndpoint, "/oidc/register") || strings.HasSuffix(r.server.TokenEndpoint, "/oauth/token") {
		return command
	}
	return "change it at the authorization server; where that is an Auth0 tenant: " + command
}

func (r *run) render() string {
	command := "mcpauth render-gateway-config --mcp-url " + quoted(r.o.URL)
	if u, err := url.Parse(r.issuer); err == nil && u.Host != "" {
		domain := u.Host
		if u.Scheme == "http" {
			domain = "http://" + u.Host
		}
		command += " --domain " + quoted(domain)
	}
	return command
}

func (r *run) promote() string { return r.onAuth0("mcpauth promote-connection --name CONNECTION") }

// failure is something that authorization servers say, with its cause and what mends it.
type failure struct {
	said  []string // any of these, in lower case
	cause string
	hint  func(*run) string
}

// failures are those that users report, by what the server's text says. What Auth0 says of them is in its own words.
var failures = []failure{
	{[]string{"no connections enabled", "connection was not found"}, "no connection of the tenant is open to third-party clients: at least one must be a domain-level connection", (*run).promote},
	{[]string{"is not authorized to access resource server"}, "the API has no grant for third-party clients, so that no registered client may ask for its tokens", (*run).setup},
	{[]string{"service not found"}, "the tenant has no API whose identifier is exactly this URL: identifiers are compared byte for byte and can't be changed, so a new API is needed", (*run).setup},
	{[]string{"registration is disabled", "registration is not enabled"}, "dynamic client registration is off", (*run).setup},
	{[]string{"too_many_entities", "too many entities"}, "the tenant has reached the number of applications of its plan: each login registered one more", func(*run) string { return "mcpauth clients prune" }},
	{[]string{"too many requests", "too_many_requests", "global limit", "rate limit"}, "the server limits how often it is asked", func(*run) string { return "wait a minute, then run this again" }},
	{[]string{"callback url mismatch", "redirect_uri"}, "the client is not registered with this redirect URI", func(r *run) string {
		return fmt.Sprintf("register %s as a redirect URI of the client, and run this with --callback-port %d", r.callback.url, r.callback.port)
	}},
	{[]string{"unknown client", "invalid_client"}, "the authorization server does not know this client id, or does not read client metadata documents", (*run).setupRegistration},
	{[]string{"unauthorized_client"}, "the client has no grant for this API, or may not use the authorization code", (*run).setup},
	{[]string{"invalid_target"}, "the authorization server has no resource of exactly this URL", (*run).setup},
	{[]string{"invalid_scope"}, "a scope was asked for that the authorization server does not know", func(r *run) string { return r.setupWith("--scope SCOPE") }},
}

func (r *run) setupRegistration() string { return r.setupWith("--registration both") }

// diagnose finds the cause of what a server said.
func (r *run) diagnose(said string) (cause, hint string) {
	said = strings.ToLower(said)
	for _, f := range failures {
		for _, words := range f.said {
			if strings.Contains(said, words) {
				return f.cause, f.hint(r)
			}
		}
	}
	return "the authorization server refuses, in the words above", r.setup()
}
