package view

import (
	"regexp"
	"strings"
)

// paint is what a Palette puts around text; it takes no room on a terminal.
var paint = regexp.MustCompile("\x1b\\[[0-9;]*m")

// Width is how many columns of a terminal a text takes that Clean and a Palette have gone over.
func Width(text string) int { return columns.StringWidth(paint.ReplaceAllString(text, "")) }

// Fold breaks lines that are longer than width between words, so that a terminal doesn't break them within one. What
// follows is indented by hang more than the line that it belongs to. A word that is too long on its own stays whole: an
// URL has to be copied. What stands apart after two spaces or more, such as a value after its name, is on a line of its own
// then, unless what is before it is no wider than hang; and so is a command at the end of a line, behind a colon, which is
// broken as FoldCommand does. A width of 0 folds nothing.
func Fold(text string, width, hang int) string {
	if width <= 0 {
		return text
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if Width(line) > width {
			lines[i] = foldLine(line, width, hang)
		}
	}
	return strings.Join(lines, "\n")
}

// command is one of ours, or of a tool that we send people to, with the words that it stands behind: two at least, for
// "error: mcpauth setup has no flag --x" is a sentence.
var command = regexp.MustCompile(`^(.*\S .*\S:) ((?:mcpauth|auth0|ssh) \S.*)$`)

func foldLine(line string, width, hang int) string {
	bare := paint.ReplaceAllString(line, "")
	indent := len(bare) - len(strings.TrimLeft(bare, " "))
	begin := strings.Repeat(" ", indent+hang)
	if parts := command.FindStringSubmatch(line); parts != nil {
		return foldWords(parts[1], width, begin) + "\n" + FoldCommand(begin+parts[2], width)
	}
	return foldWords(line, width, begin)
}

func foldWords(line string, width int, begin string) string {
	var b strings.Builder
	at := 0 // the column
	started, apart := false, false
	gap := 0
	for _, piece := range strings.SplitAfter(line, " ") {
		word := Width(strings.TrimRight(piece, " "))
		value := started && !apart && word > 0 && gap > 1 // the first that stands apart
		apart = apart || value
		if started && word > 0 && (at+word > width || value && at > len(begin)) {
			out := strings.TrimRight(b.String(), " ")
			b.Reset()
			b.WriteString(out + "\n" + begin)
			at = len(begin)
		}
		if word > 0 {
			started, gap = true, 0
		}
		gap += Width(piece) - word
		b.WriteString(piece)
		at += Width(piece)
	}
	return b.String()
}

// FoldCommand breaks a command that is longer than width before its flags, in the way that a shell reads on: it can still be
// copied. A flag that is too long on its own stays whole. A width of 0 breaks nothing.
func FoldCommand(line string, width int) string {
	if width <= 0 || Width(line) <= width {
		return line
	}
	const on = " \\"
	begin := line[:len(line)-len(strings.TrimLeft(line, " "))] + "  "
	parts := beforeFlags(line)
	folded, at := parts[0], Width(parts[0])
	for i, part := range parts[1:] {
		end := len(on)
		if i == len(parts)-2 {
			end = 0
		}
		if at+1+Width(part)+end > width {
			folded += on + "\n" + begin + part
			at = len(begin) + Width(part)
			continue
		}
		folded += " " + part
		at += 1 + Width(part)
	}
	return folded
}

// beforeFlags splits a command before each flag that is not within quotes.
func beforeFlags(command string) []string {
	var parts []string
	quoted, begin := false, 0
	for i, r := range command {
		switch {
		case r == '\'':
			quoted = !quoted
		case !quoted && strings.HasPrefix(command[i:], " --"):
			parts = append(parts, command[begin:i])
			begin = i + 1
		}
	}
	return append(parts, command[begin:])
}
