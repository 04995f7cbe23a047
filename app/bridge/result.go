package bridge

import (
	"context"
	"errors"
	"time"

	"deskbridge/app/event"
	"deskbridge/app/journal"
	"deskbridge/app/reconcile"
	"deskbridge/app/ticket"
)

// RunOutcome is how a run ended.
type RunOutcome string

// How a run can end.
const (
	Success    RunOutcome = "success"
	Partial    RunOutcome = "partial" // done, but something waits for a person or for an answer
	Failed     RunOutcome = "failed"
	NothingNew RunOutcome = "nothing_new"
)

// Result is what a run did; in a dry run, what it would do.
type Result struct {
	Outcome     RunOutcome        `json:"outcome"`
	Tickets     TicketCounts      `json:"tickets"`
	Comments    Directions        `json:"comments"`
	Attachments Directions        `json:"attachments"`
	Requests    Requests          `json:"requests"`
	Problems    []journal.Problem `json:"problems"`
	TookMS      int64             `json:"took_ms"`

	Took time.Duration `json:"-"`
	// Left is how many tickets are still staged, parked ones included.
	Left int `json:"-"`
	// Planned lists the first writes of a dry run.
	Planned []Planned `json:"-"`
}

// TicketCounts counts tickets by what became of them.
type TicketCounts struct {
	Created int `json:"created"`
	Updated int `json:"updated"`
	Adopted int `json:"adopted"`
	LeftOut int `json:"left_out"`
	Parked  int `json:"parked"`
}

// Directions counts by where something went.
type Directions struct {
	ToPSA  int `json:"to_psa"`
	ToDesk int `json:"to_desk"`
}

// Requests counts what was asked of each service.
type Requests struct {
	Zendesk     int64 `json:"zendesk"`
	ConnectWise int64 `json:"connectwise"`
}

// Planned is one write of a dry run.
type Planned struct {
	Kind     reconcile.Kind   `json:"kind"`
	Ticket   ticket.DeskID    `json:"ticket"`
	Comment  ticket.CommentID `json:"comment,omitempty"`
	Summary  string           `json:"summary,omitempty"`
	Internal bool             `json:"internal,omitempty"`
}

// plannedKept bounds the list of a dry run; the counts are complete.
const plannedKept = 1_000

// count adds one operation that was done, or in a dry run would be.
func (r *run) count(op reconcile.Op, opened ticket.CommentID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch op.Kind {
	case reconcile.Create:
		r.result.Tickets.Created++
	case reconcile.Update:
		r.result.Tickets.Updated++
	case reconcile.Note:
		if op.Event == "" && op.Part == op.Parts && op.Comment != opened {
			r.result.Comments.ToPSA++
		}
	}
	if r.opt.DryRun && len(r.result.Planned) < plannedKept {
		p := Planned{Kind: op.Kind, Ticket: op.Desk, Comment: op.Comment, Internal: op.Note.Internal || op.Create.Internal != ""}
		switch op.Kind {
		case reconcile.Create:
			p.Summary = op.Create.Fields.Summary
		case reconcile.Update:
			p.Summary = op.Change.Fields.Summary
		case reconcile.Note:
		}
		r.result.Planned = append(r.result.Planned, p)
	}
}

// progressed counts one ticket as dealt with.
func (r *run) progressed() {
	r.mu.Lock()
	r.done++
	p := event.Progress{Phase: event.Writing, Done: r.done, Total: max(r.total, r.done)}
	r.mu.Unlock()
	r.publish(p)
}

func (r *run) report(p journal.Problem) {
	r.mu.Lock()
	r.result.Problems = append(r.result.Problems, p)
	r.mu.Unlock()
	r.publish(event.Problem{Code: p.Code, Ticket: int64(p.Desk), Message: p.Message, Next: p.Next})
}

func (r *run) finish(err error) Result {
	ctx := context.Background()
	for _, d := range r.doubts {
		r.report(inDoubt(d.desk))
	}
	res := r.result
	if left, countErr := r.Store.CountStaged(ctx); countErr == nil {
		res.Left = left
	}
	if r.Requests != nil {
		desk, psa := r.Requests()
		res.Requests = Requests{Zendesk: desk - r.desk0, ConnectWise: psa - r.psa0}
	}
	res.Took = r.now().Sub(r.started)
	res.TookMS = res.Took.Milliseconds()
	if res.Problems == nil {
		res.Problems = []journal.Problem{}
	}
	stopped := errors.Is(err, context.Canceled)
	switch {
	case err != nil && !stopped:
		res.Outcome = Failed
	case stopped, len(res.Problems) > 0:
		res.Outcome = Partial
	case res.Tickets == TicketCounts{} && res.Comments == Directions{}:
		res.Outcome = NothingNew
	default:
		res.Outcome = Success
	}
	return res
}
