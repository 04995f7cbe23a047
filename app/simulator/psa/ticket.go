package psa

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"

	"deskbridge/app/simulator/psa/condition"
)

// ticket is a service ticket, or a project ticket where the board is one.
type ticket struct {
	key
	summary                              string
	board                                *board
	status                               *status
	company                              *company
	contact                              *contact
	contactName, contactPhone            string
	contactPhoneExt, contactEmail        string
	kind, subType, item                  *boardEntry
	team                                 *team
	owner                                *member
	priority                             *priority
	source                               *source
	severity, impact                     string
	xref                                 string
	parent                               *ticket
	mergedInto                           *ticket
	merged, children                     []*ticket // the other ends of mergedInto and parent
	closedAt                             int64
	closedBy                             string
	emailContact, emailResource, emailCC bool
	customerUpdated                      bool
	custom                               []customField
	extra                                map[string]json.RawMessage // fields without a meaning here
	notes                                []*note
	times                                []*timeEntry
	documents                            []*document
	stamps
}

// visible says whether the API member may see a ticket.
func (t *ticket) visible() bool { return !t.board.excluded }

func (t *ticket) recordType() string {
	if t.board.project {
		return "ProjectTicket"
	}
	return "ServiceTicket"
}

// resources are the people on a ticket, as the service lists them.
func (t *ticket) resources() string {
	if t.owner == nil {
		return ""
	}
	return t.owner.identifier
}

func (t *ticket) ref(e *encoder, name string) {
	if t == nil {
		return
	}
	e.object(name, func() {
		e.number("id", t.id)
		e.text("summary", t.summary)
		e.object("_info", func() { e.link("ticket", "/service/tickets/", t.id) })
	})
}

// withTicket finds the ticket of a path. One on a board the API member may not use is not there.
func withTicket(c *call, do func(*ticket) answer) answer {
	t := c.server.tickets.get(c.ids[0])
	if t == nil || !t.visible() {
		return noRecord("Ticket", c.ids[0])
	}
	return do(t)
}

// ticketCandidates narrows tickets down by id or externalXRef; other conditions look at all of them.
func ticketCandidates(c *call) func(*query) []*ticket {
	return func(q *query) []*ticket {
		s := c.server
		if values, ok := q.conditions.Exactly("externalXRef"); ok && !slices.ContainsFunc(values, condition.Value.Null) {
			var rows []*ticket
			for _, value := range values {
				rows = append(rows, s.byXRef[lower(value.String())]...)
			}
			slices.SortFunc(rows, func(a, b *ticket) int { return cmp.Compare(a.id, b.id) })
			return slices.Compact(rows)
		}
		return s.tickets.candidates(q)
	}
}

func listTickets(c *call) answer { return list(c, c.server.kinds.tickets, ticketCandidates(c)) }

func countTickets(c *call) answer { return count(c, c.server.kinds.tickets, ticketCandidates(c)) }

func searchTickets(c *call) answer {
	q, refused := c.searchQuery()
	if refused != nil {
		return *refused
	}
	return listQuery(c, c.server.kinds.tickets, q, ticketCandidates(c))
}

func getTicket(c *call) answer {
	return withTicket(c, func(t *ticket) answer { return one(c, http.StatusOK, c.server.kinds.tickets, t) })
}

func encodeTicket(c *call, e *encoder, t *ticket) {
	e.number("id", t.id)
	e.text("summary", t.summary)
	e.text("recordType", t.recordType())
	t.board.ref(e)
	boardPath := "/service/boards/" + itoa(t.board.id)
	e.reference("status", t.status.id, "name", t.status.name, "status", boardPath+"/statuses/")
	t.company.ref(e)
	t.company.site(e)
	t.contact.ref(e, "contact")
	e.text("contactName", t.contactName)
	e.text("contactPhoneNumber", t.contactPhone)
	e.text("contactPhoneExtension", t.contactPhoneExt)
	e.text("contactEmailAddress", t.contactEmail)
	for _, entry := range []struct {
		name, path string
		value      *boardEntry
	}{{"type", "/types/", t.kind}, {"subType", "/subtypes/", t.subType}, {"item", "/items/", t.item}} {
		if entry.value != nil {
			e.reference(entry.name, entry.value.id, "name", entry.value.name, entry.name, boardPath+entry.path)
		}
	}
	if t.team != nil {
		e.reference("team", t.team.id, "name", t.team.name, "team", "/service/teams/")
	}
	t.owner.ref(e, "owner")
	if p := t.priority; p != nil {
		e.object("priority", func() {
			e.number("id", p.id)
			e.text("name", p.name)
			e.number("sort", p.sort)
			e.text("level", p.level)
			e.object("_info", func() { e.link("priority", "/service/priorities/", p.id) })
		})
	}
	if t.source != nil {
		e.reference("source", t.source.id, "name", t.source.name, "source", "/service/sources/")
	}
	e.text("severity", t.severity)
	e.text("impact", t.impact)
	e.text("externalXRef", t.xref)
	e.flag("customerUpdatedFlag", t.customerUpdated)
	e.flag("automaticEmailContactFlag", t.emailContact)
	e.flag("automaticEmailResourceFlag", t.emailResource)
	e.flag("automaticEmailCcFlag", t.emailCC)
	encodeClosing(e, t)
	e.text("resources", t.resources())
	if t.parent != nil {
		e.number("parentTicketId", t.parent.id)
	}
	e.flag("hasChildTicket", len(t.children) > 0)
	e.flag("hasMergedChildTicketFlag", len(t.merged) > 0)
	for _, field := range c.server.kinds.plain {
		e.raw(field.name, t.extra[field.name])
	}
	e.place()
	e.reference("sla", mainSLA, "name", "Standard SLA", "sla", "/service/SLAs/")
	t.mergedInto.ref(e, "mergedParentTicket")
	c.server.encodeCustom(e, t.custom)
	encodeTicketInfo(e, t)
}

func encodeClosing(e *encoder, t *ticket) {
	e.flag("closedFlag", t.status.closed)
	if t.status.closed {
		e.time("closedDate", t.closedAt)
		e.text("closedBy", t.closedBy)
		e.time("dateResolved", t.closedAt)
	}
}

func encodeTicketInfo(e *encoder, t *ticket) {
	e.object("_info", func() {
		e.stamps(t.stamps)
		at := e.base + "/service/tickets/" + itoa(t.id)
		e.text("activities_href", e.base+"/sales/activities?conditions=ticket/id="+itoa(t.id))
		e.text("notes_href", at+"/notes")
		e.text("documents_href", at+"/documents")
		e.text("timeentries_href", at+"/timeentries")
	})
}

// encodeCustom writes every defined custom field, with a value where the record has one.
func (s *Server) encodeCustom(e *encoder, values []customField) {
	defined := s.userFields.rows
	if len(defined) == 0 {
		return
	}
	e.list("customFields", len(defined), func(i int) {
		e.number("id", defined[i].id)
		e.text("caption", defined[i].caption)
		e.text("type", defined[i].kind)
		e.text("entryMethod", "EntryField")
		e.number("numberOfDecimals", 0)
		for _, value := range values {
			if value.ID == defined[i].id {
				e.raw("value", value.Value)
			}
		}
	})
}
