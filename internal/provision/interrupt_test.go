package provision_test

import (
	"context"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/journal"
	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/provision"
	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

// endsWith is a context that is interrupted just as the last change of a plan is done.
func endsWith(t *testing.T, p plan.Plan) (context.Context, func(provision.Outcome)) {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	t.Cleanup(interrupt)
	left := p.Pending()
	return ctx, func(provision.Outcome) {
		if left--; left == 0 {
			interrupt()
		}
	}
}

// Where nothing is left to do, an interrupt comes too late to be one: on the way there as on the way back.
func TestAnInterruptAfterTheLastChange(t *testing.T) {
	server, records := start(t, sandbox.Options{}), store(t)
	client := connect(t, server, tenant.NewBase(nil))
	before := settled(t, server)
	p, err := provision.Prepare(t.Context(), client, wanted(client))
	if err != nil {
		t.Fatal(err)
	}
	record, err := records.Begin(journal.Run{Tenant: client.Domain().String(), Command: "setup"}, p.Changes)
	if err != nil {
		t.Fatal(err)
	}
	ctx, done := endsWith(t, p)
	if _, err := provision.Apply(ctx, client, p, record, done); err != nil {
		t.Errorf("all is applied, and the error is %v", err)
	}
	run := runs(t, records)[0]
	u, err := provision.PrepareUndo(t.Context(), client, run, nil)
	if err != nil {
		t.Fatal(err)
	}
	target, err := records.Resume(run.ID)
	if err != nil {
		t.Fatal(err)
	}
	if record, err = records.Begin(journal.Run{Tenant: run.Tenant, Command: "undo", Undoes: run.ID}, u.Plan.Changes); err != nil {
		t.Fatal(err)
	}
	ctx, done = endsWith(t, u.Plan)
	if _, err := u.Apply(ctx, client, record, target, done); err != nil {
		t.Errorf("all is taken back, and the error is %v", err)
	}
	for _, r := range runs(t, records) {
		if r.ID == run.ID && r.Undone.IsZero() {
			t.Error("the run is taken back, but not marked so")
		}
	}
	if after := settled(t, server); after != before {
		t.Errorf("the tenant held\n%s\nand holds\n%s", before, after)
	}
}
