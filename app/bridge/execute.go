package bridge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"deskbridge/app/journal"
	"deskbridge/app/reconcile"
	"deskbridge/app/ticket"
)

// execute announces, sends and records the operations of one ticket.
func (r *run) execute(ctx context.Context, c *candidate) error {
	e := &execution{run: r, c: c, opened: opened(c.in, c.plan)}
	if c.work.Link != nil {
		link := *c.work.Link
		e.link = &link
	}
	ops := c.plan.Ops
	for len(ops) > 0 && e.end == nil {
		n := min(len(ops), intentGroup)
		if err := e.send(ctx, ops[:n]); err != nil {
			return err
		}
		ops = ops[n:]
		if len(ops) > 0 && e.end == nil {
			if err := e.record(ctx); err != nil {
				return err
			}
		}
	}
	return e.close(ctx)
}

// execution is the state of one ticket's writes.
type execution struct {
	*run
	c      *candidate
	opened ticket.CommentID
	link   *ticket.Link
	out    journal.Outcome
	end    error // what held back the rest of the operations
	ended  reconcile.Op
	doubts []journal.Entry
}

// send announces a group of operations and sends them in order. After one that
// fails the rest is withdrawn: it never left.
func (e *execution) send(ctx context.Context, ops []reconcile.Op) error {
	entries := make([]journal.Entry, len(ops))
	for i, op := range ops {
		entries[i] = journal.Intend(op, e.opt.Run, e.now())
		if e.link != nil {
			entries[i].PSA = e.link.PSA
		}
	}
	if err := e.Store.Intend(ctx, entries); err != nil {
		return fmt.Errorf("announce writes of ticket %d: %w", e.c.work.Desk, err)
	}
	for i, op := range ops {
		entry := entries[i]
		if e.end == nil && ctx.Err() != nil {
			e.end = ctx.Err()
		}
		if e.end != nil {
			e.out.Entries = append(e.out.Entries, entry.Move(journal.Withdrawn, e.now(), "held back"))
			continue
		}
		done, err := e.write(ctx, op, entry)
		switch {
		case err == nil:
			e.out.Entries = append(e.out.Entries, done)
			e.settled(op, done)
		case errors.Is(err, ticket.ErrOutcomeUnknown):
			e.end, e.ended = err, op
			doubt := entry.Move(journal.Doubt, e.now(), err.Error())
			e.out.Entries = append(e.out.Entries, doubt)
			e.doubts = append(e.doubts, doubt)
		case stops(err):
			e.end, e.ended = err, op
			e.out.Entries = append(e.out.Entries, entry.Move(journal.Withdrawn, e.now(), err.Error()))
		default:
			e.end, e.ended = err, op
			e.out.Entries = append(e.out.Entries, entry.Move(journal.Refused, e.now(), err.Error()))
		}
	}
	return nil
}

// write sends one operation and returns its settled entry. Asked to stop, it
// still waits a while for an answer that is under way.
func (e *execution) write(ctx context.Context, op reconcile.Op, entry journal.Entry) (journal.Entry, error) {
	ctx, cancel := lingering(ctx, stopGrace)
	defer cancel()
	switch op.Kind {
	case reconcile.Create:
		t, err := e.PSA.Create(ctx, op.Create)
		if err != nil {
			return entry, fmt.Errorf("create: %w", err)
		}
		e.link = &ticket.Link{Desk: op.Desk, PSA: t.ID, Agreed: op.Agreed, LinkedAt: e.now()}
		entry.PSA = t.ID
	case reconcile.Update:
		if _, err := e.PSA.Update(ctx, e.link.PSA, op.Change); err != nil {
			return entry, fmt.Errorf("update %d: %w", e.link.PSA, err)
		}
		// An adopted link stays one until the whole ticket is dealt with: only
		// then is it written down which comments it was found to hold.
		e.link.Agreed = op.Agreed
	case reconcile.Note:
		n, err := e.PSA.AddNote(ctx, e.link.PSA, op.Note)
		if err != nil {
			return entry, fmt.Errorf("add note to %d: %w", e.link.PSA, err)
		}
		entry.PSA, entry.Note = e.link.PSA, n.ID
	}
	return entry.Move(journal.Settled, e.now(), ""), nil
}

// settled counts a write that was done and takes its comment out of the inbox.
func (e *execution) settled(op reconcile.Op, entry journal.Entry) {
	e.count(op, e.opened)
	e.Log.DebugContext(context.Background(), "write settled",
		"kind", string(op.Kind), "ticket", int64(op.Desk), "psa", int64(entry.PSA), "note", int64(entry.Note))
	if op.Kind != reconcile.Update && op.Comment != 0 && op.Part == op.Parts {
		e.out.Consumed = append(e.out.Consumed, op.Comment)
	}
	if op.Kind != reconcile.Note {
		link := *e.link
		e.out.Link = &link
	}
}

// record writes down what became of the operations so far.
func (e *execution) record(ctx context.Context) error {
	// The deed is done: it is recorded even while quitting.
	ctx = context.WithoutCancel(ctx)
	out := e.out
	out.Desk = e.c.work.Desk
	e.out = journal.Outcome{}
	if err := e.Store.Record(ctx, out); err != nil {
		return fmt.Errorf("record writes of ticket %d: %w", out.Desk, err)
	}
	return nil
}

// close records the end of the ticket's part in this run.
func (e *execution) close(ctx context.Context) error {
	id := e.c.work.Desk
	e.out.Consumed = append(e.out.Consumed, e.c.plan.Consumed...)
	switch {
	case e.end == nil:
		if e.link != nil && (e.c.plan.Agreed != nil || e.link.Adopted) {
			link := *e.link
			link.Adopted = false
			if e.c.plan.Agreed != nil {
				link.Agreed = *e.c.plan.Agreed
			}
			e.out.Link = &link
		}
		// Comments that an adopted ticket holds are remembered even if the desk
		// has not shown them again yet: it may, once the link is like any other.
		e.out.Consumed = append(e.out.Consumed, e.c.held...)
		e.out.Finished, e.out.Through = true, e.c.work.At
		e.out.History = e.history()
		e.progressed()
	case len(e.doubts) > 0:
		e.mu.Lock()
		e.run.doubts[id] = newDoubt(id, e.doubts, e.link, e.now())
		e.aside[id] = true
		e.mu.Unlock()
		e.Log.WarnContext(ctx, "answer lost", "ticket", int64(id), "kind", string(e.ended.Kind), "err", e.end)
	case stops(e.end):
		if err := e.record(ctx); err != nil {
			return errors.Join(e.end, err)
		}
		return e.end
	default:
		problem := refusedProblem(id, contentOf(e.ended), e.end)
		e.out.Parked, e.out.RetryAt = &problem, e.now().Add(retryAfter(e.c.work.Attempts))
		e.parked(problem)
	}
	return e.record(ctx)
}

// history tells in words where a plan respected or overruled a technician.
func (e *execution) history() []string {
	var lines []string
	add := func(set ticket.FieldSet, text string) {
		for _, f := range []struct {
			field ticket.FieldSet
			name  string
		}{
			{ticket.FieldSummary, "summary"}, {ticket.FieldStatus, "status"}, {ticket.FieldPriority, "priority"},
			{ticket.FieldCompany, "company"}, {ticket.FieldContact, "contact"},
		} {
			if set.Has(f.field) {
				lines = append(lines, fmt.Sprintf(text, f.name))
			}
		}
	}
	add(e.c.plan.Kept, "kept the %s a technician set")
	add(e.c.plan.Overruled, "the %s changed on both sides: the desk's value was written")
	add(e.c.plan.Drift, "the %s differs although neither side changed")
	return lines
}

func contentOf(op reconcile.Op) string {
	switch op.Kind {
	case reconcile.Create:
		return "new ticket"
	case reconcile.Update:
		return "changes"
	case reconcile.Note:
	}
	if op.Comment == 0 {
		return "note"
	}
	return fmt.Sprintf("comment %d", op.Comment)
}

// lingering returns a context that ends a while after ctx does, so that an
// answer under way can still arrive.
func lingering(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	out, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(grace)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel()
		case <-out.Done():
		}
	})
	return out, func() {
		stop()
		cancel()
	}
}
