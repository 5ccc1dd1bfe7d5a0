package gateway

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/mcpauth-cli/mcpauth/templates"
)

// What a Config means where it says nothing.
const (
	DefaultResourceName = "MCP Server"
	DefaultPolicyName   = "mcp-oauth-inbound"
	DefaultPolicyType   = "auth0-jwt-auth-inbound"

	olderPolicyType = "oauth-inbound" // of older Zuplo pages; it still runs, without being linted
)

// Config says which gateway configuration is wanted.
type Config struct {
	Domain  string   // the Auth0 tenant's host, "tenant.eu.auth0.com", with a port for a sandbox
	Issuer  string   // in place of "https://DOMAIN/", for a sandbox on loopback; ends with a slash
	MCPURLs []string // canonical URLs: each is identifier, policy audience and resource in one string
	// ResourceName is what the metadata calls the server. Empty takes DefaultResourceName, and in a merge keeps the name of a
	// plugin that is there.
	ResourceName string
	PolicyName   string // DefaultPolicyName if empty; the second and later URLs get "-2", "-3" … after it, in their order
	PolicyType   string // DefaultPolicyType if empty; oauth-inbound is accepted
	// Route picks among routes for an MCP URL: a path ("/mcp"), a file ("config/extra.oas.json"), or both
	// ("config/extra.oas.json#/mcp"). With a path it may be one that the URL's path only matches as a pattern.
	Route         string
	ReplacePolicy bool // replace a policy that has our name and other contents
}

var (
	policyNameForm = regexp.MustCompile(`^[0-9a-z-]+$`)
	hostForm       = regexp.MustCompile(`^([0-9a-z]([0-9a-z.-]*[0-9a-z])?|\[[0-9a-f:]+\])(:[0-9]{1,5})?$`)
)

func (c Config) withDefaults() Config {
	for field, value := range map[*string]string{
		&c.ResourceName: DefaultResourceName,
		&c.PolicyName:   DefaultPolicyName,
		&c.PolicyType:   DefaultPolicyType,
	} {
		if *field == "" {
			*field = value
		}
	}
	return c
}

// Validate returns every problem at once as an Invalid, or nil.
func (c Config) Validate() error {
	c = c.withDefaults()
	var found Invalid
	add := func(field, what, hint string) { found = append(found, Problem{field, what, hint}) }

	switch {
	case c.Domain == "":
		add("--domain", "the Auth0 tenant's domain is missing", "give its host, such as tenant.eu.auth0.com")
	case !hostForm.MatchString(c.Domain):
		add("--domain", fmt.Sprintf("%q is not a host name in lower case", c.Domain),
			"give the host alone, without scheme or slash: with either, Zuplo's policy answers 401 to every token")
	}
	if c.Issuer != "" {
		if problem := issuerProblem(c.Issuer); problem != "" {
			add("issuer", fmt.Sprintf("%q %s", c.Issuer, problem), "give Auth0's issuer, such as https://tenant.eu.auth0.com/ with the slash")
		}
	}
	found = append(found, c.urlProblems()...)
	if !utf8.ValidString(c.ResourceName) || strings.TrimSpace(c.ResourceName) == "" {
		add("--resource-name", fmt.Sprintf("%q is blank or not valid UTF-8", c.ResourceName), "give a name that people can read")
	}
	if !policyNameForm.MatchString(c.PolicyName) {
		add("--policy-name", fmt.Sprintf("%q is no policy name", c.PolicyName), "use only a-z, 0-9 and -")
	}
	if c.PolicyType != DefaultPolicyType && c.PolicyType != olderPolicyType {
		add("--policy-type", fmt.Sprintf("%q is no policy type for Auth0", c.PolicyType), "use "+DefaultPolicyType+" or "+olderPolicyType)
	}
	file, path := c.routeChoice()
	if what, hint := routeProblem(file, path); what != "" {
		add("--route", fmt.Sprintf("%q %s", c.Route, what), hint)
	}
	if path != "" && len(c.MCPURLs) > 1 {
		add("--route", "a path picks one route, and there are several MCP URLs", "name a file only, or merge one URL at a time")
	}
	if len(found) == 0 {
		return nil
	}
	return found
}

func (c Config) urlProblems() Invalid {
	if len(c.MCPURLs) == 0 {
		return Invalid{{"--mcp-url", "the MCP server's URL is missing", "give it, such as https://my-gateway.zuplo.dev/mcp"}}
	}
	var found Invalid
	paths := map[string]string{}
	for _, raw := range c.MCPURLs {
		if what, hint := urlProblem(raw); what != "" {
			found = append(found, Problem{"--mcp-url", fmt.Sprintf("%q %s", raw, what), hint})
			continue
		}
		path := routePath(raw)
		if first, taken := paths[path]; taken {
			found = append(found, Problem{
				"--mcp-url", fmt.Sprintf("%q and %q share the route %s, whose policy checks one audience", first, raw, path),
				"render each environment by itself, or give the policy the audience https://$env(MCP_HOST)" + path,
			})
			continue
		}
		paths[path] = raw
	}
	return found
}

// urlProblem holds a URL to the canonical form (MCP authorization, RFC 8707 §2) and to what a Zuplo route can be.
func urlProblem(raw string) (what, hint string) {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return "is not a URL", "give one such as https://my-gateway.zuplo.dev/mcp"
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return "is not https", "use https; http is for loopback only"
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || strings.Contains(raw, "#"):
		return "has user info, a query or a fragment", "give scheme, host and path alone"
	case !hostForm.MatchString(u.Host):
		return "has a host that is not in canonical form", "write the host in lower case"
	case u.Path == "" || u.Path == "/":
		return "has no path, and an MCP route at / breaks discovery", "put the MCP server at a path such as /mcp"
	case strings.HasSuffix(u.Path, "/"):
		return "ends with a slash, which breaks discovery", "leave the last slash out, in Auth0, in the route and here"
	case strings.Contains(raw, "$env(") || strings.Contains(raw, "$import("):
		return "has an expression that Zuplo would replace", "give the URL as clients type it"
	case u.String() != raw:
		return "is not in canonical form", "write it as " + u.String()
	}
	return "", ""
}

func issuerProblem(raw string) string {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "":
		return "is not a URL"
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return "is not https"
	case u.User != nil || strings.ContainsAny(raw, "?#"):
		return "has user info, a query or a fragment"
	case !strings.HasSuffix(u.Path, "/"):
		return "does not end with a slash"
	}
	return ""
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

// authorizationServer is Auth0's issuer; clients compare it byte for byte, so the slash counts (RFC 8414 §3.3).
func (c Config) authorizationServer() string {
	if c.Issuer != "" {
		return c.Issuer
	}
	return "https://" + c.Domain + "/"
}

func (c Config) plugin() templates.Plugin {
	return templates.Plugin{AuthorizationServer: c.authorizationServer(), ResourceName: c.ResourceName}
}

// policies are one an MCP URL, in the URLs' order.
func (c Config) policies() []templates.Policy {
	all := make([]templates.Policy, len(c.MCPURLs))
	for i, audience := range c.MCPURLs {
		name := c.PolicyName
		if i > 0 {
			name = fmt.Sprintf("%s-%d", name, i+1)
		}
		all[i] = templates.Policy{Name: name, Type: c.PolicyType, Domain: c.Domain, Audience: audience}
	}
	return all
}

func (c Config) routes() []templates.Route {
	all := make([]templates.Route, len(c.MCPURLs))
	for i, policy := range c.policies() {
		path := routePath(policy.Audience)
		if _, chosen := c.routeChoice(); chosen != "" {
			path = chosen
		}
		all[i] = templates.Route{Path: path, Policy: policy.Name}
	}
	return all
}

// routeChoice splits Route into a file and a path; either may be empty.
func (c Config) routeChoice() (file, path string) {
	if strings.HasPrefix(c.Route, "/") {
		return "", c.Route
	}
	file, path, _ = strings.Cut(c.Route, "#")
	return strings.TrimPrefix(file, "./"), path
}

// routeProblem says what is wrong with a choice of a route, if anything is.
func routeProblem(file, path string) (what, hint string) {
	switch {
	case file != "" && !strings.HasSuffix(file, routesEnding):
		return "is neither a path nor a file of routes", "write /" + strings.TrimLeft(file, "/") + " if it is a path, or name a file such as " + routesFile
	case path != "" && !strings.HasPrefix(path, "/"):
		return "has a path that doesn't begin with a slash", "write " + file + "#/" + path
	case strings.HasSuffix(path, "/"):
		return "can't be an MCP route: / and a path that ends with a slash break discovery", "use a path such as /mcp"
	}
	return "", ""
}

// routePath is the path at which a route must stand to answer to a valid MCP URL.
func routePath(mcpURL string) string {
	u, err := url.Parse(mcpURL)
	if err != nil {
		return ""
	}
	return u.EscapedPath()
}
