package psa

import (
	"cmp"
	"encoding/json"
)

// Refs are what AddTicket looks up by id rather than by name. 0 leaves it to the name, the board's or the
// instance's default, or none.
type Refs struct {
	Board, Status, Type, SubType, Item, Team int // all but the first must be of the board
	Company, Priority, Source, Owner         int
}

// Mail says who hears of a ticket's changes.
type Mail struct{ Contact, Resource, CC bool }

// AddTicket adds a ticket that is there already and returns its id. Zero times are now. It panics on a name
// or an id that does not exist.
func (s *Server) AddTicket(given Ticket) int {
	defer s.lock()()
	refs := given.Refs
	b := chosen(s.boards.rows, refs.Board, "board")
	switch {
	case b != nil:
	case given.Board != "":
		b = s.boardNamed(given.Board)
	default:
		b = s.defaultBoard
	}
	b = must(b, "board", given.Board)
	now := s.now()
	byName := func(co *company) bool { return co.named(given.Company) }
	t := &ticket{
		key: keyOf(given.ID), summary: given.Summary, board: b,
		severity: cmp.Or(given.Severity, "Medium"), impact: cmp.Or(given.Impact, "Medium"),
		status:  must(cmp.Or(chosen(b.statuses, refs.Status, "status"), b.status(given.Status)), "status", given.Status),
		team:    cmp.Or(chosen(b.teams, refs.Team, "team"), b.defaultTeam()),
		kind:    chosen(b.types, refs.Type, "type"),
		subType: chosen(b.subTypes, refs.SubType, "subtype"),
		item:    chosen(b.items, refs.Item, "item"),
		company: must(cmp.Or(chosen(s.companies.rows, refs.Company, "company"), s.companies.find(byName)), "company", given.Company),
		contact: s.contacts.get(int32(given.Contact)),
		owner:   chosen(s.members.rows, refs.Owner, "member"),
		source: cmp.Or(chosen(s.sources.rows, refs.Source, "source"),
			s.sources.find(func(src *source) bool { return src.isDefault })),
		contactName: given.ContactName, contactEmail: given.ContactEmail, contactPhone: given.ContactPhone, xref: given.XRef,
		customerUpdated: given.CustomerUpdated,
		emailContact:    given.Mail.Contact, emailResource: given.Mail.Resource, emailCC: given.Mail.CC,
		stamps: newStamps(now.Unix(), s.api),
	}
	t.priority = cmp.Or(chosen(s.priorities.rows, refs.Priority, "priority"), s.priorityNamed(given.Priority))
	if t.priority == nil && given.Priority == "" {
		t.priority = s.priorities.find(func(p *priority) bool { return p.isDefault })
	}
	must(t.priority, "priority", given.Priority)
	if t.contact != nil {
		t.contactName = cmp.Or(t.contactName, t.contact.fullName())
		t.contactEmail = cmp.Or(t.contactEmail, t.contact.first("Email"))
	}
	s.keepFields(t, given.Fields)
	s.saveTicket(t)
	s.closing(t, false, now.Unix(), s.api)
	if !given.Entered.IsZero() {
		t.entered = given.Entered.Unix()
	}
	if !given.Updated.IsZero() {
		t.updated = given.Updated.Unix()
	}
	t.enteredBy = cmp.Or(given.EnteredBy, t.enteredBy)
	t.updatedBy = cmp.Or(given.UpdatedBy, t.updatedBy)
	return int(t.id)
}

// keepFields stores the members that a create would only store.
func (s *Server) keepFields(t *ticket, values map[string]json.RawMessage) {
	for _, field := range s.kinds.plain {
		raw, given := values[field.name]
		if !given {
			continue
		}
		d := &draft{ticket: *t}
		if field.set(d, raw); len(d.problems) == 0 {
			t.extra = d.extra
		}
	}
}
