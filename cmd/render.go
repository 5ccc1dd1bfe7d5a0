package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mcpauth-cli/mcpauth/internal/gateway"
	"github.com/mcpauth-cli/mcpauth/internal/provision"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

type renderOptions struct {
	setup      setupOptions // the flags that it shares with setup
	policyType string
	part       string
	check      bool
	fromTenant bool
}

// gatewayFlags are those that setup and render-gateway-config share.
func gatewayFlags(f *pflag.FlagSet, resourceName, policyName, route *string, replace *bool) {
	f.StringVar(resourceName, "resource-name", "", "what the metadata calls the MCP server (default \""+gateway.DefaultResourceName+"\")")
	f.StringVar(policyName, "policy-name", "", "the policy's name (default \""+gateway.DefaultPolicyName+"\")")
	f.StringVar(route, "route", "", "which MCP route, where several match: its path, its file, or FILE#PATH")
	f.BoolVar(replace, "replace-policy", false, "replace a policy of the same name that differs")
}

func (a *app) renderCommand() *cobra.Command {
	o := renderOptions{}
	command := &cobra.Command{
		Use:   "render-gateway-config",
		Short: "Render the matching Zuplo configuration",
		Example: "  mcpauth render-gateway-config --domain my-tenant.eu.auth0.com \\\n" +
			"    --mcp-url https://my-gateway.zuplo.dev/mcp\n" +
			"  mcpauth render-gateway-config --file mcpauth.yaml --gateway-dir ../my-gateway\n" +
			"  mcpauth render-gateway-config --file mcpauth.yaml --check \\\n" +
			"    --gateway-dir ../my-gateway   # in CI",
		Long: "Prints the policy, the route's reference to it and zuplo.runtime.ts, writes a new project with --out,\n" +
			"or merges into an existing one with --gateway-dir. It needs no credentials, unless --from-tenant\nasks the tenant whether the API is there.",
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			o.setup.changed = func(flag string) bool { return c.Flags().Lookup(flag) != nil && c.Flags().Changed(flag) }
			return a.render(c.Context(), o)
		},
	}
	f := command.Flags()
	f.StringArrayVar(&o.setup.urls, "mcp-url", nil, "the MCP server's URL, as clients use it (repeatable)")
	f.StringVar(&o.setup.file, "file", "", "read the answers from mcpauth.yaml; flags win over it")
	gatewayFlags(f, &o.setup.resourceName, &o.setup.policyName, &o.setup.route, &o.setup.replacePolicy)
	f.StringVar(&o.policyType, "policy-type", "", "the policy's type (default \""+gateway.DefaultPolicyType+"\")")
	f.StringVar(&o.part, "part", "all", "what to print: policy, route, runtime or all")
	f.StringVar(&o.setup.out, "out", "", "write a new project's files into this folder")
	f.StringVar(&o.setup.gatewayDir, "gateway-dir", "", "merge into the Zuplo project in this folder")
	f.BoolVar(&o.fromTenant, "from-tenant", false, "ask the tenant: its API of that URL must exist, and names the resource")
	f.BoolVar(&o.check, "check", false, "write nothing; exit 2 if files would change, or lines wait to be added by hand")
	f.BoolVar(&o.setup.consent.yes, "yes", false, "consent to changing files")
	return command
}

func (a *app) render(ctx context.Context, o renderOptions) error {
	o.setup.registration, o.setup.audienceMode = string(spec.RegistrationDCR), string(spec.AudienceBoth)
	s, noDomain, notes, problems, err := a.buildSpec(o.setup)
	if err != nil {
		return err
	}
	if !slices.Contains([]string{"policy", "route", "runtime", "all"}, o.part) {
		problems = append(problems, spec.Problem{Field: "--part", What: fmt.Sprintf("%q is not a part", o.part), Hint: "choose policy, route, runtime or all"})
	}
	printed := o.setup.out == "" && o.setup.gatewayDir == ""
	if o.check && printed {
		problems = append(problems, spec.Problem{Field: "--check", What: "there is nothing to check against", Hint: "name a project with --gateway-dir or --out"})
	}
	if o.part != "all" && !printed {
		problems = append(problems, spec.Problem{Field: "--part", What: "is for printing, but files would be written", Hint: "leave it out, or leave out --out and --gateway-dir"})
	}
	var lacking []missing
	if noDomain {
		lacking = append(lacking, a.missingDomain())
	}
	if len(s.Servers) == 0 {
		lacking = append(lacking, missing{"--mcp-url", "give the URL that MCP clients use, such as https://my-gateway.zuplo.dev/mcp"})
	}
	if err := a.demand(problems, lacking, nil); err != nil {
		return err
	}
	for _, note := range notes {
		a.warn(note.Text)
	}
	a.doc.Tenant = s.Domain.String()
	if o.fromTenant {
		if err := a.askTenant(ctx, &s); err != nil {
			return err
		}
	}
	c := gatewayConfig(s)
	c.ReplacePolicy = o.setup.replacePolicy
	if o.policyType != "" {
		c.PolicyType = o.policyType
	}
	if printed {
		return a.printParts(c, o.part)
	}
	files, err := planFiles(c, o.setup.out, o.setup.gatewayDir)
	if err != nil {
		return err
	}
	files.show(a)
	if o.check {
		// Lines that wait to be added by hand are changes too: without them the gateway serves no metadata.
		if files.changes() || len(files.result.Manual) > 0 {
			return pendingError{}
		}
		a.say("No files would change in %s.\n", view.Clean(files.dir))
		return nil
	}
	// A new project's folder is the user's own wish and nothing there is overwritten; changing an existing one needs consent.
	return files.write(ctx, a, o.setup.consent.yes || o.setup.out != "")
}

// askTenant makes sure that the tenant holds an API for each server, and takes the resource's name from the first.
func (a *app) askTenant(ctx context.Context, s *spec.Spec) error {
	credentials, err := a.credentials(ctx, s.Domain, []string{"read:resource_servers"})
	if err != nil {
		return err
	}
	client, err := a.open(s.Domain, credentials)
	if err != nil {
		return err
	}
	defer a.tally(client)
	names, err := provision.APINames(ctx, client, s.Servers)
	if err == nil && s.Gateway.ResourceName == "" {
		s.Gateway.ResourceName = names[s.Servers[0].URL]
	}
	return err
}

func (a *app) printParts(c gateway.Config, part string) error {
	parts, err := gateway.Render(c)
	if err != nil {
		return asInvalid(err)
	}
	if a.global.json {
		a.doc.Parts = &view.Parts{}
		if part == "all" || part == "policy" {
			a.doc.Parts.Policy = json.RawMessage(parts.Policy)
		}
		if part == "all" || part == "route" {
			a.doc.Parts.Route = json.RawMessage(parts.Route)
		}
		if part == "all" || part == "runtime" {
			a.doc.Parts.Runtime = string(parts.Runtime)
		}
		return nil
	}
	for _, p := range []struct {
		name, place string
		content     []byte
	}{
		{"policy", "config/policies.json, in \"policies\"", parts.Policy},
		{"route", "config/routes.oas.json, in the MCP route's post", parts.Route},
		{"runtime", "modules/zuplo.runtime.ts", parts.Runtime},
	} {
		if part == "all" {
			a.say("%s\n", a.errPalette().Strong("# "+p.place))
		}
		if part == "all" || part == p.name {
			a.outf("%s", p.content)
		}
	}
	return nil
}
