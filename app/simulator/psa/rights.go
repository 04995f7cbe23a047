package psa

import (
	"net/http"
	"strings"

	"deskbridge/app/simulator/fault"
)

// Right is one cell of a security role: a function and a level. The functions are those of the role screen
// (api facts, section 8); the spelling has no blanks, so that a fault can name one.
type Right string

// The rights this simulator asks for.
const (
	CompaniesInquire        Right = "company-maintenance-inquire"
	ContactsInquire         Right = "contacts-inquire"
	ContactsAdd             Right = "contacts-add"
	ContactsEdit            Right = "contacts-edit"
	AttachmentsInquire      Right = "manage-attachments-inquire"
	AttachmentsAdd          Right = "manage-attachments-add"
	ServiceTicketsInquire   Right = "service-tickets-inquire"
	ServiceTicketsAdd       Right = "service-tickets-add"
	ServiceTicketsEdit      Right = "service-tickets-edit"
	ServiceTicketsDelete    Right = "service-tickets-delete"
	CloseServiceTicketsAdd  Right = "close-service-tickets-add"
	CloseServiceTicketsEdit Right = "close-service-tickets-edit"
	TableSetupInquire       Right = "table-setup-inquire"
	MembersInquire          Right = "member-maintenance-inquire"
	TimeEntryInquire        Right = "time-entry-inquire"
)

// Rights lists the rights a new Server grants: all that vendors ask for. ContactsEdit and
// ServiceTicketsDelete are the two it does not.
func Rights() []Right {
	return []Right{
		CompaniesInquire, ContactsInquire, ContactsAdd, AttachmentsInquire, AttachmentsAdd,
		ServiceTicketsInquire, ServiceTicketsAdd, ServiceTicketsEdit, CloseServiceTicketsAdd, CloseServiceTicketsEdit,
		TableSetupInquire, MembersInquire, TimeEntryInquire,
	}
}

// Grant gives the API member's role a right.
func (s *Server) Grant(right Right) { s.setRight(right, true) }

// Revoke takes a right away: calls that need it answer 403 from now on.
func (s *Server) Revoke(right Right) { s.setRight(right, false) }

func (s *Server) setRight(right Right, granted bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.granted[right] = granted
}

// Granted says whether the role has a right.
func (s *Server) Granted(right Right) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.granted[right]
}

// may says whether the role has a right that depends on what is written, not on the route; the fault that
// revokes one by name counts too. Called with mu held.
func (c *call) may(right Right) bool {
	revoked, on := c.server.options.Faults.Active(fault.RevokeRight)
	return c.server.granted[right] && !(on && revoked.Argument == string(right))
}

// forbidden is the refusal for want of a right. It names the function and the level as the role screen
// does; the exact code is not documented.
func forbidden(right Right) answer {
	words := strings.Split(string(right), "-")
	for i, word := range words {
		words[i] = strings.ToUpper(word[:1]) + word[1:]
	}
	last := len(words) - 1
	return failure(http.StatusForbidden, "SecurityPermissionsError",
		"You do not have permission to perform this action. Security role function: "+
			strings.Join(words[:last], " ")+", level: "+words[last]+".")
}
