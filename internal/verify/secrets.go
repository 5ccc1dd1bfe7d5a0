package verify

import (
	"net/url"
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

// hide replaces the secrets of a text, and what looks like a token.
func (s *secrets) hide(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, secret := range s.known {
		text = strings.ReplaceAll(text, secret, trace.Masked)
	}
	return trace.Text(text)
}
