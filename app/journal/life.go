package journal

import (
	"fmt"
	"slices"
	"time"

	"deskbridge/app/reconcile"
	"deskbridge/app/ticket"
)

// moves lists where a write may go from each state. A settled write never
// moves again; a refused or withdrawn one may be announced anew.
var moves = map[State][]State{
	Intended:  {Settled, Doubt, Refused, Withdrawn},
	Doubt:     {Doubt, Settled, Refused, Withdrawn},
	Settled:   {},
	Refused:   {Intended},
	Withdrawn: {Intended},
}

// Allowed tells whether a write may move from one state to another.
func Allowed(from, to State) bool { return slices.Contains(moves[from], to) }

// Move returns e in its next state, entered at the given time. A move that is
// not allowed is a mistake in this program and panics: going on could send a
// write twice.
func (e Entry) Move(to State, at time.Time, reason string) Entry {
	if !Allowed(e.State, to) {
		panic(fmt.Sprintf("journal: %s %d: %s cannot become %s", e.Kind, e.Desk, e.State, to))
	}
	e.State, e.Since, e.Reason = to, at, reason
	return e
}

// Intend announces op as an entry of the given run.
func Intend(op reconcile.Op, run int64, at time.Time) Entry {
	e := Entry{
		Key:   Key{Kind: op.Kind, Desk: op.Desk, Comment: op.Comment, Event: op.Event, Part: op.Part},
		State: Intended, Parts: op.Parts, PSA: op.PSA, Agreed: op.Agreed, Since: at, Run: run, Attempts: 1,
	}
	if op.Kind == reconcile.Create {
		e.Carries, e.Comment, e.Part = op.Comment, 0, 0
	}
	return e
}

// NoteMarker is the marker by which the note of e is found.
func (e Entry) NoteMarker() ticket.NoteMarker {
	return ticket.NoteMarker{Ticket: e.Desk, Comment: e.Comment, Event: e.Event, Part: e.Part, Parts: max(e.Parts, 1)}
}

// Patience is how long and how often a write in doubt is searched for before
// it may be sent again. A slow service may still be saving (one vendor saw
// creates take minutes), so being late is better than being double.
type Patience struct {
	// Searches are the times since the doubt arose at which to search.
	Searches []time.Duration
}

// DefaultPatience searches over a minute, as connectwise.md section 7 advises.
func DefaultPatience() Patience {
	return Patience{Searches: []time.Duration{0, 2 * time.Second, 10 * time.Second, 30 * time.Second, 60 * time.Second}}
}

// Next returns how long after the doubt arose the search number done (counted
// from zero) is due, and false when all searches were made: only then may the
// write be sent again.
func (p Patience) Next(done int) (time.Duration, bool) {
	if done >= len(p.Searches) {
		return 0, false
	}
	return p.Searches[done], true
}
