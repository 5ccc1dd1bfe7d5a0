package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/mcpauth-cli/mcpauth/templates"
)

// onlyOurs holds a changed file to what it was, byte for byte: it is the old one with one piece of ours put in, which may
// have taken the place of white space in an empty list, or with our policy's name moved ahead in a list.
func onlyOurs(t *testing.T, file File, ours templates.Policy) {
	t.Helper()
	if !json.Valid(file.After) {
		t.Fatalf("%s no longer parses:\n%s", file.Path, file.After)
	}
	if file.Action != Update || putIn(t, file, ours) || movedAhead(file, ours.Name) {
		return
	}
	t.Errorf("%s changed beyond what is ours, from\n%s\nto\n%s", file.Path, file.Before, file.After)
}

// putIn tries each place at which the piece may begin: where a piece ends like what stands before it, several are the same.
func putIn(t *testing.T, file File, ours templates.Policy) bool {
	t.Helper()
	before, after := file.Before, file.After
	head := 0
	for head < min(len(before), len(after)) && before[head] == after[head] {
		head++
	}
	tail := 0
	for tail < min(len(before), len(after)) && before[len(before)-1-tail] == after[len(after)-1-tail] {
		tail++
	}
	for from := head; from >= 0 && from >= len(before)-tail-maxSpace(before); from-- {
		for to := min(tail, len(before)-from, len(after)-from); to >= 0; to-- {
			gone := before[from : len(before)-to]
			if len(bytes.TrimSpace(gone)) > 0 {
				break
			}
			if isOurs(t, after[from:len(after)-to], ours) {
				return true
			}
		}
	}
	return false
}

func maxSpace(src []byte) int {
	most, run := 0, 0
	for _, c := range src {
		if run++; !bytes.ContainsRune([]byte(" \t\r\n"), rune(c)) {
			run = 0
		}
		most = max(most, run)
	}
	return most
}

// isOurs says that a piece is our policy or its name, alone or in the lists that lead to it, with a comma at one end at most.
func isOurs(t *testing.T, piece []byte, ours templates.Policy) bool {
	t.Helper()
	policy, err := templates.PolicyJSON(ours)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("%q", ours.Name)
	piece = bytes.TrimSpace(piece)
	if cut, ok := bytes.CutPrefix(piece, []byte(",")); ok {
		piece = cut
	} else {
		piece = bytes.TrimSuffix(piece, []byte(","))
	}
	for _, form := range []string{string(policy), `"policies":[` + string(policy) + `]`, name, `"inbound":[` + name + `]`, `"policies":{"inbound":[` + name + `]}`} {
		if bytes.Equal(compact(piece), compact([]byte(form))) {
			return true
		}
	}
	return false
}

// compact takes the white space out of a piece of JSON; it is in a list to be read, if it is none by itself.
func compact(piece []byte) []byte {
	for _, around := range []string{"%s", "[%s]", "{%s}"} {
		var out bytes.Buffer
		if json.Compact(&out, []byte(fmt.Sprintf(around, piece))) == nil {
			return append([]byte(around), out.Bytes()...)
		}
	}
	return piece
}

// movedAhead says that the bytes are the same in the same order but for our name in one list, whose white space and commas
// stay where they are.
func movedAhead(file File, name string) bool {
	before, after := file.Before, file.After
	if len(before) != len(after) {
		return false
	}
	from := 0
	for from < len(before) && before[from] == after[from] {
		from++
	}
	to := len(before)
	for to > from && before[to-1] == after[to-1] {
		to--
	}
	from = bytes.LastIndexByte(before[:from], '[') + 1 // widen to the whole list
	if end := bytes.IndexByte(before[to:], ']'); end >= 0 {
		to += end
	}
	list := func(src []byte) ([]string, bool) {
		var names []string
		err := json.Unmarshal([]byte("["+string(src[from:to])+"]"), &names)
		return names, err == nil
	}
	was, ok := list(before)
	is, also := list(after)
	return ok && also && fmt.Sprint(drop(was, name)) == fmt.Sprint(drop(is, name)) && len(was) == len(is) &&
		bytes.Equal(spaces(before[from:to]), spaces(after[from:to]))
}

func drop(names []string, name string) []string {
	var rest []string
	for _, one := range names {
		if one != name {
			rest = append(rest, fmt.Sprintf("%q", one))
		}
	}
	return rest
}

// spaces is what stands between the strings of a list.
func spaces(list []byte) []byte {
	var out []byte
	inside := false
	for i := 0; i < len(list); i++ {
		switch c := list[i]; {
		case inside && c == '\\':
			i++
		case c == '"':
			inside = !inside
		case !inside:
			out = append(out, c)
		}
	}
	return out
}
