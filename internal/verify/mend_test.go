package verify_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

// byHand are the rows that no command mends, with the reason. All others must be mended by the command of their hint.
var byHand = map[string]string{
	"fails before it asks": "the server itself fails", "another policy answers": "which policy that is only its project says",
	"asked too often": "time mends it", "asked too often with a token": "time mends it",
	"a web page in the place of MCP": "where the server is only its user knows", "redirects in a circle": "the server itself fails",
	"metadata without an issuer": "the authorization server is not ours", "tokens that are not signed": "the authorization server is not ours",
	"sent on with a token":      "the server itself fails",
	"no MCP behind the gateway": "the server is another",
	"metadata wants a token":    "the route's authentication is not ours to take off", "metadata fails": "the server itself fails",
	"URL with a query": "what the query is for only its user knows",

	"server metadata is a web page": "the authorization server is not ours", "no PKCE": "the authorization server is not ours",
	"plain PKCE only": "the authorization server is not ours", "token endpoint on http": "the authorization server is not ours",
	"token endpoint with a fragment": "the authorization server is not ours", "no authorization endpoint": "the authorization server is not ours",
	"no keys": "the authorization server is not ours", "keys are gone": "the authorization server is not ours",
	"a private key": "the authorization server is not ours",

	"registration off, where clients have documents":         "where the document is only its user knows",
	"no registration endpoint, where clients have documents": "where the document is only its user knows",
	"no registration endpoint":                               "someone has to register a client", "quota": "someone has to say which applications go",
	"rate limit": "time mends it", "registration without a client id": "the authorization server is not ours",
	"registration is a web page": "the authorization server is not ours",
	"registration is for others": "the authorization server is not ours", "registration wants other clients": "the authorization server is not ours",
	"registration is refused for other reasons": "the authorization server's words are all that is known",
	"registration fails":                        "the authorization server itself fails",
	"client metadata document of another":       "the document is the user's", "a document without redirect URIs": "the document is the user's",
	"a document with a secret": "the document is the user's", "a document that isn't there": "the document is the user's",
	"callback not registered": "the client is the user's", "no connection is enabled for the client": "the client is the user's",
	"the client may not use refresh tokens": "the client is the user's",
	"the client's secret is wrong":          "the secret is the user's",

	"grant for machines": "someone decided so", "API that denies all": "someone decided so", "API that differs by a slash": "someone decided so",
	"active Rule":                      "what Rules do is the user's",
	"the authorization endpoint fails": "the authorization server itself fails",
	"another network's page":           "the network is not ours",
	"a page that needs a person":       "a person has to log in", "a login page without a redirect": "a person has to log in",
	"login in circles": "a person has to log in", "login in a private network": "the authorization server is not ours",
	"login leaves https": "the authorization server is not ours", "an error page that calls itself fine": "the page is made up: nothing is wrong with the tenant",
	"state is lost": "the authorization server is not ours", "no code in the answer": "the authorization server is not ours",
	"refused after the first page": "the answer is made up: nothing is wrong with the tenant",
	"an unsupported parameter":     "the authorization server's words are all that is known",
	"a resource that is not known": "the answer is made up: nothing is wrong with the tenant",
	"a scope that is not known":    "the answer is made up: nothing is wrong with the tenant",
	"iss of another":               "the authorization server is not ours",

	"shared secret": "setup refuses to change the algorithm, and says how", "token of another issuer": "two domains: which is right only their owner knows",
	"expires_in is a word": "the authorization server is not ours", "expires_in is true": "the authorization server is not ours",
	"scope is a list": "the authorization server is not ours", "tokens without an end": "the authorization server is not ours",
	"token of another type": "the authorization server is not ours", "the code is refused": "the authorization server's words are all that is known",
	"no token in the answer": "the authorization server is not ours", "refresh token stays": "the authorization server is not ours",
	"refresh token is not replaced": "the authorization server is not ours", "clocks differ": "the clocks have to be set",

	"expired tokens pass": "the row's clocks are wrong too, since no token expires within a test",
	"never enough scopes": "the server's own comparison is wrong", "a scope without a name": "the server's own answer is wrong",
	"403 without a word": "the server's own answer is wrong", "not MCP behind the gateway": "the server itself fails",
	"another thing behind the gateway": "the server is another", "tools fail": "the server itself fails",
	"a scope that nobody grants": "the row's server wants the scope even of a token that has it; the warning row below is mended by logging in twice",
}

// refused are the rows whose hint runs setup, which stops before it writes: what it says then has to mend.
var refused = map[string]string{"shared secret": "algorithm"}

// TestHintsMend copies the command that stands beside each failure, runs it, and verifies again as before: nothing fails.
func TestHintsMend(t *testing.T) {
	names := map[string]bool{}
	mended := 0
	for _, b := range all() {
		names[b.name] = true
		if byHand[b.name] != "" && refused[b.name] == "" {
			continue
		}
		mended++
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			m := newMending(t, b)
			first := m.verify()
			if !slices.Contains(first.failed(), b.fails[0]) {
				t.Fatalf("%s does not fail: %v", b.fails[0], first.failed())
			}
			line := m.commandIn(first.hint(b.fails[0]))
			if wanted := refused[b.name]; wanted != "" {
				if out := m.run(append(line, "--yes")...); out.exit != 3 || !strings.Contains(out.Error.Hint, wanted) {
					t.Errorf("%q ended with %d and the hint %q, want %q in it", line, out.exit, out.Error.Hint, wanted)
				}
				return
			}
			second := m.follow(line)
			if second.exit != 0 || len(second.failed()) > 0 {
				t.Errorf("after %q it ends with %d, failed: %v\n%s", line, second.exit, second.failed(), second.raw)
			}
		})
	}
	for name := range byHand {
		if !names[name] {
			t.Errorf("there is no row %q", name)
		}
	}
	t.Logf("%d rows were mended by their hint's command, or refused by it with advice", mended)
}

// TestHintsOfWarningsMend does the same for what only warns, where a command can mend it.
func TestHintsOfWarningsMend(t *testing.T) {
	for name, id := range map[string]string{
		"bare challenge": "challenge.header", "only later messages are protected": "challenge.status", "iss is not promised, and not sent": "server.iss",
		"tokens live for a minute": "token.lifetime", "tokens live for a month": "token.lifetime", "no scopes anywhere": "token.refresh",
	} {
		i := slices.IndexFunc(warnings, func(b broken) bool { return b.name == name })
		if i < 0 {
			t.Fatalf("there is no row %q", name)
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMending(t, warnings[i])
			first := m.verify()
			if first.status(id) != verify.Warn {
				t.Fatalf("%s is %q", id, first.status(id))
			}
			line := m.commandIn(first.hint(id))
			if second := m.follow(line); second.exit != 0 || second.status(id) != verify.Pass {
				t.Errorf("after %q it ends with %d, and %s is %q", line, second.exit, id, second.status(id))
			}
		})
	}
}
