package psa

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// createTicket saves a new ticket: everything the board, the company and the instance can supply by default
// is supplied, the rest must be given.
func createTicket(c *call) answer {
	values, refused := c.members("ticket")
	if refused != nil {
		return *refused
	}
	s := c.server
	d := &draft{ticket: ticket{severity: "Medium", impact: "Medium"}, server: s, given: map[string]bool{}}
	if isNull(values["board"]) {
		delete(values, "board")
		d.board = s.defaultBoard
	}
	d.apply(values)
	d.requireSummary()
	if kind := values["recordType"]; !isNull(kind) && string(kind) != `"ServiceTicket"` {
		d.add("recordType", "InvalidEnum", "A ticket of another type than ServiceTicket cannot be created here.")
	}
	d.need("company", d.company == nil)
	d.fill(nil)
	if len(d.problems) > 0 {
		return invalid("ticket", d.problems...)
	}
	if d.status.closed && !c.may(CloseServiceTicketsAdd) {
		return forbidden(CloseServiceTicketsAdd)
	}
	t := new(d.ticket)
	t.stamps = newStamps(c.at, s.api)
	s.saveTicket(t)
	s.closing(t, false, c.at, s.api)
	s.openingNotes(t, d.opening, c.at)
	if !d.quiet {
		s.mailContact(t, "new ticket", c.at)
		s.mailResources(t, "new ticket", c.at)
	}
	return one(c, http.StatusCreated, s.kinds.tickets, t)
}

// apply takes the members of a body into the draft, board and company first, since names are looked up
// within them. Members a ticket does not have are ignored, as the service does.
func (d *draft) apply(values map[string]json.RawMessage) {
	names := slices.Sorted(maps.Keys(values))
	slices.SortStableFunc(names, func(a, b string) int { return rank(a) - rank(b) })
	for _, name := range names {
		if set, known := d.server.kinds.ticketSetters[name]; known {
			set(d, values[name])
			d.given[name] = !isNull(values[name])
		}
	}
}

func rank(name string) int {
	if name == "board" || name == "company" {
		return 0
	}
	return 1
}

func (d *draft) requireSummary() {
	if strings.TrimSpace(d.summary) == "" {
		d.required("summary")
	}
}

// saveTicket stores a ticket and enters it in the indexes.
func (s *Server) saveTicket(t *ticket) {
	s.tickets.add(t)
	s.index(t)
}

func (s *Server) index(t *ticket) {
	if t.xref != "" {
		at := lower(t.xref)
		s.byXRef[at] = append(s.byXRef[at], t)
		slices.SortFunc(s.byXRef[at], func(a, b *ticket) int { return int(a.id - b.id) })
	}
	if t.parent != nil {
		t.parent.children = append(t.parent.children, t)
	}
}

func (s *Server) unindex(t *ticket) {
	unindex(s.byXRef, lower(t.xref), t)
	if t.parent != nil {
		t.parent.children = slices.DeleteFunc(t.parent.children, func(child *ticket) bool { return child == t })
	}
}

// closing keeps the closing stamps in step with the status.
func (s *Server) closing(t *ticket, wasClosed bool, at int64, by *member) {
	switch {
	case !t.status.closed:
		t.closedAt, t.closedBy = 0, ""
	case !wasClosed:
		t.closedAt, t.closedBy = at, by.identifier
	}
}

// patchTicket applies patch operations, all or none.
func patchTicket(c *call) answer {
	return withTicket(c, func(t *ticket) answer {
		operations, refused := c.patches("ticket")
		if refused != nil {
			return *refused
		}
		slices.SortStableFunc(operations, func(a, b patchOperation) int { return rank(a.Path) - rank(b.Path) })
		d := &draft{ticket: *t, server: c.server, given: map[string]bool{}}
		changes := 0
		for _, operation := range operations {
			set, known := c.server.kinds.ticketSetters[operation.Path]
			if !known {
				// status/id and read-only names are answered 200 and change nothing: the false 200.
				name, _, nested := strings.Cut(operation.Path, "/")
				if _, settable := c.server.kinds.ticketSetters[name]; nested && settable || slices.Contains(c.server.kinds.readOnly, name) {
					continue
				}
				return unknownPath("ticket", operation.Path)
			}
			set(d, operation.Value)
			d.given[operation.Path] = !isNull(operation.Value)
			if operation.Path != "processNotifications" && operation.Path != "skipCallback" {
				changes++
			}
		}
		if changes == 0 && len(d.problems) == 0 {
			return one(c, http.StatusOK, c.server.kinds.tickets, t)
		}
		return c.rewrite(t, d)
	})
}

// putTicket replaces everything that can be set; severity and impact are required here.
func putTicket(c *call) answer {
	return withTicket(c, func(t *ticket) answer {
		values, refused := c.members("ticket")
		if refused != nil {
			return *refused
		}
		blank := ticket{
			key: t.key, stamps: t.stamps, notes: t.notes, times: t.times, documents: t.documents,
			mergedInto: t.mergedInto, merged: t.merged, children: t.children, closedAt: t.closedAt, closedBy: t.closedBy,
		}
		d := &draft{ticket: blank, server: c.server, given: map[string]bool{}}
		d.apply(values)
		for _, name := range []string{"board", "status", "severity", "impact"} {
			if isNull(values[name]) {
				d.required(name)
			}
		}
		return c.rewrite(t, d)
	})
}

// rewrite checks a draft of an existing ticket and saves it.
func (c *call) rewrite(t *ticket, d *draft) answer {
	s := c.server
	d.requireSummary()
	d.need("board", d.board == nil)
	d.need("company", d.company == nil)
	d.need("status", d.status == nil)
	if len(d.problems) == 0 {
		d.fill(t)
	}
	if len(d.problems) > 0 {
		return invalid("ticket", d.problems...)
	}
	if d.status.closed && d.status != t.status && !c.may(CloseServiceTicketsEdit) {
		return forbidden(CloseServiceTicketsEdit)
	}
	s.replace(t, d.ticket, c.at, s.api)
	if !d.quiet {
		s.mailContact(t, "ticket updated", c.at)
		s.mailResources(t, "ticket updated", c.at)
	}
	return one(c, http.StatusOK, s.kinds.tickets, t)
}

// replace saves new content for a ticket and keeps the indexes and stamps right.
func (s *Server) replace(t *ticket, with ticket, at int64, by *member) {
	wasClosed := t.status.closed
	s.unindex(t)
	children := t.children
	*t = with
	t.children = children
	s.index(t)
	s.closing(t, wasClosed, at, by)
	t.touch(at, by)
}

// deleteTicket removes a ticket; only with a right that no vendor asks for.
func deleteTicket(c *call) answer {
	return withTicket(c, func(t *ticket) answer {
		c.server.removeTicket(t)
		return answer{status: http.StatusNoContent}
	})
}

func (s *Server) removeTicket(t *ticket) {
	s.unindex(t)
	if t.mergedInto != nil {
		t.mergedInto.merged = slices.DeleteFunc(t.mergedInto.merged, func(child *ticket) bool { return child == t })
	}
	for _, child := range t.children {
		child.parent = nil
	}
	for _, doc := range t.documents {
		s.documents.remove(doc.id)
	}
	for _, entry := range t.times {
		s.times.remove(entry.id)
	}
	s.tickets.remove(t.id)
}
