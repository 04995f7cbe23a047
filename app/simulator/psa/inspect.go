package psa

import (
	"encoding/json"
	"iter"
	"time"
)

// Ticket is a ticket as AddTicket takes it and as Tickets shows it. Board, Status, Priority and Company go by name.
type Ticket struct {
	ID                        int // on adding, 0 is the next one
	Summary                   string
	Board, Status, Priority   string // on adding, "" is the default
	Company                   string // name or identifier
	Contact                   int    // 0 is none
	ContactName, ContactEmail string
	XRef                      string // externalXRef
	Entered, Updated          time.Time
	EnteredBy, UpdatedBy      string
	Severity                  string // on adding, "" is Medium

	// These are only taken.
	Refs            Refs
	Impact          string // "" is Medium
	ContactPhone    string
	CustomerUpdated bool
	Mail            Mail
	Fields          map[string]json.RawMessage // members without a meaning here, by name; unfit ones are left out

	// The rest is only shown.
	Closed     bool
	Owner      string
	Notes      int
	Documents  int
	MergedInto int
	Custom     map[string]string // values of custom fields, as JSON, by caption
}

// Note is a note as AddNoteAs takes it and as Notes shows it.
type Note struct {
	Text                             string
	Discussion, Internal, Resolution bool

	// The rest is only shown.
	ID        int
	Member    int // 0 is none
	Contact   int
	CreatedAt time.Time
	UpdatedAt time.Time
	CreatedBy string
}

// Document is a file on a ticket.
type Document struct {
	ID              int
	Title, FileName string
	Private         bool
	Content         []byte // shared, not to be written to
}

// Tickets shows every ticket, in id order.
func (s *Server) Tickets() []Ticket {
	var all []Ticket
	for t := range s.All() {
		all = append(all, t)
	}
	return all
}

// Ticket shows one ticket; false if it is not there.
func (s *Server) Ticket(id int) (Ticket, bool) {
	s.gate.Settle()
	s.mu.RLock()
	defer s.mu.RUnlock()
	t := s.tickets.get(int32(id))
	if t == nil {
		return Ticket{}, false
	}
	return s.show(t), true
}

// All goes through the tickets in id order without holding the instance up: requests go on in between, and
// tickets added meanwhile are seen.
func (s *Server) All() iter.Seq[Ticket] {
	return func(yield func(Ticket) bool) {
		for t := range s.Walk() {
			if !yield(t) {
				return
			}
		}
	}
}

// Walk is All with each ticket's notes, in the order they were written. The slice of notes is used again for the
// next ticket.
func (s *Server) Walk() iter.Seq2[Ticket, []Note] {
	return func(yield func(Ticket, []Note) bool) {
		const atOnce = 500
		type row struct {
			ticket Ticket
			notes  []Note
		}
		rows := make([]row, 0, atOnce)
		for next := int64(0); ; {
			s.gate.Settle()
			s.mu.RLock()
			rows = rows[:0]
			for _, t := range s.tickets.from(next) {
				if len(rows) == atOnce {
					break
				}
				rows = rows[:len(rows)+1]
				at := &rows[len(rows)-1]
				at.ticket, at.notes = s.show(t), at.notes[:0]
				for _, n := range t.notes {
					at.notes = append(at.notes, n.show())
				}
			}
			s.mu.RUnlock()
			for i := range rows {
				if !yield(rows[i].ticket, rows[i].notes) {
					return
				}
			}
			if len(rows) == 0 {
				return
			}
			next = int64(rows[len(rows)-1].ticket.ID) + 1
		}
	}
}

// Notes shows a ticket's notes in the order they were written; nil if the ticket is not there.
func (s *Server) Notes(ticketID int) []Note {
	s.gate.Settle()
	s.mu.RLock()
	defer s.mu.RUnlock()
	t := s.tickets.get(int32(ticketID))
	if t == nil {
		return nil
	}
	notes := make([]Note, 0, len(t.notes))
	for _, n := range t.notes {
		notes = append(notes, n.show())
	}
	return notes
}

// Documents shows a ticket's documents in the order they came.
func (s *Server) Documents(ticketID int) []Document {
	s.gate.Settle()
	s.mu.RLock()
	defer s.mu.RUnlock()
	t := s.tickets.get(int32(ticketID))
	if t == nil {
		return nil
	}
	var documents []Document
	for _, d := range t.documents {
		documents = append(documents, Document{ID: int(d.id), Title: d.title, FileName: d.fileName, Private: d.private, Content: d.content})
	}
	return documents
}

// Len is how many tickets there are.
func (s *Server) Len() int {
	s.gate.Settle()
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.tickets.rows)
}

func (s *Server) show(t *ticket) Ticket {
	shown := Ticket{
		ID: int(t.id), Summary: t.summary, Board: t.board.name, Status: t.status.name, Company: t.company.name,
		ContactName: t.contactName, ContactEmail: t.contactEmail, XRef: t.xref, Owner: t.resources(), Severity: t.severity,
		Entered: utc(t.entered), Updated: utc(t.updated), EnteredBy: t.enteredBy, UpdatedBy: t.updatedBy,
		Closed: t.status.closed, Notes: len(t.notes), Documents: len(t.documents),
	}
	if t.priority != nil {
		shown.Priority = t.priority.name
	}
	if t.contact != nil {
		shown.Contact = int(t.contact.id)
	}
	if t.mergedInto != nil {
		shown.MergedInto = int(t.mergedInto.id)
	}
	for _, value := range t.custom {
		if shown.Custom == nil {
			shown.Custom = map[string]string{}
		}
		shown.Custom[value.Caption] = string(value.Value)
	}
	return shown
}

func (n *note) show() Note {
	shown := Note{
		ID: int(n.id), Text: n.text, Discussion: n.discussion, Internal: n.internal, Resolution: n.resolution,
		CreatedAt: utc(n.createdAt), UpdatedAt: utc(n.updated), CreatedBy: n.createdBy,
	}
	if n.member != nil {
		shown.Member = int(n.member.id)
	}
	if n.contact != nil {
		shown.Contact = int(n.contact.id)
	}
	return shown
}
