package cmd

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/mcpauth-cli/mcpauth/internal/view"
)

// writeDetail writes a line of a diagnosis, folded to a width. What has several lines, or is folded, stays in its column. A
// command is on lines of its own, to be copied.
func writeDetail(b *strings.Builder, name, text string, width int) {
	if text == "" {
		return
	}
	const column = "          "
	var lines []string
	for _, d := range detailLines(text) {
		line := column + view.Clean(d.text)
		if d.command {
			line = view.FoldCommand(line, width)
		} else {
			line = view.Fold(line, width, 0)
		}
		lines = append(lines, line)
	}
	all := strings.TrimPrefix(strings.Join(lines, "\n"), column)
	fmt.Fprintf(b, "    %-4s  %s\n", name, all)
}

// detailLine is a line of a text for people, or a command in it.
type detailLine struct {
	text    string
	command bool
}

var (
	// toCopy is a command: ours, or that of a tool that we send people to.
	toCopy = regexp.MustCompile(`^(?:mcpauth|auth0|ssh) \S`)
	// leading is a line that ends with a command.
	leading = regexp.MustCompile(`^(.*\S:|or) ((?:mcpauth|auth0|ssh) \S.*)$`)
)

// detailLines are the lines of a text, with a command that ends one put on the next. One that is indented is a command too.
func detailLines(text string) []detailLine {
	var lines []detailLine
	for line := range strings.SplitSeq(text, "\n") {
		if parts := leading.FindStringSubmatch(line); parts != nil {
			lines = append(lines, detailLine{parts[1], false}, detailLine{parts[2], true})
			continue
		}
		bare := strings.TrimLeft(line, " ")
		lines = append(lines, detailLine{bare, bare != line || toCopy.MatchString(bare)})
	}
	return lines
}
