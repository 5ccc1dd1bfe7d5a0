package cmd

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/journal"
)

// What is to be done about a record depends on why it can't be kept.
func TestRecordHints(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{&journal.WriteError{Err: journal.ErrElsewhere, Begun: true}, "let that run end"},
		{&journal.WriteError{Err: fs.ErrPermission, Begun: true}, "make room or mend the folder, then"},
		{&journal.WriteError{Err: fs.ErrPermission}, "nothing was changed"},
		{&journal.BrokenError{Err: fs.ErrInvalid}, "by hand"},
	} {
		if got := recordHint(c.err); !strings.Contains(got, c.want) {
			t.Errorf("%v: %s", c.err, got)
		}
	}
}
