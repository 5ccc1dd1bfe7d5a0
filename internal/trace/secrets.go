package trace

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Secrets are the tokens, codes and keys that went by. They are known, so they are found in any text, also in one where a
// server repeats them where nobody would look. The zero value is ready; it may be used from several goroutines.
type Secrets struct {
	mu    sync.Mutex
	known []string
}

// Add makes values known. Those that are too short to be told from ordinary words are left out.
func (s *Secrets) Add(values ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, value := range values {
		if len(value) < shortest {
			continue
		}
		s.keep(value)
		s.keep(url.QueryEscape(value))
	}
}

// keep orders by length, the longest first: a secret that begins like another one must not leave its end behind.
func (s *Secrets) keep(value string) {
	if slices.Contains(s.known, value) {
		return
	}
	at, _ := slices.BinarySearchFunc(s.known, value, func(a, b string) int { return len(b) - len(a) })
	s.known = slices.Insert(s.known, at, value)
}

var (
	secretName = regexp.MustCompile(`(?i)token|secret|code|assertion|password`)
	plainName  = regexp.MustCompile(`(?i)error|status|^token_?type$`)
	longRun    = regexp.MustCompile(`[A-Za-z0-9._~+/=-]{16,}`)
)

// AddAnswer learns the secrets of a token endpoint's answer in whatever form it came: all that stands under a name that
// tells of one, and where the answer is a success in another form than RFC 6749's, anything long enough to be one.
func (s *Secrets) AddAnswer(body []byte, success bool) {
	var regular struct {
		Token string `json:"access_token"`
	}
	if success && (json.Unmarshal(body, &regular) != nil || regular.Token == "") {
		s.Add(longRun.FindAllString(string(body), -1)...)
	}
	s.addBody(body, func(name string) bool { return secretName.MatchString(name) && !plainName.MatchString(name) })
}

// addRequest learns what a request carries under the names of secrets, its credentials included.
func (s *Secrets) addRequest(req *http.Request, body []byte) {
	if _, credential, found := strings.Cut(req.Header.Get("Authorization"), " "); found {
		s.Add(credential)
	}
	s.addForm(req.URL.Query(), isSecret)
	s.addBody(body, isSecret)
}

// addResponse learns what an answer carries under the names of secrets: in its body, and where it redirects to.
func (s *Secrets) addResponse(location string, body []byte) {
	if to, err := url.Parse(location); err == nil {
		s.addForm(to.Query(), isSecret)
	}
	s.addBody(body, isSecret)
}

func (s *Secrets) addBody(body []byte, secret func(name string) bool) {
	var document any
	if json.Unmarshal(body, &document) == nil {
		s.addNamed("", document, secret)
		return
	}
	if form, err := url.ParseQuery(strings.TrimSpace(string(body))); err == nil {
		s.addForm(form, secret)
	}
}

func (s *Secrets) addForm(form url.Values, secret func(name string) bool) {
	for name, values := range form {
		if secret(name) {
			s.Add(values...)
		}
	}
}

func (s *Secrets) addNamed(name string, value any, secret func(name string) bool) {
	switch value := value.(type) {
	case string:
		if secret(name) {
			s.Add(value)
		}
	case []any:
		for _, v := range value {
			s.addNamed(name, v, secret)
		}
	case map[string]any:
		for n, v := range value {
			s.addNamed(n, v, secret)
		}
	}
}

// Hide replaces the secrets of a text, and what looks like a token.
func (s *Secrets) Hide(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, secret := range s.known {
		text = strings.ReplaceAll(text, secret, Masked)
	}
	return Text(text)
}
