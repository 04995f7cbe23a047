package journal

import (
	"time"

	"deskbridge/app/reconcile"
	"deskbridge/app/ticket"
)

// Key identifies one operation for ever: within a connection no two entries
// share it. For creates Comment, Event and Part are zero; for updates Part
// counts the updates of the ticket from 1; for notes it is the part's number.
type Key struct {
	Kind    reconcile.Kind
	Desk    ticket.DeskID
	Comment ticket.CommentID
	Event   string
	Part    int
}

// Entry is the life of one remote write as it stands on disk.
type Entry struct {
	Key
	State State
	Parts int
	// Carries is the first comment, which a create takes along.
	Carries ticket.CommentID
	PSA     ticket.PSAID  // zero until known
	Note    ticket.NoteID // zero until settled
	// Agreed is what a create or update will have made both sides hold.
	Agreed ticket.Agreed
	// Since is when the entry came into its state, by this machine's clock.
	Since    time.Time
	Attempts int
	Reason   string
	Run      int64
}

// Done is a comment, or a part of one, that the PSA is known to hold.
type Done struct {
	Comment ticket.CommentID
	Event   string
	Part    int
	Parts   int
	Note    ticket.NoteID // zero for the comment the create carried
}
