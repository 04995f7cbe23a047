package desk

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// Ticket is a ticket as it is now. It is a copy: changing it changes nothing.
type Ticket struct {
	ID                               int64
	Subject, Status, Priority, Type  string
	ExternalID                       string
	Requester, Organization          int64
	Tags                             []string
	CreatedAt, UpdatedAt, ExportedAt time.Time // ExportedAt is generated_timestamp
	Comments                         []Comment // oldest first
}

// Comment is a comment as it is now.
type Comment struct {
	ID, Author  int64
	Body        string
	Public      bool
	At          time.Time
	Attachments []Attachment
	Custom      json.RawMessage // metadata.custom, {} if nothing was sent
}

// Attachment is a file on a comment.
type Attachment struct {
	ID   int64
	Name string
	Size int64
}

// Tickets returns every ticket by id, deleted ones included.
func (s *Server) Tickets() []Ticket {
	s.gate.Settle()
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Ticket, 0, len(s.tickets))
	for _, id := range slices.Sorted(maps.Keys(s.tickets)) {
		out = append(out, s.tickets[id].snapshot())
	}
	return out
}

// Ticket returns one ticket; false if there is none.
func (s *Server) Ticket(id int64) (Ticket, bool) {
	s.gate.Settle()
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tickets[id]
	if t == nil {
		return Ticket{}, false
	}
	return t.snapshot(), true
}

// Users returns every person by id.
func (s *Server) Users() []User {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]User, 0, len(s.users))
	for _, id := range slices.Sorted(maps.Keys(s.users)) {
		out = append(out, *s.users[id])
	}
	return out
}

// Counts returns how many tickets, deleted ones included, and how many comments there are.
func (s *Server) Counts() (tickets, comments int) {
	s.gate.Settle()
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.tickets), s.comments
}

// PendingWrites is how many late-save writes are not yet visible.
func (s *Server) PendingWrites() int { return s.gate.Pending() }

func (t *ticket) snapshot() Ticket {
	out := Ticket{
		ID: t.id, Subject: t.subject, Status: t.status, Priority: t.priority, Type: t.kind, ExternalID: t.externalID, Requester: t.requester,
		Organization: t.organization, Tags: slices.Clone(t.tags), CreatedAt: at(t.createdAt), UpdatedAt: at(t.updatedAt), ExportedAt: at(t.generated),
		Comments: make([]Comment, len(t.comments)),
	}
	for i, c := range t.comments {
		out.Comments[i] = Comment{
			ID: c.id, Author: c.author, Body: c.body, Public: c.public, At: at(c.audit.at), Custom: c.audit.custom(),
		}
		for _, a := range c.attachments {
			out.Comments[i].Attachments = append(out.Comments[i].Attachments, Attachment{a.id, a.name, a.size})
		}
	}
	return out
}

func at(unix int64) time.Time { return time.Unix(unix, 0).UTC() }
