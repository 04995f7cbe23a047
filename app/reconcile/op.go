package reconcile

import "deskbridge/app/ticket"

// Kind says what an operation writes.
type Kind string

// The writes there are.
const (
	Create Kind = "create" // a PSA ticket
	Update Kind = "update" // fields of a PSA ticket
	Note   Kind = "note"   // a note on a PSA ticket
)

// Op is one remote write. Operations of one ticket are carried out in the
// order they are planned; one that fails holds back those behind it.
type Op struct {
	Kind Kind
	Desk ticket.DeskID
	// PSA is zero when an earlier operation of the same plan creates the ticket.
	PSA ticket.PSAID
	// Comment is what a note carries, or the first comment a create carries.
	Comment ticket.CommentID
	// Event is set for a note that carries no comment, such as "deleted".
	Event string
	// Part counts the notes of one comment from 1; Parts is how many there are.
	Part, Parts int

	Create ticket.NewTicket // Kind Create
	Change ticket.Change    // Kind Update
	Note   ticket.NewNote   // Kind Note

	// Agreed is what both sides hold once a create or update is done.
	Agreed ticket.Agreed
}
