package bridge

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"deskbridge/app/journal"
	"deskbridge/app/reconcile"
	"deskbridge/app/ticket"
)

// carry brings one ticket to the PSA. It returns an error only if the whole
// run must stop; whatever concerns this ticket alone is recorded with it.
func (r *run) carry(ctx context.Context, c *candidate) error {
	if !c.gone {
		if err := r.complete(ctx, c); err != nil {
			if stops(err) {
				return err
			}
			return r.park(ctx, c.work, refusedProblem(c.work.Desk, "history", err))
		}
	}
	plan := c.plan
	switch {
	case c.gone:
		return r.park(ctx, c.work, goneProblem(c.work.Desk))
	case plan.Park != nil:
		return r.park(ctx, c.work, holdProblem(c.work.Desk, *plan.Park))
	case plan.LeftOut != "":
		return r.leaveOut(ctx, c.work, plan.LeftOut)
	case c.work.Ticket == nil && (c.work.Link == nil || c.work.Link.Adopted):
		return nil // its snapshot is still to come
	case r.opt.DryRun:
		for _, op := range plan.Ops {
			r.count(op, opened(c.in, plan))
		}
		r.setAside(c.work.Desk)
		r.progressed()
		return nil
	}
	return r.execute(ctx, c)
}

// complete reads what the plan still needs and plans again.
func (r *run) complete(ctx context.Context, c *candidate) error {
	id := c.work.Desk
	for c.plan = reconcile.Decide(c.in); c.plan.Need != 0; c.plan = reconcile.Decide(c.in) {
		need := c.plan.Need
		if need&reconcile.NeedHistory != 0 {
			if err := r.readHistory(ctx, c); err != nil {
				return err
			}
		}
		if need&reconcile.NeedPSA != 0 {
			found, err := r.PSA.Get(ctx, []ticket.PSAID{c.work.Link.PSA})
			if err != nil {
				return fmt.Errorf("read ConnectWise ticket %d: %w", c.work.Link.PSA, err)
			}
			if len(found) == 0 {
				c.gone = true
				return nil
			}
			c.in.PSA = &found[0]
		}
		if need&reconcile.NeedNotes != 0 {
			notes, err := r.PSA.Notes(ctx, c.work.Link.PSA)
			if errors.Is(err, ticket.ErrGone) {
				c.gone = true
				return nil
			}
			if err != nil {
				return fmt.Errorf("read notes of ConnectWise ticket %d: %w", c.work.Link.PSA, err)
			}
			c.in.Held, c.held = held(id, notes)
			for _, d := range c.work.Done { // what an earlier run wrote, even if staff removed it since
				c.in.Held[reconcile.Piece{Comment: d.Comment, Event: d.Event, Part: d.Part}] = true
			}
		}
		if need&reconcile.NeedPlace != 0 {
			place, err := r.directory.place(ctx, c.work, c.in.Ticket.OrganizationID)
			if err != nil {
				return err
			}
			c.in.Company = &place
		}
	}
	return nil
}

// readHistory reads all comments of a ticket that is older than what the event
// export was asked for, and stages them, so that a crash later loses none.
func (r *run) readHistory(ctx context.Context, c *candidate) error {
	comments, people, err := r.Desk.Comments(ctx, c.work.Desk)
	if err != nil && !errors.Is(err, ticket.ErrGone) {
		return fmt.Errorf("read comments of ticket %d: %w", c.work.Desk, err)
	}
	in := journal.Intake{Comments: comments, People: people}
	if in.People, err = r.authors(ctx, in); err != nil {
		return err
	}
	if err := r.Store.Receive(ctx, in); err != nil {
		return fmt.Errorf("stage comments of ticket %d: %w", c.work.Desk, err)
	}
	if c.in.Authors == nil {
		c.in.Authors = map[ticket.UserID]ticket.Person{}
	}
	for _, p := range in.People {
		c.in.Authors[p.ID] = p
	}
	c.in.Comments = append(comments, c.in.Comments...)
	c.in.HistoryRead = true
	// Some of the authors may have been known to the store before.
	w, err := r.Store.Load(ctx, c.work.Desk)
	if err != nil {
		return fmt.Errorf("load ticket %d: %w", c.work.Desk, err)
	}
	for id, p := range w.Authors {
		c.in.Authors[id] = p
	}
	return nil
}

// held names the pieces of a desk ticket that are among the notes, and the
// comments of which all pieces are.
func held(id ticket.DeskID, notes []ticket.Note) (map[reconcile.Piece]bool, []ticket.CommentID) {
	pieces := make(map[reconcile.Piece]bool, len(notes))
	missing := map[ticket.CommentID]int{}
	for _, n := range notes {
		m, ok := ticket.ParseNoteMarker(n.Text)
		piece := reconcile.Piece{Comment: m.Comment, Event: m.Event, Part: m.Part}
		if !ok || m.Ticket != id || pieces[piece] {
			continue
		}
		pieces[piece] = true
		if m.Comment == 0 {
			continue
		}
		if _, known := missing[m.Comment]; !known {
			missing[m.Comment] = m.Parts
		}
		missing[m.Comment]--
	}
	var whole []ticket.CommentID
	for comment, parts := range missing {
		if parts == 0 {
			whole = append(whole, comment)
		}
	}
	slices.Sort(whole)
	return pieces, whole
}

// opened is the comment that the ticket's create carries or carried.
func opened(in reconcile.Input, plan reconcile.Plan) ticket.CommentID {
	if len(plan.Ops) > 0 && plan.Ops[0].Kind == reconcile.Create {
		return plan.Ops[0].Comment
	}
	return in.Opened
}
