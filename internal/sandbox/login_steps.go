package sandbox

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// step is a page that a person is at: the authorization that waits there, and for whom.
type step struct {
	state string
	authorization
	client object
}

// at finds the step of a request, by the state that the login page was opened with.
func (t *Tenant) at(w http.ResponseWriter, r *http.Request) (*step, bool) {
	state := r.FormValue("state")
	a, known := t.logins.page(state, t.options.Now())
	var client object
	if known {
		client, known = t.clientByID(a.clientID)
	}
	if !known {
		showError(w, pageOnly(http.StatusBadRequest, "invalid_request", "This page has expired. Start again at the application."))
		return nil, false
	}
	return &step{state, a, client}, true
}

func (s *step) clientName() string {
	if name := text(s.client, "name"); name != "" {
		return name
	}
	return s.clientID
}

func (t *Tenant) showLogin(w http.ResponseWriter, r *http.Request) {
	if s, ok := t.at(w, r); ok {
		t.loginPage(w, s, "")
	}
}

func (t *Tenant) loginPage(w http.ResponseWriter, s *step, problem string) {
	status := http.StatusOK
	if problem != "" {
		status = http.StatusBadRequest
	}
	showPage(w, status, "login", struct {
		Client, State, Hint, Problem string
		Connections                  []string
	}{s.clientName(), s.state, s.hint, problem, t.connectionNames(s)})
}

// connectionNames are those that the person may choose from: all, or the one that the client named.
func (t *Tenant) connectionNames(s *step) []string {
	var names []string
	for _, c := range t.usableConnections(s.client) {
		if s.connection == "" || text(c, "name") == s.connection {
			names = append(names, text(c, "name"))
		}
	}
	return names
}

// wrongPassword is the one password that is refused, so that a client can be seen to stand it.
const wrongPassword = "wrong"

// takeLogin believes every address and nearly every password; first-party clients need no consent.
func (t *Tenant) takeLogin(w http.ResponseWriter, r *http.Request) {
	s, ok := t.at(w, r)
	if !ok {
		return
	}
	email, connection := strings.TrimSpace(r.FormValue("username")), r.FormValue("connection")
	switch names := t.connectionNames(s); {
	case email == "" || r.FormValue("password") == "":
		t.loginPage(w, s, "Enter an email address and a password")
		return
	case r.FormValue("password") == wrongPassword:
		t.loginPage(w, s, "Wrong email or password")
		return
	case connection == "" && len(names) > 0:
		connection = names[0]
	case !slices.Contains(names, connection):
		t.loginPage(w, s, "This connection can't be used")
		return
	}
	s.person = newPerson(t.strategyOf(connection), email, t.options.Now())
	if s.client["is_first_party"] != false && s.prompt != "consent" {
		t.logins.leave(s.state)
		t.approve(w, s.authorization)
		return
	}
	t.logins.loggedIn(s.state, s.person)
	redirect(w, t.issuer+"u/consent?"+url.Values{"state": {s.state}}.Encode())
}

func (t *Tenant) strategyOf(connection string) string {
	t.store.mu.RLock()
	defer t.store.mu.RUnlock()
	c, _ := t.store.connections.getAlt(connection)
	return text(c, "strategy")
}

// atConsent finds the step of someone who has logged in.
func (t *Tenant) atConsent(w http.ResponseWriter, r *http.Request) (*step, bool) {
	s, ok := t.at(w, r)
	if ok && s.person.subject == "" {
		redirect(w, t.issuer+"u/login?"+url.Values{"state": {s.state}}.Encode())
		return nil, false
	}
	return s, ok
}

func (t *Tenant) showConsent(w http.ResponseWriter, r *http.Request) {
	s, ok := t.atConsent(w, r)
	if !ok {
		return
	}
	t.store.mu.RLock()
	api, _ := t.store.apis.getAlt(s.audience)
	t.store.mu.RUnlock()
	name := text(api, "name")
	if name == "" {
		name = s.audience
	}
	showPage(w, http.StatusOK, "consent", struct {
		Client, Person, API, State, Redirect string
		Scopes                               []string
	}{s.clientName(), s.person.email, name, s.state, s.redirect, s.scopes})
}

func (t *Tenant) takeConsent(w http.ResponseWriter, r *http.Request) {
	s, ok := t.atConsent(w, r)
	if !ok {
		return
	}
	t.logins.leave(s.state)
	if r.FormValue("action") != "accept" {
		t.deny(w, &authorizeRequest{authorization: s.authorization, client: s.client},
			denied("access_denied", "User did not authorize the request"))
		return
	}
	t.approve(w, s.authorization)
}
