package verify

import (
	"net/url"
	"regexp"
	"strings"
)

// bare are the words that a shell takes as they are.
var bare = regexp.MustCompile(`^[A-Za-z0-9:/._~@%+,=-]+$`)

// quoted makes a word safe for a shell: hints are copied, and hold what servers sent.
func quoted(word string) string {
	if bare.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(clean(word), "'", `'\''`) + "'"
}

func (r *run) setup(flags ...string) string {
	return r.onAuth0(command(append([]string{"mcpauth", "setup", "--mcp-url", r.indicator}, append(flags, r.tenant()...)...)...))
}

// tenant is the flag that names the tenant. The issuer says it for certain where it has one of Auth0's own names; else it
// may be a custom domain, which the Management API does not know, and what the user named goes before.
func (r *run) tenant() []string {
	domain := r.domain()
	if r.o.Domain != "" && !strings.HasSuffix(domain, ".auth0.com") {
		domain = r.o.Domain
	}
	if domain == "" {
		return nil
	}
	return []string{"--domain", domain}
}

// domain is the issuer's host, in the form of a --domain flag.
func (r *run) domain() string {
	u, err := url.Parse(r.issuer)
	switch {
	case err != nil || u.Host == "":
		return ""
	case u.Scheme == "http":
		return "http://" + u.Host
	}
	return u.Host
}

// onAuth0 says so where a command can only mend an Auth0 tenant, and the authorization server looks like none.
func (r *run) onAuth0(command string) string {
	if r.server == nil || r.isAuth0() {
		return command
	}
	return "change it at the authorization server; where that is an Auth0 tenant: " + command
}

// isAuth0 tells a tenant by the name of its issuer or, where that is a custom domain, by paths that are Auth0's: its metadata
// names the registration endpoint also where registration is off.
func (r *run) isAuth0() bool {
	return strings.HasSuffix(r.domain(), ".auth0.com") ||
		(strings.HasSuffix(r.server.RegistrationEndpoint, "/oidc/register") && strings.HasSuffix(r.server.TokenEndpoint, "/oauth/token"))
}

// render is the command that prints what the gateway needs. Its policy names the host that stands in the tokens.
func (r *run) render() string { return r.renderFor(r.domain()) }

// deploying stands before a command that only prints.
const deploying = "in a Zuplo gateway put in what this prints, and deploy it: "

// redeploy is what to do about a gateway that lacks something.
func (r *run) redeploy() string { return deploying + r.render() }

// renderFor names a tenant: this one, else the one that the user works with.
func (r *run) renderFor(domain string) string {
	for _, d := range []string{domain, r.o.Domain, "DOMAIN"} {
		if d != "" {
			return command("mcpauth", "render-gateway-config", "--mcp-url", r.indicator, "--domain", d)
		}
	}
	return ""
}

func (r *run) promote() string {
	return r.onAuth0(command(append([]string{"mcpauth", "promote-connection", "--name", "CONNECTION"}, r.tenant()...)...))
}

// again is this very run, with something changed.
func (r *run) again(change func(*Options)) string {
	o := r.o
	if change != nil {
		change(&o)
	}
	return o.CommandLine()
}

// command is a line that can be copied into a shell.
func command(words ...string) string {
	line := make([]string, len(words))
	for i, word := range words {
		line[i] = quoted(word)
	}
	return strings.Join(line, " ")
}
