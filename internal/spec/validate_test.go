package spec_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
)

func good() spec.Spec {
	return spec.Spec{
		Servers:      []spec.Server{{URL: "https://a.example/mcp", Scopes: []spec.Scope{{Value: "tool:whoami", Description: "Who am I?"}}}},
		Connections:  []spec.Connection{{Name: "google-oauth2"}, {ID: "con_0123456789abcdef"}},
		Registration: spec.RegistrationDCR, AudienceMode: spec.AudienceBoth, TokenLifetime: time.Hour,
	}
}

func TestValidateAcceptsTheLimits(t *testing.T) {
	s := good()
	s.Servers[0].Name = strings.Repeat("ä", 200)
	s.Servers[0].Scopes = append(s.Servers[0].Scopes, spec.Scope{Value: strings.Repeat("s", 280), Description: strings.Repeat("ä", 500)})
	s.TokenLifetime = spec.MaxTokenLifetime
	if err := s.Validate(); err != nil {
		t.Errorf("Validate() = %v", err)
	}
}

func TestValidateRefuses(t *testing.T) {
	for what, spoil := range map[string]func(*spec.Spec){
		"--name: has 201":               func(s *spec.Spec) { s.Servers[0].Name = strings.Repeat("ä", 201) },
		"contains < or >":               func(s *spec.Spec) { s.Servers[0].Name = "MCP <Server>" },
		"is blank":                      func(s *spec.Spec) { s.Servers[0].Name = "  " },
		"control characters":            func(s *spec.Spec) { s.Servers[0].Name = "a\x1b[2J" },
		"a scope of 281":                func(s *spec.Spec) { s.Servers[0].Scopes[0].Value = strings.Repeat("s", 281) },
		"has 501 characters":            func(s *spec.Spec) { s.Servers[0].Scopes[0].Description = strings.Repeat("d", 501) },
		"without a value":               func(s *spec.Spec) { s.Servers[0].Scopes[0].Value = "" },
		"is not a scope":                func(s *spec.Spec) { s.Servers[0].Scopes[0].Value = "two words" },
		"OpenID Connect's own":          func(s *spec.Spec) { s.Servers[0].Scopes[0].Value = "offline_access" },
		`two descriptions, "x" and "y"`: func(s *spec.Spec) { s.Servers[0].Scopes = []spec.Scope{{"a", "x"}, {"a", "y"}} },
		"1001 scopes":                   func(s *spec.Spec) { s.Servers[0].Scopes = make([]spec.Scope, 1001) },
		"named twice":                   func(s *spec.Spec) { s.Servers = append(s.Servers, s.Servers[0]) },
		"not a way of registration":     func(s *spec.Spec) { s.Registration = "open" },
		"not an audience mode":          func(s *spec.Spec) { s.AudienceMode = "" },
		"one default audience": func(s *spec.Spec) {
			s.AudienceMode = "default"
			s.Servers = append(s.Servers, spec.Server{URL: "https://b.example/mcp"})
		},
		"not a connection's id":   func(s *spec.Spec) { s.Connections[1].ID = "con_../clients" },
		"not a connection's name": func(s *spec.Spec) { s.Connections[0].Name = " " },
		"out of range":            func(s *spec.Spec) { s.TokenLifetime = spec.MaxTokenLifetime + time.Second },
	} {
		s := good()
		spoil(&s)
		err := s.Validate()
		var invalid spec.Invalid
		if !errors.As(err, &invalid) || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: Validate() = %v", what, err)
		}
	}
}

// What flags say of every server is told once, and a scope may be repeated as it is.
func TestValidateTellsOnce(t *testing.T) {
	s := good()
	scopes := []spec.Scope{{Value: "a"}, {Value: "a", Description: "x"}, {Value: "a", Description: "x"}, {Value: "a", Description: "x"}}
	s.Servers = []spec.Server{{URL: "https://a.example/mcp", Name: "<", Scopes: scopes}, {URL: "https://b.example/mcp", Name: "<", Scopes: scopes}}
	var invalid spec.Invalid
	if errors.As(s.Validate(), &invalid); len(invalid) != 1 || invalid[0].Field != "--name" {
		t.Errorf("Validate() = %v", invalid)
	}
}

func TestValidateTellsAllAtOnce(t *testing.T) {
	s := good()
	s.Servers[0].Name, s.Registration, s.TokenLifetime = "<", "x", -1
	var invalid spec.Invalid
	if errors.As(s.Validate(), &invalid); len(invalid) != 3 {
		t.Errorf("Validate() told %d problems, want 3: %v", len(invalid), invalid)
	}
}

func TestParseFile(t *testing.T) {
	f, err := spec.ParseFile("mcpauth.yaml", []byte(`
domain: my-tenant.eu.auth0.com
servers:
  - url: https://a.example/mcp
    name: A
    scopes: ["tool:a=Uses a", {value: "tool:b", description: Uses b}]
connections: [google-oauth2, {id: con_0123456789abcdef}]
registration: both
token_lifetime: 24h
offline_access: false
gateway: {policy_name: my-policy}
`))
	if err != nil {
		t.Fatal(err)
	}
	scopes := f.Servers[0].Scopes
	if len(scopes) != 2 || scopes[0] != (spec.FileScope{Value: "tool:a", Description: "Uses a"}) || scopes[1].Value != "tool:b" {
		t.Errorf("scopes are %v", scopes)
	}
	if f.Connections[1].ID != "con_0123456789abcdef" || f.Connections[0].Name != "google-oauth2" {
		t.Errorf("connections are %v", f.Connections)
	}
	if time.Duration(f.TokenLifetime) != 24*time.Hour || *f.OfflineAccess || f.GatewayOptions.PolicyName != "my-policy" {
		t.Errorf("parsed %+v", f)
	}
	if f, err := spec.ParseFile("empty", nil); err != nil || len(f.Servers) != 0 {
		t.Errorf("an empty file is %+v, %v", f, err)
	}
	for _, content := range []string{"\ufeffregistration: cimd\n", "# mine\n---\nregistration: cimd\n...\n", "registration: cimd\n---\n# the end\n"} {
		if f, err := spec.ParseFile("mcpauth.yaml", []byte(content)); err != nil || f.Registration != "cimd" {
			t.Errorf("ParseFile(%q) = %+v, %v", content, f, err)
		}
	}
	for content, what := range map[string]string{
		"domian: x":            "domian",
		"domain: x\n...\na: b": ":3:",
		"servers: [":           "2:",
		"token_lifetime: soon": "not a duration",
		"servers: 3":           "",
	} {
		_, err := spec.ParseFile("mcpauth.yaml", []byte(content))
		var invalid spec.Invalid
		if !errors.As(err, &invalid) || (content != "servers: [" && !strings.Contains(err.Error(), what)) {
			t.Errorf("ParseFile(%q) = %v; want an error with %q", content, err, what)
		}
	}
}

// All that is wrong with a file is told at once, each with its place and what to write instead.
func TestParseFileTellsAll(t *testing.T) {
	_, err := spec.ParseFile("m.yaml", []byte(`servres: []
servers:
  - url: https://a.example/mcp
    nmae: A
    scopes: [{vlaue: x}, [a], b]
  - https://user:hunter2@b.example/mcp
connections: [{nam: x}, y]
token_lifetime: soon
offline_access: maybe
registration: [dcr]
gateway: {policy-name: x, route: {path: /mcp}, resource_name: &n N}
---
domain: t.eu.auth0.com
---
domain: u.eu.auth0.com
`))
	want := []string{
		`m.yaml:1:1: there is no key "servres" in the file; did you mean servers?`,
		`m.yaml:4:5: there is no key "nmae" in servers[0]; did you mean name?`,
		`m.yaml:5:15: there is no key "vlaue" in servers[0].scopes[0]; did you mean value?`,
		`m.yaml:5:26: servers[0].scopes[1] can't be a list; write one value there, or the keys description, value`,
		`m.yaml:6:5: servers[1] can't be a single value; write keys with values there: name, scopes, url`,
		`m.yaml:7:16: there is no key "nam" in connections[0]; did you mean name?`,
		`m.yaml:8:17: token_lifetime: "soon" is not a duration; write 24h, 90m or a number of seconds`,
		`m.yaml:9:17: offline_access can't be "maybe"; write true or false`,
		`m.yaml:10:15: registration can't be a list; write one value there`,
		`m.yaml:11:11: there is no key "policy-name" in gateway; did you mean policy_name?`,
		`m.yaml:11:34: gateway.route can't be keys with values; write one value there`,
		`m.yaml:12:1: a second document begins; put all keys into one document, without a --- between them`,
	}
	if err == nil || err.Error() != strings.Join(want, "\n") {
		t.Errorf("got\n%v\nwant\n%s", err, strings.Join(want, "\n"))
	}
}

// Another file, taken for an mcpauth.yaml by mistake, is not repeated: it may be all secrets.
func TestAnotherFileIsNotRepeated(t *testing.T) {
	for _, content := range []string{
		"export AUTH0_CLIENT_ID=id\nexport AUTH0_CLIENT_SECRET=hunter2\n", "hunter2", "servers: hunter2", "gateway: hunter2",
		"domain: x\nAUTH0_CLIENT_SECRET=hunter2\n", "AUTH0_CLIENT_SECRET: \"hunter2\n", "postgres://user:hunter2@host/db: x\n",
	} {
		_, err := spec.ParseFile("m.yaml", []byte(content))
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", content, err)
		}
	}
}

func FuzzParseFile(f *testing.F) {
	f.Add([]byte("servers:\n  - url: https://a.example/mcp\n    scopes: [a, {value: b}]\n"))
	f.Add([]byte("connections: [{id: x}, y]\ntoken_lifetime: 5\n"))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("servres: []\nservers: [{url: [x]}, {<<: *a}]\ngateway: {? [a] : b}\noffline_access: !x |\n  y\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		_, err := spec.ParseFile("mcpauth.yaml", content)
		var invalid spec.Invalid
		if err != nil && !errors.As(err, &invalid) {
			t.Fatalf("an error of another type: %v", err)
		}
		for _, p := range invalid {
			if p.Field == "" || p.What == "" || p.Hint == "" {
				t.Errorf("a problem that does not say where, what is wrong and what to do: %+v", p)
			}
		}
	})
}
