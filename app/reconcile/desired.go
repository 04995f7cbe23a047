package reconcile

import (
	"strings"

	"deskbridge/app/ticket"
)

// Limits of ConnectWise ticket fields, in UTF-16 units as SQL Server counts
// (spec 2025.1; connectwise.md section 6).
const (
	SummaryLimit      = 100
	contactNameLimit  = 62
	contactEmailLimit = 250
)

// desired returns the PSA values the desk ticket asks for.
func desired(in Input) (ticket.Fields, *Hold) { return desiredOf(in, allFields) }

// desiredOf is desired for the fields that changed; a field that did not, and
// whose value cannot be told, counts as agreed.
func desiredOf(in Input, changed ticket.FieldSet) (ticket.Fields, *Hold) {
	t := in.Ticket
	var want ticket.Fields
	if in.Link != nil {
		want = in.Link.Agreed.PSA
	}
	want.Summary = Summary(t.Subject)
	if id, ok := in.Policy.Statuses[t.Status]; ok {
		want.Status = id
	} else if changed.Has(ticket.FieldStatus) {
		return want, &Hold{Code: HoldStatus, Value: string(t.Status)}
	}
	if id, ok := in.Policy.Priorities[t.Priority]; ok {
		want.Priority = id
	} else if changed.Has(ticket.FieldPriority) {
		return want, &Hold{Code: HoldPriority, Value: string(t.Priority)}
	}
	if in.Company != nil {
		want.Company = in.Company.Company
		want.Contact = in.Company.Contact
	}
	return want, nil
}

// Companies finds a company by name.
type Companies struct {
	byName map[string]int64 // zero: more than one of that name
}

// NewCompanies indexes the companies that can hold tickets.
func NewCompanies(list []ticket.Company) Companies {
	byName := make(map[string]int64, len(list))
	for _, c := range list {
		if c.Inactive {
			continue
		}
		name := foldName(c.Name)
		if _, taken := byName[name]; taken {
			byName[name] = 0
			continue
		}
		byName[name] = c.ID
	}
	return Companies{byName: byName}
}

// ByName returns the one company of exactly that name, ignoring case and
// surrounding space, or zero: with two of a name nobody can tell which is meant.
func (c Companies) ByName(name string) int64 { return c.byName[foldName(name)] }

// Contacts finds a company's contact by e-mail address.
type Contacts struct {
	byEmail map[string]int64 // zero: more than one with that address
}

// NewContacts indexes the active contacts of one company.
func NewContacts(list []ticket.PSAContact) Contacts {
	byEmail := make(map[string]int64, len(list))
	for _, c := range list {
		if c.Inactive {
			continue
		}
		for _, e := range c.Emails {
			email := foldName(e)
			if id, taken := byEmail[email]; taken && id != c.ID {
				byEmail[email] = 0
				continue
			}
			byEmail[email] = c.ID
		}
	}
	return Contacts{byEmail: byEmail}
}

// Knows tells whether any contact has the address.
func (c Contacts) Knows(email string) bool {
	_, ok := c.byEmail[foldName(email)]
	return ok
}

// Resolve finds who the ticket is for: the one contact with the requester's
// address, else the requester's name and address as text.
func (c Contacts) Resolve(p ticket.Person) ticket.Contact {
	email := foldName(p.Email)
	if id := c.byEmail[email]; id != 0 && email != "" {
		return ticket.Contact{ID: id}
	}
	contact := ticket.Contact{Name: cut(oneLine(p.Name), contactNameLimit)}
	if units(email) <= contactEmailLimit {
		contact.Email = email // a cut address would be somebody else's
	}
	return contact
}

func foldName(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
