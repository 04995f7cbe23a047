package ticket

// TicketPage is one page of the desk's ticket export.
type TicketPage struct {
	Tickets       []Ticket
	People        []Person
	Organizations []Organization
	Cursor        string // where the next page starts; opaque
	End           bool   // nothing more for now
}

// EventPage is one page of the desk's event export: the comments in it, and the
// tickets that any of its events touched.
type EventPage struct {
	Comments []Comment
	Touched  []DeskID
	// Incomplete lists tickets that may have comments which neither this page nor
	// a later one shows; theirs are to be read ticket by ticket.
	Incomplete []DeskID
	Next       int64 // unix second the next page starts at; its records come again
	End        bool
}
