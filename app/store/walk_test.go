package store_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"deskbridge/app/journal"
	"deskbridge/app/ticket"
)

// TestWalk_NothingLostNothingTwice lets pages arrive, repeat and overlap with
// workers at random, and then drains the inbox. Every comment must have been
// handed out to be written exactly once, and the newest snapshot must have been
// the last one handed out.
func TestWalk_NothingLostNothingTwice(t *testing.T) {
	s := open(t, t.TempDir()+"/deskbridge.db")
	rapid.Check(t, func(rt *rapid.T) {
		c, err := s.Connection(t.Context(), rapid.StringMatching(`[a-z0-9]{16}`).Draw(rt, "account"), "msp")
		must(t, err)
		w := walk{rt: rt, t: t, written: map[ticket.CommentID]int{}, linked: map[ticket.DeskID]bool{}, seen: map[ticket.DeskID]time.Time{}}
		w.receive = func(in journal.Intake) { must(t, c.Receive(t.Context(), in)) }
		w.record = func(entries []journal.Entry, o journal.Outcome) {
			must(t, c.Intend(t.Context(), entries))
			for _, e := range entries {
				o.Entries = append(o.Entries, settled(e, 1, 1))
			}
			must(t, c.Record(t.Context(), o))
		}
		w.load = func() []journal.Work {
			list, err := c.Work(t.Context(), journal.Position{}, time.Time{}, time.Time{}, 10)
			must(t, err)
			return list
		}
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			if rapid.Bool().Draw(rt, "page") {
				w.page()
			} else {
				w.workOff(true)
			}
		}
		for w.workOff(false) {
		}
		for id, n := range w.written {
			if n != 1 {
				rt.Errorf("comment %d was written %d times", id, n)
			}
		}
		for _, id := range w.commented {
			// A comment of a ticket that never showed a snapshot stays wanted.
			if w.written[id] == 0 && w.linked[ticketOf(id)] {
				rt.Errorf("comment %d was lost", id)
			}
		}
		for id, newest := range w.newest {
			if !w.seen[ticket.DeskID(id)].Equal(newest) {
				rt.Errorf("ticket %d: last saw the snapshot of %v, the newest is of %v", id, w.seen[ticket.DeskID(id)], newest)
			}
		}
	})
}

func ticketOf(id ticket.CommentID) ticket.DeskID { return ticket.DeskID(id / 1000) }

type walk struct {
	rt        *rapid.T
	t         *testing.T
	clock     int
	past      []journal.Intake
	commented []ticket.CommentID
	newest    [4]time.Time // by ticket; zero is not used
	written   map[ticket.CommentID]int
	linked    map[ticket.DeskID]bool
	seen      map[ticket.DeskID]time.Time

	receive func(journal.Intake)
	record  func([]journal.Entry, journal.Outcome)
	load    func() []journal.Work
}

// page brings something new, or an old page again.
func (w *walk) page() {
	if len(w.past) > 0 && rapid.IntRange(0, 2).Draw(w.rt, "repeat") == 0 {
		w.receive(rapid.SampledFrom(w.past).Draw(w.rt, "old page"))
		return
	}
	w.clock += rapid.IntRange(0, 2).Draw(w.rt, "seconds")
	id := ticket.DeskID(rapid.IntRange(1, 3).Draw(w.rt, "ticket"))
	var in journal.Intake
	// A ticket shows one state per second: the export withholds the last minute.
	if rapid.Bool().Draw(w.rt, "snapshot") && (w.newest[id].IsZero() || at(w.clock).After(w.newest[id])) {
		in.Tickets = append(in.Tickets, snapshot(id, at(w.clock)))
		w.newest[id] = at(w.clock)
	}
	for range rapid.IntRange(0, 2).Draw(w.rt, "comments") {
		m := comment(ticket.CommentID(int(id)*1000+len(w.commented)), id, at(w.clock))
		in.Comments = append(in.Comments, m)
		w.commented = append(w.commented, m.ID)
	}
	w.past = append(w.past, in)
	w.receive(in)
}

// workOff carries one piece of work as the bridge does; pages may arrive while
// it is under way. It tells whether there was any.
func (w *walk) workOff(interrupted bool) bool {
	list := w.load()
	if len(list) == 0 {
		return false
	}
	job := list[0]
	for interrupted && rapid.Bool().Draw(w.rt, "meanwhile") {
		w.page()
	}
	var entries []journal.Entry
	o := journal.Outcome{Desk: job.Desk, Finished: true, Through: job.At}
	if job.Ticket != nil {
		if job.Ticket.ChangedAt.Before(w.seen[job.Desk]) {
			w.rt.Errorf("ticket %d: went back to the snapshot of %v", job.Desk, job.Ticket.ChangedAt)
		}
		w.seen[job.Desk] = job.Ticket.ChangedAt
	}
	if !w.linked[job.Desk] {
		o.Link = &ticket.Link{Desk: job.Desk, PSA: 1, Agreed: agreed(*job.Ticket), LinkedAt: start}
		w.linked[job.Desk] = true
	}
	for i, m := range job.Comments {
		w.written[m.ID]++
		o.Consumed = append(o.Consumed, m.ID)
		switch {
		case i == 0 && o.Link != nil:
			entries = append(entries, createEntry(*job.Ticket, m.ID))
		case rapid.IntRange(0, 4).Draw(w.rt, "no write") == 0: // our own, seen coming back
		default:
			entries = append(entries, noteEntry(job.Desk, m.ID, 1, 1))
		}
	}
	if !slices.IsSortedFunc(job.Comments, func(a, b ticket.Comment) int { return a.CreatedAt.Compare(b.CreatedAt) }) {
		w.rt.Errorf("ticket %d: comments out of order", job.Desk)
	}
	w.record(entries, o)
	return true
}
