package gateway

import (
	"regexp"
	"strings"

	"github.com/tailscale/hujson"

	"github.com/mcpauth-cli/mcpauth/templates"
)

// policy is an element of config/policies.json.
type policy struct {
	name, kind, export string // kind is the policyType
	node               *hujson.Value
	plain              map[string]any
}

// policySet is config/policies.json.
type policySet struct {
	doc  *document
	list []policy
}

const noPolicies = "{\n  \"policies\": []\n}\n"

func readPolicies(src []byte) (*policySet, error) {
	doc, err := parseDocument(policiesFile, src)
	if err != nil {
		return nil, err
	}
	set := &policySet{doc: doc}
	return set, set.index()
}

// index lists the policies anew, as a splice makes the nodes stale.
func (s *policySet) index() error {
	s.list = nil
	if err := s.doc.unique(&s.doc.root, true); err != nil {
		return err
	}
	policies, err := s.doc.member(&s.doc.root, "the file", "policies")
	if err != nil || policies == nil {
		return err
	}
	array, err := s.doc.array(policies, `"policies"`)
	if err != nil {
		return err
	}
	for i := range array.Elements {
		node := &array.Elements[i]
		plain, ok := s.doc.decode(node).(map[string]any)
		if !ok {
			return s.doc.refuse(node.StartOffset, "", "policy %d is not an object", i+1)
		}
		s.list = append(s.list, policy{
			name: text(at(node, "name")), kind: text(at(node, "policyType")), export: text(at(node, "handler", "export")),
			node: node, plain: plain,
		})
	}
	return nil
}

// named is the policy that a route means by a name: the first of them, as in Zuplo.
func (s *policySet) named(name string) (policy, bool) {
	for _, p := range s.list {
		if p.name == name {
			return p, true
		}
	}
	return policy{}, false
}

// upsert makes the wanted policies stand in the file, after having looked at each for a reason to refuse.
func (s *policySet) upsert(wanted []templates.Policy, replace bool) (notes []string, err error) {
	for _, want := range wanted {
		have, found := s.named(want.Name)
		if !found || replace {
			continue
		}
		if err := s.conflict(have, want); err != nil {
			return nil, err
		}
		if note := have.note(want); note != "" {
			notes = append(notes, note)
		}
	}
	for _, want := range wanted {
		if err := s.put(want); err != nil {
			return nil, err
		}
	}
	return notes, s.closed()
}

func (s *policySet) conflict(have policy, want templates.Policy) error {
	if have.same(want) {
		return nil
	}
	if have.failsOpen() {
		return s.openRefusal(have, "use --replace-policy to give it the audience "+want.Audience)
	}
	return s.doc.refuse(have.node.StartOffset, "choose another --policy-name, or use --replace-policy",
		"has a policy %q already, with other contents: %s", want.Name, strings.Join(have.differences(want), ", "))
}

func (s *policySet) put(want templates.Policy) error {
	rendered, err := templates.PolicyJSON(want)
	if err != nil {
		return err
	}
	have, found := s.named(want.Name)
	list := at(&s.doc.root, "policies")
	switch {
	case found && have.same(want):
		return nil
	case found:
		laid := s.doc.layOut(rendered, have.node)
		err = s.doc.splice(have.node.StartOffset, have.node.EndOffset, []byte(laid))
	case list == nil:
		err = s.doc.insertMember(&s.doc.root, "policies", append(append([]byte("["), rendered...), ']'))
	default:
		err = s.doc.insertElement(list, len(s.list), rendered)
	}
	if err != nil {
		return err
	}
	return s.index()
}

// closed refuses a project in which an Auth0 policy takes every token of its tenant: once applications may register
// themselves, anyone who can log in gets one.
func (s *policySet) closed() error {
	for _, p := range s.list {
		if p.auth0() && p.failsOpen() {
			return s.openRefusal(p, "give it a literal audience, such as https://$env(MCP_HOST)/mcp where the host differs")
		}
	}
	return nil
}

func (s *policySet) openRefusal(p policy, hint string) error {
	node := p.node
	if audience := at(p.node, "handler", "options", "audience"); audience != nil {
		node = audience
	}
	return s.doc.refuse(node.StartOffset, hint,
		"the policy %q fails open: its audience is missing, empty or a bare $env, and without one Zuplo accepts every token of the tenant", p.name)
}

func (p policy) auth0() bool {
	return p.export == "Auth0JwtInboundPolicy" || p.kind == DefaultPolicyType
}

var environment = regexp.MustCompile(`\$env\([^)]*\)`)

func (p policy) failsOpen() bool {
	audience := p.option("audience")
	list, ok := audience.([]any)
	if !ok {
		list = []any{audience}
	}
	for _, one := range list {
		if s, ok := one.(string); !ok || environment.ReplaceAllString(s, "") == "" {
			return true
		}
	}
	return len(list) == 0
}

func (p policy) option(name string) any {
	handler, _ := p.plain["handler"].(map[string]any)
	options, _ := handler["options"].(map[string]any)
	return options[name]
}
