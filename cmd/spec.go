package cmd

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
)

// buildSpec makes the spec from mcpauth.yaml and the flags, which win. Problems are collected, so that all are told at
// once; the error is for what can't be read at all.
func (a *app) buildSpec(o setupOptions) (s spec.Spec, noDomain bool, notes []spec.Note, problems spec.Invalid, err error) {
	file, err := readFile(o.file)
	if err != nil {
		return s, false, nil, nil, err
	}
	s = spec.Spec{
		Registration: spec.Registration(pick(o.changed("registration"), o.registration, file.Registration)),
		AudienceMode: spec.AudienceMode(pick(o.changed("audience-mode"), o.audienceMode, file.AudienceMode)),
		Gateway: spec.Gateway{
			ResourceName: pick(o.changed("resource-name"), o.resourceName, file.GatewayOptions.ResourceName),
			PolicyName:   pick(o.changed("policy-name"), o.policyName, file.GatewayOptions.PolicyName),
			PolicyType:   file.GatewayOptions.PolicyType,
			Route:        pick(o.changed("route"), o.route, file.GatewayOptions.Route),
		},
		NoOfflineAccess:        o.noOffline || (file.OfflineAccess != nil && !*file.OfflineAccess && !o.changed("no-offline-access")),
		ReplaceDefaultAudience: o.replaceDefault, BesideNearMiss: o.besideNearMiss,
		TokenLifetime: time.Duration(file.TokenLifetime),
	}
	if o.tokenLifetime != "" {
		d, err := spec.ParseDuration(o.tokenLifetime)
		if err != nil || d <= 0 {
			d = 0
			problems = append(problems, spec.Problem{Field: "--token-lifetime", What: fmt.Sprintf("%q is not a lifetime", o.tokenLifetime), Hint: "write 24h, 90m or a number of seconds"})
		}
		s.TokenLifetime = d
	}
	domain, noDomain, wrong := a.parseDomain(file.Domain)
	s.Domain, problems = domain, append(problems, wrong...)
	s.Servers, notes, wrong = servers(o, file)
	problems = append(problems, wrong...)
	s.Connections = connectionsOf(o, file)
	var invalid spec.Invalid
	if errors.As(s.Validate(), &invalid) {
		problems = append(problems, fromFile(o, invalid)...)
	}
	if o.changed("name") && o.name == "" {
		problems = append(problems, spec.Problem{Field: "--name", What: "is empty", Hint: "give a name, or leave the flag out"})
	}
	return s, noDomain, notes, problems, nil
}

// readFile reads mcpauth.yaml; no name is an empty file.
func readFile(name string) (spec.File, error) {
	if name == "" {
		return spec.File{}, nil
	}
	content, err := os.ReadFile(name) // #nosec G304 -- the operator names the file
	if err != nil {
		return spec.File{}, spec.Invalid{{Field: "--file", What: fmt.Sprintf("%s can't be read: %v", name, errors.Unwrap(err)), Hint: "give the path of an mcpauth.yaml"}}
	}
	return spec.ParseFile(name, content)
}

// fromFile renames the fields of problems that came from mcpauth.yaml and not from flags.
func fromFile(o setupOptions, invalid spec.Invalid) spec.Invalid {
	if o.file == "" {
		return invalid
	}
	keys := map[string]string{
		"--registration": "registration", "--audience-mode": "audience_mode", "--token-lifetime": "token_lifetime",
		"--name": "servers.name", "--scope": "servers.scopes", "--connection": "connections", "--connection-id": "connections",
	}
	for i, p := range invalid {
		if key := keys[p.Field]; key != "" && !o.changed(strings.TrimPrefix(p.Field, "--")) {
			invalid[i].Field = key
		}
	}
	return invalid
}

// pick prefers a flag that was given, then the file, then the flag's default.
func pick(given bool, flag, file string) string {
	if given || file == "" {
		return flag
	}
	return file
}

// servers takes the URLs of the flags, else those of the file. Scopes and a name that are given by flag are every
// server's.
func servers(o setupOptions, file spec.File) (servers []spec.Server, notes []spec.Note, problems spec.Invalid) {
	var raw []spec.FileServer
	field := "--mcp-url"
	for _, url := range o.urls {
		raw = append(raw, spec.FileServer{URL: url})
	}
	if len(o.urls) == 0 {
		raw, field = file.Servers, "servers"
	}
	if o.name != "" && len(raw) > 1 {
		problems = append(problems, spec.Problem{Field: "--name", What: "one name for several servers", Hint: "give each its name in mcpauth.yaml"})
	}
	for i, r := range raw {
		name := field
		if len(o.urls) == 0 {
			name = fmt.Sprintf("servers[%d].url", i)
		}
		canonical, said, err := spec.CanonicalURL(r.URL)
		problems = append(problems, named(name, err)...)
		for _, text := range said {
			notes = append(notes, spec.Note{Field: name, Text: text})
		}
		if err != nil {
			canonical = fmt.Sprintf("(server %d)", i+1) // stays in the list, so that its other problems are told too
		}
		servers = append(servers, spec.Server{URL: canonical, Name: pick(o.changed("name"), o.name, r.Name), Scopes: scopesOf(o, r)})
	}
	if len(raw) == 0 {
		problems = append(problems, flagsAlone(o)...)
	}
	return servers, notes, problems
}

func scopesOf(o setupOptions, r spec.FileServer) []spec.Scope {
	var scopes []spec.Scope
	if !o.changed("scope") {
		for _, scope := range r.Scopes {
			scopes = append(scopes, spec.Scope(scope))
		}
		return scopes
	}
	for _, scope := range o.scopes {
		scopes = append(scopes, spec.ParseScope(scope))
	}
	return scopes
}

// flagsAlone checks name and scopes where no server carries them, so that their problems are told at the same time.
func flagsAlone(o setupOptions) spec.Invalid {
	server := spec.Server{URL: "(no server)", Name: o.name, Scopes: scopesOf(o, spec.FileServer{})}
	var invalid spec.Invalid
	errors.As(spec.Spec{Servers: []spec.Server{server}, Registration: spec.RegistrationDCR, AudienceMode: spec.AudienceBoth}.Validate(), &invalid)
	return invalid
}

func connectionsOf(o setupOptions, file spec.File) []spec.Connection {
	var list []spec.Connection
	for _, name := range o.connections {
		list = append(list, spec.Connection{Name: name})
	}
	for _, id := range o.connectionIDs {
		list = append(list, spec.Connection{ID: id})
	}
	if list == nil {
		for _, c := range file.Connections {
			list = append(list, spec.Connection(c))
		}
	}
	return unique(list)
}

// unique drops repetitions: naming a connection twice is no mistake worth an error.
func unique(list []spec.Connection) []spec.Connection {
	seen := map[spec.Connection]bool{}
	var kept []spec.Connection
	for _, c := range list {
		if !seen[c] {
			seen[c] = true
			kept = append(kept, c)
		}
	}
	return kept
}
