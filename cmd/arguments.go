package cmd

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

// noArgs refuses positional arguments, and offers the flag that they were perhaps meant for.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	what := c.CommandPath() + " takes no argument"
	if slices.ContainsFunc(args, secretLike) {
		return &usageError{What: what, Hint: secretsPlace}
	}
	what += fmt.Sprintf(", but got %q", args[0])
	var meant []string
	for _, arg := range args {
		flag, value := flagFor(c.Name(), arg)
		if flag == "" {
			return &usageError{What: what, Hint: "see " + c.CommandPath() + " --help"}
		}
		meant = append(meant, "--"+flag+" "+shellQuote(view.Clean(value)))
	}
	return &usageError{What: what, Hint: "did you mean " + strings.Join(meant, " ") + "?"}
}

var runID = regexp.MustCompile(`^\d{8}T\d{6}-[0-9a-f]+$`)

// flagFor is the flag of a command that an argument was perhaps meant for, with the value to give it.
func flagFor(command, arg string) (flag, value string) {
	switch {
	case command == "setup" || command == "render-gateway-config":
		return serverOrDomain(arg)
	case command == "promote-connection" && strings.HasPrefix(arg, "con_"):
		return "id", arg
	case command == "promote-connection":
		return "name", arg
	case command == "undo" && runID.MatchString(arg):
		return "run", arg
	}
	return "", ""
}

// serverOrDomain tells an MCP server's URL, which has a path, from a tenant's domain.
func serverOrDomain(arg string) (flag, value string) {
	if _, err := spec.ParseDomain(arg); err == nil {
		return "domain", arg
	}
	if !strings.Contains(arg, "://") && strings.Contains(arg, "/") {
		arg = "https://" + arg
	}
	if _, _, err := spec.CanonicalURL(arg); err == nil {
		return "mcp-url", arg
	}
	return "", ""
}

// valueless finds a flag that got no value, so that the flag behind it would be taken for one. A value that looks like a
// flag is written with an equals sign.
func valueless(root *cobra.Command, args []string) (*cobra.Command, error) {
	if completing(args) {
		return root, nil
	}
	c, _, err := root.Find(args)
	if err != nil {
		return root, nil //nolint:nilerr // running it tells that there is no such command
	}
	for i := 0; i+1 < len(args) && args[i] != "--"; i++ {
		name, long := strings.CutPrefix(args[i], "--")
		if !long {
			continue
		}
		f := c.Flag(name)
		if f == nil || f.NoOptDefVal != "" {
			continue
		}
		if i++; !strings.HasPrefix(args[i], "--") {
			continue
		}
		value, _ := flagValue(f)
		next, _, _ := strings.Cut(args[i], "=")
		return c, &usageError{
			What: fmt.Sprintf("--%s got no value: %q follows it", name, next),
			Hint: fmt.Sprintf("write --%s %s; a value that begins with -- is written --%s=VALUE", name, value, name),
		}
	}
	return root, nil
}
