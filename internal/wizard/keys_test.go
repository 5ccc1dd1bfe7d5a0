package wizard

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"testing"
)

// Keys of a terminal that hands over each of them.
func TestHiddenLine(t *testing.T) {
	long := strings.Repeat("x", 9000)
	for _, tc := range []struct {
		name, keys, want string
		err              error
	}{
		{"plain", "secret\r", "secret", nil},
		{"line feed", "secret\n", "secret", nil},
		{"long", long + "\r", long, nil},
		{"backspace", "\x7fsecrex\x7ft\r", "secret", nil},
		{"begin again", "wrong\x15right\r", "right", nil},
		{"escape", "\x1bsecret\r", "secret", nil},
		{"ctrl-c", "sec\x03ret\r", "", io.EOF},
		{"ctrl-d", "\x04", "", io.EOF},
		{"ctrl-d within", "sec\x04ret\r", "secret", nil},
		{"end", "sec", "", io.EOF},
		{"a character of several bytes", "sec\u00e9\x7fret\r", "secret", nil},
		{"arrow keys", "sec\x1b[D\x1b[1;5C\x1bOAret\x1b[3~\r", "secret", nil},
		{"a function key of the Linux console", "\x1b[[Asecret\r", "secret", nil},
		{"escape within", "sec\x1bret\x1b\r", "secret", nil},
		{"alt and an arrow key", "secret\x1b\x1b[A\r", "secret", nil},
		{"a sequence that stays without its end", "secret\x1b[1\r", "secret", nil},
		{"pasted", "\x1b[200~secret\x1b[201~\r", "secret", nil},
		{"pasted with line ends", "\x1b[200~sec\r\nret\n\x1b[201~\r", "secret", nil},
		{"pasted keys", "\x1b[200~sec\x15\x04ret\x7f\x1b[201~\r", "secret", nil},
		{"pasted among typed", "s\x1b[200~ecre\x1b[201~x\x7ft\r", "secret", nil},
		{"pasted without an end", "\x1b[200~secret\r\x03", "", io.EOF},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := hiddenLine(bufio.NewReader(strings.NewReader(tc.keys)))
			if got != tc.want || !errors.Is(err, tc.err) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}
