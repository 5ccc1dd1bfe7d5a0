package cmd

import (
	"os/exec"
	"strings"
)

// browserCommand reads BROWSER as other tools do: a program, which may have spaces in its path, or one with arguments, in
// which %s stands for the address. Without a %s the address comes last.
func browserCommand(value, address string) []string {
	words := strings.Fields(value)
	if _, err := exec.LookPath(value); err == nil {
		words = []string{value}
	}
	if len(words) == 0 {
		return nil
	}
	if !strings.Contains(strings.Join(words[1:], " "), "%s") {
		return append(words, address)
	}
	for i := range words[1:] {
		words[i+1] = strings.ReplaceAll(words[i+1], "%s", address)
	}
	return words
}
