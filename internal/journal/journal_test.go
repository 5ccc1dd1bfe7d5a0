package journal_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/mcpauth-cli/mcpauth/internal/journal"
	"github.com/mcpauth-cli/mcpauth/internal/plan"
)

const url = "https://a.example/mcp"

// changes are one of each form that values have.
var changes = []plan.Change{
	{Action: plan.Create, Kind: plan.KindAPI, Key: url, Fields: []plan.Field{
		{Path: "identifier", After: url}, {Path: "scopes", After: []plan.Scope{{Value: "a", Description: "A <b> & c"}}}, {Path: "token_lifetime", After: 3600},
	}},
	{Action: plan.Update, Kind: plan.KindGrant, Key: url, ID: "cgr_1", Fields: []plan.Field{{Path: "scope", Before: []string{}, After: []string{"a"}}}},
	{Action: plan.Update, Kind: plan.KindConnection, Key: "staff\u2028\x1b\u009b\x7f\u202e 🙂 ü", ID: "con_1", Fields: []plan.Field{{Path: "is_domain_connection", Before: false, After: true}}},
	{Action: plan.None, Kind: plan.KindSettings, Key: "t"},
}

func newStore(t *testing.T) *journal.Store {
	t.Helper()
	return journal.Open(journal.Place{Dir: filepath.Join(t.TempDir(), "state", "mcpauth")}, nil)
}

func begin(t *testing.T, store *journal.Store) *journal.Record {
	t.Helper()
	record, err := store.Begin(journal.Run{Tenant: "t.eu.auth0.com", Command: "setup", Version: "v1"}, changes)
	if err = errors.Join(err, record.Flush()); err != nil {
		t.Fatal(err)
	}
	return record
}

// only reads the one record of a store back.
func only(t *testing.T, store *journal.Store) journal.Run {
	t.Helper()
	runs, broken, err := store.Runs()
	if err != nil || len(broken) != 0 || len(runs) != 1 {
		t.Fatalf("%d runs, broken %v, %v", len(runs), broken, err)
	}
	return runs[0]
}

// After each step, what is on the disk is all that is known: so a kill in between loses nothing.
func TestEachStepIsOnTheDisk(t *testing.T) {
	store := newStore(t)
	record := begin(t, store)
	step := func(err error, want ...journal.Status) {
		t.Helper()
		if got := statuses(t, store); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("the disk says %v, want %v; %v", got, want, err)
		}
		if disk := only(t, store); !reflect.DeepEqual(disk, record.Run()) {
			t.Fatalf("the disk says\n%+v\nthe record\n%+v", disk, record.Run())
		}
	}
	const found = journal.Found
	step(record.Flush(), planned, planned, planned)
	step(record.Sending(changes[:1]), sending, planned, planned)
	object := plan.Object{ID: "api1", Values: plan.Values{"name": "x", "token_lifetime": 86400, "scopes": []plan.Scope{{Value: "a"}}, "enforce_policies": false}}
	record.Answered(changes[0], applied, object)
	step(record.Flush(), applied, planned, planned)
	step(record.Sending(changes[1:3]), applied, sending, sending)
	record.Answered(changes[2], failed, plan.Object{})
	step(record.Flush(), applied, sending, failed)
	record.Answered(changes[1], found, plan.Object{ID: "other"})
	step(record.Flush(), applied, found, failed)
	run := only(t, store)
	if e := run.Entries[0]; e.ID != "api1" || !reflect.DeepEqual(e.Made, object.Values) {
		t.Errorf("what was made is recorded as %+v", e)
	}
	if e := run.Entries[1]; e.ID != "cgr_1" || e.Made != nil {
		t.Errorf("what was found is recorded as %+v", e)
	}
	if !run.Stands() || !run.Undoable() || run.Unfinished() {
		t.Errorf("stands %v, undoable %v, unfinished %v", run.Stands(), run.Undoable(), run.Unfinished())
	}
	resumed, err := store.Resume(run.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := resumed.TookBack(0, "name"); err != nil {
		t.Fatal(err)
	}
	if e := only(t, store).Entries[0]; e.TakenBack || !e.Stands() || len(e.Change().Fields) != 0 {
		t.Errorf("an entry taken back in part is %+v", e)
	}
	if err := errors.Join(resumed.TookBack(0), resumed.Close()); err != nil {
		t.Fatal(err)
	}
	if run = only(t, store); run.Stands() || run.Undoable() {
		t.Errorf("an undone run is %+v", run)
	}
}

func TestOnlyTheOwnerMayRead(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such permissions")
	}
	store := newStore(t)
	dir := store.Place().Dir
	if err := os.MkdirAll(dir, 0o755); err != nil { // one that was made too open
		t.Fatal(err)
	}
	record := begin(t, store)
	for name, want := range map[string]fs.FileMode{dir: 0o700, record.Path(): 0o600} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has %v, want %v; %v", name, info.Mode(), want, err)
		}
	}
}

// Cut anywhere, or with any byte changed, a record is refused, and the others are still there.
func TestEditedRecordsAreRefused(t *testing.T) {
	store := newStore(t)
	record := begin(t, store)
	other := begin(t, store)
	content, err := os.ReadFile(record.Path())
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	refused := func(what string, edited []byte) {
		t.Helper()
		tried++
		if run, err := journal.Decode(edited); err == nil && run.ID == record.Run().ID {
			t.Fatalf("%s: it is read as %+v", what, run)
		}
		if tried%40 != 1 { // the disk is slower than the digest
			return
		}
		if err := os.WriteFile(record.Path(), edited, 0o600); err != nil {
			t.Fatal(err)
		}
		runs, broken, err := store.Runs()
		if err != nil || len(runs) != 1 || runs[0].ID != other.Run().ID || len(broken) != 1 || broken[0].ID != record.Run().ID {
			t.Fatalf("%s: %d runs, broken %v, %v", what, len(runs), broken, err)
		}
		var bad *journal.BrokenError
		if _, err := store.Resume(record.Run().ID); !errors.As(err, &bad) {
			t.Fatalf("%s: it can be written on in: %v", what, err)
		}
	}
	text := len(bytes.TrimRight(content, "\n"))
	for i := range text {
		refused("cut off", content[:i])
		if c := content[i]; c != ' ' && c != '\n' {
			edited := bytes.Clone(content)
			edited[i] = 'x'
			if c == 'x' {
				edited[i] = 'y'
			}
			refused("byte changed: "+string(content[max(0, i-20):i+1]), edited)
		}
	}
	tried = tried / 40 * 40 // these all go by the disk
	refused("another run's", bytes.ReplaceAll(must(os.ReadFile(other.Path())), []byte("\n"), []byte("\n")))
	tried += 39
	refused("something after it", append(bytes.Clone(content), '{'))
	if err := errors.Join(os.WriteFile(record.Path(), content, 0o600), os.Truncate(record.Path(), 65<<20)); err != nil {
		t.Fatal(err)
	}
	if _, broken, err := store.Runs(); len(broken) != 1 || !strings.Contains(broken[0].Error(), "bytes, and no record has") || err != nil {
		t.Errorf("a record of 65 MiB: broken %v, %v", broken, err)
	}
	t.Logf("%d edits were refused", tried)
	// White space is nobody's business.
	if err := os.WriteFile(record.Path(), append([]byte("\n"), content...), 0o600); err != nil {
		t.Fatal(err)
	}
	if runs, _, err := store.Runs(); len(runs) != 2 || err != nil {
		t.Errorf("white space makes %d runs of 2, %v", len(runs), err)
	}
}

// A record may be looked at in a terminal: what is in a name there does nothing, and is seen.
func TestARecordIsHarmlessToLookAt(t *testing.T) {
	record := begin(t, newStore(t))
	for _, r := range string(must(os.ReadFile(record.Path()))) {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Fatalf("it holds %U", r)
		}
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

func TestReasons(t *testing.T) {
	good := must(journal.Encode(journal.Run{ID: "x", Entries: []journal.Entry{{Action: plan.Update, Kind: plan.KindAPI, Status: journal.Applied}}}))
	for name, c := range map[string]struct{ content, want string }{
		"empty":            {"", "empty"},
		"cut off":          {string(good[:len(good)/2]), "cut off"},
		"edited":           {strings.Replace(string(good), `"update"`, `"create"`, 1), "changed after it was written"},
		"newer":            {strings.Replace(string(good), "journal/v1", "journal/v2", 1), `"mcpauth/journal/v2"`},
		"an unknown state": {string(must(journal.Encode(journal.Run{Entries: []journal.Entry{{Action: "explode", Kind: plan.KindAPI, Status: "applied"}}}))), "unknown here: explode api"},
	} {
		if _, err := journal.Decode([]byte(c.content)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want something of %q", name, err, c.want)
		}
	}
}

func TestLinksAreNotFollowed(t *testing.T) {
	outside := t.TempDir()
	parent := t.TempDir()
	dir := filepath.Join(parent, "mcpauth")
	if err := os.Symlink(outside, dir); err != nil {
		t.Skip("links can't be made here: ", err)
	}
	store := journal.Open(journal.Place{Dir: dir}, nil)
	var unwritable *journal.WriteError
	if err := store.Ready(); !errors.As(err, &unwritable) || unwritable.Begun {
		t.Errorf("a folder that is a link is ready: %v", err)
	}
	if _, _, err := store.Runs(); err == nil {
		t.Error("a folder that is a link is read")
	}
	if entries, _ := os.ReadDir(outside); len(entries) != 0 {
		t.Errorf("the link was followed: %v", entries)
	}
	store = newStore(t)
	record := begin(t, store)
	elsewhere := filepath.Join(outside, "record")
	if err := errors.Join(os.Rename(record.Path(), elsewhere), os.Symlink(elsewhere, record.Path())); err != nil {
		t.Fatal(err)
	}
	if runs, broken, err := store.Runs(); len(runs) != 0 || len(broken) != 1 || err != nil {
		t.Errorf("a record that is a link is read: %v, %v, %v", runs, broken, err)
	}
}

func TestWhere(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the paths are those of other systems")
	}
	for _, c := range []struct {
		goos      string
		vars      map[string]string
		want      string
		temporary bool
	}{
		{"linux", map[string]string{"XDG_STATE_HOME": "/s", "HOME": "/h"}, "/s/mcpauth", false},
		{"linux", map[string]string{"XDG_STATE_HOME": "relative", "HOME": "/h"}, "/h/.local/state/mcpauth", false},
		{"darwin", map[string]string{"HOME": "/h"}, "/h/Library/Application Support/mcpauth", false},
		{"darwin", map[string]string{"XDG_STATE_HOME": "/s", "HOME": "/h"}, "/s/mcpauth", false},
		{"windows", map[string]string{"LOCALAPPDATA": `/l`, "HOME": "/h"}, "/l/mcpauth", false},
		{"linux", map[string]string{"TMPDIR": "/t"}, "/t/mcpauth-", true},
		{"linux", map[string]string{"HOME": "."}, "/tmp/mcpauth-", true},
	} {
		got := journal.Where(func(name string) string { return c.vars[name] }, c.goos)
		if !strings.HasPrefix(got.Dir, c.want) || got.Temporary != c.temporary || !c.temporary && got.Dir != c.want {
			t.Errorf("%s with %v: %+v, want %s", c.goos, c.vars, got, c.want)
		}
	}
}

// What can't be written is told, as not begun before anything was sent, and as begun after that.
func TestWhatCanNotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	store := journal.Open(journal.Place{Dir: filepath.Join(file, "mcpauth")}, nil)
	var unwritable *journal.WriteError
	if err := store.Ready(); !errors.As(err, &unwritable) {
		t.Errorf("Ready says %v", err)
	}
	if _, err := store.Begin(journal.Run{}, changes); !errors.As(err, &unwritable) || unwritable.Begun {
		t.Errorf("Begin says %v", err)
	}
	store = newStore(t)
	if err := store.Ready(); err != nil {
		t.Errorf("Ready says %v", err)
	}
	record := begin(t, store)
	if err := record.Sending(changes[:1]); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(store.Place().Dir); err != nil {
		t.Fatal(err)
	}
	record.Answered(changes[0], journal.Applied, plan.Object{})
	if err := record.Flush(); !errors.As(err, &unwritable) || !unwritable.Begun {
		t.Errorf("Flush says %v", err)
	}
}

func TestRunsAreSortedByTime(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mcpauth")
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	store := journal.Open(journal.Place{Dir: dir}, func() time.Time { now = now.Add(time.Millisecond); return now })
	var want []string
	for range 5 {
		want = append([]string{begin(t, store).Run().ID}, want...)
	}
	if err := os.WriteFile(filepath.Join(dir, ".mcpauth-123"), []byte("left by a kill"), 0o600); err != nil {
		t.Fatal(err)
	}
	runs, broken, err := store.Runs()
	var got []string
	for _, run := range runs {
		got = append(got, run.ID)
		if !journal.IsID(run.ID) || !strings.HasPrefix(run.ID, "20260102T030405-") {
			t.Errorf("an id is %q", run.ID)
		}
	}
	if err != nil || len(broken) != 0 || !reflect.DeepEqual(got, want) {
		t.Errorf("the runs are %v, want %v; broken %v, %v", got, want, broken, err)
	}
}

// Whatever a record says, with the digest that belongs to it: it is refused, or says the same when it is written again.
func FuzzDecode(f *testing.F) {
	for _, run := range []journal.Run{
		{ID: "x", Tenant: "t", Entries: []journal.Entry{{Action: plan.Create, Kind: plan.KindAPI, Fields: changes[0].Fields, Status: journal.Sending}}},
		{Undoes: "y", Entries: []journal.Entry{{Action: plan.Delete, Kind: plan.KindGrant, Fields: changes[1].Fields, Status: journal.Applied, Left: []string{"scope"}}}},
	} {
		content, err := json.Marshal(run)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Add([]byte(`{"entries":[{"action":"create","kind":"api","status":"applied","made":{"scopes":[1],"token_lifetime":1e400}}]}`))
	f.Add([]byte(`{"entries":[{"action":"update","kind":"api","status":"found","fields":[{"path":"scopes","before":[{"value":1}],"after":{}}]}]}`))
	f.Fuzz(func(t *testing.T, run []byte) {
		_, _ = journal.Decode(run)
		var compact bytes.Buffer
		if json.Compact(&compact, run) != nil {
			return
		}
		sum := sha256.Sum256(compact.Bytes())
		file := fmt.Appendf(nil, `{"schema":%q,"digest":"sha256:%x","run":%s}`, journal.Schema, sum, compact.Bytes())
		first, err := journal.Decode(file)
		if err != nil {
			return
		}
		written := must(journal.Encode(first))
		second, err := journal.Decode(written)
		if err != nil || !bytes.Equal(must(journal.Encode(second)), written) {
			t.Fatalf("%s becomes %s, %v", file, written, err)
		}
	})
}

func TestWhatWasFoundIsNotRecordedAsMade(t *testing.T) {
	store := newStore(t)
	record := begin(t, store)
	record.Answered(changes[0], journal.Found, plan.Object{ID: "api1", Values: plan.Values{"name": "x"}})
	if err := record.Flush(); err != nil {
		t.Fatal(err)
	}
	if e := only(t, store).Entries[0]; e.Made != nil || e.Stands() {
		t.Errorf("what another made is recorded as %+v", e)
	}
}

// A change that could not be written down before it was sent isn't sent, and no later save says that it was.
func TestWhatWasNotSentIsNotSaidToBe(t *testing.T) {
	store := newStore(t)
	record := begin(t, store)
	dir := filepath.Dir(record.Path())
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	if err := record.Sending(changes[:1]); err == nil {
		t.Fatal("it was written into a folder that isn't there")
	}
	if err := os.Rename(dir+".away", dir); err != nil {
		t.Fatal(err)
	}
	if err := record.Flush(); err != nil {
		t.Fatal(err)
	}
	if status := only(t, store).Entries[0].Status; status != journal.Planned {
		t.Errorf("the record says %s", status)
	}
}

// Two that write in one record would each forget what the other did: the second is refused.
func TestARecordIsWrittenByOne(t *testing.T) {
	store := newStore(t)
	running := begin(t, store)
	undoing, err := store.Resume(running.Run().ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := running.Sending(changes[:1]); err != nil {
		t.Fatal(err)
	}
	var refused *journal.WriteError
	if err := undoing.Close(); !errors.As(err, &refused) {
		t.Errorf("the second ends with %v", err)
	}
	if run := only(t, store); !run.Undone.IsZero() || run.Entries[0].Status != journal.Sending {
		t.Errorf("the record says %+v", run)
	}
}

// The largest of tenants has tens of thousands of connections, and what was written of them can be read again.
func TestAsManyChangesAsThereMayBe(t *testing.T) {
	var many []plan.Change
	for i := range 30_000 {
		many = append(many, plan.Change{
			Action: plan.Update, Kind: plan.KindConnection, Key: fmt.Sprintf("connection-of-customer-%d", i), ID: fmt.Sprintf("con_%016d", i),
			Fields: []plan.Field{{Path: "is_domain_connection", Before: false, After: true}},
		})
	}
	store := newStore(t)
	record, err := store.Begin(journal.Run{Tenant: "t"}, many)
	if err = errors.Join(err, record.Sending(many)); err != nil {
		t.Fatal(err)
	}
	for _, c := range many {
		record.Answered(c, journal.Applied, plan.Object{})
	}
	if err := record.Flush(); err != nil {
		t.Fatal(err)
	}
	applied := 0
	for _, e := range only(t, store).Entries {
		if e.Status == journal.Applied {
			applied++
		}
	}
	if applied != len(many) {
		t.Errorf("%d of %d entries are read back as applied", applied, len(many))
	}
}

// What could not be read back isn't begun.
func TestARecordThatCouldNotBeReadBackIsNotWritten(t *testing.T) {
	huge := changes[0]
	huge.Fields = []plan.Field{{Path: "name", After: strings.Repeat("x", 65<<20)}}
	store := newStore(t)
	record, err := store.Begin(journal.Run{Tenant: "t"}, []plan.Change{huge})
	if err != nil {
		t.Fatal(err)
	}
	var unwritable *journal.WriteError
	if err := record.Sending([]plan.Change{huge}); !errors.As(err, &unwritable) || unwritable.Begun {
		t.Errorf("it ends with %v", err)
	}
	if _, err := os.Lstat(record.Path()); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a record is there: ", err)
	}
}

// Where nothing was noted, nothing is written: the record of a long run is large.
func TestNothingIsWrittenWithoutNews(t *testing.T) {
	store := newStore(t)
	record := begin(t, store)
	if err := record.Sending(changes[:1]); err != nil {
		t.Fatal(err)
	}
	stat := func() os.FileInfo {
		if err := record.Flush(); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(record.Path())
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	first := stat()
	if !os.SameFile(first, stat()) {
		t.Error("the record was written anew without news")
	}
	record.Answered(changes[0], journal.Applied, plan.Object{})
	if os.SameFile(first, stat()) {
		t.Error("an answer was not written")
	}
	record.Answered(changes[0], journal.Failed, plan.Object{})
	record.Prepare(changes[1:2])
	if err := record.Sending(changes[1:2]); err != nil {
		t.Fatal(err)
	}
	sent, err := os.Stat(record.Path())
	if err != nil || !os.SameFile(sent, stat()) {
		t.Errorf("an answer that was prepared was written again; %v", err)
	}
}
