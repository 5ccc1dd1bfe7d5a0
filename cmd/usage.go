package cmd

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mcpauth-cli/mcpauth/internal/suggest"
)

func unknownCommand(c *cobra.Command, name string) error {
	return &usageError{What: fmt.Sprintf("there is no command %q", name), Hint: didYouMean("", nearCommands(c, name, false), "see "+c.CommandPath()+" --help")}
}

// nearCommands are the commands, and for help the topics, that were perhaps meant.
func nearCommands(c *cobra.Command, name string, topics bool) []string {
	var known []string
	for _, command := range c.Commands() {
		if !command.Hidden && (topics || !command.IsAdditionalHelpTopicCommand()) {
			known = append(known, command.Name())
		}
	}
	return suggest.Nearest(name, known)
}

// helpCommand is cobra's, but a topic that isn't there is an error, not silence.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND|TOPIC]", Short: "Help about any command or topic",
		ValidArgsFunction: func(_ *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
			var names []cobra.Completion
			if at, _, err := root.Find(args); err == nil {
				for _, c := range at.Commands() {
					if !c.Hidden && c.Name() != "help" && strings.HasPrefix(c.Name(), typed) {
						names = append(names, cobra.CompletionWithDesc(c.Name(), c.Short))
					}
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			topic, rest, err := root.Find(args)
			if err != nil || topic == nil || len(rest) > 0 {
				return &usageError{What: fmt.Sprintf("there is no help for %q", strings.Join(args, " ")), Hint: didYouMean("mcpauth help ", nearCommands(root, args[0], true), "see mcpauth --help")}
			}
			topic.InitDefaultHelpFlag()
			return topic.Help()
		},
	}
}

// flagError puts what is wrong with the flags into this program's words, with the flag that was perhaps meant.
func flagError(c *cobra.Command, err error) error {
	see := "see " + c.CommandPath() + " --help"
	var unknown *pflag.NotExistError
	var valueless *pflag.ValueRequiredError
	var wrong *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		return &usageError{What: fmt.Sprintf("%s has no flag --%s", c.CommandPath(), unknown.GetSpecifiedName()), Hint: didYouMean("--", nearFlags(c, unknown.GetSpecifiedName()), see)}
	case errors.As(err, &unknown):
		return &usageError{What: fmt.Sprintf("%s has no flag -%s", c.CommandPath(), unknown.GetSpecifiedName()), Hint: see}
	case errors.As(err, &valueless):
		value, _ := flagValue(valueless.GetFlag())
		return &usageError{What: fmt.Sprintf("--%s needs a value", valueless.GetFlag().Name), Hint: fmt.Sprintf("write --%s %s", valueless.GetFlag().Name, value)}
	case errors.As(err, &wrong):
		hint := see
		switch wrong.GetFlag().Value.Type() {
		case "duration":
			hint = "write a number with its unit, such as 10s or 1m30s"
		case "int":
			hint = "write a whole number"
		case "bool":
			hint = "write true or false, or the flag alone"
		}
		if secretLike(wrong.GetValue()) {
			return &usageError{What: fmt.Sprintf("--%s can't be what was given", wrong.GetFlag().Name), Hint: hint + "; " + secretsPlace}
		}
		return &usageError{What: fmt.Sprintf("--%s can't be %q", wrong.GetFlag().Name, wrong.GetValue()), Hint: hint}
	}
	return &usageError{What: err.Error(), Hint: see}
}

func nearFlags(c *cobra.Command, name string) []string {
	var known []string
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			known = append(known, f.Name)
		}
	})
	return suggest.Nearest(name, known)
}

// didYouMean offers names, or something else where none is near.
func didYouMean(prefix string, near []string, otherwise string) string {
	if len(near) == 0 {
		return otherwise
	}
	for i := range near {
		near[i] = prefix + near[i]
	}
	return "did you mean " + strings.Join(near, " or ") + "?"
}
