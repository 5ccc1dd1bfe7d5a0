package spec

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Auth0's limits for an API and its scopes (Management API, POST /resource-servers), in characters.
const (
	maxName        = 200
	maxScope       = 280
	maxDescription = 500
	maxScopes      = 1000
	// MaxTokenLifetime is the longest lifetime of an access token that Auth0 takes.
	MaxTokenLifetime = 2592000 * time.Second
)

var (
	scopeToken   = regexp.MustCompile(`^[\x21\x23-\x5B\x5D-\x7E]+$`) // RFC 6749 section 3.3
	connectionID = regexp.MustCompile(`^con_[A-Za-z0-9]{1,64}$`)
)

// ParseScope reads VALUE or VALUE=DESCRIPTION.
func ParseScope(raw string) Scope {
	value, description, _ := strings.Cut(raw, "=")
	return Scope{Value: strings.TrimSpace(value), Description: strings.TrimSpace(description)}
}

// Validate reports every problem at once, as an Invalid; nil if there is none. Missing things (no server, no domain) are
// the caller's to name, since only it knows how they could have been given.
func (s Spec) Validate() error {
	var problems Invalid
	seen := map[string]bool{}
	for _, server := range s.Servers {
		if seen[server.URL] {
			problems = append(problems, Problem{"--mcp-url", server.URL + " is named twice", "name each server once"})
		}
		seen[server.URL] = true
		problems = append(problems, server.problems()...)
	}
	problems = append(problems, s.choices()...)
	problems = append(problems, connectionProblems(s.Connections)...)
	if s.TokenLifetime < 0 || s.TokenLifetime > MaxTokenLifetime || s.TokenLifetime%time.Second != 0 {
		problems = append(problems, Problem{
			"--token-lifetime", fmt.Sprintf("%s is out of range", s.TokenLifetime),
			"Auth0 takes whole seconds up to 30 days (2592000)",
		})
	}
	if len(problems) == 0 {
		return nil
	}
	return problems.once()
}

func (s Spec) choices() Invalid {
	var problems Invalid
	if !slices.Contains([]Registration{RegistrationDCR, RegistrationCIMD, RegistrationBoth, RegistrationNone}, s.Registration) {
		problems = append(problems, Problem{"--registration", fmt.Sprintf("%q is not a way of registration", s.Registration), "choose dcr, cimd, both or none"})
	}
	if !slices.Contains([]AudienceMode{AudienceBoth, AudienceResource, AudienceDefault}, s.AudienceMode) {
		problems = append(problems, Problem{"--audience-mode", fmt.Sprintf("%q is not an audience mode", s.AudienceMode), "choose both, resource or default"})
	}
	if s.AudienceMode == AudienceDefault && len(s.Servers) > 1 {
		problems = append(problems, Problem{
			"--audience-mode", "a tenant has one default audience, so mode default carries one MCP URL",
			"use --audience-mode both or resource for several",
		})
	}
	return problems
}

func (s Server) problems() Invalid {
	var problems Invalid
	if s.Name != "" {
		problems = append(problems, nameProblems("--name", s.Name)...)
	}
	if len(s.Scopes) > maxScopes {
		problems = append(problems, Problem{"--scope", fmt.Sprintf("%d scopes for %s", len(s.Scopes), s.URL), fmt.Sprintf("an API has at most %d", maxScopes)})
	}
	descriptions := map[string]string{}
	for _, scope := range s.Scopes {
		problems = append(problems, scope.problems()...)
		first := cmp.Or(descriptions[scope.Value], scope.Description)
		if scope.Description != "" && scope.Description != first {
			problems = append(problems, Problem{"--scope", fmt.Sprintf("%q is given two descriptions, %q and %q", scope.Value, first, scope.Description), "keep one"})
		}
		descriptions[scope.Value] = first
	}
	return problems
}

func nameProblems(field, name string) Invalid {
	var problems Invalid
	if n := utf8.RuneCountInString(name); n > maxName {
		problems = append(problems, Problem{field, fmt.Sprintf("has %d characters", n), fmt.Sprintf("Auth0 takes at most %d", maxName)})
	}
	if strings.ContainsAny(name, "<>") {
		problems = append(problems, Problem{field, fmt.Sprintf("%q contains < or >", name), "Auth0 refuses both in a name: leave them out"})
	}
	if strings.TrimSpace(name) == "" {
		problems = append(problems, Problem{field, "is blank", "give a name, or leave the flag out"})
	}
	if hasControl(name) {
		problems = append(problems, Problem{field, fmt.Sprintf("%q contains control characters or invalid text", name), "leave them out"})
	}
	return problems
}

func (s Scope) problems() Invalid {
	var problems Invalid
	n := utf8.RuneCountInString(s.Value)
	switch {
	case s.Value == "":
		problems = append(problems, Problem{"--scope", "a scope without a value", "write it like tool:whoami or tool:whoami=\"Who am I?\""})
	case n > maxScope:
		problems = append(problems, Problem{"--scope", fmt.Sprintf("a scope of %d characters", n), fmt.Sprintf("Auth0 takes at most %d", maxScope)})
	case !scopeToken.MatchString(s.Value):
		problems = append(problems, Problem{"--scope", fmt.Sprintf("%q is not a scope", s.Value), "use letters, digits and signs, but no space, quote or backslash"})
	case s.Value == "offline_access" || s.Value == "openid":
		problems = append(problems, Problem{"--scope", fmt.Sprintf("%q is OpenID Connect's own", s.Value), "leave it out: refresh tokens are on unless --no-offline-access"})
	}
	if n := utf8.RuneCountInString(s.Description); n > maxDescription {
		problems = append(problems, Problem{"--scope", fmt.Sprintf("the description of %q has %d characters", s.Value, n), fmt.Sprintf("Auth0 takes at most %d", maxDescription)})
	}
	if hasControl(s.Description) {
		problems = append(problems, Problem{"--scope", fmt.Sprintf("the description of %q contains control characters or invalid text", s.Value), "leave them out"})
	}
	return problems
}

func connectionProblems(connections []Connection) Invalid {
	var problems Invalid
	for _, c := range connections {
		switch {
		case c.ID != "":
			if !connectionID.MatchString(c.ID) {
				problems = append(problems, Problem{"--connection-id", fmt.Sprintf("%q is not a connection's id", c.ID), "an id begins with con_; for a name use --connection"})
			}
		case strings.TrimSpace(c.Name) == "" || hasControl(c.Name):
			problems = append(problems, Problem{"--connection", fmt.Sprintf("%q is not a connection's name", c.Name), "give the name as the dashboard shows it"})
		}
	}
	return problems
}

func hasControl(s string) bool {
	return !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r == 0x7f || (r >= 0x80 && r < 0xa0) })
}
