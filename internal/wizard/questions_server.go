package wizard

import (
	"errors"
	"strings"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
)

// serverSteps are the questions about the MCP server, and what the tenant becomes for it.
func (s *state) serverSteps() []step {
	is := func(open bool) func() bool { return func() bool { return open } }
	open := s.c.Open
	return []step{
		{label: "MCP URL", open: is(s.c.Given.URL == ""), ask: s.askURL, answer: func() string { return s.answers().URL }},
		{label: "Name", open: is(open.Name), ask: s.askName, answer: s.ifOpen(open.Name, func() string {
			return orElse(s.c.Clean(strings.TrimSpace(s.name)), spec.DefaultName)
		})},
		{label: "Scopes", open: is(open.Scopes), ask: s.askScopes, answer: s.ifOpen(open.Scopes, func() string {
			return orElse(s.c.Clean(strings.Join(scopeValues(s.scopes), ", ")), "none")
		})},
		{label: "Connections", open: is(open.Connections), ask: s.askConnections, answer: s.ifOpen(open.Connections, func() string {
			return orElse(strings.Join(s.chosenLabels(), ", "), "none")
		})},
		{label: "Registration", open: is(open.Registration), ask: s.askRegistration, answer: s.ifOpen(open.Registration, func() string {
			return s.registration
		})},
		{label: "Audience", open: is(open.AudienceMode), ask: s.askAudience, answer: s.ifOpen(open.AudienceMode, func() string {
			return s.audienceMode
		})},
		{label: "Gateway", open: is(s.c.Project != ""), ask: s.askGateway, answer: s.ifOpen(s.c.Project != "", func() string {
			if s.gateway == nowhere {
				return "none"
			}
			return "the Zuplo project in this folder"
		})},
	}
}

func (s *state) askURL() question {
	return &textQuestion{
		about: about{"Where do clients reach the MCP server?", "The URL that users give to their MCP client. It becomes the name of the API in Auth0, " +
			"and clients compare it letter by letter."},
		value: &s.url, example: "e.g. https://my-gateway.zuplo.dev/mcp",
		check: func(text string) error {
			_, _, err := spec.CanonicalURL(text)
			return err
		},
		note: func(text string) string {
			canonical, notes, err := spec.CanonicalURL(text)
			switch {
			case err != nil:
				return ""
			case len(notes) > 0:
				return notes[0]
			}
			return canonical + " is the form that is used everywhere"
		},
	}
}

func (s *state) askName() question {
	return &textQuestion{
		about: about{"What should users see it called?", "Auth0 shows the name when it asks users for their consent. Leave it empty for \"" + spec.DefaultName +
			"\"; an API that is there already then keeps its name."},
		value: &s.name, example: spec.DefaultName,
		check: func(text string) error {
			if strings.TrimSpace(text) == "" {
				return nil
			}
			return s.valid("--name", spec.Server{Name: strings.TrimSpace(text)})
		},
	}
}

func (s *state) askScopes() question {
	return &listQuestion{
		about: about{"Which scopes may clients ask for?", "A scope is a permission that a user gives to a client. Type one at a time, " +
			"with = and a description if you like, and nothing when there are no more."},
		noun: "Scope", values: &s.scopes, example: "e.g. tool:whoami=Who am I?",
		check: func(text string) error {
			server := spec.Server{Scopes: []spec.Scope{spec.ParseScope(text)}}
			for _, scope := range s.scopes {
				server.Scopes = append(server.Scopes, spec.ParseScope(scope))
			}
			return s.valid("--scope", server)
		},
	}
}

// valid asks the spec's own rules about one field.
func (s *state) valid(field string, server spec.Server) error {
	check := spec.Spec{Servers: []spec.Server{server}, Registration: spec.RegistrationDCR, AudienceMode: spec.AudienceBoth}
	var invalid spec.Invalid
	if errors.As(check.Validate(), &invalid) {
		for _, problem := range invalid {
			if problem.Field == field {
				return spec.Invalid{problem}
			}
		}
	}
	return nil
}

func (s *state) askConnections() question {
	return &pickQuestion{
		about: about{"How do users log in?", "A connection is a place that knows users: a database, Google, a company's directory. MCP clients can use those at " +
			"domain level only. The ones you choose are lifted there, for every third-party application."},
		chosen: &s.chosen, from: s.source,
	}
}

var registrations = []option{
	{string(spec.RegistrationDCR), "DCR: clients register themselves"},
	{string(spec.RegistrationCIMD), "CIMD: a URL describes the client"},
	{string(spec.RegistrationBoth), "Both"},
	{string(spec.RegistrationNone), "Neither: each is registered by hand"},
}

func (s *state) askRegistration() question {
	return &choiceQuestion{
		about: about{"How does Auth0 get to know a client?", "DCR, dynamic client registration: anyone may register. Most clients need it.\n" +
			"CIMD, client ID metadata documents: nothing is registered. For newer clients."},
		value: &s.registration, options: registrations,
	}
}

var audienceModes = []option{
	{string(spec.AudienceBoth), "Both, so that all clients can log in"},
	{string(spec.AudienceResource), "By resource alone"},
	{string(spec.AudienceDefault), "By the default audience alone"},
}

func (s *state) askAudience() question {
	return &choiceQuestion{
		about: about{"How do tokens name this server?", "Both ways are settings of the whole tenant.\n" +
			"By resource: any application that names an API in the parameter \"resource\" gets a token for it.\n" +
			"By the default audience: any application that names no API gets a token for this server, unless the tenant has another default."},
		value: &s.audienceMode, options: audienceModes,
	}
}

func (s *state) askGateway() question {
	return &choiceQuestion{
		about:   about{"Set up the Zuplo project too?", "This folder holds one. The policy and the routes that match the tenant are merged into its files."},
		value:   &s.gateway,
		options: []option{{s.c.Project, "Yes: show me the difference first"}, {nowhere, "No: only the tenant"}},
	}
}

// ifOpen keeps answers out of the list to which there was no question.
func (s *state) ifOpen(open bool, answer func() string) func() string {
	if !open {
		return func() string { return "" }
	}
	return answer
}

func (s *state) chosenLabels() []string {
	labels := make([]string, len(s.chosen))
	for i, c := range s.chosen {
		labels[i] = s.c.Clean(c.Name)
	}
	return labels
}

func scopeValues(scopes []string) []string {
	values := make([]string, len(scopes))
	for i, scope := range scopes {
		values[i] = spec.ParseScope(scope).Value
	}
	return values
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
