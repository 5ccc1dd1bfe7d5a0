package cmd

import (
	"fmt"
	"strings"

	"github.com/mcpauth-cli/mcpauth/internal/verify"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

// summary counts what became of the checks, and says what is still open.
func summary(report verify.Report, palette view.Palette, width int) string {
	var b strings.Builder
	open := report.Open()
	counts := fmt.Sprintf("%d passed, %d failed, %s, %d skipped",
		report.Count(verify.Pass), report.Count(verify.Fail), number(report.Count(verify.Warn), "warning"), report.Count(verify.Skip))
	b.WriteString(palette.Strong(view.Fold(counts, width, 2)) + "\n")
	if len(open) == 0 {
		return b.String()
	}
	b.WriteString(palette.Warn(view.Fold(number(len(open), "check")+" could not be made, so this is not known:", width, 2)) + "\n")
	for _, c := range open {
		b.WriteString(view.Fold("  "+view.Clean(c.Title)+" "+palette.Faint("["+view.Clean(c.ID)+"]"), width, 2) + "\n")
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

// writeDetail writes a line of a diagnosis, folded to a width. What has several lines, or is folded, stays in its column. A
// command is on a line of its own, to be copied.
func writeDetail(b *strings.Builder, name, text string, width int) {
	if text == "" {
		return
	}
	const column = "          "
	for i, line := range detailLines(text) {
		command := strings.HasPrefix(line, program)
		line = view.Clean(line)
		if command && width > 0 {
			line = strings.ReplaceAll(view.FoldCommand(line, width-len(column)), "\n", "\n"+column)
		}
		line = column + line
		if i == 0 {
			line = fmt.Sprintf("    %-4s  ", name) + strings.TrimPrefix(line, column)
		}
		if !command {
			line = view.Fold(line, width, max(0, len(column)-indent(line)))
		}
		b.WriteString(line + "\n")
	}
}

const program = "mcpauth "

// detailLines are the lines of a text, with a command that ends one put on the next.
func detailLines(text string) []string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		prose, command, both := strings.Cut(line, ": "+program)
		if both {
			lines = append(lines, prose+":", program+command)
			continue
		}
		if other, is := strings.CutPrefix(line, "or "+program); is {
			lines = append(lines, "or", program+other)
			continue
		}
		lines = append(lines, line)
	}
	return lines
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

func checks(report verify.Report) []view.Check {
	list := make([]view.Check, len(report.Checks))
	for i, c := range report.Checks {
		list[i] = view.Check{
			ID: c.ID, Status: string(c.Status), Title: c.Title, Got: c.Got, Want: c.Want, Spec: c.Spec, Cause: c.Cause, Hint: c.Hint, Open: c.Open, Requests: c.Requests,
		}
	}
	return list
}
