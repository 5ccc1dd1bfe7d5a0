package cmd

import (
	"slices"

	"github.com/spf13/pflag"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

// personal are flags that say how a person looked on, and not what was done.
var personal = []string{"yes", "no-input", "no-color", "debug", "verbose", "help"}

// theSame is the command that does the same, ready to be pasted; without a question where it was consented to. Nothing secret
// can be in it: no flag takes a secret.
func theSame(domain spec.Domain, flags *pflag.FlagSet, consented bool) string {
	parts := []string{"mcpauth setup --domain " + shellQuote(domain.String())}
	add := func(flag, value string) { parts = append(parts, "--"+flag+" "+shellQuote(view.Clean(value))) }
	flags.SortFlags = false // they come as help shows them
	flags.VisitAll(func(f *pflag.Flag) {
		if !f.Changed || f.Name == "domain" || slices.Contains(personal, f.Name) {
			return
		}
		list, isList := f.Value.(pflag.SliceValue)
		switch {
		case isList:
			for _, value := range list.GetSlice() {
				add(f.Name, value)
			}
		case f.Value.Type() == "bool" && f.Value.String() == "true":
			parts = append(parts, "--"+f.Name)
		case f.Value.Type() != "bool":
			add(f.Name, f.Value.String())
		}
	})
	if consented && !slices.Contains(parts, "--dry-run") {
		parts = append(parts, "--yes")
	}
	return joinLines(parts)
}

// sayTheSame tells how to have the same without the questions, where there were any.
func (a *app) sayTheSame(r settled, flags *pflag.FlagSet) {
	a.sayCommand("The same without questions, for CI"+withTyped(r)+":", r, flags, true)
}

// sayAnswers keeps what was answered when the run ends before it is through. Consent is not among it: it was to one plan.
func (a *app) sayAnswers(r settled, flags *pflag.FlagSet) {
	a.sayCommand("Your answers as one command"+withTyped(r)+":", r, flags, false)
	if r.asked {
		a.say("\n") // what stopped it comes next
	}
}

func (a *app) sayCommand(title string, r settled, flags *pflag.FlagSet, consented bool) {
	if r.asked {
		a.say("\n%s\n  %s\n", a.errPalette().Strong(title), theSame(r.spec.Domain, flags, consented))
	}
}

// withTyped names the variables for what was typed to sign in, which no flag takes.
func withTyped(r settled) string {
	switch {
	case r.typed.Token != "":
		return ", with a token in " + tenant.EnvToken
	case r.typed.ClientID != "":
		return ", with " + tenant.EnvClientID + " and " + tenant.EnvClientSecret
	}
	return ""
}
