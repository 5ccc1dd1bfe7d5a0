package wizard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

// What was typed for one tenant is never sent to another.
func TestTypedForOneTenantIsNotSentToAnother(t *testing.T) {
	d := &desk{sources: map[string]string{"old.us.auth0.com": "auth0 CLI"}, pages: [][]Connection{few()}}
	s := sitDown(t, everything(d), 80, 24)
	s.at(whichTenant).press(tea.KeyEnter).at("How do you sign in to acme.eu.auth0.com?").press(tea.KeyEnter).
		at(askToken).types("for acme").press(tea.KeyEnter).at(askURL)
	s.press(tea.KeyShiftTab, tea.KeyShiftTab, tea.KeyShiftTab).at(whichTenant).press(tea.KeyDown, tea.KeyEnter).at(askURL)
	s.press(tea.KeyShiftTab).at(whichTenant).press(tea.KeyDown, tea.KeyEnter).types("my-tenant.eu.auth0.com").press(tea.KeyEnter).
		at(howSignIn).press(tea.KeyEnter).at(askToken)
	if strings.Contains(s.screen(), "*") {
		t.Errorf("the token is still there\n%s", s.screen())
	}
	s.types("for mine").press(tea.KeyEnter).at(askURL)
	want := []sent{
		{"acme.eu.auth0.com", SignIn{Token: "for acme"}},
		{"old.us.auth0.com", SignIn{}},
		{"my-tenant.eu.auth0.com", SignIn{Token: "for mine"}},
	}
	if got := d.sent(); !reflect.DeepEqual(got, want) {
		t.Errorf("sent to %d tenants, the last %s", len(got), got[len(got)-1].domain)
	}
}

// Of the ways to sign in only the one that was chosen in the end is used.
func TestTheWayNotChosenIsNotSent(t *testing.T) {
	d := &desk{pages: [][]Connection{few()}}
	s := sitDown(t, everything(d), 80, 24)
	how := "How do you sign in to acme.eu.auth0.com?"
	s.at(whichTenant).press(tea.KeyEnter).at(how).press(tea.KeyEnter).at(askToken).types("token").
		press(tea.KeyShiftTab).at(how).press(tea.KeyDown, tea.KeyEnter).at(askID).types("id").
		press(tea.KeyEnter).at(askSecret).types("secret").press(tea.KeyEnter).at(askURL)
	want := []sent{{"acme.eu.auth0.com", SignIn{ClientID: "id", ClientSecret: "secret"}}}
	if got := d.sent(); !reflect.DeepEqual(got, want) {
		t.Errorf("sent %d times", len(got))
	}
}

// Signing in to a tenant that is left halfway leaves nobody signed in: the one before is signed in to again, since the
// run goes on with the last.
func TestLeavingHalfwaySignsInAgain(t *testing.T) {
	begun, release := make(chan struct{}), make(chan struct{})
	d := &desk{sources: map[string]string{"acme.eu.auth0.com": "auth0 CLI", "old.us.auth0.com": "auth0 CLI"}, pages: [][]Connection{few()}}
	d.refuse = func(domain string, _ SignIn) error {
		if domain == "old.us.auth0.com" {
			close(begun)
			<-release
		}
		return nil
	}
	s := sitDown(t, everything(d), 80, 24)
	s.at(whichTenant).press(tea.KeyEnter).at(askURL).press(tea.KeyShiftTab).at(whichTenant).press(tea.KeyDown, tea.KeyEnter).
		at("Signing in to old.us.auth0.com")
	<-begun
	s.press(tea.KeyShiftTab).at(whichTenant)
	close(release)
	s.press(tea.KeyUp, tea.KeyEnter).at(askURL)
	if got := d.sent(); len(got) != 3 || got[2].domain != "acme.eu.auth0.com" {
		t.Errorf("signed in %d times, last to %s", len(got), got[len(got)-1].domain)
	}
	if got := s.m.course.state.answers().Domain; got != "acme.eu.auth0.com" {
		t.Errorf("answered %s", got)
	}
}

func TestSignInIsNotPrinted(t *testing.T) {
	s := SignIn{Token: "hidden", ClientSecret: "hidden"}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(format, Answers{SignIn: s}); strings.Contains(got, "hidden") {
			t.Errorf("%s shows it", format)
		}
	}
}

// The end of the input is no answer, and neither is the end of the context.
func TestRunEnds(t *testing.T) {
	for name, byLine := range map[string]bool{"screen": false, "lines": true} {
		c := everything(&desk{})
		c.Lines, c.Out = byLine, io.Discard
		t.Run(name+" input", func(t *testing.T) {
			c.In = strings.NewReader("")
			if _, err := Run(t.Context(), c); !errors.Is(err, ErrCancelled) {
				t.Errorf("got %v", err)
			}
		})
		t.Run(name+" context", func(t *testing.T) {
			in, hold := io.Pipe()
			defer func() { _ = hold.Close() }()
			c.In = in
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if _, err := Run(ctx, c); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		})
	}
}
