package wizard

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
)

func newCourse(ctx context.Context, c Config) *course {
	s := newState(ctx, c)
	steps := append(s.tenantSteps(), s.signInSteps()...)
	return &course{state: s, steps: append(steps, s.serverSteps()...), at: -1}
}

func (s *state) tenantSteps() []step {
	listed := s.c.Given.Domain == "" && len(s.c.Logins) > 0
	return []step{
		{
			open: func() bool { return listed },
			ask: func() question {
				options := make([]option, 0, len(s.c.Logins)+1)
				for _, l := range s.c.Logins {
					label := l.Domain + "  " + l.Source
					if l.Problem != "" {
						label += ": " + l.Problem
					}
					options = append(options, option{l.Domain, s.c.Clean(label)})
				}
				return &choiceQuestion{
					about:   about{"Which Auth0 tenant?", "You are logged in to these. Everything below is about one of them."},
					value:   &s.login,
					options: append(options, option{another, "Another tenant"}),
				}
			},
		},
		{
			label: "Tenant", answer: func() string { return s.domain().String() },
			open: func() bool { return s.c.Given.Domain == "" && (!listed || s.login == another) },
			ask: func() question {
				return &textQuestion{
					about:   about{"Which Auth0 tenant?", "Its domain. The dashboard shows it in the settings of every application."},
					value:   &s.typedDomain,
					example: "e.g. my-tenant.eu.auth0.com",
					check: func(text string) error {
						_, err := spec.ParseDomain(text)
						return err
					},
					note: func(text string) string {
						domain, err := spec.ParseDomain(text)
						if err != nil || domain.String() == strings.TrimSpace(text) {
							return ""
						}
						return "that is " + domain.String()
					},
				}
			},
		},
	}
}

func (s *state) signInSteps() []step {
	asked := func(way string) func() bool {
		return func() bool { return s.credentials == "" && (way == "" || s.way == way) }
	}
	hidden := "It is not shown here, kept in memory for this run, and stored nowhere."
	return []step{
		{open: always, waits: true, ask: func() question {
			return &work{about{"Looking for credentials for " + s.domain().String(), s.mayUnlock()}, s.find}
		}},
		{
			label: "Sign-in", answer: s.signInAnswer, open: asked(""),
			ask: func() question {
				return &choiceQuestion{
					about: about{"How do you sign in to " + s.domain().String() + "?", s.noCredentials() + " What you type here is kept in memory for this run, and stored nowhere."},
					value: &s.way,
					options: []option{
						{byToken, "With an access token, copied from the dashboard"},
						{byClient, "With the client ID and secret of an application"},
						{toPrepare, "Stop, and tell me what to prepare"},
					},
				}
			},
		},
		{open: asked(byToken), ask: func() question {
			return &textQuestion{
				about: about{"Access token", "In the dashboard: Applications > APIs > Auth0 Management API > API Explorer. " +
					"The token there is good for a day. " + hidden},
				value: &s.typed.Token, secret: true, check: notEmpty("the token"),
			}
		}},
		{open: asked(byClient), ask: func() question {
			return &textQuestion{
				about: about{"Client ID", "Of a machine-to-machine application that is authorized for the Auth0 Management API. " +
					"In the dashboard: Applications > Applications."},
				value: &s.typed.ClientID, check: notEmpty("the client ID"),
			}
		}},
		{open: asked(byClient), ask: func() question {
			return &textQuestion{
				about: about{"Client secret", "It stands below the client ID. " + hidden},
				value: &s.typed.ClientSecret, secret: true, check: notEmpty("the client secret"),
			}
		}},
		{open: always, waits: true, ask: func() question {
			return &work{about{"Signing in to " + s.domain().String(), "With " + s.signInAnswer() + "."}, s.signIn}
		}},
	}
}

// mayUnlock prepares for the keyring's own question. Only a login is looked for there; and between lines it is told as soon
// as the keyring makes anybody wait.
func (s *state) mayUnlock() string {
	known := func(l Login) bool { return l.Domain == s.domain().String() && l.Problem == "" }
	if s.c.Lines || !slices.ContainsFunc(s.c.Logins, known) {
		return ""
	}
	return "The system's keyring may ask for its password."
}

// noCredentials says why nobody could sign in without being asked.
func (s *state) noCredentials() string {
	if s.problem == nil {
		return "The environment holds no credentials for it."
	}
	what, _ := s.c.explain(s.problem) // what to do is told at the end, whole, to be copied
	return strings.TrimSuffix(upper(what), ".") + "."
}

func (s *state) signInAnswer() string {
	switch {
	case s.credentials != "":
		return s.c.Clean(s.credentials)
	case s.typed.Token != "" && s.way == byToken:
		return "a token that was typed"
	case s.typed.ClientSecret != "" && s.way == byClient:
		return "client " + s.c.Clean(s.typed.ClientID) + " and its secret"
	}
	return ""
}

func always() bool { return true }

func notEmpty(what string) func(string) error {
	return func(text string) error {
		if strings.TrimSpace(text) == "" {
			return spec.Invalid{{What: what + " is missing", Hint: "paste it, or go back to choose another way"}}
		}
		return nil
	}
}

// upper begins a sentence.
func upper(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// complaint is what is wrong with an answer and what to do, in a line.
func complaint(err error) string {
	var invalid spec.Invalid
	if !errors.As(err, &invalid) || len(invalid) == 0 {
		return err.Error()
	}
	if invalid[0].Hint == "" {
		return invalid[0].What
	}
	return invalid[0].What + ": " + invalid[0].Hint
}
