package provision

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/journal"
	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

// Status is what became of a change.
type Status string

// The states of a change.
const (
	Planned Status = "planned"
	Applied Status = "applied"
	Failed  Status = "failed"
	Skipped Status = "skipped" // nothing to do, or not reached
)

// Outcome is a change and what became of it.
type Outcome struct {
	plan.Change
	Status Status
	// Effect is what the tenant is known to have done, where something was sent.
	Effect tenant.Effect
	Err    error
}

// Outcomes are a plan's changes before anything is applied.
func Outcomes(p plan.Plan) []Outcome {
	outcomes := make([]Outcome, len(p.Changes))
	for i, c := range p.Changes {
		outcomes[i] = Outcome{Change: c, Status: Skipped}
		if c.Writes() {
			outcomes[i].Status = Planned
		}
	}
	return outcomes
}

// Permitted makes sure, where the token tells, that every write of the plan is allowed before the first is sent.
func Permitted(ctx context.Context, t Tenant, p plan.Plan) error {
	lacking, err := t.Lacking(ctx, tenant.WriteScopes(p.Changes))
	if err != nil {
		return err
	}
	if len(lacking) > 0 {
		return &tenant.ScopeError{Missing: lacking, Domain: t.Domain().String()}
	}
	return nil
}

// Apply writes the plan stage by stage, the changes of a stage side by side, and stops after a stage in which one failed.
// Each change is in the record before it is sent and again after its answer; what can't be recorded isn't sent. done is
// called once for each change that was sent, from one goroutine at a time; it may be nil. The outcomes are in the plan's
// order, also when an error is returned; where an interrupt left something undone the error is the context's too.
func Apply(ctx context.Context, t Tenant, p plan.Plan, record *journal.Record, done func(Outcome)) ([]Outcome, error) {
	run := &application{tenant: t, record: record, outcomes: Outcomes(p), places: map[place]int{}, done: done}
	for i, o := range run.outcomes {
		run.places[placeOf(o.Change)] = i
	}
	if blocked := p.Blocked(); len(blocked) > 0 {
		return run.outcomes, &plan.ConflictError{Conflicts: blocked}
	}
	if err := Permitted(ctx, t, p); err != nil {
		return run.outcomes, err
	}
	var err error
	for stages := p.Stages(); len(stages) > 0; stages = stages[1:] {
		if err = run.stage(ctx, stages); err != nil {
			run.skipRest()
			err = errors.Join(err, ctx.Err())
			break
		}
	}
	if run.begun {
		err = withUnrecorded(err, record.Finish())
	}
	return run.outcomes, err
}

// withUnrecorded adds that the record couldn't be finished, unless that is what the run ended with.
func withUnrecorded(err, unrecorded error) error {
	var told *journal.WriteError
	if errors.As(err, &told) {
		return err
	}
	return errors.Join(err, unrecorded)
}

// application is a plan on its way to the tenant.
type application struct {
	tenant Tenant
	record *journal.Record
	done   func(Outcome)
	begun  bool // something was sent

	mu       sync.Mutex
	outcomes []Outcome
	places   map[place]int // of the changes among the outcomes
}

// place is what tells a change from the others of a plan.
type place struct {
	kind    plan.Kind
	action  plan.Action
	key, id string
}

func placeOf(c plan.Change) place { return place{c.Kind, c.Action, c.Key, c.ID} }

// stage sends the first of the stages that are left.
func (a *application) stage(ctx context.Context, stages [][]plan.Change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	stage := stages[0]
	if err := a.record.Sending(stage); err != nil {
		return err
	}
	a.begun = true
	errs := make([]error, len(stage))
	var wait sync.WaitGroup
	end := a.writingDown(stages[1:])
	for i, change := range stage {
		wait.Go(func() { errs[i] = a.send(ctx, change) })
	}
	wait.Wait()
	end()
	return tenant.Together(errs)
}

// writingDown keeps the record while a stage is on its way: it writes the answers to the last one down, prepares what is
// sent next, and writes the answers that come while others are waited for. Each time costs the whole record, so those of a
// while go together; the last ones follow what is sent next, or end the run. That also tells whether the record can still be
// written. The function that comes back ends it.
func (a *application) writingDown(next [][]plan.Change) (end func()) {
	const while, share = time.Second, 20 // writing takes a twentieth of the time at most
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			began := time.Now()
			_ = a.record.Flush()
			if len(next) > 0 {
				a.record.Prepare(next[0])
			}
			select {
			case <-time.After(max(while, share*time.Since(began))):
			case <-done:
				return
			}
		}
	}()
	return func() { close(done); <-ended }
}

var recorded = map[tenant.Effect]journal.Status{
	tenant.Done: journal.Applied, tenant.Found: journal.Found, tenant.Nothing: journal.Failed, tenant.Unknown: journal.Sending,
}

// unansweredError is an interrupt while a change was under way.
type unansweredError struct{ err error }

func (e *unansweredError) Error() string {
	return "interrupted before its answer came, so it may have taken effect"
}
func (e *unansweredError) Unwrap() error { return e.err }

func (a *application) send(ctx context.Context, change plan.Change) error {
	object, effect, err := a.tenant.Apply(ctx, change)
	if errors.Is(err, context.Canceled) && effect == tenant.Unknown {
		err = &unansweredError{err}
	}
	a.record.Answered(change, recorded[effect], object)
	a.became(change, effect, err)
	return err
}

// became notes what became of a change and tells of it.
func (a *application) became(change plan.Change, effect tenant.Effect, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	o := &a.outcomes[a.places[placeOf(change)]]
	o.Effect = effect
	switch {
	case errors.Is(err, context.Canceled) && effect == tenant.Nothing:
		return // it was not sent: the rest of the plan wasn't either
	case err != nil:
		o.Status, o.Err = Failed, err
	case effect == tenant.Found:
		o.Status, o.Reason = Skipped, "another run made it meanwhile, as wanted"
	default:
		o.Status = Applied
	}
	if a.done != nil {
		a.done(*o)
	}
}

func (a *application) skipRest() {
	for i := range a.outcomes {
		if a.outcomes[i].Status == Planned {
			a.outcomes[i].Status = Skipped
		}
	}
}
