package psa

import "strconv"

// timeEntry is work a technician booked on a ticket; its notes show on the ticket but not under /notes.
type timeEntry struct {
	key
	ticket                           *ticket
	text                             string
	discussion, internal, resolution bool
	member                           *member
	start, end                       int64
	stamps
}

func timeEntryResource() *resource[*timeEntry] {
	f := fieldSet[*timeEntry]{}
	f.number("id", func(t *timeEntry) int32 { return t.id })
	f.number("chargeToId", func(t *timeEntry) int32 { return t.ticket.id })
	f.text("chargeToType", func(*timeEntry) string { return "ServiceTicket" }, "ServiceTicket", "ProjectTicket", "ChargeCode", "Activity")
	f.text("notes", func(t *timeEntry) string { return t.text })
	f.reference("member", func(t *timeEntry) (int32, string) { return t.member.id, t.member.fullName() })
	f.time("timeStart", func(t *timeEntry) int64 { return t.start })
	f.time("timeEnd", func(t *timeEntry) int64 { return t.end })
	f.stamps(func(t *timeEntry) stamps { return t.stamps })
	return &resource[*timeEntry]{
		fields: f, id: func(t *timeEntry) int32 { return t.id },
		visible: func(t *timeEntry) bool { return t.ticket.visible() },
		encode: func(_ *call, e *encoder, t *timeEntry) {
			e.number("id", t.id)
			t.ticket.company.ref(e)
			e.number("chargeToId", t.ticket.id)
			e.text("chargeToType", "ServiceTicket")
			t.member.ref(e, "member")
			e.time("timeStart", t.start)
			e.time("timeEnd", t.end)
			e.raw("actualHours", strconv.AppendFloat(nil, float64(t.end-t.start)/3600, 'f', -1, 64))
			e.text("notes", t.text)
			e.flag("addToDetailDescriptionFlag", t.discussion)
			e.flag("addToInternalAnalysisFlag", t.internal)
			e.flag("addToResolutionFlag", t.resolution)
			t.ticket.ref(e, "ticket")
			e.info(t.stamps)
		},
	}
}

func listTimeEntries(c *call) answer {
	return list(c, c.server.kinds.timeEntries, c.server.allTimeEntries)
}

func countTimeEntries(c *call) answer {
	return count(c, c.server.kinds.timeEntries, c.server.allTimeEntries)
}

func (s *Server) allTimeEntries(q *query) []*timeEntry { return s.times.candidates(q) }
