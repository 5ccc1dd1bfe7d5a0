package cmd

import (
	"regexp"
	"strings"
)

// random is what tokens, secrets and keys look like: long, and with digits among the letters.
var random = regexp.MustCompile(`[A-Za-z0-9_\-.+=]{32,}`)

// secretLike tells whether something that was typed may be a secret, or hold one: then no error repeats it. What comes before
// an @ may be a password.
func secretLike(typed string) bool {
	if strings.Contains(typed, "@") || strings.Contains(typed, "PRIVATE KEY") {
		return true
	}
	for _, run := range random.FindAllString(typed, -1) {
		if strings.ContainsAny(run, "0123456789") {
			return true
		}
	}
	return false
}

// secretsPlace is where secrets are given instead.
const secretsPlace = "if it is a token or a secret, get another, since the shell may keep this one; secrets come from the environment or stdin"
