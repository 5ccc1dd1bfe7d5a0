package wizard

import (
	"bufio"
	"io"
	"strings"
	"unicode/utf8"
)

// Keys as a terminal in raw mode hands them over.
const (
	ctrlC, ctrlD, backspace, ctrlU, escape, rubout = 3, 4, 8, 21, 27, 127

	pasteBegins, pasteEnds = "[200~", "[201~" // without the escape before
)

// hiddenLine reads a line from a terminal that hands over each key. A terminal that edits lines by itself takes no more
// than 4,095 bytes on Linux and 1,024 on macOS, and a token may be longer than either. What arrow keys and the like send is
// left out, and so are line ends within what is pasted in brackets: none of it belongs to a secret.
func hiddenLine(in *bufio.Reader) (string, error) {
	var line []byte
	pasting := false
	for {
		key, err := in.ReadByte()
		switch {
		case err != nil:
			return "", err
		case key == escape:
			sequence, err := escapeSequence(in)
			if err != nil {
				return "", err
			}
			pasting = sequence == pasteBegins || pasting && sequence != pasteEnds
		case key == ctrlC:
			return "", io.EOF
		case key >= ' ' && key != rubout:
			line = append(line, key)
		case pasting:
		case key == '\r' || key == '\n':
			return string(line), nil
		case key == ctrlD && len(line) == 0:
			return "", io.EOF
		case key == ctrlU:
			line = line[:0]
		case key == backspace || key == rubout:
			_, size := utf8.DecodeLastRune(line)
			line = line[:len(line)-size]
		}
	}
}

// withoutKeys is a line without what arrow keys and the like sent into it.
func withoutKeys(line string) string {
	in := bufio.NewReader(strings.NewReader(line))
	var text []byte
	for {
		key, err := in.ReadByte()
		switch {
		case err != nil: // its end
			return string(text)
		case key == escape:
			_, _ = escapeSequence(in)
		default:
			text = append(text, key)
		}
	}
}

// escapeSequence reads what follows an escape and is no character that was typed: "[", parameters and a final character
// (ECMA-48, 5.4), with a second "[" from the Linux console's function keys; or "O" and what comes with it. After the Escape
// key itself it reads nothing.
func escapeSequence(in *bufio.Reader) (string, error) {
	var sequence []byte
	for {
		b, err := in.ReadByte()
		switch first := len(sequence) == 0; {
		case err != nil:
			return "", err
		case b < ' ', b >= rubout, first && b != '[' && b != 'O':
			return "", in.UnreadByte()
		case first, string(sequence) == "[" && b == '[', b < '@':
			sequence = append(sequence, b)
		default:
			return string(append(sequence, b)), nil
		}
	}
}
