package gateway

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/mcpauth-cli/mcpauth/templates"
)

// gatekeepers are the policy types that neither authenticate nor change what an authenticating policy reads, so they may
// stand before it. Whatever isn't listed may authenticate, and its 401 would hide the metadata header from clients.
var gatekeepers = []string{
	"bot-detection-inbound", "complex-rate-limit-inbound", "geo-filter-inbound", "ip-restriction-inbound",
	"rate-limit-inbound", "request-size-limit-inbound", "require-origin-inbound", "sleep-inbound",
}

// harmless are policy types that let everyone in, beyond the gatekeepers.
var harmless = []string{
	"caching-inbound", "clear-headers-inbound", "mock-api-inbound", "remove-headers-inbound", "remove-query-params-inbound",
	"request-validation-inbound", "set-body-inbound", "set-headers-inbound", "set-query-params-inbound",
}

var (
	authenticates = regexp.MustCompile(`(^|-)(api-key|basic-auth|jwt|oauth|ldap|hmac|mtls)(-|$)`)
	gatewayKind   = regexp.MustCompile(`^mcp-.+-oauth-inbound$`)
	gatewayExport = regexp.MustCompile(`^Mcp.*OAuthInboundPolicy$`)
)

// mayStandBefore says that a policy doesn't disturb one that authenticates after it. A rate limit by user needs the user.
func (s *policySet) mayStandBefore(name string) bool {
	return s.all(name, func(p policy) bool { return slices.Contains(gatekeepers, p.kind) && p.option("rateLimitBy") != "user" })
}

// letsIn says that every policy of a list is known to let anyone in.
func (s *policySet) letsIn(names []string) bool {
	for _, name := range names {
		if !s.all(name, func(p policy) bool { return slices.Contains(gatekeepers, p.kind) || slices.Contains(harmless, p.kind) }) {
			return false
		}
	}
	return true
}

// neighbours refuses what can't stand on a route beside our policy, and warns of what makes login harder.
func (s *policySet) neighbours(o operation, ours string) (warnings []string, err error) {
	steps, err := s.steps(o, ours)
	if err != nil {
		return nil, err
	}
	if err := s.placed(o, steps, ours); err != nil {
		return nil, err
	}
	for _, one := range steps {
		if one.name == ours {
			continue
		}
		p, found := s.named(one.name)
		switch {
		case gatewayExport.MatchString(p.export), gatewayKind.MatchString(p.kind), !found && gatewayKind.MatchString(one.name):
			return nil, o.doc.refuse(o.inbound().StartOffset, "take that policy off the route, or configure Auth0 in the MCP Gateway itself",
				"%s has the policy %v of Zuplo's MCP Gateway, a different product that is an authorization server by itself", o.label(), one)
		case p.auth0():
			return nil, o.doc.refuse(o.inbound().StartOffset,
				fmt.Sprintf("use --policy-name %s to keep that one, or take it off the route", printable(one.name)),
				"%s has the Auth0 policy %v already, and a token would have to pass both", o.label(), one)
		case authenticates.MatchString(p.kind):
			warnings = append(warnings, fmt.Sprintf("%s: %s has the policy %s too, which authenticates by itself: clients must pass both",
				printable(o.doc.file), o.label(), printable(one.String())))
		}
	}
	return append(warnings, o.preflight()...), nil
}

// placed refuses a policy of ours that runs twice, and one that a composite policy runs behind what may authenticate: that
// list is for several routes, and people's own.
func (s *policySet) placed(o operation, steps []step, ours string) error {
	place := -1
	for i, one := range steps {
		if one.name != ours {
			continue
		}
		if place >= 0 {
			return o.doc.refuse(o.inbound().StartOffset, "leave one", "%s names the policy %q twice: %v and %v", o.label(), ours, steps[place], one)
		}
		place = i
	}
	if place < 0 || steps[place].group == "" {
		return nil
	}
	for _, before := range steps[:place] {
		if !s.mayStandBefore(before.name) {
			return o.doc.refuse(o.inbound().StartOffset, fmt.Sprintf("put %q before it there, or take it out of the composite policy: it is then put on the route", ours),
				"%s runs %v behind %v, whose 401 would hide the metadata header from clients", o.label(), steps[place], before)
		}
	}
	return nil
}

// preflight warns of routes that browsers can't call; without a corsPolicy it is "none" (Zuplo, Configuring CORS).
func (o operation) preflight() []string {
	said := `has corsPolicy "none"`
	switch cors := at(o.route(), "corsPolicy"); {
	case cors == nil:
		said = `has no corsPolicy, which means "none"`
	case text(cors) != "none":
		return nil
	}
	return []string{fmt.Sprintf(`%s: %s %s: browser clients fail at the preflight; "anything-goes" lets them in`, printable(o.doc.file), o.label(), said)}
}

// oneTenant refuses an MCP route of another tenant: one plugin serves all MCP routes of a gateway.
func (s *policySet) oneTenant(routes *routeSet, wanted []templates.Policy) (warnings []string, err error) {
	for _, o := range routes.mcpRoutes() {
		steps, err := s.steps(o, "")
		if err != nil {
			continue // of our own routes it has been told; another's can't be looked into
		}
		for _, one := range steps {
			p, _ := s.named(one.name)
			domain, _ := p.option("auth0Domain").(string)
			ours := slices.ContainsFunc(wanted, func(w templates.Policy) bool { return w.Name == one.name })
			switch {
			case !p.auth0() || ours || strings.EqualFold(domain, wanted[0].Domain):
			case environment.MatchString(domain):
				warnings = append(warnings, fmt.Sprintf("%s: %s has the Auth0 policy %s, whose tenant comes from the environment: it must be %s, as one %s serves all MCP routes",
					printable(o.doc.file), o.label(), printable(one.String()), wanted[0].Domain, pluginName))
			default:
				return nil, o.doc.refuse(o.inbound().StartOffset, "use one tenant for all, or give each its own gateway",
					"%s has the Auth0 policy %v of another tenant, %q, and one %s serves all MCP routes of a gateway", o.label(), one, domain, pluginName)
			}
		}
	}
	return warnings, nil
}

// openTools warns of routes that an MCP server offers as tools and that need no login when they are called directly:
// those its handler names, else every route of the project.
func (s *policySet) openTools(routes *routeSet, mcp []operation) ([]string, error) {
	offered, all := map[string]bool{}, false
	for _, o := range mcp {
		options, _ := o.doc.decode(o.route()).(map[string]any)
		handler, _ := options["handler"].(map[string]any)
		settings, _ := handler["options"].(map[string]any)
		list, ok := settings["operations"].([]any)
		all = all || !ok
		for _, one := range list {
			tool, _ := one.(map[string]any)
			id, _ := tool["id"].(string)
			offered[id] = true
		}
	}
	var open []string
	for _, o := range routes.all {
		if o.mcp() || !all && !offered[text(at(o.node, "operationId"))] {
			continue
		}
		names, err := o.policies()
		if err != nil {
			return nil, err
		}
		if s.letsIn(names) {
			open = append(open, o.label())
		}
	}
	if len(open) == 0 {
		return nil, nil
	}
	return []string{"routes that can be tools stay open when called directly, without a login: " + strings.Join(open, ", ")}, nil
}
