package wizard

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

// The questions, as a user knows them.
const (
	whichTenant = "Which Auth0 tenant?"
	howSignIn   = "How do you sign in to my-tenant.eu.auth0.com?"
	askToken    = "Access token"
	askID       = "Client ID"
	askSecret   = "Client secret"
	askURL      = "Where do clients reach the MCP server?"
	askName     = "What should users see it called?"
	askScopes   = "Which scopes may clients ask for?"
	askLogin    = "How do users log in?"
	askClients  = "How does Auth0 get to know a client?"
	askAudience = "How do tokens name this server?"
	askGateway  = "Set up the Zuplo project too?"
)

// wanted are the answers that the walks below give.
var wanted = Answers{
	Domain: "my-tenant.eu.auth0.com", SignIn: SignIn{Token: "typed-token"}, URL: "https://gateway.example.com/mcp", Name: "Acme tools",
	Scopes: []string{"tool:whoami=Who am I?", "tool:echo"}, Connections: []Connection{{"con_2", "google-oauth2", "google-oauth2", false}},
	Registration: "both", AudienceMode: "resource", GatewayDir: ".",
}

// walk answers every question on the screen, stopping at each to be looked at.
func walk(s *seat, look func(name string)) {
	s.at(whichTenant)
	look("tenant-listed")
	s.press(tea.KeyDown, tea.KeyDown, tea.KeyEnter).at(whichTenant)
	look("tenant-typed")
	s.types("My-Tenant.eu.auth0.com")
	look("tenant-canonical")
	s.press(tea.KeyEnter).at(howSignIn)
	look("sign-in")
	s.press(tea.KeyEnter).at(askToken)
	s.types("typed-token")
	look("token")
	s.press(tea.KeyEnter).at(askURL)
	look("url")
	s.types("http://gateway.example.com").press(tea.KeyEnter)
	look("url-invalid")
	s.press(tea.KeyCtrlU).types("https://Gateway.example.com:443/mcp/")
	look("url-canonical")
	s.press(tea.KeyEnter).at(askName)
	look("name")
	s.types("Acme tools").press(tea.KeyEnter).at(askScopes)
	look("scopes")
	s.types("tool:whoami=Who am I?").press(tea.KeyEnter).types("two words").press(tea.KeyEnter)
	look("scopes-invalid")
	s.press(tea.KeyCtrlU).types("tool:echo").press(tea.KeyEnter)
	look("scopes-some")
	s.press(tea.KeyEnter).at(askLogin).sees("4 connections")
	look("connections")
	s.press(tea.KeyEnter)
	look("connections-none")
	s.press(tea.KeyDown, tea.KeySpace).types("eVil")
	look("connections-searched")
	s.press(tea.KeyEnter).at(askClients)
	look("registration")
	s.press(tea.KeyDown, tea.KeyDown, tea.KeyEnter).at(askAudience)
	look("audience")
	s.press(tea.KeyDown, tea.KeyEnter).at(askGateway)
	look("gateway")
	s.press(tea.KeyEnter).ends()
	look("answers")
}

func TestScreenAnswers(t *testing.T) {
	s := sitDown(t, everything(&desk{pages: [][]Connection{few()}}), 80, 24)
	walk(s, func(string) {})
	if s.m.err != nil {
		t.Fatal(s.m.err)
	}
	if got := s.m.course.state.answers(); !reflect.DeepEqual(got, wanted) {
		t.Errorf("got  %+v\nwant %+v", got, wanted)
	}
}

// Whatever was given is not asked again.
func TestScreenAsksForTheRestAlone(t *testing.T) {
	d := &desk{sources: map[string]string{"my-tenant.eu.auth0.com": "the environment"}}
	s := sitDown(t, Config{
		Given: Answers{Domain: "my-tenant.eu.auth0.com"}, Logins: []Login{{Domain: "acme.eu.auth0.com"}}, Tenant: d, Clean: clean, Explain: explain,
	}, 80, 24)
	s.at(askURL).types("https://gateway.example.com/mcp").press(tea.KeyEnter).ends()
	got := s.m.course.state.answers()
	if got.URL != "https://gateway.example.com/mcp" || got.Domain != "my-tenant.eu.auth0.com" || got.GatewayDir != "" {
		t.Errorf("got %+v", got)
	}
}

func TestScreenCtrlCAtEveryQuestion(t *testing.T) {
	var names []string
	s := sitDown(t, everything(&desk{pages: [][]Connection{few()}}), 80, 24)
	walk(s, func(name string) { names = append(names, name) })
	for _, at := range names[:len(names)-1] {
		t.Run(at, func(t *testing.T) {
			s := sitDown(t, everything(&desk{pages: [][]Connection{few()}}), 80, 24)
			gone := errors.New("gone")
			defer func() {
				if r := recover(); r != nil && r != gone { //nolint:errorlint // the value itself
					panic(r)
				}
				if !s.m.over || !errors.Is(s.m.err, ErrCancelled) {
					t.Errorf("over %v, error %v", s.m.over, s.m.err)
				}
				if view := s.m.View(); view != "" {
					t.Errorf("left behind: %q", view)
				}
			}()
			walk(s, func(name string) {
				if name == at {
					s.press(tea.KeyCtrlC)
					panic(gone)
				}
			})
		})
	}
}

func TestScreenBackKeepsAnswers(t *testing.T) {
	s := sitDown(t, everything(&desk{pages: [][]Connection{few()}}), 80, 24)
	walk(s, func(name string) {
		if name != "gateway" {
			return
		}
		s.press(tea.KeyShiftTab).at(askAudience).press(tea.KeyShiftTab).at(askClients).press(tea.KeyShiftTab).at(askLogin).
			sees("[x] google-oauth2").press(tea.KeyShiftTab).at(askScopes).sees("+ tool:echo").
			press(tea.KeyShiftTab).at(askName).sees("> Acme tools").press(tea.KeyShiftTab).at(askURL).
			sees("> https://Gateway.example.com:443/mcp/").press(tea.KeyShiftTab).at(askToken).sees("> ***********").
			press(tea.KeyShiftTab).at(howSignIn).press(tea.KeyShiftTab).at(whichTenant).sees("> My-Tenant").
			press(tea.KeyShiftTab).at(whichTenant).sees("> Another tenant").press(tea.KeyShiftTab)
		for _, title := range []string{whichTenant, whichTenant, howSignIn, askToken, askURL, askName, askScopes, askLogin, askClients, askAudience} {
			s.at(title).press(tea.KeyEnter)
		}
		s.at(askGateway)
	})
	if got := s.m.course.state.answers(); !reflect.DeepEqual(got, wanted) {
		t.Errorf("got  %+v\nwant %+v", got, wanted)
	}
	if n := len(s.m.c.Tenant.(*desk).sent()); n != 1 {
		t.Errorf("signed in %d times", n)
	}
}

func TestScreenTellsWhyNobodyIsSignedIn(t *testing.T) {
	d := &desk{pages: [][]Connection{few()}, refuse: func(_ string, typed SignIn) error {
		if typed.Token == "wrong" {
			return refused{"Auth0 refused the token", "copy a new one"}
		}
		return nil
	}}
	s := sitDown(t, everything(d), 80, 24)
	s.at(whichTenant).press(tea.KeyEnter).at("How do you sign in to acme.eu.auth0.com?").press(tea.KeyEnter).at(askToken).
		types("wrong").press(tea.KeyEnter).sees("x Auth0 refused the token").sees("copy a new one").
		press(tea.KeyEnter).sees("x Auth0 refused the token").
		press(tea.KeyShiftTab).at(askToken).press(tea.KeyCtrlU).types("right").press(tea.KeyEnter).at(askURL)
	want := []sent{{"acme.eu.auth0.com", SignIn{Token: "wrong"}}, {"acme.eu.auth0.com", SignIn{Token: "wrong"}}, {"acme.eu.auth0.com", SignIn{Token: "right"}}}
	if got := d.sent(); !reflect.DeepEqual(got, want) {
		t.Errorf("sent %d times", len(got))
	}
}

// Whoever leaves since signing in failed is told of it after the screen is gone.
func TestScreenLeftForAFailure(t *testing.T) {
	no := refused{"Auth0 refused the token", "copy a new one"}
	s := sitDown(t, everything(&desk{refuse: func(string, SignIn) error { return no }}), 80, 24)
	s.at(whichTenant).press(tea.KeyEnter).at("How do you sign in to acme.eu.auth0.com?").press(tea.KeyEnter).at(askToken).
		types("wrong").press(tea.KeyEnter).sees("x Auth0 refused the token").press(tea.KeyCtrlC).ends()
	if !errors.Is(s.m.err, ErrCancelled) || !errors.Is(s.m.err, no) {
		t.Errorf("got %v", s.m.err)
	}
}

// A failure that no answer could mend ends the wizard.
func TestScreenEndsWhereNothingHelps(t *testing.T) {
	no := refused{"no", ""}
	d := &desk{sources: map[string]string{"my-tenant.eu.auth0.com": "the environment"}, refuse: func(string, SignIn) error { return no }}
	s := sitDown(t, Config{Given: Answers{Domain: "my-tenant.eu.auth0.com"}, Tenant: d, Clean: clean, Explain: explain}, 80, 24)
	s.ends()
	if !errors.Is(s.m.err, no) {
		t.Errorf("got %v", s.m.err)
	}
}

func TestScreenStopsToPrepare(t *testing.T) {
	problem := refused{"the login has ended", "log in again"}
	s := sitDown(t, everything(&desk{problem: problem}), 80, 24)
	s.at(whichTenant).press(tea.KeyEnter).at("How do you sign in to acme.eu.auth0.com?").sees("The login has ended.").
		press(tea.KeyDown, tea.KeyDown, tea.KeyEnter).ends()
	if !errors.Is(s.m.err, ErrPrepare) || !errors.Is(s.m.err, problem) {
		t.Errorf("got %v", s.m.err)
	}
}

// What is typed or pasted at once is text, even where it spells a key.
func TestScreenTakesPastedWordsForText(t *testing.T) {
	for _, word := range []string{"enter", "tab", "ctrl+c", "shift+tab", "home", "backspace", "up"} {
		s := sitDown(t, everything(&desk{}), 80, 24)
		s.at(whichTenant).press(tea.KeyDown, tea.KeyDown, tea.KeyEnter).at(whichTenant)
		s.update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(word)})
		if s.m.over || !strings.Contains(s.screen(), "> "+word) {
			t.Errorf("%s: over %v\n%s", word, s.m.over, s.screen())
		}
	}
}

// A terminal that doesn't tell its size is taken for one of the usual size.
func TestScreenWithoutSize(t *testing.T) {
	s := sitDown(t, everything(&desk{}), 0, 0)
	s.sees(whichTenant)
}

func TestScreenTakesLongSecrets(t *testing.T) {
	token := strings.Repeat("x", 6000)
	s := sitDown(t, everything(&desk{pages: [][]Connection{few()}}), 80, 24)
	s.at(whichTenant).press(tea.KeyEnter).at("How do you sign in to acme.eu.auth0.com?").press(tea.KeyEnter).at(askToken)
	s.update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(token), Paste: true})
	if strings.Contains(s.screen(), "xx") {
		t.Error("the token is shown")
	}
	s.press(tea.KeyEnter).at(askURL)
	if got := s.m.course.state.answers().SignIn.Token; got != token {
		t.Errorf("got %d characters", len(got))
	}
}

// What was answered before is drawn in one line when it is come back to, however long it is.
func TestScreenScrollsLongAnswers(t *testing.T) {
	url := "https://gateway.example.com/" + strings.Repeat("a-rather-long-way/", 15) + "mcp"
	s := sitDown(t, everything(&desk{pages: [][]Connection{few()}}), 60, 24)
	s.at(whichTenant).press(tea.KeyEnter).at("How do you sign in to acme.eu.auth0.com?").press(tea.KeyEnter).at(askToken)
	s.types("token").press(tea.KeyEnter).at(askURL)
	s.update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(url), Paste: true})
	s.press(tea.KeyEnter).at(askName).press(tea.KeyShiftTab).at(askURL)
	_, below, _ := strings.Cut(s.screen(), "\n> ")
	line, _, _ := strings.Cut(below, "\n")
	if !strings.HasSuffix(strings.TrimRight(line, " "), "mcp") {
		t.Errorf("the end of the answer is not on its line:\n%s", s.screen())
	}
}
