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

// Codes of the problems a run can leave behind.
const (
	CodeRefused         = "refused"
	CodeGone            = "psa_ticket_gone"
	CodeConflict        = "conflict"
	CodeInDoubt         = "in_doubt"
	CodeDuplicateTicket = "duplicate_ticket"
)

// retryAfter is when a parked ticket is tried again by itself: soon at first,
// at most daily later.
func retryAfter(attempts int) time.Duration {
	return min(5*time.Minute<<min(attempts, 12), 24*time.Hour)
}

func holdProblem(id ticket.DeskID, h reconcile.Hold) journal.Problem {
	what := "status"
	if h.Code == reconcile.HoldPriority {
		what = "priority"
	}
	return journal.Problem{
		Code: h.Code, Desk: id,
		Message: fmt.Sprintf("Zendesk ticket %d has the %s %q, which is paired with no ConnectWise %s. The ticket waits; all others go on.", id, what, h.Value, what),
		Next:    fmt.Sprintf("Pair the %s %q in the settings, then sync again.", what, h.Value),
	}
}

func refusedProblem(id ticket.DeskID, what string, err error) journal.Problem {
	p := journal.Problem{Code: CodeRefused, Desk: id}
	var refusal *ticket.Refusal
	switch {
	case errors.Is(err, ticket.ErrGone):
		return goneProblem(id)
	case errors.Is(err, ticket.ErrConflict):
		p.Code = CodeConflict
		p.Message = fmt.Sprintf("The ConnectWise ticket for Zendesk ticket %d changed while we wrote the %s. Nothing was overwritten.", id, what)
		p.Next = "Nothing to do: it is compared again at the next run."
	case errors.As(err, &refusal):
		p.Message = fmt.Sprintf("ConnectWise does not take the %s of Zendesk ticket %d: %s. The ticket waits; all others go on.", what, id, refusal)
		p.Next = "Mend what ConnectWise names, then sync again."
	default:
		p.Message = fmt.Sprintf("The %s of Zendesk ticket %d could not be written: %v.", what, id, err)
		p.Next = "Sync again; if it stays, look at the log."
	}
	return p
}

func goneProblem(id ticket.DeskID) journal.Problem {
	return journal.Problem{
		Code: CodeGone, Desk: id,
		Message: fmt.Sprintf("The ConnectWise ticket for Zendesk ticket %d does not exist any more. Nothing is created in its place, so what is new on the desk waits.", id),
		Next:    "Restore the ConnectWise ticket, then sync again.",
	}
}

func inDoubt(id ticket.DeskID) journal.Problem {
	return journal.Problem{
		Code: CodeInDoubt, Desk: id,
		Message: fmt.Sprintf("We are checking whether a write for Zendesk ticket %d arrived. ConnectWise took it or not; we search before trying again, so there will be no second copy.", id),
		Next:    "Nothing to do: the next run goes on checking.",
	}
}

func duplicateProblem(id ticket.DeskID, copies []ticket.PSAID) journal.Problem {
	return journal.Problem{
		Code: CodeDuplicateTicket, Desk: id,
		Message: fmt.Sprintf("More than one ConnectWise ticket says it is Zendesk ticket %d: %v. We go on with %d and leave the others alone.", id, copies, copies[0]),
		Next:    "Merge the copies in ConnectWise, or clear the external reference of those that are wrong.",
	}
}

// park holds a ticket back with its reason; nothing of it was sent.
func (r *run) park(ctx context.Context, w journal.Work, p journal.Problem) error {
	r.parked(p)
	if r.opt.DryRun {
		return nil
	}
	err := r.Store.Record(context.WithoutCancel(ctx), journal.Outcome{
		Desk: w.Desk, Parked: &p, RetryAt: r.now().Add(retryAfter(w.Attempts)),
	})
	if err != nil {
		return fmt.Errorf("park ticket %d: %w", w.Desk, err)
	}
	return nil
}

func (r *run) parked(p journal.Problem) {
	r.setAside(p.Desk)
	r.mu.Lock()
	r.result.Tickets.Parked++
	r.mu.Unlock()
	r.report(p)
	r.progressed()
}

const leftOutGone = reconcile.LeftOutGone

// leaveOut takes a ticket that takes no part out of the inbox, for good.
func (r *run) leaveOut(ctx context.Context, w journal.Work, rule string) error {
	r.mu.Lock()
	r.result.Tickets.LeftOut++
	r.mu.Unlock()
	r.setAside(w.Desk)
	r.progressed()
	if r.opt.DryRun {
		return nil
	}
	out := journal.Outcome{
		Desk: w.Desk, Finished: true, Through: w.At, LeftOut: rule, History: []string{"left out: " + rule},
	}
	for _, c := range w.Comments {
		out.Consumed = append(out.Consumed, c.ID)
	}
	if err := r.Store.Record(context.WithoutCancel(ctx), out); err != nil {
		return fmt.Errorf("leave out ticket %d: %w", w.Desk, err)
	}
	return nil
}
