package provision_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/journal"
	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/provision"
	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

// slow keeps one kind of change waiting until something holds.
type slow struct {
	*tenant.Client
	kind plan.Kind
	wait func()
}

func (s slow) Apply(ctx context.Context, c plan.Change) (plan.Object, tenant.Effect, error) {
	if c.Kind == s.kind {
		s.wait()
	}
	return s.Client.Apply(ctx, c)
}

// soon is long enough for a disk that takes seconds to write: how often a record is written depends on what writing takes.
const soon = 2 * time.Minute

// An answer is on the disk while others of its stage are still waited for, however long that takes.
func TestAnAnswerIsWrittenDownWhileOthersAreWaitedFor(t *testing.T) {
	server, records := start(t, sandbox.Options{}), store(t)
	client := connect(t, server, tenant.NewBase(nil))
	p, err := provision.Prepare(t.Context(), client, wanted(client))
	if err != nil {
		t.Fatal(err)
	}
	applied := func() bool {
		runs, broken, err := records.Runs()
		if err != nil || len(broken) > 0 || len(runs) != 1 {
			t.Errorf("the records are %v, %v, %v", runs, broken, err)
			return true
		}
		for _, e := range runs[0].Entries {
			if e.Kind == plan.KindConnection {
				return e.Status == journal.Applied
			}
		}
		return false
	}
	record, err := records.Begin(journal.Run{Tenant: "t"}, p.Changes)
	if err != nil {
		t.Fatal(err)
	}
	seen := false
	_, err = provision.Apply(t.Context(), slow{client, plan.KindGrant, func() {
		for end := time.Now().Add(soon); !seen && time.Now().Before(end); time.Sleep(time.Millisecond) {
			seen = applied()
		}
	}}, p, record, nil)
	if err != nil || !seen {
		t.Errorf("it ends with %v; the connection's answer was written down meanwhile: %v", err, seen)
	}
}

// What is sent next is prepared while a stage is on its way, and put away where it is not sent after all.
func TestTheNextStageIsPreparedMeanwhile(t *testing.T) {
	server, records := start(t, sandbox.Options{}), store(t)
	client := connect(t, server, tenant.NewBase(nil))
	p, err := provision.Prepare(t.Context(), client, wanted(client))
	if err != nil {
		t.Fatal(err)
	}
	prepared := func() int {
		names, err := filepath.Glob(filepath.Join(records.Place().Dir, ".*"))
		if err != nil {
			t.Error(err)
		}
		return len(names)
	}
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	seen := 0
	record, err := records.Begin(journal.Run{Tenant: "t"}, p.Changes)
	if err != nil {
		t.Fatal(err)
	}
	_, err = provision.Apply(ctx, slow{client, plan.KindAPI, func() {
		for end := time.Now().Add(soon); seen == 0 && time.Now().Before(end); time.Sleep(time.Millisecond) {
			seen = prepared()
		}
		interrupt()
	}}, p, record, nil)
	if !errors.Is(err, context.Canceled) || seen != 1 || prepared() != 0 {
		t.Errorf("it ends with %v; %d prepared meanwhile, and %d left", err, seen, prepared())
	}
}
