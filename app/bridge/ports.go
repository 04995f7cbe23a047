package bridge

import (
	"context"
	"time"

	"deskbridge/app/journal"
	"deskbridge/app/ticket"
)

// Desk is what the bridge asks of Zendesk. Errors are in ticket's words.
type Desk interface {
	// Tickets reads one export page: from start when cursor is empty, else from
	// cursor. It returns ticket.ErrNotYet when start is too recent and
	// ticket.ErrCursorRefused when the cursor is not taken any more.
	Tickets(ctx context.Context, cursor string, start time.Time) (TicketPage, error)
	// Events reads one page of the event export from a unix second on. It
	// returns ticket.ErrNotYet when that second is too recent.
	Events(ctx context.Context, from int64) (EventPage, error)
	// Comments reads all comments of one ticket, oldest first, and who wrote them.
	Comments(ctx context.Context, id ticket.DeskID) ([]ticket.Comment, []ticket.Person, error)
	// TicketsByID reads single tickets; those that are gone are left out.
	TicketsByID(ctx context.Context, ids []ticket.DeskID) ([]ticket.Ticket, error)
	// People and Organizations read single records; unknown ones are left out.
	People(ctx context.Context, ids []ticket.UserID) ([]ticket.Person, error)
	Organizations(ctx context.Context, ids []ticket.OrganizationID) ([]ticket.Organization, error)
}

// TicketPage and EventPage are the pages of the desk's exports.
type (
	TicketPage = ticket.TicketPage
	EventPage  = ticket.EventPage
)

// PSA is what the bridge asks of ConnectWise. Errors are in ticket's words.
type PSA interface {
	// Create, Update and AddNote write, with all notifications off. They return
	// ticket.ErrOutcomeUnknown when the write may have been done all the same,
	// and *ticket.Refusal when it clearly was not.
	Create(ctx context.Context, t ticket.NewTicket) (ticket.PSATicket, error)
	Update(ctx context.Context, id ticket.PSAID, c ticket.Change) (ticket.PSATicket, error)
	AddNote(ctx context.Context, id ticket.PSAID, n ticket.NewNote) (ticket.Note, error)

	// Find returns the tickets that carry one of the markers. It returns
	// ticket.ErrFilterRefused where the service does not search by marker.
	Find(ctx context.Context, markers []string) ([]ticket.PSATicket, error)
	// Marked calls yield for every ticket whose marker starts with prefix.
	Marked(ctx context.Context, prefix string, yield func(ticket.PSATicket) error) error
	// Recent calls yield for tickets from the newest back until yield returns
	// false: the way to find a marker where filters are refused.
	Recent(ctx context.Context, yield func(ticket.PSATicket) bool) error
	// Get reads single tickets; those that are gone are left out.
	Get(ctx context.Context, ids []ticket.PSAID) ([]ticket.PSATicket, error)
	// Notes reads all notes of one ticket, oldest first. It returns ticket.ErrGone
	// when the ticket does not exist.
	Notes(ctx context.Context, id ticket.PSAID) ([]ticket.Note, error)

	Companies(ctx context.Context) ([]ticket.Company, error)
	Contacts(ctx context.Context, company int64) ([]ticket.PSAContact, error)
}

// Store is what the bridge keeps on disk for one connection. All of it is
// durable when a call returns; calls from many goroutines may share a commit.
type Store interface {
	// Positions tells how far both exports are read.
	Positions(ctx context.Context) (journal.Positions, error)
	// Receive stages pages and moves the read positions, in one transaction. A
	// comment that is already carried is not staged; an older snapshot of a
	// ticket never replaces a newer one.
	Receive(ctx context.Context, in journal.Intake) error
	// Work returns up to limit tickets that have staged content which can be
	// planned, in order of Position, strictly after `after` and up to `until`
	// (zero: no bound). Tickets with open journal entries are left out, and
	// parked ones whose retry is not due at now.
	Work(ctx context.Context, after journal.Position, until, now time.Time, limit int) ([]journal.Work, error)
	// Wanted lists tickets that have staged comments but no link and no
	// snapshot, up to limit.
	Wanted(ctx context.Context, limit int) ([]ticket.DeskID, error)
	// Load returns the work of one ticket, whether or not anything is staged.
	Load(ctx context.Context, id ticket.DeskID) (journal.Work, error)
	// CountStaged tells how many tickets wait in the inbox.
	CountStaged(ctx context.Context) (int, error)

	// OpenEntries lists entries that are intended or in doubt.
	OpenEntries(ctx context.Context) ([]journal.Entry, error)
	// Intend announces operations: they are on disk when it returns.
	Intend(ctx context.Context, entries []journal.Entry) error
	// Record writes what became of one ticket's operations, in one transaction.
	Record(ctx context.Context, o journal.Outcome) error

	// Adopt stores links found by marker that are not known yet.
	Adopt(ctx context.Context, links []ticket.Link) error
	// Links calls yield for every link, in order of desk id.
	Links(ctx context.Context, yield func(ticket.Link) error) error

	// Mark and Marked keep small durable facts of the connection, such as
	// "adoption done"; the empty string means never set.
	SetFact(ctx context.Context, name, value string) error
	Fact(ctx context.Context, name string) (string, error)

	// Catalog keeps what was read of the PSA's set-up between runs.
	Catalog(ctx context.Context, kind, key string) (body []byte, readAt time.Time, err error)
	SaveCatalog(ctx context.Context, kind, key string, body []byte, readAt time.Time) error
	// People that are not known yet among ids.
	UnknownPeople(ctx context.Context, ids []ticket.UserID) ([]ticket.UserID, error)
}
