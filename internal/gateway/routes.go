package gateway

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tailscale/hujson"
)

var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

// operation is a method of a path in a config/*.oas.json.
type operation struct {
	doc          *document
	path, method string
	node         *hujson.Value // the operation object
	item         *hujson.Value // the path item around it
}

func (o operation) route() *hujson.Value   { return at(o.node, "x-zuplo-route") }
func (o operation) handler() string        { return text(at(o.route(), "handler", "export")) }
func (o operation) mcp() bool              { return o.handler() == "mcpServerHandler" }
func (o operation) inbound() *hujson.Value { return at(o.route(), "policies", "inbound") }
func (o operation) label() string          { return strings.ToUpper(o.method) + " " + printable(o.path) }

// policies are the names in policies.inbound.
func (o operation) policies() ([]string, error) {
	inbound := o.inbound()
	if inbound == nil {
		return nil, nil
	}
	array, err := o.doc.array(inbound, "policies.inbound of "+o.label())
	if err != nil {
		return nil, err
	}
	names := make([]string, len(array.Elements))
	for i := range array.Elements {
		element := &array.Elements[i]
		if literal, ok := element.Value.(hujson.Literal); !ok || literal.Kind() != '"' {
			return nil, o.doc.refuse(element.StartOffset, "", "policies.inbound of %s names something that is not a string", o.label())
		}
		names[i] = text(element)
	}
	return names, nil
}

// operations lists what a document routes, in its order. A name that stands twice is refused wherever we read.
func operations(doc *document) ([]operation, error) {
	if err := doc.unique(&doc.root, false); err != nil {
		return nil, err
	}
	paths, err := doc.member(&doc.root, "the file", "paths")
	if err != nil || paths == nil {
		return nil, err
	}
	object, err := doc.object(paths, `"paths"`)
	if err != nil {
		return nil, err
	}
	if err := doc.unique(paths, false); err != nil {
		return nil, err
	}
	var found []operation
	for i := range object.Members {
		path, item := text(&object.Members[i].Name), &object.Members[i].Value
		if err := doc.unique(item, false); err != nil {
			return nil, err
		}
		for _, method := range methods {
			node := at(item, method)
			if node == nil {
				continue
			}
			o := operation{doc: doc, path: path, method: method, node: node, item: item}
			if err := o.unique(); err != nil {
				return nil, err
			}
			found = append(found, o)
		}
	}
	return found, nil
}

func (o operation) unique() error {
	if err := o.doc.unique(o.node, false); err != nil || o.route() == nil {
		return err
	}
	return o.doc.unique(o.route(), true)
}

// routeSet is every config/*.oas.json of a project.
type routeSet struct {
	docs []*document
	all  []operation
}

func (s *routeSet) index() error {
	s.all = nil
	for _, doc := range s.docs {
		found, err := operations(doc)
		if err != nil {
			return err
		}
		s.all = append(s.all, found...)
	}
	return nil
}

func (s *routeSet) mcpRoutes() []operation {
	var found []operation
	for _, o := range s.all {
		if o.mcp() {
			found = append(found, o)
		}
	}
	return found
}

// find is the one MCP route at a path, in a file if one is named. It is nil in a project that has no MCP route at all yet.
func (s *routeSet) find(file, path string) (*operation, error) {
	var here, broken []operation
	var elsewhere []string
	for _, o := range s.mcpRoutes() {
		switch {
		case o.path == path && o.doc.named(file):
			here = append(here, o)
		case o.path == "/" || o.path != path && strings.TrimRight(o.path, "/") == path:
			broken = append(broken, o)
		default:
			elsewhere = append(elsewhere, o.doc.file+"#"+printable(o.path))
		}
	}
	if len(here) == 0 && len(broken) > 0 {
		return nil, broken[0].doc.refuse(broken[0].node.StartOffset, "move the route to a path such as /mcp",
			"the MCP route %s breaks discovery: clients find no metadata for / and for a path that ends with a slash", printable(broken[0].path))
	}
	if len(here) == 0 {
		return nil, s.missing(path, file, elsewhere)
	}
	for _, o := range here {
		if err := o.combined(); err != nil {
			return nil, err
		}
	}
	if len(here) > 1 {
		return nil, here[1].doc.refuse(here[1].node.StartOffset, "name the file with --route "+printable(here[0].doc.file),
			"the MCP route %s stands in %s too", printable(path), printable(here[0].doc.file))
	}
	return &here[0], nil
}

func (s *routeSet) missing(path, file string, elsewhere []string) error {
	if !slices.ContainsFunc(s.docs, func(d *document) bool { return d.named(file) }) && file != "" {
		hint := "check --route"
		if len(elsewhere) > 0 {
			hint += "; MCP routes stand at " + strings.Join(elsewhere, ", ")
		}
		return refuse(file, hint, "is not among the files of routes in config")
	}
	for _, o := range s.all {
		if o.path == path && o.doc.named(file) && !o.mcp() && o.method == "post" {
			return o.doc.refuse(o.node.StartOffset, "give the route the handler mcpServerHandler, or the URL of another route",
				"the route %s is not an MCP server: its handler is %q", printable(path), o.handler())
		}
	}
	if len(elsewhere) > 0 || file != "" {
		where := "config/*.oas.json"
		if file != "" {
			where = file
		}
		hint := "add the route, or check --mcp-url and --route"
		if len(elsewhere) > 0 {
			hint += "; MCP routes stand at " + strings.Join(elsewhere, ", ")
		}
		return refuse(where, hint, "has no route with mcpServerHandler at %s", printable(path))
	}
	return nil
}

// combined refuses an MCP route that has other methods than POST.
func (o operation) combined() error {
	for _, method := range methods {
		if node := at(o.item, method); method != "post" && node != nil {
			return o.doc.refuse(node.StartOffset, "leave POST alone there: the handler answers 405 to GET and DELETE by itself, which clients accept",
				"the MCP route %s combines methods: Zuplo's MCP handler takes POST only, and %s besides it gives 500s",
				printable(o.path), strings.ToUpper(method))
		}
	}
	return nil
}

// guard puts a policy into the route's policies.inbound: before whatever may authenticate, after what surely doesn't. One
// that a composite policy brings in stays there.
func (o operation) guard(name string, policies *policySet) error {
	if grouped, err := policies.grouped(o, name); grouped || err != nil {
		return err
	}
	names, err := o.policies()
	if err != nil {
		return err
	}
	place, have := 0, -1
	for place < len(names) && names[place] != name && policies.mayStandBefore(names[place]) {
		place++
	}
	for i, n := range names {
		if n == name && have < 0 {
			have = i
		}
	}
	value := []byte(fmt.Sprintf("%q", name)) // a policy name has no character that JSON would escape
	switch {
	case have == place:
		return nil
	case have > place:
		return o.advance(have, place)
	case o.inbound() != nil:
		return o.doc.insertElement(o.inbound(), place, value)
	}
	list := append(append([]byte("["), value...), ']')
	if policies := at(o.route(), "policies"); policies != nil {
		return o.doc.insertMember(policies, "inbound", list)
	}
	return o.doc.insertMember(o.route(), "policies", append(append([]byte(`{"inbound":`), list...), '}'))
}

// advance moves element from to an earlier place; the white space between the elements stays where it is.
func (o operation) advance(from, to int) error {
	array, err := o.doc.array(o.inbound(), "policies.inbound")
	if err != nil {
		return err
	}
	elements := array.Elements[to : from+1]
	start, end := elements[0].StartOffset, elements[len(elements)-1].EndOffset
	var out []byte
	for i, e := range elements {
		moved := elements[(i+len(elements)-1)%len(elements)]
		out = append(out, o.doc.src[moved.StartOffset:moved.EndOffset]...)
		if i+1 < len(elements) {
			out = append(out, o.doc.src[e.EndOffset:elements[i+1].StartOffset]...)
		}
	}
	return o.doc.splice(start, end, out)
}
