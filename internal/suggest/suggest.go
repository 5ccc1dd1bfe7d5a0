// Package suggest offers names that look like what was meant.
package suggest

import (
	"cmp"
	"slices"
	"strings"
)

// most is how many names are offered: more are no help.
const most = 3

// Nearest offers up to three of the known names that look like what was meant, the likeliest first: those that differ by
// a third of their letters at most, and those that contain it. Case makes no difference.
func Nearest(meant string, known []string) []string {
	type candidate struct {
		name     string
		distance int
	}
	var candidates []candidate
	wanted := strings.ToLower(meant)
	for _, name := range known {
		lower := strings.ToLower(name)
		d := distance(wanted, lower)
		if d <= max(2, len(wanted)/3) || (wanted != "" && strings.Contains(lower, wanted)) {
			candidates = append(candidates, candidate{name, d})
		}
	}
	slices.SortFunc(candidates, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.name, b.name))
	})
	var names []string
	for _, c := range candidates[:min(most, len(candidates))] {
		names = append(names, c.name)
	}
	return names
}

// distance is Levenshtein's, in runes.
func distance(a, b string) int {
	row := make([]int, len([]rune(b))+1)
	for j := range row {
		row[j] = j
	}
	for i, ra := range []rune(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j, rb := range []rune(b) {
			substitution := diagonal
			if ra != rb {
				substitution++
			}
			diagonal = row[j+1]
			row[j+1] = min(substitution, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(row)-1]
}
