package verify

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"github.com/mcpauth-cli/mcpauth/internal/trace"
)

// shortSecret is the shortest value that is replaced wherever it stands; shorter ones would hide ordinary words.
const shortSecret = 6

// secrets are the tokens, codes and keys of this run. They are known, so they are found in any text, also in one where a
// server repeats them where nobody would look.
type secrets struct {
	mu    sync.Mutex
	known []string
}

func (s *secrets) add(values ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, value := range values {
		if len(value) < shortSecret {
			continue
		}
		s.known = append(s.known, value)
		if escaped := url.QueryEscape(value); escaped != value {
			s.known = append(s.known, escaped)
		}
	}
}

var (
	secretName = regexp.MustCompile(`(?i)token|secret|code|assertion|password`)
	longRun    = regexp.MustCompile(`[A-Za-z0-9._~+/=-]{16,}`)
)

// addFrom learns the secrets of a token endpoint's answer in whatever form it came: all that stands under a name that
// tells of one, and where the answer is a success, anything long enough to be one.
func (s *secrets) addFrom(body []byte, success bool) {
	if success {
		s.add(longRun.FindAllString(string(body), -1)...)
	}
	var document any
	if json.Unmarshal(body, &document) == nil {
		s.addNamed("", document)
		return
	}
	if form, err := url.ParseQuery(string(body)); err == nil {
		for name, values := range form {
			if secretName.MatchString(name) {
				s.add(values...)
			}
		}
	}
}

func (s *secrets) addNamed(name string, value any) {
	switch value := value.(type) {
	case string:
		if secretName.MatchString(name) {
			s.add(value)
		}
	case []any:
		for _, v := range value {
			s.addNamed(name, v)
		}
	case map[string]any:
		for n, v := range value {
			if n != "token_type" && n != "expires_in" {
				s.addNamed(n, v)
			}
		}
	}
}

// hide replaces the secrets of a text, and what looks like a token.
func (s *secrets) hide(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, secret := range s.known {
		text = strings.ReplaceAll(text, secret, trace.Masked)
	}
	return trace.Text(text)
}
