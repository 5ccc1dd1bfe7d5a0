package gateway

import "fmt"

// step is one policy that a request to a route passes.
type step struct {
	name  string
	group string // the composite policy that brings it in, empty where the route names it itself
}

func (s step) String() string {
	if s.group == "" {
		return fmt.Sprintf("%q", s.name)
	}
	return fmt.Sprintf("%q (in the composite policy %q)", s.name, s.group)
}

// steps are the policies that a request to a route passes, in their order: Zuplo runs the policies of a composite one
// where the route names it, and doesn't support a composite within another (its composite policy reference). Our own
// policy is taken for what it will be.
func (s *policySet) steps(o operation, ours string) ([]step, error) {
	names, err := o.policies()
	if err != nil {
		return nil, err
	}
	var found []step
	for _, name := range names {
		group, ok := s.named(name)
		if name == ours || !ok || !group.composite() {
			found = append(found, step{name: name})
			continue
		}
		parts, ok := group.parts()
		if !ok {
			return nil, s.doc.refuse(group.node.StartOffset, "list the names of policies there", "the composite policy %q of %s has no list of names", name, o.label())
		}
		for _, part := range parts {
			if inner, ok := s.named(part); ok && part != ours && inner.composite() {
				return nil, s.doc.refuse(group.node.StartOffset, fmt.Sprintf("name the policies of %q there one by one", part),
					"the composite policy %q of %s holds another, %q, which Zuplo doesn't support: what runs there can't be told", name, o.label(), part)
			}
			found = append(found, step{part, name})
		}
	}
	return found, nil
}

func (p policy) composite() bool {
	return p.export == "CompositeInboundPolicy" || p.kind == "composite-inbound"
}

// parts are the policies that a composite one runs. ok is false where they are no list of names.
func (p policy) parts() (names []string, ok bool) {
	list, ok := p.option("policies").([]any)
	if !ok {
		return nil, p.option("policies") == nil
	}
	for _, one := range list {
		name, ok := one.(string)
		if !ok {
			return nil, false
		}
		names = append(names, name)
	}
	return names, true
}

// all says that each policy a name stands for is as the test says; a composite one stands for its parts.
func (s *policySet) all(name string, test func(policy) bool) bool {
	p, found := s.named(name)
	if !found {
		return false
	}
	if !p.composite() {
		return test(p)
	}
	parts, ok := p.parts()
	for _, part := range parts {
		inner, found := s.named(part)
		ok = ok && found && !inner.composite() && test(inner)
	}
	return ok
}

// grouped says that a composite policy of the route brings our policy in, so that the route needn't name it.
func (s *policySet) grouped(o operation, ours string) (bool, error) {
	steps, err := s.steps(o, ours)
	for _, one := range steps {
		if one.name == ours && one.group != "" {
			return true, nil
		}
	}
	return false, err
}
