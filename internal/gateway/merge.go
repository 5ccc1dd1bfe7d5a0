package gateway

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/mcpauth-cli/mcpauth/templates"
)

// merge is a Merge under way.
type merge struct {
	project
	config    Config
	nameAsked bool // for a resource name, which config has in any case
	result    Result
}

func (m *merge) plan(f File)      { m.result.Files = append(m.result.Files, f) }
func (m *merge) warn(text string) { m.result.Warnings = append(m.result.Warnings, text) }

func (m *merge) note(text string, args ...any) {
	m.result.Notes = append(m.result.Notes, fmt.Sprintf(text, args...))
}

// Merge plans how the Zuplo project in dir comes to match c, and writes nothing. Policies are upserted by name, each MCP
// route gets its policy, and runtimeInit registers the plugin; every other byte stays, and a project that matches already
// gives a plan without changes. The error is an Invalid where c is at fault, and a *Refusal where the project is.
func Merge(c Config, dir string) (Result, error) {
	if err := c.Validate(); err != nil {
		return Result{}, err
	}
	m := &merge{project: project{dir}, config: c.withDefaults(), nameAsked: c.ResourceName != "", result: Result{Dir: dir}}
	policies, routes, err := m.readConfig()
	if err != nil {
		return Result{}, err
	}
	if err := m.policiesAndRoutes(policies, routes); err != nil {
		return Result{}, err
	}
	if err := m.scripts(); err != nil {
		return Result{}, err
	}
	var refusals []error
	for _, f := range m.result.Files {
		refusals = append(refusals, m.writable(f))
	}
	if err := errors.Join(refusals...); err != nil {
		return Result{}, err
	}
	left, err := m.leftovers(m.result.Files)
	m.result.Warnings = append(m.result.Warnings, left...)
	return m.result, err
}

// readConfig reads every JSON file, so that all that are invalid are named at once.
func (m *merge) readConfig() (*policySet, *routeSet, error) {
	var refusals []error
	src, _, found, err := m.read(policiesFile)
	if err != nil {
		return nil, nil, err
	}
	names, err := m.glob("config", routesEnding)
	if err != nil {
		return nil, nil, err
	}
	if !found && len(names) == 0 {
		return nil, nil, refuse(policiesFile, "name the folder of a Zuplo project, or make a new one with --out",
			"is missing, and so is any config/*.oas.json: this is no Zuplo project")
	}
	if !found {
		src = []byte(noPolicies)
	}
	policies, err := readPolicies(src)
	refusals = append(refusals, err)
	routes := &routeSet{}
	for _, name := range names {
		src, _, _, err := m.read(name)
		if err != nil {
			refusals = append(refusals, err)
			continue
		}
		doc, err := parseDocument(name, src)
		if err != nil {
			refusals = append(refusals, err)
			continue
		}
		routes.docs = append(routes.docs, doc)
	}
	if err := errors.Join(refusals...); err != nil {
		return nil, nil, err
	}
	return policies, routes, routes.index()
}

func (m *merge) policiesAndRoutes(policies *policySet, routes *routeSet) error {
	wanted, places := m.config.policies(), m.config.routes()
	if err := m.checkRoutes(policies, routes, places); err != nil {
		return err
	}
	notes, err := policies.upsert(wanted, m.config.ReplacePolicy)
	if err != nil {
		return err
	}
	m.result.Notes = append(m.result.Notes, notes...)
	before, mode, found, err := m.read(policiesFile)
	if err != nil {
		return err
	}
	m.plan(change(policiesFile, before, policies.doc.src, mode, found))

	file, _ := m.config.routeChoice()
	touched := map[*document]bool{}
	for _, place := range places {
		o, err := routes.find(file, place.Path)
		if err != nil {
			return err
		}
		if o == nil {
			continue
		}
		touched[o.doc] = true
		if err := o.guard(place.Policy, policies); err != nil {
			return err
		}
		if err := routes.index(); err != nil {
			return err
		}
	}
	return m.planRoutes(routes, touched)
}

func (m *merge) planRoutes(routes *routeSet, touched map[*document]bool) error {
	for _, doc := range routes.docs {
		if !touched[doc] {
			continue
		}
		before, mode, found, err := m.read(doc.file)
		if err != nil {
			return err
		}
		m.plan(change(doc.file, before, doc.src, mode, found))
	}
	return nil
}

// checkRoutes refuses before anything is edited, while places in files are still those that people see.
func (m *merge) checkRoutes(policies *policySet, routes *routeSet, places []templates.Route) error {
	file, path := m.config.routeChoice()
	var mcp []operation
	for i, place := range places {
		o, err := routes.find(file, place.Path)
		if err != nil {
			return err
		}
		if o == nil {
			m.warn("config: no MCP route stands at " + place.Path + " yet: make one with the handler mcpServerHandler and run the command again, or add \"" +
				place.Policy + "\" to its policies.inbound")
			continue
		}
		if wanted := routePath(m.config.MCPURLs[i]); path != "" && !pathMatches(path, wanted) {
			m.warn(o.doc.file + ": the route " + printable(path) + " is not the path of " + m.config.MCPURLs[i] +
				": clients compare the metadata's resource with the URL they use")
		}
		warnings, err := policies.neighbours(*o, place.Policy)
		if err != nil {
			return err
		}
		m.result.Warnings = append(m.result.Warnings, warnings...)
		mcp = append(mcp, *o)
	}
	warnings, err := policies.oneTenant(routes, m.config.policies())
	if err != nil {
		return err
	}
	m.result.Warnings = append(m.result.Warnings, warnings...)
	warnings, err = policies.openTools(routes, mcp)
	m.result.Warnings = append(m.result.Warnings, warnings...)
	return err
}

var pathParameter = regexp.MustCompile(`\\\{[^}]*\\\}`)

// pathMatches says that a route's path, with parameters such as {team}, answers to the path of a URL.
func pathMatches(route, path string) bool {
	form := pathParameter.ReplaceAllString(regexp.QuoteMeta(route), "[^/]+")
	matched, err := regexp.MatchString("^"+form+"$", path)
	return err == nil && matched
}
