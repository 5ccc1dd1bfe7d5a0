package gateway

import (
	"errors"

	"github.com/mcpauth-cli/mcpauth/templates"
)

const (
	policiesFile = "config/policies.json"
	routesFile   = "config/routes.oas.json"
	routesEnding = ".oas.json"
	moduleFile   = "modules/mcp-oauth.ts"
	runtimeFile  = "modules/zuplo.runtime.ts"
)

// Project plans the files of a minimal gateway project below dir, which need not exist: the policies, the MCP routes and
// the runtime. A file that is there and differs is a Refusal, one that is the same is left alone. Where one refuses, all
// refusals are joined.
func Project(c Config, dir string) (Result, error) {
	if err := c.Validate(); err != nil {
		return Result{}, err
	}
	c = c.withDefaults()
	policies, err := templates.PoliciesJSON(c.policies())
	if err != nil {
		return Result{}, err
	}
	routes, err := templates.RoutesJSON(c.routes())
	if err != nil {
		return Result{}, err
	}
	runtime, err := templates.RuntimeTS(c.plugin())
	if err != nil {
		return Result{}, err
	}
	result := Result{Dir: dir}
	var refusals []error
	for _, f := range []struct {
		path     string
		contents []byte
	}{{policiesFile, policies}, {routesFile, routes}, {runtimeFile, runtime}} {
		planned, err := project{dir}.fresh(f.path, f.contents)
		if err != nil {
			refusals = append(refusals, err)
			continue
		}
		result.Files = append(result.Files, planned)
	}
	if err := errors.Join(refusals...); err != nil {
		return Result{}, err
	}
	result.Warnings, err = project{dir}.leftovers(result.Files)
	return result, err
}

func (p project) fresh(file string, contents []byte) (File, error) {
	before, mode, found, err := p.read(file)
	if err != nil {
		return File{}, err
	}
	f := change(file, before, contents, mode, found)
	if f.Action == Update {
		return File{}, refuse(file, "use another folder, or --gateway-dir to merge into this one", "is there already, with other contents")
	}
	return f, p.writable(f)
}
