package cmd

import (
	"fmt"
	"strings"

	"github.com/mcpauth-cli/mcpauth/internal/verify"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

// summary counts what became of the checks, and says what is still open.
func summary(report verify.Report, palette view.Palette) string {
	var b strings.Builder
	open := report.Open()
	b.WriteString(palette.Strong(fmt.Sprintf("%d passed, %d failed, %s, %d skipped",
		report.Count(verify.Pass), report.Count(verify.Fail), number(report.Count(verify.Warn), "warning"), report.Count(verify.Skip))) + "\n")
	if len(open) == 0 {
		return b.String()
	}
	b.WriteString(palette.Warn(number(len(open), "check")+" could not be made, so this is not known:") + "\n")
	for _, c := range open {
		fmt.Fprintf(&b, "  %s %s\n", view.Clean(c.Title), palette.Faint("["+view.Clean(c.ID)+"]"))
		writeDetail(&b, "why", c.Got)
		writeDetail(&b, "do", c.Hint)
	}
	return b.String()
}

func number(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// writeDetail writes a line of a diagnosis; what has several lines stays in its column.
func writeDetail(b *strings.Builder, name, text string) {
	for i, line := range strings.Split(text, "\n") {
		switch {
		case text == "":
		case i == 0:
			fmt.Fprintf(b, "    %-4s  %s\n", name, view.Clean(line))
		default:
			fmt.Fprintf(b, "          %s\n", view.Clean(line))
		}
	}
}

func checks(report verify.Report) []view.Check {
	list := make([]view.Check, len(report.Checks))
	for i, c := range report.Checks {
		list[i] = view.Check{
			ID: c.ID, Status: string(c.Status), Title: c.Title, Got: c.Got, Want: c.Want, Spec: c.Spec, Cause: c.Cause, Hint: c.Hint, Open: c.Open,
		}
	}
	return list
}
