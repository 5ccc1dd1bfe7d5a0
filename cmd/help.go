package cmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mcpauth-cli/mcpauth/internal/view"
)

// helpWidth is what help is folded to where the terminal isn't narrower: longer lines are hard to read on any.
const helpWidth = 80

// commandOrder lists the commands as a user meets them; those that aren't named here come after, by name.
var commandOrder = []string{
	"setup", "verify", "render-gateway-config", "promote-connection", "undo", "clients", "export",
	"sandbox", "demo", "version", "completion", "help",
}

// showHelp prints a command's help: what it does, examples first, then the rest to look things up in.
func (a *app) showHelp(c *cobra.Command, _ []string) {
	palette := view.NewPalette(a.env.colors(c.OutOrStdout(), a.global.noColor))
	width := min(helpWidth, a.env.columns(c.OutOrStdout()))
	text := helpText(c, width, palette)
	_, err := fmt.Fprint(c.OutOrStdout(), text)
	a.wrote(err)
}

func helpText(c *cobra.Command, width int, palette view.Palette) string {
	if c.IsAdditionalHelpTopicCommand() {
		return c.Long
	}
	c.Flags().SortFlags, c.Root().PersistentFlags().SortFlags = false, false
	var b strings.Builder
	section := func(title, body string) {
		if body != "" {
			fmt.Fprintf(&b, "\n%s\n%s\n", palette.Strong(title+":"), strings.TrimRight(body, "\n"))
		}
	}
	b.WriteString(view.Fold(c.Short, width, 0) + ".\n")
	section("Examples", c.Example)
	section("Usage", usageLines(c))
	if c.Long != "" {
		b.WriteString("\n" + paragraphs(c.Long, width) + "\n")
	}
	section("Commands", commandLines(c, width))
	section("Flags", flagLines(c.LocalFlags(), width))
	if c.HasParent() {
		section("Flags of every command (see mcpauth --help)", view.Fold("  "+flagNames(c.InheritedFlags()), width, 0))
	}
	if !c.HasParent() {
		section("Help topics", topicLines(c))
	}
	return b.String()
}

func usageLines(c *cobra.Command) string {
	use := "  " + c.UseLine()
	if c.HasAvailableSubCommands() {
		use = "  " + c.CommandPath() + " COMMAND [flags]"
	}
	return use
}

// paragraphs folds a text anew; lines that are indented stay as they are.
func paragraphs(text string, width int) string {
	var out []string
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		if strings.HasPrefix(paragraph, " ") {
			out = append(out, paragraph)
			continue
		}
		out = append(out, view.Fold(strings.ReplaceAll(paragraph, "\n", " "), width, 0))
	}
	return strings.Join(out, "\n\n")
}

// inColumns puts names beside what they mean, which is folded within its column.
func inColumns(names, meanings []string, width int) string {
	widest := 0
	for _, name := range names {
		widest = max(widest, view.Width(name))
	}
	var b strings.Builder
	column, gap := widest+4, strings.Repeat(" ", widest+4)
	if width-column < 20 { // no room beside them
		column, gap = 6, strings.Repeat(" ", 6)
	}
	for i, name := range names {
		meaning := strings.ReplaceAll(view.Fold(meanings[i], width-column, 0), "\n", "\n"+gap)
		if column == widest+4 {
			fmt.Fprintf(&b, "  %s%s  %s\n", name, strings.Repeat(" ", widest-view.Width(name)), meaning)
			continue
		}
		fmt.Fprintf(&b, "  %s\n%s%s\n", name, gap, meaning)
	}
	return b.String()
}

func commandLines(c *cobra.Command, width int) string {
	commands := slices.Clone(c.Commands())
	place := func(c *cobra.Command) int {
		if i := slices.Index(commandOrder, c.Name()); i >= 0 {
			return i
		}
		return len(commandOrder)
	}
	slices.SortStableFunc(commands, func(a, b *cobra.Command) int { return place(a) - place(b) })
	var names, meanings []string
	for _, sub := range commands {
		if sub.IsAvailableCommand() {
			names, meanings = append(names, sub.Name()), append(meanings, sub.Short)
		}
	}
	return inColumns(names, meanings, width)
}

func topicLines(c *cobra.Command) string {
	var names, meanings []string
	for _, sub := range c.Commands() {
		if sub.IsAdditionalHelpTopicCommand() {
			names, meanings = append(names, "mcpauth help "+sub.Name()), append(meanings, sub.Short)
		}
	}
	return inColumns(names, meanings, helpWidth)
}

// flagLines explains flags in the order in which they were defined, which goes from what everybody needs to the rest.
func flagLines(flags *pflag.FlagSet, width int) string {
	var names, meanings []string
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		name := "    --" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", --" + f.Name
		}
		value, meaning := flagValue(f)
		if value != "" {
			name += " " + value
		}
		names, meanings = append(names, name), append(meanings, meaning)
	})
	return inColumns(names, meanings, width)
}

// flagValues say what kind of value a flag takes, where its type alone doesn't.
var flagValues = map[string]string{
	"mcp-url": "URL", "client-metadata-url": "URL", "other-resource": "URL", "domain": "DOMAIN", "scope": "SCOPE", "connection": "NAME", "name": "NAME", "connection-id": "ID",
	"id": "ID", "client-id": "ID", "file": "FILE", "ca-file": "FILE", "seed": "FILE", "env-file": "FILE", "state": "FILE", "report": "FILE",
	"out": "DIR", "gateway-dir": "DIR", "registration": "MODE", "audience-mode": "MODE", "mode": "MODE", "token-lifetime": "DURATION",
	"resource-name": "NAME", "policy-name": "NAME", "policy-type": "TYPE", "route": "ROUTE", "part": "PART", "run": "ID", "fault": "FAULT", "rate-limit": "LIMIT",
}

// flagValue is what a flag takes, and its meaning with the default that it has.
func flagValue(f *pflag.Flag) (value, meaning string) {
	value, meaning = pflag.UnquoteUsage(f)
	if f.Value.Type() == "bool" {
		return "", meaning
	}
	if known := flagValues[f.Name]; known != "" {
		value = known
	} else {
		value = strings.ToUpper(strings.TrimSuffix(value, "Array"))
		if value == "INT" {
			value = "N"
		}
	}
	if f.DefValue != "" && f.DefValue != "[]" && f.DefValue != "0" && f.DefValue != "0s" {
		meaning += " (default " + f.DefValue + ")"
	}
	return value, meaning
}

func flagNames(flags *pflag.FlagSet) string {
	var names []string
	flags.VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	return strings.Join(names, " ")
}
