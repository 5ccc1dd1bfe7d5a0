package cmd

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

var shells = []string{"bash", "zsh", "fish", "powershell"}

func (a *app) completionCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Complete commands, flags and values in a shell",
		Example: "  source <(mcpauth completion bash)                        # this shell alone\n" +
			"  mcpauth completion bash > /etc/bash_completion.d/mcpauth\n" +
			"  mcpauth completion zsh > \"${fpath[1]}/_mcpauth\"\n" +
			"  mcpauth completion fish > ~/.config/fish/completions/mcpauth.fish\n" +
			"  mcpauth completion powershell | Out-String | Invoke-Expression",
		Long: "Prints the script that makes bash, zsh, fish or powershell complete mcpauth. For bash the package bash-completion has to be there. Where credentials are in the " +
			"environment, connections are completed by name; no password is asked for and nothing is printed if that fails.",
		ValidArgs: shells,
		Args:      oneShell,
		RunE: func(_ *cobra.Command, args []string) error {
			print := map[string]func(io.Writer) error{
				"bash":       func(w io.Writer) error { return root.GenBashCompletionV2(w, true) },
				"zsh":        root.GenZshCompletion,
				"fish":       func(w io.Writer) error { return root.GenFishCompletion(w, true) },
				"powershell": root.GenPowerShellCompletionWithDesc,
			}
			if a.global.json {
				return &usageError{What: "completion prints a script, which is no JSON", Hint: "leave --json out"}
			}
			a.wrote(print[args[0]](a.env.Out))
			return nil
		},
	}
}

// oneShell wants the name of a shell that there is a script for.
func oneShell(_ *cobra.Command, args []string) error {
	last := len(shells) - 1
	wrong := &usageError{What: "completion needs the name of a shell", Hint: "choose " + strings.Join(shells[:last], ", ") + " or " + shells[last]}
	switch {
	case len(args) > 1:
		wrong.What = "completion takes one shell"
	case len(args) == 1 && slices.Contains(shells, args[0]):
		return nil
	case len(args) == 1 && !secretLike(args[0]):
		wrong.What = fmt.Sprintf("completion doesn't know the shell %q", args[0])
	}
	return wrong
}

// values are the completions of flags by their names, for every command that has them.
func (a *app) values() map[string]cobra.CompletionFunc {
	files := func(endings ...string) cobra.CompletionFunc {
		return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return endings, cobra.ShellCompDirectiveFilterFileExt
		}
	}
	anyFile := func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return nil, cobra.ShellCompDirectiveDefault
	}
	folder := func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return nil, cobra.ShellCompDirectiveFilterDirs
	}
	choice := func(values ...cobra.Completion) cobra.CompletionFunc {
		return cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp|cobra.ShellCompDirectiveKeepOrder)
	}
	return map[string]cobra.CompletionFunc{
		"registration":  choice("dcr\tclients register themselves", "cimd\tclients have a metadata document", "both\tdcr and cimd", "none\tclients are made by hand"),
		"audience-mode": choice("both\tprofile and default audience", "resource\tresource parameter profile alone", "default\tdefault audience alone"),
		"part":          choice("all", "policy", "route", "runtime"),
		"mode":          choice("strict", "permissive"),
		"rate-limit":    choice("none", "free\tas on Auth0's Free plan"),
		"domain":        a.completeDomain,
		"run":           a.completeRun,
		"connection":    a.completeConnection("name"), "connection-id": a.completeConnection("id"),
		"file": files("yaml", "yml"), "seed": files("json"), "report": files("html", "json", "xml"), "ca-file": files("pem", "crt", "cer"),
		"state": anyFile, "env-file": anyFile,
		"out": folder, "gateway-dir": folder,
	}
}

// completions registers what every flag and argument can be completed to; where nothing is known, nothing is offered, and
// files neither.
func (a *app) completions(c *cobra.Command) {
	values := a.values()
	c.Flags().VisitAll(func(f *pflag.Flag) { a.completeFlag(c, f, values) })
	c.PersistentFlags().VisitAll(func(f *pflag.Flag) { a.completeFlag(c, f, values) })
	if c.ValidArgsFunction == nil && len(c.ValidArgs) == 0 && c.Name() != "sandbox" { // which runs any command
		c.ValidArgsFunction = cobra.NoFileCompletions
	}
	for _, sub := range c.Commands() {
		a.completions(sub)
	}
}

func (a *app) completeFlag(c *cobra.Command, f *pflag.Flag, values map[string]cobra.CompletionFunc) {
	if _, own := c.GetFlagCompletionFunc(f.Name); own || f.NoOptDefVal != "" {
		return
	}
	complete := values[f.Name]
	switch {
	case c.Name() == "promote-connection" && f.Name == "name":
		complete = values["connection"]
	case c.Name() == "promote-connection" && f.Name == "id":
		complete = values["connection-id"]
	case complete == nil:
		complete = cobra.NoFileCompletions
	}
	_ = c.RegisterFlagCompletionFunc(f.Name, complete) // fails only for a flag that isn't there
}

// completeDomain offers the tenants that the auth0 CLI is logged in to.
func (a *app) completeDomain(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var domains []cobra.Completion
	for _, login := range a.cliLogins() {
		domains = append(domains, cobra.CompletionWithDesc(login.Domain, "auth0 CLI login"))
	}
	return domains, cobra.ShellCompDirectiveNoFileComp
}

// completeRun offers the recorded runs, the newest first.
func (a *app) completeRun(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	runs, _, err := a.journal().Runs()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var offered []cobra.Completion
	for _, run := range runs {
		r := listed(run)
		offered = append(offered, cobra.CompletionWithDesc(r.ID, view.Clean(r.Command+" "+r.Tenant+", "+r.Status)))
	}
	return offered, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

const (
	completionPatience = 1500 * time.Millisecond
	mostCompletions    = 200
)

// safeName is Auth0's own rule for the names and ids of connections. A shell's completion script may expand what it is
// given, so nothing else is handed to it.
var safeName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*$`)

// completeConnection offers the tenant's connections, where credentials are there for the taking. It says nothing, asks
// for no password, and gives up soon.
func (a *app) completeConnection(by string) cobra.CompletionFunc {
	return func(c *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		ctx, cancel := context.WithTimeout(c.Context(), completionPatience)
		defer cancel()
		var offered []cobra.Completion
		for _, found := range a.quietConnections(ctx) {
			name, _ := found.Values["name"].(string)
			value, about := name, found.Values["strategy"]
			if by == "id" {
				value, about = found.ID, name
			}
			description, _ := about.(string)
			if safeName.MatchString(value) && strings.HasPrefix(value, typed) && len(offered) < mostCompletions {
				offered = append(offered, cobra.CompletionWithDesc(value, view.Clean(description)))
			}
		}
		return offered, cobra.ShellCompDirectiveNoFileComp
	}
}

// quietConnections lists the tenant's connections; where anything is missing or fails, none. Neither stdin nor the keyring
// is read: a key press must not wait for a password.
func (a *app) quietConnections(ctx context.Context) []plan.Object {
	domain, missing, problems := a.parseDomain("")
	if missing || len(problems) > 0 {
		return nil
	}
	credentials, err := tenant.Resolve(ctx, tenant.Sources{Domain: domain, Getenv: a.env.Getenv, CLIConfig: tenant.CLIConfigFile(a.env.Getenv)})
	if err != nil {
		return nil
	}
	a.global.debug = false
	base, err := a.network()
	if err != nil {
		return nil
	}
	client := tenant.New(tenant.Config{Domain: domain, Credentials: credentials, Transport: tenant.NewTransport(base, completionPatience, nil), UserAgent: a.userAgent()})
	found, err := client.Connections(ctx)
	if err != nil {
		return nil
	}
	return found
}
