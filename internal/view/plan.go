package view

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
)

// Plan shows a plan to a person: every change with what it sends and what it means, then a line that sums it up. It is folded
// to width, in columns; 0 is no terminal, and every attribute shares a line with its value, to be searched.
func Plan(p plan.Plan, palette Palette, width int) string {
	var b strings.Builder
	for _, c := range p.Changes {
		writeChange(&b, c, palette, width)
	}
	for _, warning := range p.Warnings {
		b.WriteString(palette.Warn("warning: "+Clean(warning)) + "\n")
	}
	b.WriteString(palette.Strong(Summary(p)) + "\n")
	return Fold(b.String(), width, 2)
}

// Summary sums a plan up in a line.
func Summary(p plan.Plan) string {
	count := map[plan.Action]int{}
	for _, c := range p.Changes {
		count[c.Action]++
	}
	var parts []string
	for _, part := range []struct {
		action plan.Action
		text   string
	}{{plan.Create, "to create"}, {plan.Update, "to change"}, {plan.Delete, "to delete"}, {plan.Conflict, conflictWord(p)}, {plan.None, noneWord(p)}} {
		if n := count[part.action]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, part.text))
		}
	}
	left := count[plan.Conflict] - len(p.Blocked())
	switch {
	case len(p.Blocked()) > 0:
		return "Plan: " + strings.Join(parts, ", ") + ". Nothing is written until the conflicts are solved."
	case p.Pending() == 0 && left > 0:
		return fmt.Sprintf("No changes: %d of %d %s, %d left as it is.", count[plan.None], len(p.Changes), noneWord(p), left)
	case p.Pending() == 0:
		return fmt.Sprintf("No changes: %d of %d %s.", count[plan.None], len(p.Changes), noneWord(p))
	}
	return "Plan: " + strings.Join(parts, ", ") + "."
}

// longestPath is the longest attribute that shares a line with its value on a terminal: longer ones would push values off
// narrow screens.
const longestPath = 26

func writeFields(b *strings.Builder, c plan.Change, terminal bool) {
	width := 0
	for _, f := range c.Fields {
		if len(f.Path) <= longestPath || !terminal {
			width = max(width, len(f.Path))
		}
	}
	for _, f := range c.Fields {
		lines := fieldLines(f, c.Action, c.Blocking)
		if len(f.Path) > longestPath && terminal {
			fmt.Fprintf(b, "    %s\n", f.Path)
			for _, line := range lines {
				fmt.Fprintf(b, "        %s\n", line)
			}
			continue
		}
		fmt.Fprintf(b, "    %-*s  %s\n", width, f.Path, lines[0])
		for _, line := range lines[1:] {
			fmt.Fprintf(b, "    %-*s  %s\n", width, "", line)
		}
	}
}

func noneWord(p plan.Plan) string {
	if p.Backwards {
		return "as before the run already"
	}
	return "as wanted already"
}

func conflictWord(p plan.Plan) string {
	if len(p.Blocked()) > 0 {
		return "in conflict"
	}
	return "left as it is"
}

func writeChange(b *strings.Builder, c plan.Change, palette Palette, width int) {
	sign, paint := map[plan.Action]string{plan.Create: "+", plan.Update: "~", plan.Delete: "-", plan.Conflict: "!", plan.None: "="}[c.Action], palette.Faint
	switch c.Action {
	case plan.Create:
		paint = palette.Good
	case plan.Update:
		paint = palette.Change
	case plan.Delete, plan.Conflict:
		paint = palette.Bad
	case plan.None:
	}
	b.WriteString(paint(sign+" "+Clean(c.Address())) + "\n")
	writeFields(b, c, width > 0)
	if c.Reason != "" && (c.Blocking || c.Action != plan.Conflict) { // one that doesn't block is told as a warning
		b.WriteString("    " + Clean(c.Reason) + "\n")
	}
	if c.Hint != "" && c.Blocking {
		b.WriteString(palette.Faint("    "+Clean(c.Hint)) + "\n")
	}
	for impact := range strings.SplitSeq(c.Impact, "; ") {
		if impact != "" {
			b.WriteString(palette.Warn("    > "+Clean(impact)) + "\n")
		}
	}
}

// fieldLines shows a field's values; a list shows what is added to it and how much stays.
func fieldLines(f plan.Field, action plan.Action, blocking bool) []string {
	before, isList := items(f.Before)
	switch {
	case isList && action == plan.Delete:
		return listLines(before, nil)
	case action == plan.Delete:
		return []string{Value(f.Before)}
	case isList && action == plan.Conflict && !blocking:
		return []string{Clean(strings.Join(before, ", ")) + " (kept)"}
	}
	if after, ok := items(f.After); ok && (isList || f.Before == nil) {
		return listLines(before, after)
	}
	switch {
	case action == plan.Conflict && !blocking:
		return []string{Value(f.Before) + " (kept)"}
	case f.Same():
		return []string{Value(f.After) + " (sent again, so that Auth0 keeps it)"}
	case action == plan.Create:
		return []string{Value(f.After)}
	}
	return []string{Value(f.Before) + " -> " + Value(f.After)}
}

func listLines(before, after []string) []string {
	var lines []string
	stay := 0
	for _, item := range after {
		if slices.Contains(before, item) {
			stay++
			continue
		}
		lines = append(lines, "+ "+Clean(item))
	}
	for _, item := range before {
		if !slices.Contains(after, item) {
			lines = append(lines, "- "+Clean(item))
		}
	}
	const most = 20
	if len(lines) > most {
		lines = append(lines[:most], fmt.Sprintf("… and %d more", len(lines)-most))
	}
	if stay > 0 {
		lines = append(lines, fmt.Sprintf("(%d more stay)", stay))
	}
	if len(lines) == 0 {
		lines = []string{"none"}
	}
	return lines
}

func items(v any) ([]string, bool) {
	switch v := v.(type) {
	case []string:
		return v, true
	case []plan.Scope:
		list := make([]string, len(v))
		for i, s := range v {
			list[i] = s.Value
			if s.Description != "" {
				list[i] += "  " + s.Description
			}
		}
		return list, true
	}
	return nil, false
}

// Value is an attribute as it is shown, which also tells an empty one from one that is not there.
func Value(v any) string {
	switch v := v.(type) {
	case nil:
		return "(not set)"
	case string:
		if v == "" {
			return "(empty)"
		}
		return Clean(v)
	}
	return Clean(fmt.Sprint(v))
}
