package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"deskbridge/app/bridge"
	"deskbridge/app/connectwise"
	"deskbridge/app/journal"
	"deskbridge/app/schedule"
	"deskbridge/app/ticket"
)

// What a run and a comparison come to, as both faces show it.
type (
	Result       = bridge.Result
	Problem      = journal.Problem
	Planned      = bridge.Planned
	Verification = bridge.Verification
	Finding      = bridge.Finding
)

// The outcomes of a run.
const (
	Success    = bridge.Success
	Partial    = bridge.Partial
	Failed     = bridge.Failed
	NothingNew = bridge.NothingNew
)

// Sync carries everything that is new, parked tickets included. The result is
// complete even with an error: what stopped the run is its last problem then,
// and what was carried before counts.
func (a *App) Sync(ctx context.Context) (Result, error) {
	var res Result
	err := a.connected(ctx, func(c *connection) (err error) {
		res, err = c.run(ctx, true)
		return err
	})
	return complete(res, err), err
}

// Preview says what a sync would do, and writes nothing to either side. The
// names in the settings are looked up anew.
func (a *App) Preview(ctx context.Context) (Result, error) {
	var res Result
	err := a.connected(ctx, func(c *connection) error {
		b, err := c.bridge(ctx, true)
		if err != nil {
			return err
		}
		res, err = b.Run(ctx, bridge.Options{DryRun: true, RetryParked: true})
		// Tickets are planned side by side; a person reads them in order.
		slices.SortStableFunc(res.Planned, func(a, b Planned) int { return cmp.Compare(a.Ticket, b.Ticket) })
		return err
	})
	return complete(res, err), err
}

// Verify reads both sides anew and compares them; it writes nothing.
func (a *App) Verify(ctx context.Context) (Verification, error) {
	var found Verification
	err := a.connected(ctx, func(c *connection) error {
		b, err := c.bridge(ctx, false)
		if err != nil {
			return err
		}
		found, err = b.Verify(ctx)
		return err
	})
	return found, err
}

// Watch syncs at once and then on the schedule of the settings, until ctx is
// done. Each run is told to ended, and the time of the next one to planned. A
// run that fails does not end the watch, because networks come back; it returns
// an error only when nothing can work before a person acts.
func (a *App) Watch(ctx context.Context, ended func(Result, error), planned func(time.Time)) error {
	return a.connected(ctx, func(c *connection) error {
		line, err := schedule.Parse(c.settings.Sync.Schedule)
		if err != nil {
			return fmt.Errorf("read schedule: %w", err)
		}
		first := true
		loop := schedule.Loop{
			Schedule: line, Planned: planned, Now: a.opt.Now, Sleep: a.opt.Sleep,
			Do: func(ctx context.Context) error {
				res, err := c.run(ctx, first)
				first = false
				ended(complete(res, err), err)
				if err != nil && (ctx.Err() != nil || Explain(err).Exit == ExitSetUp) {
					return err
				}
				return nil
			},
		}
		return loop.Run(ctx)
	})
}

// connected runs do with the data folder held and both services prepared.
func (a *App) connected(ctx context.Context, do func(*connection) error) error {
	return a.use(ctx, func(h *held) error {
		c, err := h.connect(ctx)
		if err != nil {
			return err
		}
		defer c.close()
		return c.hint(ctx, do(c))
	})
}

// hint looks at keys that were refused.
func (c *connection) hint(ctx context.Context, err error) error {
	var side *SideError
	var known *KeyError
	plain := errors.As(err, &side) && side.Service == ConnectWise && errors.Is(err, ticket.ErrSignIn)
	if !plain || errors.Is(err, connectwise.ErrUnknownCompany) || errors.Is(err, connectwise.ErrClientID) || errors.As(err, &known) {
		return err
	}
	var hints []string
	if c.psa.KeysSwapped(ctx) {
		hints = []string{"Public and private key are swapped."}
	} else {
		for _, f := range c.keys.Faults() {
			hints = append(hints, f.Message)
		}
	}
	if len(hints) == 0 {
		return err
	}
	return &KeyError{Hints: hints, Err: err}
}

// complete makes a result that says what stopped the run.
func complete(res Result, err error) Result {
	if res.Problems == nil {
		res.Problems = []Problem{}
	}
	if err == nil {
		return res
	}
	t := Explain(err)
	if res.Outcome == "" {
		res.Outcome = Failed
		if t.Code == "stopped" {
			res.Outcome = Partial
		}
	}
	res.Problems = append(res.Problems, Problem{Code: t.Code, Message: t.Message, Next: t.Next})
	return res
}

// run is one pass, remembered with its outcome.
func (c *connection) run(ctx context.Context, retryParked bool) (Result, error) {
	id, err := c.kept.StartRun(ctx)
	if err != nil {
		return Result{}, err
	}
	res, err := c.pass(ctx, id, retryParked)
	err = c.hint(ctx, err)
	return res, errors.Join(err, c.remember(ctx, id, complete(res, err), err))
}

func (c *connection) pass(ctx context.Context, id int64, retryParked bool) (Result, error) {
	b, err := c.bridge(ctx, false)
	if err != nil {
		return Result{}, err
	}
	return b.Run(ctx, bridge.Options{RetryParked: retryParked, Run: id})
}

// remember records how a run ended, and opens or closes the problem that is
// about the run as a whole. It does so even when asked to stop.
func (c *connection) remember(ctx context.Context, id int64, res Result, failed error) error {
	ctx = context.WithoutCancel(ctx)
	counters, err := json.Marshal(res)
	if err != nil {
		return fmt.Errorf("encode result: %w", err)
	}
	c.log.InfoContext(ctx, "run settled", "run", id, "outcome", res.Outcome, "took", res.Took,
		"tickets", res.Tickets.Created+res.Tickets.Updated+res.Tickets.Adopted, "comments", res.Comments.ToPSA)
	errs := []error{c.kept.EndRun(ctx, id, string(res.Outcome), counters)}
	code := ""
	if failed != nil && !errors.Is(failed, context.Canceled) {
		c.log.ErrorContext(ctx, "run failed", "run", id, "err", failed)
		t := Explain(failed)
		code = t.Code
		errs = append(errs, c.kept.OpenProblem(ctx, Problem{Code: t.Code, Message: t.Message, Next: t.Next}))
	}
	open, err := c.kept.Problems(ctx, problemsShown)
	errs = append(errs, err)
	for _, p := range open {
		if p.Desk == 0 && p.Code != code && failed == nil {
			errs = append(errs, c.kept.CloseProblem(ctx, p.Code, 0))
		}
	}
	for _, p := range res.Problems {
		if p.Code == bridge.CodeRefused {
			errs = append(errs, c.forgetPolicy(ctx))
			break
		}
	}
	return errors.Join(errs...)
}
