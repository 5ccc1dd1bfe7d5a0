package cmd

import (
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

// windowsQuote quotes for PowerShell and cmd alike, as far as one form is good for both: double quotes, within which each of
// them replaces something. What PowerShell would replace stands in its single quotes, which cmd doesn't know; what cmd would
// (%NAME%) can't be kept from it at its prompt. PowerShell hands a double quote on as it is from version 7.3. The backslashes
// before a closing quote are doubled, or programs would take it for text.
func windowsQuote(s string) string {
	if bare(s, ordinary+`\`) {
		return s
	}
	backslashes := len(s) - len(strings.TrimRight(s, `\`))
	s += strings.Repeat(`\`, backslashes)
	if strings.ContainsAny(s, "$`\"“”„") {
		return "'" + strings.NewReplacer("'", "''", "‘", "‘‘", "’", "’’", "‚", "‚‚", "‛", "‛‛").Replace(s) + "'"
	}
	return `"` + s + `"`
}

// bare says that a text needs no quotes, as it has no other characters than these.
func bare(s, allowed string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !strings.ContainsRune(allowed, r) })
}
