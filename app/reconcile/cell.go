package reconcile

import (
	"strings"

	"deskbridge/app/ticket"
)

// verdict is what happens to one field.
type verdict uint8

const (
	nothing  verdict = iota // all three are equal
	agree                   // both sides hold the same new value: remember it
	write                   // the desk moved: its value goes to the PSA
	overrule                // both moved: the desk's value goes to the PSA
	keep                    // a technician moved it and the desk did not: leave it
	drift                   // neither side moved, and yet they differ: report it
)

// cell is one field of one link: what the desk now asks for, what was agreed,
// and what the PSA holds.
type cell struct {
	Field                ticket.FieldSet
	DeskChanged          bool
	Want, Agreed, Actual ticket.Fields
	// Adopted links have no agreed state; Untouched then says that nobody but us
	// has ever changed the PSA ticket.
	Adopted, Untouched bool
}

// compare is the whole table of field outcomes.
func compare(c cell) verdict {
	wanted := sameField(c.Want, c.Actual, c.Field)
	if c.Adopted {
		switch {
		case wanted:
			return agree
		case c.Untouched:
			return write
		default:
			return keep
		}
	}
	moved := !sameField(c.Actual, c.Agreed, c.Field)
	switch {
	case c.DeskChanged && wanted:
		return agree
	case c.DeskChanged && !moved:
		return write
	case c.DeskChanged:
		return overrule
	case moved && wanted:
		return agree
	case moved:
		return keep
	case !wanted:
		return drift
	default:
		return nothing
	}
}

const allFields = ticket.FieldSummary | ticket.FieldStatus | ticket.FieldPriority | ticket.FieldCompany | ticket.FieldContact

var fieldList = [...]ticket.FieldSet{
	ticket.FieldSummary, ticket.FieldStatus, ticket.FieldPriority, ticket.FieldCompany, ticket.FieldContact,
}

// changedFields tells which PSA fields the desk's change concerns.
func changedFields(agreed, now ticket.DeskState) ticket.FieldSet {
	var set ticket.FieldSet
	if agreed.Subject != now.Subject {
		set |= ticket.FieldSummary
	}
	if agreed.Status != now.Status {
		set |= ticket.FieldStatus
	}
	if agreed.Priority != now.Priority {
		set |= ticket.FieldPriority
	}
	if agreed.Organization != now.Organization {
		// A contact belongs to a company, so a new company asks for it anew.
		set |= ticket.FieldCompany | ticket.FieldContact
	}
	if agreed.Requester != now.Requester {
		set |= ticket.FieldContact
	}
	return set
}

// SameFields tells which of the named fields hold the same in a and b.
func SameFields(a, b ticket.Fields, named ticket.FieldSet) ticket.FieldSet {
	var same ticket.FieldSet
	for _, f := range fieldList {
		if named.Has(f) && sameField(a, b, f) {
			same |= f
		}
	}
	return same
}

func sameField(a, b ticket.Fields, f ticket.FieldSet) bool {
	switch f {
	case ticket.FieldSummary:
		return strings.TrimSpace(a.Summary) == strings.TrimSpace(b.Summary)
	case ticket.FieldStatus:
		return a.Status == b.Status
	case ticket.FieldPriority:
		return a.Priority == b.Priority
	case ticket.FieldCompany:
		return a.Company == b.Company
	default:
		return sameContact(a.Contact, b.Contact)
	}
}

// sameContact compares by id where there is one: the PSA fills in the name and
// address of a known contact by itself.
func sameContact(a, b ticket.Contact) bool {
	if a.ID != 0 || b.ID != 0 {
		return a.ID == b.ID
	}
	return strings.EqualFold(a.Email, b.Email) && strings.TrimSpace(a.Name) == strings.TrimSpace(b.Name)
}

func copyField(to *ticket.Fields, from ticket.Fields, f ticket.FieldSet) {
	switch f {
	case ticket.FieldSummary:
		to.Summary = from.Summary
	case ticket.FieldStatus:
		to.Status = from.Status
	case ticket.FieldPriority:
		to.Priority = from.Priority
	case ticket.FieldCompany:
		to.Company = from.Company
	case ticket.FieldContact:
		to.Contact = from.Contact
	}
}

// Equal tells whether two tickets hold the same in every field we carry.
func Equal(a, b ticket.Fields) bool { return SameFields(a, b, allFields) == allFields }
