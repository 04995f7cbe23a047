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

// ResolveCompany finds the company of an organization by exact name, ignoring
// case and surrounding space, else the default. It reports whether the name
// led there.
func ResolveCompany(org string, companies []ticket.Company, fallback int64) (int64, bool) {
	org = strings.TrimSpace(org)
	if org == "" {
		return fallback, false
	}
	var found int64
	for _, c := range companies {
		if c.Inactive || !strings.EqualFold(strings.TrimSpace(c.Name), org) {
			continue
		}
		if found != 0 {
			return fallback, false // two of that name: nobody can tell which
		}
		found = c.ID
	}
	if found == 0 {
		return fallback, false
	}
	return found, true
}

// ResolveContact finds the requester among a company's contacts: the one
// contact with that address, else the name and address as text.
func ResolveContact(p ticket.Person, contacts []ticket.PSAContact) ticket.Contact {
	email := strings.ToLower(strings.TrimSpace(p.Email))
	var found int64
	if email != "" {
		for _, c := range contacts {
			if c.Inactive || !hasEmail(c, email) {
				continue
			}
			if found != 0 {
				found = 0
				break
			}
			found = c.ID
		}
	}
	if found != 0 {
		return ticket.Contact{ID: found}
	}
	contact := ticket.Contact{Name: cut(oneLine(p.Name), contactNameLimit)}
	if units(email) <= contactEmailLimit {
		contact.Email = email // a cut address would be somebody else's
	}
	return contact
}

func hasEmail(c ticket.PSAContact, email string) bool {
	for _, e := range c.Emails {
		if strings.EqualFold(strings.TrimSpace(e), email) {
			return true
		}
	}
	return false
}
