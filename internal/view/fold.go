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
// URL or a command has to be copied. A width of 0 folds nothing.
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

func foldLine(line string, width, hang int) string {
	bare := paint.ReplaceAllString(line, "")
	indent := len(bare) - len(strings.TrimLeft(bare, " "))
	begin := strings.Repeat(" ", indent+hang)
	var b strings.Builder
	at := 0 // the column
	started := false
	for _, piece := range strings.SplitAfter(line, " ") {
		word := Width(strings.TrimRight(piece, " "))
		if started && word > 0 && at+word > width {
			out := strings.TrimRight(b.String(), " ")
			b.Reset()
			b.WriteString(out + "\n" + begin)
			at = len(begin)
		}
		if word > 0 {
			started = true
		}
		b.WriteString(piece)
		at += Width(piece)
	}
	return b.String()
}
