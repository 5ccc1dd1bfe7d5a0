package verify

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/oauthex"
)

// steppingUp tries something with the token, and where the server wants more scopes than that has, logs in once more for
// them and tries again (MCP authorization, Step-Up Authorization Flow). A run does so once: with a server that never has
// enough it would go on for ever.
func (r *run) steppingUp(ctx context.Context, check, want string, try func(context.Context) error) finding {
	err := try(ctx)
	if err == nil {
		return pass("")
	}
	wanted := r.wantedByChallenge(check)
	if len(wanted) == 0 || r.stepped {
		return r.diagnoseMCP(check, err, want)
	}
	r.stepped = true
	first := strings.Fields(r.wantedScope())
	scopes := slices.Concat(first, slices.DeleteFunc(slices.Clone(wanted), func(s string) bool { return slices.Contains(first, s) }))
	r.o.Scope = strings.Join(scopes, " ") // what this run asks for from now on, and what hints repeat
	token, err := r.logIn(ctx, r.forServer())
	if err != nil {
		return fail("403, and no token with more scopes: "+plain(reason(err)), want, "the token lacks a scope that the server wants, and the login that asks for it fails", r.setup(scopeFlags(wanted)...))
	}
	r.spare = append(r.spare, r.token.Refresh)
	r.adopt(token)
	ctx, cancel := r.anew(ctx)
	defer cancel()
	if r.session != nil { // a session does not outlive a request that was refused
		_ = r.session.Close()
		r.session = nil
		if err := r.connect(ctx); err != nil {
			return r.diagnoseMCP(check, err, want)
		}
	}
	if err := try(ctx); err != nil {
		return r.diagnoseMCP(check, err, want)
	}
	if check == "mcp.call" { // each tool may want a scope of its own
		return pass("")
	}
	return warn("403 with the first token, 200 after a second login for "+plain(strings.Join(wanted, " ")), want,
		"the server wants more scopes than it tells of at first: clients that don't log in a second time stop there", "name the scopes in the first challenge, or publish them as scopes_supported")
}

// adopt goes on with another token.
func (r *run) adopt(token *tokenAnswer) {
	r.token, r.claims = token, nil
	if read, err := readClaims(token.Access); err == nil {
		r.claims = read
	}
}

// wantedByChallenge are the scopes that a 403 asks for (RFC 6750 section 3.1).
func (r *run) wantedByChallenge(check string) []string {
	status, header := r.wire.last(check, r.o.URL)
	if status != http.StatusForbidden {
		return nil
	}
	return scopesOf(header)
}

func scopesOf(header http.Header) []string {
	all, err := oauthex.ParseWWWAuthenticate(header.Values("WWW-Authenticate"))
	if err != nil {
		return nil
	}
	for _, c := range all {
		if c.Scheme == "bearer" && c.Params["error"] == "insufficient_scope" {
			return strings.Fields(c.Params["scope"])
		}
	}
	return nil
}

// forbidden is a 403 that no further login mends.
func (r *run) forbidden(header http.Header, want string) finding {
	challenge := plain(strings.Join(header.Values("WWW-Authenticate"), ", "))
	wanted := scopesOf(header)
	granted := strings.Fields(r.token.Scope)
	switch {
	case !strings.Contains(challenge, "insufficient_scope"):
		return fail("403 without insufficient_scope in WWW-Authenticate", "a challenge that names the scopes",
			"the server does not say which scope a client should ask for (RFC 6750 section 3.1)", "name the scopes in the challenge")
	case len(wanted) == 0:
		return fail("403: "+challenge, want, "the token lacks a scope, and the server does not say which", "name the scopes in the challenge")
	case !slices.ContainsFunc(wanted, func(s string) bool { return !slices.Contains(granted, s) }):
		return fail("403: "+challenge, want, "the server refuses a token that has the scopes that it asks for", "check what the server compares the scopes with")
	}
	return fail("403: "+challenge, want, "the token lacks a scope that the server wants, and the authorization server does not grant it", r.setup(scopeFlags(wanted)...))
}

// anew is a check's time from the beginning, after a person was waited for.
func (r *run) anew(ctx context.Context) (context.Context, context.CancelFunc) {
	if !r.o.Login {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(r.whole, r.o.Timeout)
}
