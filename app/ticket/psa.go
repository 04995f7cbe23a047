package ticket

import "time"

// Contact is who a PSA ticket is for: a known contact by ID, else a name and
// an address typed into the ticket.
type Contact struct {
	ID    int64
	Name  string
	Email string
}

// Fields is what the bridge carries of a ticket, in the PSA's values. Two
// tickets agree when their Fields are equal.
type Fields struct {
	Summary  string
	Status   int64
	Priority int64
	Company  int64
	Contact  Contact
}

// PSATicket is a service ticket as the PSA holds it now.
type PSATicket struct {
	ID     PSAID
	Fields Fields
	Board  int64
	// Marker is externalXRef: ours, another integration's, or empty.
	Marker    string
	Closed    bool
	UpdatedAt time.Time
	// UpdatedBy and EnteredBy are member identifiers. A ticket that carries our
	// marker was entered by us; while both are equal nobody else has touched it.
	UpdatedBy string
	EnteredBy string
}

// NewTicket asks for a service ticket. At most one of Discussion and Internal
// is set: the first comment goes where its own visibility says.
type NewTicket struct {
	Marker     string
	Board      int64
	Fields     Fields
	Discussion string // initial description, which customers can see
	Internal   string // initial internal analysis, which they cannot
}

// Change asks for new values of the fields named in Set; the others stay.
type Change struct {
	Set    FieldSet
	Fields Fields
}

// FieldSet names fields of Fields.
type FieldSet uint8

// The fields a change can carry.
const (
	FieldSummary FieldSet = 1 << iota
	FieldStatus
	FieldPriority
	FieldCompany
	FieldContact
)

// Has tells whether all fields of f are in s.
func (s FieldSet) Has(f FieldSet) bool { return s&f == f }

// NewNote asks for one service note. Internal decides who can see it: true for
// staff alone, false for the discussion that customers read.
type NewNote struct {
	Text     string
	Internal bool
}

// Note is a service note as the PSA holds it.
type Note struct {
	ID         NoteID
	Text       string
	Discussion bool
	Internal   bool
	Resolution bool
	CreatedBy  string
	CreatedAt  time.Time
}

// CustomerVisible tells whether a customer can read the note.
func (n Note) CustomerVisible() bool { return n.Discussion || n.Resolution }

// Company is a PSA company that can hold tickets.
type Company struct {
	ID         int64
	Identifier string
	Name       string
	Inactive   bool // deleted, or of a status that refuses tickets
}

// PSAContact is a person on record at a PSA company.
type PSAContact struct {
	ID       int64
	Company  int64
	Name     string
	Emails   []string // lower case
	Inactive bool
}

// Choice is a value a user picks by name or id: a board, status or priority.
type Choice struct {
	ID   int64
	Name string
}

// Board is a service board with what decides whether it can be used.
type Board struct {
	Choice
	Inactive bool
	Project  bool
	Location int64
}

// BoardStatus is a status of one board.
type BoardStatus struct {
	Choice
	Default  bool
	Closed   bool
	Inactive bool
}
