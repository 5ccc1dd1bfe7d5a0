package cmd

import (
	"regexp"
	"runtime"
	"strings"
)

// ordinary are characters that mean themselves in every shell.
const ordinary = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:"

// shellQuote makes one word of text, for a command that a person copies into a shell of this machine.
func shellQuote(s string) string { return quoteFor(runtime.GOOS, s) }

// joinLines puts the parts of a long command on lines of their own, where every shell of this machine takes that.
func joinLines(parts []string) string { return joinFor(runtime.GOOS, parts) }

func quoteFor(goos, s string) string {
	if goos == "windows" {
		return windowsQuote(s)
	}
	return posixQuote(s)
}

func joinFor(goos string, parts []string) string {
	if goos == "windows" { // cmd and PowerShell continue a line by different signs
		return strings.Join(parts, " ")
	}
	return strings.Join(parts, " \\\n    ")
}

func posixQuote(s string) string {
	if bare(s, ordinary) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// beforeQuote are backslashes that a program would take for the escape of the double quote behind them.
var beforeQuote = regexp.MustCompile(`\\+("|$)`)

// windowsQuote quotes for PowerShell and cmd alike: in double quotes, as cmd knows no others and what stands outside of them
// could run something. What PowerShell would replace within them is escaped by its backtick, which cmd hands on as a
// character: there the word is then not quite the same, but still one word and nothing more. What cmd would replace (%NAME%)
// can't be kept from it at its prompt. PowerShell hands a double quote on to programs as it is from version 7.3.
func windowsQuote(s string) string {
	if bare(s, ordinary+`\`) {
		return s
	}
	s = beforeQuote.ReplaceAllStringFunc(s, func(found string) string {
		slashes := strings.TrimSuffix(found, `"`)
		return slashes + found
	})
	return `"` + strings.NewReplacer("`", "``", "$", "`$", `"`, `""`, "“", "`“", "”", "`”", "„", "`„").Replace(s) + `"`
}

// bare says that a text needs no quotes, as it has no other characters than these.
func bare(s, allowed string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !strings.ContainsRune(allowed, r) })
}
