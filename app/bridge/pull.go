package bridge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"deskbridge/app/event"
	"deskbridge/app/journal"
	"deskbridge/app/ticket"
)

// cursorOverlap is how far behind the newest change a refused cursor restarts.
const cursorOverlap = 5 * time.Minute

// factStart is the start date the exports are read from.
const factStart = "start"

// wantedAtOnce is how many tickets are asked for singly in one go.
const wantedAtOnce = 100

// mark says up to which time of change staged tickets can be planned: the event
// export has been read past it, so all their comments are here.
type mark struct {
	until time.Time
	end   bool // both exports are read to their end; until does not matter
}

// pullAndCarry reads both exports and carries what they bring. Reading goes on
// while tickets are written, unless the run is strictly sequential.
func (r *run) pullAndCarry(ctx context.Context) error {
	if r.Workers == 1 {
		return r.pull(ctx, func(m mark) error { return r.drainTo(ctx, m) })
	}
	group, gctx := errgroup.WithContext(ctx)
	marks := make(chan mark, 1)
	group.Go(func() error {
		defer close(marks)
		return r.pull(gctx, func(m mark) error {
			for {
				select {
				case marks <- m:
					return nil
				case <-marks: // not taken yet: the newer mark covers it
				case <-gctx.Done():
					return gctx.Err()
				}
			}
		})
	})
	group.Go(func() error {
		for m := range marks {
			if err := r.drainTo(gctx, m); err != nil {
				return err
			}
		}
		return nil
	})
	err := group.Wait()
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return ctx.Err()
	}
	return err
}

// drainTo carries what m allows. The last mark makes a second, full pass: a
// ticket that changed again while it was being carried waits for it.
func (r *run) drainTo(ctx context.Context, m mark) error {
	if !m.end {
		return r.drain(ctx, m.until)
	}
	if err := r.drain(ctx, time.Time{}); err != nil {
		return err
	}
	if err := r.fetchWanted(ctx); err != nil {
		return err
	}
	return r.drain(ctx, time.Time{})
}

// pull stages pages of both exports, the ticket export leading, and calls
// marked whenever more tickets can be planned.
func (r *run) pull(ctx context.Context, marked func(mark) error) error {
	p, err := r.Store.Positions(ctx)
	if err != nil {
		return fmt.Errorf("read positions: %w", err)
	}
	if p.EventsFrom == 0 {
		p.EventsFrom, p.EventsSince = r.Start.Unix(), r.Start
	}
	r.commentsSince = p.EventsSince.Unix()
	if err := r.startAnew(ctx, &p); err != nil {
		return err
	}
	pages := 0
	ticketsEnd, eventsEnd := false, false
	for !ticketsEnd || !eventsEnd {
		if !ticketsEnd {
			if ticketsEnd, err = r.pullTickets(ctx, &p); err != nil {
				return err
			}
			pages++
		}
		for !eventsEnd && (ticketsEnd || p.EventsFrom <= p.TicketsTo.Unix()) {
			if eventsEnd, err = r.pullEvents(ctx, &p); err != nil {
				return err
			}
			pages++
		}
		r.publish(event.Progress{Phase: event.Reading, Done: pages})
		if err := r.countStaged(ctx); err != nil {
			return err
		}
		m := mark{until: p.TicketsTo, end: ticketsEnd && eventsEnd}
		if eventsTo := time.Unix(p.EventsFrom-1, 0); eventsTo.Before(m.until) && !eventsEnd {
			m.until = eventsTo
		}
		if m.until.IsZero() && !m.end {
			continue
		}
		if err := marked(m); err != nil {
			return err
		}
	}
	return nil
}

// startAnew reads the ticket export from its beginning when the user has moved
// the start date back. Comments from before the first start are then read
// ticket by ticket.
func (r *run) startAnew(ctx context.Context, p *journal.Positions) error {
	known, err := r.Store.Fact(ctx, factStart)
	if err != nil {
		return fmt.Errorf("read start date: %w", err)
	}
	now := r.Start.UTC().Format(time.RFC3339)
	if known == now {
		return nil
	}
	if was, err := time.Parse(time.RFC3339, known); err == nil && r.Start.Before(was) {
		p.TicketCursor, p.TicketsTo = "", time.Time{}
		if err := r.Store.Receive(ctx, journal.Intake{Positions: p}); err != nil {
			return fmt.Errorf("keep positions: %w", err)
		}
	}
	if err := r.Store.SetFact(ctx, factStart, now); err != nil {
		return fmt.Errorf("keep start date: %w", err)
	}
	return nil
}

// pullTickets stages one page of the ticket export.
func (r *run) pullTickets(ctx context.Context, p *journal.Positions) (end bool, err error) {
	page, err := r.Desk.Tickets(ctx, p.TicketCursor, r.Start)
	if errors.Is(err, ticket.ErrCursorRefused) {
		restart := r.Start
		if back := p.TicketsTo.Add(-cursorOverlap); back.After(restart) {
			restart = back
		}
		r.Log.WarnContext(ctx, "ticket cursor refused, reading again", "from", restart)
		page, err = r.Desk.Tickets(ctx, "", restart)
	}
	if errors.Is(err, ticket.ErrNotYet) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("read ticket export: %w", err)
	}
	next := *p
	if page.Cursor != "" {
		next.TicketCursor = page.Cursor
	}
	for _, t := range page.Tickets {
		if t.ChangedAt.After(next.TicketsTo) {
			next.TicketsTo = t.ChangedAt
		}
	}
	if len(page.Tickets) > 0 || next.TicketCursor != p.TicketCursor {
		err = r.Store.Receive(ctx, journal.Intake{
			Tickets: page.Tickets, People: page.People, Organizations: page.Organizations, Positions: &next,
		})
		if err != nil {
			return false, fmt.Errorf("stage tickets: %w", err)
		}
	}
	// A page that brings nothing and leads nowhere is the end, whatever it says.
	stuck := len(page.Tickets) == 0 && page.Cursor == p.TicketCursor
	*p = next
	return page.End || stuck, nil
}

// pullEvents stages one page of the event export.
func (r *run) pullEvents(ctx context.Context, p *journal.Positions) (end bool, err error) {
	page, err := r.Desk.Events(ctx, p.EventsFrom)
	if errors.Is(err, ticket.ErrNotYet) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("read event export: %w", err)
	}
	next := *p
	next.EventsFrom = max(page.Next, p.EventsFrom)
	in := journal.Intake{Comments: page.Comments, Touched: page.Touched}
	for _, id := range page.Incomplete {
		comments, people, err := r.Desk.Comments(ctx, id)
		if errors.Is(err, ticket.ErrGone) {
			continue
		}
		if err != nil {
			return false, fmt.Errorf("read comments of ticket %d: %w", id, err)
		}
		in.Comments = append(in.Comments, comments...)
		in.People = append(in.People, people...)
	}
	if in.People, err = r.authors(ctx, in); err != nil {
		return false, err
	}
	if len(in.Comments) > 0 || len(in.Touched) > 0 || next != *p {
		in.Positions = &next
		if err := r.Store.Receive(ctx, in); err != nil {
			return false, fmt.Errorf("stage comments: %w", err)
		}
	}
	stuck := next.EventsFrom == p.EventsFrom
	*p = next
	return page.End || stuck, nil
}

// authors returns in.People and whoever else wrote in.Comments and is not
// known. Somebody the desk does not know any more is kept by number alone, so
// that nobody is asked for twice.
func (r *run) authors(ctx context.Context, in journal.Intake) ([]ticket.Person, error) {
	seen := map[ticket.UserID]bool{0: true, ticket.SystemUser: true}
	for _, p := range in.People {
		seen[p.ID] = true
	}
	var ids []ticket.UserID
	for _, c := range in.Comments {
		if !seen[c.AuthorID] {
			seen[c.AuthorID] = true
			ids = append(ids, c.AuthorID)
		}
	}
	if len(ids) == 0 {
		return in.People, nil
	}
	unknown, err := r.Store.UnknownPeople(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("look up authors: %w", err)
	}
	if len(unknown) == 0 {
		return in.People, nil
	}
	found, err := r.Desk.People(ctx, unknown)
	if err != nil {
		return nil, fmt.Errorf("read authors: %w", err)
	}
	have := map[ticket.UserID]bool{}
	for _, p := range found {
		have[p.ID] = true
	}
	for _, id := range unknown {
		if !have[id] {
			found = append(found, ticket.Person{ID: id})
		}
	}
	return append(in.People, found...), nil
}

// fetchWanted asks for the snapshots of tickets that only events spoke of: the
// belt to the ticket export's braces.
func (r *run) fetchWanted(ctx context.Context) error {
	ids, err := r.Store.Wanted(ctx, wantedAtOnce)
	if err != nil {
		return fmt.Errorf("list wanted tickets: %w", err)
	}
	if len(ids) == 0 {
		return nil
	}
	tickets, err := r.Desk.TicketsByID(ctx, ids)
	if err != nil {
		return fmt.Errorf("read single tickets: %w", err)
	}
	in := journal.Intake{Tickets: tickets}
	have := map[ticket.DeskID]bool{}
	var people []ticket.UserID
	for _, t := range tickets {
		have[t.ID] = true
		people = append(people, t.RequesterID)
	}
	if unknown, err := r.Store.UnknownPeople(ctx, people); err != nil {
		return fmt.Errorf("look up requesters: %w", err)
	} else if len(unknown) > 0 {
		if in.People, err = r.Desk.People(ctx, unknown); err != nil {
			return fmt.Errorf("read requesters: %w", err)
		}
	}
	if err := r.Store.Receive(ctx, in); err != nil {
		return fmt.Errorf("stage single tickets: %w", err)
	}
	for _, id := range ids {
		if have[id] {
			continue
		}
		w, err := r.Store.Load(ctx, id)
		if err != nil {
			return fmt.Errorf("load ticket %d: %w", id, err)
		}
		if err := r.leaveOut(ctx, w, leftOutGone); err != nil {
			return err
		}
	}
	return nil
}

// countStaged keeps the total of the progress display honest.
func (r *run) countStaged(ctx context.Context) error {
	n, err := r.Store.CountStaged(ctx)
	if err != nil {
		return fmt.Errorf("count staged tickets: %w", err)
	}
	r.mu.Lock()
	r.total = r.done + n
	r.mu.Unlock()
	return nil
}
