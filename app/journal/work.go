package journal

import (
	"time"

	"deskbridge/app/ticket"
)

// Positions is how far the exports are read. What lies before them is staged
// or settled; what lies behind is still to be asked for.
type Positions struct {
	TicketCursor string
	// TicketsTo is the newest ChangedAt seen; a refused cursor restarts a little
	// before it.
	TicketsTo  time.Time
	EventsFrom int64 // unix second of the next event page; zero: never read
	// EventsSince is where the event export was first read from: comments older
	// than this come from single tickets.
	EventsSince time.Time
}

// Intake is what one or more pages brought.
type Intake struct {
	Tickets       []ticket.Ticket
	Comments      []ticket.Comment
	People        []ticket.Person
	Organizations []ticket.Organization
	// Touched tickets get a place in the inbox only if they have none and no
	// link: their snapshot must be asked for.
	Touched   []ticket.DeskID
	Positions *Positions // nil: unchanged
}

// Position orders work: by time of change, then by number.
type Position struct {
	At   time.Time
	Desk ticket.DeskID
}

// Work is all that is known here about one ticket.
type Work struct {
	Position
	Ticket       *ticket.Ticket   // nil: no new snapshot
	Comments     []ticket.Comment // staged, oldest first
	Link         *ticket.Link     // nil: not linked
	Done         []Done           // what the PSA is known to hold
	Updates      int              // updates sent so far, for the next key
	Open         []Entry          // entries not settled yet
	Requester    ticket.Person
	Organization ticket.Organization
	Authors      map[ticket.UserID]ticket.Person
	Attempts     int // how often it was parked in a row
}

// Outcome is what became of one ticket's operations.
type Outcome struct {
	Desk    ticket.DeskID
	Entries []Entry      // in their new state: settled, doubt, refused, withdrawn
	Link    *ticket.Link // new link or new agreed state
	// Consumed comments leave the inbox.
	Consumed []ticket.CommentID
	// Finished is set when all that was staged up to Through is dealt with: the
	// snapshot leaves the inbox, unless a newer one came, and the ticket's
	// problem is closed.
	Finished bool
	Through  time.Time
	// Parked holds the ticket back with its reason until RetryAt.
	Parked  *Problem
	RetryAt time.Time
	// LeftOut names the rule by which an unlinked ticket takes no part; it is
	// remembered, so that later events of the ticket do not call for it again.
	LeftOut string
	// History is added to the ticket's activity, one line each.
	History []string
}

// Problem is something a person must look at.
type Problem struct {
	Code    string        `json:"code"`
	Desk    ticket.DeskID `json:"ticket"` // zero: not about one ticket
	Message string        `json:"message"`
	Next    string        `json:"next"`
}
