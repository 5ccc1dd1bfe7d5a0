// Package gateway makes a Zuplo gateway match an Auth0 tenant: it renders the configuration from templates, plans how to
// merge it into an existing project with every other byte kept, and writes a plan all at once or not at all.
package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"

	"github.com/mcpauth-cli/mcpauth/templates"
)

// Parts is the configuration in the three pieces that an operator pastes.
type Parts struct {
	Policy  []byte // for config/policies.json: a policy, or for several MCP URLs an array of them
	Route   []byte // the routes' policies.inbound, each under its path as in config/routes.oas.json
	Runtime []byte // a whole modules/zuplo.runtime.ts
}

// Render renders c; the error is an Invalid where c is at fault.
func Render(c Config) (Parts, error) {
	if err := c.Validate(); err != nil {
		return Parts{}, err
	}
	c = c.withDefaults()
	policies, err := renderPolicies(c.policies())
	if err != nil {
		return Parts{}, err
	}
	route, err := templates.RouteJSON(c.routes())
	if err != nil {
		return Parts{}, err
	}
	runtime, err := templates.RuntimeTS(c.plugin())
	if err != nil {
		return Parts{}, err
	}
	return Parts{Policy: policies, Route: route, Runtime: runtime}, nil
}

func renderPolicies(policies []templates.Policy) ([]byte, error) {
	if len(policies) == 1 {
		return templates.PolicyJSON(policies[0])
	}
	rendered := make([][]byte, len(policies))
	for i, p := range policies {
		one, err := templates.PolicyJSON(p)
		if err != nil {
			return nil, err
		}
		rendered[i] = one
	}
	var out bytes.Buffer
	list := append(append([]byte("["), bytes.Join(rendered, []byte(","))...), ']')
	if err := json.Indent(&out, list, "", "  "); err != nil {
		return nil, fmt.Errorf("render policies: %w", err)
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// What becomes of a File.
const (
	Create = "create"
	Update = "update"
	None   = "none"
)

// File is one file of a plan.
type File struct {
	Path          string      // below Result.Dir, with forward slashes
	Action        string      // Create, Update or None
	Before, After []byte      // whole contents
	Mode          fs.FileMode // the permissions it has and keeps; a new file gets what the umask leaves
}

// Result is a plan; nothing is written before Write.
type Result struct {
	Dir        string
	Files      []File
	Notes      []string // worth knowing
	Warnings   []string // worth acting on
	Manual     []string // lines that the operator must add by hand where runtimeInit begins, as its form isn't recognised
	ManualFile string   // where they belong; empty where there are none
}

// Changed says whether Write would write.
func (r Result) Changed() bool {
	for _, f := range r.Files {
		if f.Action != None {
			return true
		}
	}
	return false
}
