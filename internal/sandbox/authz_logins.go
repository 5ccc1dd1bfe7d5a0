package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"time"
)

const (
	pageLifetime = time.Hour
	codeLifetime = 10 * time.Minute
)

// person is who logged in, and when. The sandbox believes whoever fills in its form.
type person struct {
	subject, email string
	since          time.Time
}

func newPerson(strategy, email string, now time.Time) person {
	sum := sha256.Sum256([]byte(email))
	return person{strategy + "|" + hex.EncodeToString(sum[:12]), email, now}
}

// authorization is what a client asked for and, once a person agreed, what it may have.
type authorization struct {
	clientID   string
	redirect   string // where the answer goes
	redirected bool   // the client named it, so it must name it again at the token endpoint (RFC 6749 section 4.1.3)
	state      string
	mode       string // how the answer gets there, of responseModes; empty: in the query
	challenge  string // PKCE; empty without
	method     string
	nonce      string
	audience   string // the API's identifier; empty without an API
	scopes     []string
	connection string // the one that the client named; empty: any
	hint       string // login_hint
	prompt     string
	fresh      bool // the client asked for a new login, and is told when it was
	person     person
	expires    time.Time
}

// family is the refresh tokens that follow from one login; they end together.
type family struct {
	authorization
	current string // the one token that is good
	ended   bool
}

// logins are what the authorization server remembers between two requests. The zero value is ready.
type logins struct {
	mu       sync.Mutex
	pages    map[string]authorization // waiting for a person, by the state of the login page
	codes    map[string]authorization
	spent    map[string]*family // codes that were used, with what came of them
	families map[string]*family // by each refresh token that was ever theirs
	people   map[string]person  // who ever got a code, by subject
}

// await remembers an authorization that a person has yet to decide on.
func (l *logins) await(a authorization, now time.Time) string {
	a.expires = now.Add(pageLifetime)
	return hold(&l.mu, &l.pages, a, randomString(43), now)
}

// issue makes a code, and remembers who it is for.
func (l *logins) issue(a authorization, now time.Time) string {
	l.mu.Lock()
	if l.people == nil {
		l.people = map[string]person{}
	}
	l.people[a.person.subject] = a.person
	l.mu.Unlock()
	a.expires = now.Add(codeLifetime)
	return hold(&l.mu, &l.codes, a, randomString(43), now)
}

// hold adds an entry and forgets those whose time is over.
func hold(mu *sync.Mutex, all *map[string]authorization, a authorization, key string, now time.Time) string {
	mu.Lock()
	defer mu.Unlock()
	if *all == nil {
		*all = map[string]authorization{}
	}
	for other, held := range *all {
		if now.After(held.expires) {
			delete(*all, other)
		}
	}
	(*all)[key] = a
	return key
}

func (l *logins) page(state string, now time.Time) (authorization, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a, ok := l.pages[state]
	return a, ok && !now.After(a.expires)
}

// known is the person of a subject; a token says no more of them.
func (l *logins) known(subject string) person {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.people[subject]
}

// loggedIn notes who is at the page.
func (l *logins) loggedIn(state string, who person) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a, ok := l.pages[state]; ok {
		a.person = who
		l.pages[state] = a
	}
}

func (l *logins) leave(state string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.pages, state)
}

// redeem takes a code, which works once. A second use ends what the first one gave (RFC 6749 section 4.1.2).
func (l *logins) redeem(code, clientID string, now time.Time) (authorization, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f, used := l.spent[code]; used {
		f.ended = true
		return authorization{}, false
	}
	a, ok := l.codes[code]
	if !ok || a.clientID != clientID || now.After(a.expires) {
		return authorization{}, false
	}
	delete(l.codes, code)
	return a, true
}

// start begins a family of refresh tokens and returns its first.
func (l *logins) start(code string, a authorization) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.families == nil {
		l.families, l.spent = map[string]*family{}, map[string]*family{}
	}
	f := &family{authorization: a}
	l.spent[code] = f
	return l.next(f)
}

// next makes the family's next token; the lock must be held.
func (l *logins) next(f *family) string {
	f.current = "v1." + randomString(40)
	l.families[f.current] = f
	return f.current
}

// refresh checks a token and, where it rotates, replaces it. A token that was replaced before ends its whole family:
// someone else holds a copy (RFC 9700 section 4.14.2).
func (l *logins) refresh(token, clientID string, rotate bool) (authorization, string, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f, known := l.families[token]
	if !known || f.clientID != clientID {
		return authorization{}, "", false
	}
	f.ended = f.ended || f.current != token
	if f.ended {
		return authorization{}, "", false
	}
	if !rotate {
		return f.authorization, "", true
	}
	return f.authorization, l.next(f), true
}

// revoke ends the family of a client's refresh token. A token that is not known is revoked already.
func (l *logins) revoke(token, clientID string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f, known := l.families[token]; known && f.clientID == clientID {
		f.ended = true
	}
}
