package bridge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"deskbridge/app/journal"
	"deskbridge/app/reconcile"
	"deskbridge/app/ticket"
)

// drain carries staged tickets in order, batch by batch. The next batch is
// loaded while one is under way; a ticket that is in both is left for the next
// pass, because what was loaded of it may be old by then.
func (r *run) drain(ctx context.Context, until time.Time) error {
	batch, err := r.load(ctx, journal.Position{}, until)
	if err != nil {
		return err
	}
	busy := map[ticket.DeskID]bool{}
	for len(batch) > 0 {
		last := batch[len(batch)-1].Position
		var next []journal.Work
		var loadErr error
		loaded := make(chan struct{})
		load := func() {
			defer close(loaded)
			next, loadErr = r.load(ctx, last, until)
		}
		if r.Workers > 1 {
			go load()
		}
		err := r.carryBatch(ctx, batch, busy)
		if r.Workers == 1 && err == nil {
			load()
		} else if r.Workers == 1 {
			close(loaded)
		}
		<-loaded
		if err = errors.Join(err, loadErr); err != nil {
			return err
		}
		clear(busy)
		if r.Workers > 1 {
			for _, w := range batch {
				busy[w.Desk] = true
			}
		}
		batch = next
	}
	return nil
}

func (r *run) load(ctx context.Context, after journal.Position, until time.Time) ([]journal.Work, error) {
	now := r.now()
	if r.opt.RetryParked {
		now = time.Time{}
	}
	works, err := r.Store.Work(ctx, after, until, now, batchSize)
	if err != nil {
		return nil, fmt.Errorf("load work: %w", err)
	}
	return works, nil
}

// candidate is one ticket on its way through a batch.
type candidate struct {
	work journal.Work
	in   reconcile.Input
	plan reconcile.Plan
	gone bool // the PSA ticket is not there any more
	// held are comments that an adopted ticket was found to hold whole.
	held []ticket.CommentID
}

// carryBatch plans a batch, reads the PSA tickets that must be compared in one
// request, and carries the tickets side by side.
func (r *run) carryBatch(ctx context.Context, batch []journal.Work, skip map[ticket.DeskID]bool) error {
	candidates := make([]*candidate, 0, len(batch))
	var compare []ticket.PSAID
	for _, w := range batch {
		if skip[w.Desk] || r.isAside(w.Desk) {
			continue
		}
		c := &candidate{work: w, in: r.input(w)}
		c.plan = reconcile.Decide(c.in)
		if c.plan.Need&reconcile.NeedPSA != 0 {
			compare = append(compare, w.Link.PSA)
		}
		candidates = append(candidates, c)
	}
	if len(compare) > 0 {
		found, err := r.PSA.Get(ctx, compare)
		if err != nil {
			return fmt.Errorf("read ConnectWise tickets: %w", err)
		}
		byID := make(map[ticket.PSAID]*ticket.PSATicket, len(found))
		for i := range found {
			byID[found[i].ID] = &found[i]
		}
		for _, c := range candidates {
			if c.plan.Need&reconcile.NeedPSA != 0 {
				c.in.PSA = byID[c.work.Link.PSA]
				c.gone = c.in.PSA == nil
			}
		}
	}
	if r.Workers == 1 {
		for _, c := range candidates {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := r.carry(ctx, c); err != nil {
				return err
			}
		}
		return nil
	}
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(r.Workers)
	for _, c := range candidates {
		if gctx.Err() != nil {
			break
		}
		group.Go(func() error { return r.carry(gctx, c) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

// input turns what the store knows into the planner's words.
func (r *run) input(w journal.Work) reconcile.Input {
	in := reconcile.Input{
		Account: r.Account, Ticket: w.Ticket, Comments: w.Comments, Link: w.Link, Authors: w.Authors,
		CommentsSince: r.commentsSince, Updates: w.Updates, Policy: r.Policy,
	}
	if w.Link != nil && w.Link.Adopted {
		return in // what the PSA holds must be read
	}
	in.Held = make(map[reconcile.Piece]bool, len(w.Done))
	for _, d := range w.Done {
		in.Held[reconcile.Piece{Comment: d.Comment, Event: d.Event, Part: d.Part}] = true
		if d.Note == 0 && d.Event == "" {
			in.Opened = d.Comment
		}
	}
	return in
}

func (r *run) isAside(id ticket.DeskID) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.aside[id]
}

func (r *run) setAside(id ticket.DeskID) {
	r.mu.Lock()
	r.aside[id] = true
	r.mu.Unlock()
}
