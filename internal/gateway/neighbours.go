package gateway

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
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
	p, found := s.named(name)
	return found && slices.Contains(gatekeepers, p.kind) && p.option("rateLimitBy") != "user"
}

// letsIn says that every policy of a list is known to let anyone in.
func (s *policySet) letsIn(names []string) bool {
	for _, name := range names {
		p, found := s.named(name)
		if !found || !slices.Contains(gatekeepers, p.kind) && !slices.Contains(harmless, p.kind) {
			return false
		}
	}
	return true
}

// neighbours refuses what can't stand on a route beside our policy, and warns of what makes login harder.
func (s *policySet) neighbours(o operation, ours string) (warnings []string, err error) {
	names, err := o.policies()
	if err != nil {
		return nil, err
	}
	for i, name := range names {
		if name == ours {
			if slices.Contains(names[:i], ours) {
				return nil, o.doc.refuse(o.inbound().StartOffset, "leave one", "%s names the policy %q twice", o.label(), ours)
			}
			continue
		}
		p, found := s.named(name)
		switch {
		case gatewayExport.MatchString(p.export), gatewayKind.MatchString(p.kind), !found && gatewayKind.MatchString(name):
			return nil, o.doc.refuse(o.inbound().StartOffset, "take that policy off the route, or configure Auth0 in the MCP Gateway itself",
				"%s has the policy %q of Zuplo's MCP Gateway, a different product that is an authorization server by itself", o.label(), name)
		case p.auth0():
			return nil, o.doc.refuse(o.inbound().StartOffset,
				fmt.Sprintf("use --policy-name %s to keep that one, or take it off the route", printable(name)),
				"%s has the Auth0 policy %q already, and a token would have to pass both", o.label(), name)
		case authenticates.MatchString(p.kind):
			warnings = append(warnings, fmt.Sprintf("%s: %s has the policy %s too, which authenticates by itself: clients must pass both",
				printable(o.doc.file), o.label(), printable(name)))
		}
	}
	if text(at(o.route(), "corsPolicy")) == "none" {
		warnings = append(warnings, fmt.Sprintf(`%s: %s has corsPolicy "none": browser clients fail at the preflight; "anything-goes" lets them in`,
			printable(o.doc.file), o.label()))
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
