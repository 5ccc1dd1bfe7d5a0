package cmd

import (
	"fmt"
	"strings"

	"github.com/mcpauth-cli/mcpauth/internal/verify"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

// summary names the server's tools, counts what became of the checks, and says what is still open.
func summary(report verify.Report, palette view.Palette, width int) string {
	var b strings.Builder
	open := report.Open()
	line := func(text string) { b.WriteString(view.Fold(text, width, 2) + "\n") }
	if len(report.Tools) > 0 {
		line("tools: " + view.Clean(strings.Join(report.Tools, ", ")))
	}
	line(palette.Strong(fmt.Sprintf("%d passed, %d failed, %s, %d skipped",
		report.Count(verify.Pass), report.Count(verify.Fail), number(report.Count(verify.Warn), "warning"), report.Count(verify.Skip))))
	if len(open) == 0 {
		return b.String()
	}
	line(palette.Warn(number(len(open), "check") + " could not be made, so this is not known:"))
	for _, c := range open {
		line("  " + view.Clean(c.Title) + " " + palette.Faint("["+view.Clean(c.ID)+"]"))
		writeDetail(&b, "why", c.Got, width)
		writeDetail(&b, "do", c.Hint, width)
	}
	return b.String()
}

func number(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func checks(report verify.Report) []view.Check {
	list := make([]view.Check, len(report.Checks))
	for i, c := range report.Checks {
		list[i] = view.Check{
			ID: c.ID, Status: string(c.Status), Title: c.Title, Got: c.Got, Want: c.Want, Spec: c.Spec, Cause: c.Cause, Hint: c.Hint, Open: c.Open, Requests: c.Requests,
		}
	}
	return list
}
