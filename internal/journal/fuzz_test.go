package journal_test

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/journal"
)

// FuzzEdited: a record in which anything was put, taken out or changed is refused, or says the same.
func FuzzEdited(f *testing.F) {
	whole, err := journal.Encode(recordedRun())
	if err != nil {
		f.Fatal(err)
	}
	want, err := journal.Decode(whole)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(0, 0, []byte(" "))
	f.Add(len(whole)/2, 1, []byte("x"))
	f.Add(bytes.Index(whole, []byte("true")), 4, []byte("false"))
	f.Add(len(whole)-3, 3, []byte(""))
	f.Fuzz(func(t *testing.T, at, cut int, put []byte) {
		if at < 0 || at > len(whole) || cut < 0 || cut > len(whole)-at {
			return // outside of the record
		}
		edited := append(append(append([]byte{}, whole[:at]...), put...), whole[at+cut:]...)
		run, err := journal.Decode(edited)
		if err == nil && !reflect.DeepEqual(run, want) {
			t.Errorf("edited at %d (%d out, %q in), it is taken for %+v", at, cut, put, run)
		}
	})
}

// recordedRun has an entry of each form.
func recordedRun() journal.Run {
	run := journal.Run{
		ID: "20260728T154501-4f1c9a", Tenant: "t.eu.auth0.com", Command: "setup", Version: "v1",
		Started: time.Date(2026, 7, 28, 15, 45, 1, 0, time.UTC),
	}
	for i, c := range changes[:3] {
		status := []journal.Status{journal.Applied, journal.Sending, journal.Failed}[i]
		run.Entries = append(run.Entries, journal.Entry{Action: c.Action, Kind: c.Kind, Key: c.Key, ID: c.ID, Fields: c.Fields, Status: status})
	}
	return run
}
