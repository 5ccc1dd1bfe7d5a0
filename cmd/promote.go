package cmd

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/provision"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
)

type promoteOptions struct {
	ids     []string
	names   []string
	demote  bool
	consent consent
}

func (a *app) promoteCommand() *cobra.Command {
	var o promoteOptions
	command := &cobra.Command{
		Use:   "promote-connection",
		Short: "Lift connections to domain level, or take them down again",
		Example: "  mcpauth promote-connection --name Username-Password-Authentication --dry-run\n" +
			"  mcpauth promote-connection --id con_0123456789abcdef --yes\n" +
			"  mcpauth promote-connection --name google-oauth2 --demote",
		Long: "Third-party applications, such as MCP clients that register themselves, can log users in only\n" +
			"through connections at domain level. Nothing else of the connection is changed.",
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.promote(c.Context(), o) },
	}
	f := command.Flags()
	f.StringArrayVar(&o.ids, "id", nil, "the connection's id, con_… (repeatable)")
	f.StringArrayVar(&o.names, "name", nil, "the connection's name (repeatable)")
	f.BoolVar(&o.demote, "demote", false, "take the connections down from domain level")
	f.BoolVar(&o.consent.dryRun, "dry-run", false, "only show what would change")
	f.BoolVar(&o.consent.detailedExitcode, "detailed-exitcode", false, "with --dry-run: exit 2 if changes are pending")
	f.BoolVar(&o.consent.yes, "yes", false, "consent to the changes")
	return command
}

func (a *app) promote(ctx context.Context, o promoteOptions) error {
	ids := slices.DeleteFunc(slices.Clone(o.ids), func(id string) bool { return id == "" })
	connections := connectionsOf(setupOptions{connections: o.names, connectionIDs: ids}, spec.File{})
	domain, noDomain, problems := a.parseDomain("")
	check := spec.Spec{Connections: connections, Registration: spec.RegistrationNone, AudienceMode: spec.AudienceBoth}
	problems = append(problems, ownFlags(check.Validate())...)
	if slices.Contains(o.ids, "") {
		problems = append(problems, spec.Problem{Field: "--id", What: "is empty", Hint: "an id begins with con_"})
	}
	var lacking []missing
	if noDomain {
		lacking = append(lacking, a.missingDomain())
	}
	if len(o.ids)+len(o.names) == 0 {
		lacking = append(lacking, missing{"--id or --name", "name at least one connection"})
	}
	if !a.given(o.consent) {
		lacking = append(lacking, missingConsent)
	}
	credentials, credentialsErr := a.credentials(ctx, domain, []string{"read:connections", "update:connections"})
	if err := a.demand(problems, lacking, credentialsErr); err != nil {
		return err
	}
	client, err := a.open(domain, credentials)
	if err != nil {
		return err
	}
	defer a.tally(client)
	o.consent.again = func(ctx context.Context) (plan.Plan, error) {
		defer a.working("looking at the tenant")()
		return provision.PrepareLevel(ctx, client, connections, !o.demote)
	}
	p, err := o.consent.again(ctx)
	if problems := ownFlags(err); problems != nil {
		return problems
	}
	if err != nil {
		return untouched(err)
	}
	if _, err = a.carryOut(ctx, client, p, o.consent); err == nil {
		a.sayUndo()
	}
	return err
}

// ownFlags renames the fields of problems to this command's flags.
func ownFlags(err error) spec.Invalid {
	var invalid spec.Invalid
	if !errors.As(err, &invalid) {
		return nil
	}
	for i := range invalid {
		invalid[i].Field = strings.Replace(strings.Replace(invalid[i].Field, "--connection-id", "--id", 1), "--connection", "--name", 1)
		invalid[i].Hint = strings.ReplaceAll(invalid[i].Hint, "--connection", "--name")
	}
	return invalid
}
