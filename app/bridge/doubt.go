package bridge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"deskbridge/app/event"
	"deskbridge/app/journal"
	"deskbridge/app/reconcile"
	"deskbridge/app/ticket"
)

// doubt is one ticket with writes of which nobody knows whether they were done.
type doubt struct {
	desk     ticket.DeskID
	open     []journal.Entry
	link     *ticket.Link
	since    time.Time // when this run began to doubt
	searches int
	twins    []ticket.PSAID // more than one ticket carries the marker
}

func newDoubt(desk ticket.DeskID, open []journal.Entry, link *ticket.Link, since time.Time) *doubt {
	return &doubt{desk: desk, open: open, link: link, since: since}
}

// recover takes over what an earlier run left open. An entry that was announced
// may have been sent at the very end of that run, so its wait begins now.
func (r *run) recover(ctx context.Context) error {
	entries, err := r.Store.OpenEntries(ctx)
	if err != nil {
		return fmt.Errorf("read open writes: %w", err)
	}
	if len(entries) == 0 || r.opt.DryRun {
		return nil
	}
	r.publish(event.Progress{Phase: event.Recovering, Total: len(entries)})
	now := r.now()
	for _, e := range entries {
		d := r.doubts[e.Desk]
		if d == nil {
			w, err := r.Store.Load(ctx, e.Desk)
			if err != nil {
				return fmt.Errorf("load ticket %d: %w", e.Desk, err)
			}
			d = newDoubt(e.Desk, nil, w.Link, now)
			r.doubts[e.Desk] = d
			r.aside[e.Desk] = true
		}
		d.open = append(d.open, e.Move(journal.Doubt, now, "the program ended before an answer came"))
	}
	for _, d := range r.ordered() {
		if err := r.Store.Record(ctx, journal.Outcome{Desk: d.desk, Entries: d.open}); err != nil {
			return fmt.Errorf("record doubts of ticket %d: %w", d.desk, err)
		}
	}
	return r.searchDue(ctx)
}

// resolve goes on until nothing is in doubt: it waits, searches, adopts what is
// found, and plans again what is certainly not there.
func (r *run) resolve(ctx context.Context) error {
	for len(r.doubts) > 0 {
		r.publish(event.Progress{Phase: event.Checking, Total: len(r.doubts)})
		before := len(r.doubts)
		if err := r.searchDue(ctx); err != nil {
			return err
		}
		if len(r.doubts) < before {
			if err := r.drain(ctx, time.Time{}); err != nil {
				return err
			}
			continue
		}
		next, ok := r.nextSearch()
		if !ok {
			return nil // resent as often as one run may; the next run goes on
		}
		if err := r.Sleep(ctx, next.Sub(r.now())); err != nil {
			return err
		}
	}
	return nil
}

// ordered lists the doubts by ticket, so that a run can be repeated exactly.
func (r *run) ordered() []*doubt {
	list := make([]*doubt, 0, len(r.doubts))
	for _, d := range r.doubts {
		list = append(list, d)
	}
	slices.SortFunc(list, func(a, b *doubt) int { return int(min(max(a.desk-b.desk, -1), 1)) })
	return list
}

// due tells when the next search for d is due; false when all were made.
func (r *run) due(d *doubt) (time.Time, bool) {
	after, more := r.Patience.Next(d.searches)
	return d.since.Add(after), more
}

func (r *run) nextSearch() (time.Time, bool) {
	var next time.Time
	for _, d := range r.doubts {
		if at, more := r.due(d); more && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next, !next.IsZero()
}

// searchDue searches for every doubt whose time has come, and ends those that
// are found, and those that were searched for long enough.
func (r *run) searchDue(ctx context.Context) error {
	now := r.now()
	var due []*doubt
	for _, d := range r.ordered() {
		if at, more := r.due(d); more && !at.After(now) {
			due = append(due, d)
		}
	}
	if len(due) == 0 {
		return nil
	}
	found, err := r.findCreated(ctx, due)
	if err != nil {
		return err
	}
	for _, d := range due {
		if err := r.search(ctx, d, found); err != nil {
			return err
		}
	}
	return nil
}

// findCreated searches for all tickets whose create is in doubt, in one go.
func (r *run) findCreated(ctx context.Context, due []*doubt) (map[ticket.DeskID][]ticket.PSATicket, error) {
	var markers []string
	for _, d := range due {
		if d.link == nil {
			markers = append(markers, ticket.Marker(r.Account, d.desk))
		}
	}
	found := map[ticket.DeskID][]ticket.PSATicket{}
	if len(markers) == 0 {
		return found, nil
	}
	keep := func(t ticket.PSATicket) {
		if id, ok := ticket.ParseMarker(r.Account, t.Marker); ok {
			found[id] = append(found[id], t)
		}
	}
	if !r.noFilter {
		tickets, err := r.PSA.Find(ctx, markers)
		if err == nil {
			for _, t := range tickets {
				keep(t)
			}
			return found, nil
		}
		if !errors.Is(err, ticket.ErrFilterRefused) {
			return nil, fmt.Errorf("search for tickets in doubt: %w", err)
		}
		r.noFilter = true
	}
	looked := 0
	err := r.PSA.Recent(ctx, func(t ticket.PSATicket) bool {
		keep(t)
		looked++
		return looked < recentSearch
	})
	if err != nil {
		return nil, fmt.Errorf("look through recent tickets: %w", err)
	}
	return found, nil
}

// search looks for what the open writes of one ticket left in the PSA.
func (r *run) search(ctx context.Context, d *doubt, created map[ticket.DeskID][]ticket.PSATicket) error {
	d.searches++
	out := journal.Outcome{Desk: d.desk}
	var rest []journal.Entry
	var notes []ticket.Note
	var notesRead bool
	for _, e := range d.open {
		var settled bool
		var err error
		switch e.Kind {
		case reconcile.Create:
			settled = d.foundCreate(&e, created[d.desk], r.now())
		case reconcile.Update:
			settled, err = r.foundUpdate(ctx, d, e)
		case reconcile.Note:
			if d.link != nil && !notesRead {
				notes, err = r.PSA.Notes(ctx, d.link.PSA)
				if errors.Is(err, ticket.ErrGone) {
					err = nil // no ticket, no note; planning finds out by itself
				}
				notesRead = true
			}
			settled = foundNote(&e, notes)
		}
		if err != nil {
			return fmt.Errorf("search for a write of ticket %d: %w", d.desk, err)
		}
		if !settled {
			rest = append(rest, e)
			continue
		}
		if d.link != nil {
			e.PSA = d.link.PSA
		}
		out.Entries = append(out.Entries, e.Move(journal.Settled, r.now(), "found by its marker"))
		r.adopted(e, &out, d)
	}
	d.open = rest
	if _, more := r.Patience.Next(d.searches); !more && len(rest) > 0 {
		if r.resends[d.desk]++; r.resends[d.desk] <= maxResends {
			for _, e := range rest {
				out.Entries = append(out.Entries, e.Move(journal.Withdrawn, r.now(), "searched for and not found"))
			}
			d.open = nil
		}
	}
	if d.twins != nil {
		problem := duplicateProblem(d.desk, d.twins)
		r.report(problem)
	}
	if len(out.Entries) > 0 {
		if err := r.Store.Record(context.WithoutCancel(ctx), out); err != nil {
			return fmt.Errorf("record what was found of ticket %d: %w", d.desk, err)
		}
	}
	if len(d.open) == 0 {
		delete(r.doubts, d.desk)
		delete(r.aside, d.desk)
	}
	return nil
}

// adopted counts a write that was found, and notes what follows from it.
func (r *run) adopted(e journal.Entry, out *journal.Outcome, d *doubt) {
	switch e.Kind {
	case reconcile.Create:
		r.result.Tickets.Adopted++
		out.Link = d.link
		if e.Carries != 0 && e.Parts <= 1 {
			out.Consumed = append(out.Consumed, e.Carries)
		}
	case reconcile.Update:
		r.result.Tickets.Updated++
		d.link.Agreed = e.Agreed // an adopted link stays one: its notes are still to be compared
		out.Link = d.link
	case reconcile.Note:
		// Notes go out in order, so with the last part all parts are there.
		if e.Comment != 0 && e.Part >= e.Parts {
			r.result.Comments.ToPSA++
			out.Consumed = append(out.Consumed, e.Comment)
		}
	}
}

// foundCreate adopts the ticket that carries the marker. Should there be more
// than one, the oldest is adopted and the others are reported.
func (d *doubt) foundCreate(e *journal.Entry, found []ticket.PSATicket, now time.Time) bool {
	if len(found) == 0 {
		return false
	}
	slices.SortFunc(found, func(a, b ticket.PSATicket) int { return int(a.ID - b.ID) })
	if len(found) > 1 {
		for _, t := range found {
			d.twins = append(d.twins, t.ID)
		}
	}
	e.PSA = found[0].ID
	d.link = &ticket.Link{Desk: d.desk, PSA: found[0].ID, Agreed: e.Agreed, LinkedAt: now}
	return true
}

func (r *run) foundUpdate(ctx context.Context, d *doubt, e journal.Entry) (bool, error) {
	if d.link == nil {
		return false, nil
	}
	found, err := r.PSA.Get(ctx, []ticket.PSAID{d.link.PSA})
	if err != nil || len(found) == 0 {
		return false, err
	}
	return reconcile.Equal(found[0].Fields, e.Agreed.PSA), nil
}

func foundNote(e *journal.Entry, notes []ticket.Note) bool {
	want := e.NoteMarker()
	for _, n := range notes {
		if m, ok := ticket.ParseNoteMarker(n.Text); ok && m == want {
			e.Note = n.ID
			return true
		}
	}
	return false
}
