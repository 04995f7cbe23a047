package psa

import (
	"slices"
	"time"
)

// Email is one message the instance would have sent.
type Email struct {
	At     time.Time
	Kind   string // contact, resources or cc
	To     string // an address; for resources without one, a member's identifier
	Ticket int
	Reason string // new ticket, ticket updated, new note, note updated
}

// mailContact writes to the customer's contact, if the ticket knows an address.
func (s *Server) mailContact(t *ticket, reason string, at int64) {
	if t.contactEmail != "" {
		s.mail(t, "contact", t.contactEmail, reason, at)
	}
	if t.emailCC {
		s.mail(t, "cc", "cc", reason, at)
	}
}

// mailResources writes to the people on the ticket; one that is nobody's goes to the team.
func (s *Server) mailResources(t *ticket, reason string, at int64) {
	switch {
	case t.owner != nil && t.owner.email != "":
		s.mail(t, "resources", t.owner.email, reason, at)
	case t.owner != nil:
		s.mail(t, "resources", t.owner.identifier, reason, at)
	case t.team != nil:
		s.mail(t, "resources", t.team.name, reason, at)
	}
}

func (s *Server) mail(t *ticket, kind, to, reason string, at int64) {
	s.emails = append(s.emails, Email{At: time.Unix(at, 0).UTC(), Kind: kind, To: to, Ticket: int(t.id), Reason: reason})
}

// Emails lists every message so far, oldest first.
func (s *Server) Emails() []Email {
	s.gate.Settle()
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.emails)
}
