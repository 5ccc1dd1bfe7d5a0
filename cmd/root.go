package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

// global are the flags that every command takes.
type global struct {
	domain     string
	json       bool
	noInput    bool
	noColor    bool
	verbose    bool
	debug      bool
	caFile     string
	timeout    time.Duration
	tokenStdin bool
}

// app is one run: its boundary, its global flags and the document that it fills.
type app struct {
	env    Env
	global global
	doc    view.Document
	done   bool // the result was written already
	// unwritten is why a part of the result did not reach stdout.
	unwritten error

	command  string // the command that runs, such as setup
	progress progress

	logIn        string // the auth0 CLI's command that would give the credentials which are looked for
	stdinToken   string // what --token-stdin read, which can be read once
	lastSkip     string // why the last check was skipped, if it was
	skips        int    // how many more were, for that reason, and are not told of yet
	signedInWith tenant.Credentials
	signedInTo   *spec.Domain
	domainGiven  func() bool // whether --domain was given, be it empty
}

// Main runs the command line and returns its exit code.
func Main(env Env, args []string) int {
	ctx, stop := env.Interrupted(context.Background())
	defer stop()
	a := &app{env: env}
	root := a.root(asksForJSON(args))
	root.SetArgs(args)
	command, err := valueless(root, args)
	if err == nil {
		command, err = root.ExecuteContextC(ctx)
	}
	if ctx.Err() != nil && err != nil && !errors.As(err, &childError{}) {
		err = errors.Join(context.Canceled, err)
	}
	return a.ended(a.finish(command, args, err))
}

// finish reports how the run ended: in the document with --json, else on stderr.
func (a *app) finish(command *cobra.Command, args []string, err error) int {
	v := judge(err)
	if completing(args) {
		return v.exit // a shell reads what was printed
	}
	var scope *tenant.ScopeError
	if errors.As(err, &scope) && v.code == "permission" && a.signedInTo != nil {
		v.hint = a.signedInWith.PermissionHint(*a.signedInTo, scope.Missing)
	}
	if v.code == "credentials" && errors.Is(err, tenant.ErrNoCredentials) {
		v.hint = a.credentialsHint()
	}
	if a.global.json || asksForJSON(args) {
		if a.done {
			return v.exit
		}
		a.doc.Command = strings.TrimPrefix(strings.TrimPrefix(command.CommandPath(), "mcpauth"), " ")
		if err != nil && !v.silent {
			a.doc.Error = &view.Error{Code: v.code, Message: v.message, Hint: v.hint}
		}
		a.wrote(a.doc.Write(a.env.Out))
		return v.exit
	}
	if err != nil && !v.silent {
		a.errf("%s", errorText(err, v, a.errPalette(), a.foldAt(a.env.Err)))
	}
	return v.exit
}

// completing tells whether a shell asks for completions of the rest of the arguments, which may hold --json.
func completing(args []string) bool {
	return len(args) > 0 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd)
}

// asksForJSON looks for --json where the flags could not be parsed, so that even that error is one document.
func asksForJSON(args []string) bool {
	if completing(args) {
		return false
	}
	for _, arg := range args {
		if arg == "--" {
			return false
		}
		if arg == "--json" {
			return true
		}
		if value, given := strings.CutPrefix(arg, "--json="); given {
			yes, err := strconv.ParseBool(value)
			return yes && err == nil
		}
	}
	return false
}

func (a *app) root(json bool) *cobra.Command {
	root := &cobra.Command{
		Use:   "mcpauth",
		Short: "Let MCP clients log in through Auth0",
		Long: "mcpauth takes an Auth0 tenant to where an MCP client can log in, and renders the matching\n" +
			"Zuplo gateway configuration, and proves that it works. It shows what it will change before it\n" +
			"changes it, and a second run changes nothing.",
		Example: "  mcpauth demo      # the whole story on this machine, nothing needed\n" +
			"  mcpauth setup --mcp-url https://my-gateway.zuplo.dev/mcp \\\n" +
			"    --connection Username-Password-Authentication --dry-run",
		SilenceUsage: true, SilenceErrors: true,
		PersistentPreRun: func(c *cobra.Command, _ []string) { a.command = c.Name() },
		Args:             cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return c.Help()
			}
			return unknownCommand(c, args[0])
		},
	}
	root.SetOut(a.env.Out)
	if json { // stdout carries the document alone; help goes where people look
		root.SetOut(a.env.Err)
	}
	root.SetErr(a.env.Err)
	root.SetIn(a.env.In)
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(a.showHelp)
	a.globalFlags(root.PersistentFlags())
	root.AddCommand(a.setupCommand(), a.promoteCommand(), a.undoCommand(), a.renderCommand(), a.verifyCommand(), a.sandboxCommand(), a.demoCommand(), a.versionCommand())
	root.AddCommand(a.completionCommand(root))
	root.AddCommand(topics()...)
	root.SetHelpCommand(helpCommand(root))
	root.CompletionOptions.DisableDefaultCmd = true
	a.completions(root)
	return root
}

func (a *app) globalFlags(flags *pflag.FlagSet) {
	g := &a.global
	flags.SortFlags = false // help shows them in this order
	a.domainGiven = func() bool { return flags.Changed("domain") }
	flags.StringVar(&g.domain, "domain", "", "the Auth0 tenant's domain, such as my-tenant.eu.auth0.com (AUTH0_DOMAIN)")
	flags.BoolVar(&g.json, "json", false, "print one JSON document on stdout")
	flags.BoolVar(&g.noInput, "no-input", false, "never ask anything")
	flags.BoolVar(&g.noColor, "no-color", false, "print without colour (NO_COLOR)")
	flags.BoolVarP(&g.verbose, "verbose", "v", false, "say more, such as how many requests were sent")
	flags.BoolVar(&g.debug, "debug", false, "trace HTTP on stderr, secrets masked")
	flags.StringVar(&g.caFile, "ca-file", "", "PEM file of more certificate authorities to trust (MCPAUTH_CA_FILE)")
	flags.DurationVar(&g.timeout, "timeout", tenant.DefaultTimeout, "how long one request may take")
	flags.BoolVar(&g.tokenStdin, "token-stdin", false, "read a Management API token from stdin")
}

func (a *app) outf(format string, args ...any) { a.write(a.env.Out, fmt.Sprintf(format, args...)) }
func (a *app) errf(format string, args ...any) { a.write(a.env.Err, fmt.Sprintf(format, args...)) }

func (a *app) outPalette() view.Palette {
	return view.NewPalette(a.env.colors(a.env.Out, a.global.noColor))
}

func (a *app) errPalette() view.Palette {
	return view.NewPalette(a.env.colors(a.env.Err, a.global.noColor))
}

// say writes progress, which --json leaves out: its document says it in the end.
func (a *app) say(format string, args ...any) {
	if !a.global.json {
		a.errf("%s", a.folded(a.env.Err, fmt.Sprintf(format, args...)))
	}
}

// command is a line to be copied into a shell.
var command = regexp.MustCompile(`^ *(mcpauth|auth0) `)

// folded fits text to a terminal. Lines that are indented are commands to copy, or continue others.
func (a *app) folded(w io.Writer, text string) string {
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		switch {
		case command.MatchString(line):
			lines[i] = view.FoldCommand(strings.TrimSuffix(line, "\n"), a.foldAt(w)) + line[len(strings.TrimSuffix(line, "\n")):]
		case !strings.HasPrefix(line, " "):
			lines[i] = view.Fold(line, a.foldAt(w), 2)
		}
	}
	return strings.Join(lines, "")
}

// foldAt is the width that text for people is folded to: a terminal's. In a pipe lines stay whole, to be searched.
func (a *app) foldAt(w io.Writer) int {
	if !a.env.IsTerminal(w) {
		return 0
	}
	return a.env.columns(w)
}

// warn tells of something to know, in the document or on stderr.
func (a *app) warn(text string) {
	a.doc.Warnings = append(a.doc.Warnings, text)
	a.say("%s\n", a.errPalette().Warn("warning: "+view.Clean(text)))
}

// parseDomain reads the domain from its flag or its variable. missing is true where neither says one.
func (a *app) parseDomain(fromFile string) (domain spec.Domain, missing bool, problems spec.Invalid) {
	variable := a.env.Getenv(tenant.EnvDomain)
	field, raw := "--domain", a.global.domain
	switch {
	case a.domainGiven():
	case variable != "" && fromFile != "" && variable != fromFile:
		return spec.Domain{}, false, spec.Invalid{{
			Field: "domain", What: fmt.Sprintf("mcpauth.yaml says %q, but %s says %q", fromFile, tenant.EnvDomain, variable),
			Hint: "choose one with --domain",
		}}
	case variable != "":
		field, raw = tenant.EnvDomain, variable
	case fromFile != "":
		field, raw = "domain", fromFile
	default:
		return spec.Domain{}, true, nil
	}
	domain, err := spec.ParseDomain(raw)
	return domain, false, named(field, err)
}

// named puts the name of the field that said it on problems that don't know theirs.
func named(field string, err error) spec.Invalid {
	var invalid spec.Invalid
	if !errors.As(err, &invalid) {
		return nil
	}
	for i := range invalid {
		if invalid[i].Field == "" {
			invalid[i].Field = field
		}
	}
	return invalid
}

// userAgent names the program to the servers that it talks to.
func (a *app) userAgent() string { return "mcpauth/" + a.env.Version }
