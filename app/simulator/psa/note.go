package psa

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// longestText is how long a note may be. The real limit is not documented; a client must stay well below.
const longestText = 60_000

// note is one entry of a ticket's discussion, internal analysis or resolution.
type note struct {
	key
	ticket                           *ticket
	text                             string
	discussion, internal, resolution bool
	issue                            bool
	customerUpdated                  bool
	member                           *member
	contact                          *contact
	createdAt                        int64
	createdBy                        string
	stamps
}

func noteResource() *resource[*note] {
	f := fieldSet[*note]{}
	f.number("id", func(n *note) int32 { return n.id })
	f.number("ticketId", func(n *note) int32 { return n.ticket.id })
	f.text("text", func(n *note) string { return n.text })
	f.flag("detailDescriptionFlag", func(n *note) bool { return n.discussion })
	f.flag("internalAnalysisFlag", func(n *note) bool { return n.internal })
	f.flag("resolutionFlag", func(n *note) bool { return n.resolution })
	f.flag("issueFlag", func(n *note) bool { return n.issue })
	f.flag("internalFlag", func(n *note) bool { return n.internal })
	f.flag("externalFlag", func(n *note) bool { return n.discussion || n.resolution })
	f.flag("customerUpdatedFlag", func(n *note) bool { return n.customerUpdated })
	f.time("dateCreated", func(n *note) int64 { return n.createdAt })
	f.text("createdBy", func(n *note) string { return n.createdBy })
	f.reference("member", func(n *note) (int32, string) {
		if n.member == nil {
			return 0, ""
		}
		return n.member.id, n.member.fullName()
	})
	f.reference("contact", func(n *note) (int32, string) {
		if n.contact == nil {
			return 0, ""
		}
		return n.contact.id, n.contact.fullName()
	})
	f.stamps(func(n *note) stamps { return n.stamps })
	return &resource[*note]{fields: f, id: func(n *note) int32 { return n.id }, encode: func(_ *call, e *encoder, n *note) {
		e.number("id", n.id)
		e.number("ticketId", n.ticket.id)
		e.text("text", n.text)
		e.flag("detailDescriptionFlag", n.discussion)
		e.flag("internalAnalysisFlag", n.internal)
		e.flag("resolutionFlag", n.resolution)
		e.flag("issueFlag", n.issue)
		n.member.ref(e, "member")
		n.contact.ref(e, "contact")
		e.flag("customerUpdatedFlag", n.customerUpdated)
		e.time("dateCreated", n.createdAt)
		e.text("createdBy", n.createdBy)
		e.flag("internalFlag", n.internal)
		e.flag("externalFlag", n.discussion || n.resolution)
		e.info(n.stamps)
	}}
}

// addNote saves a note and moves its ticket's last update.
func (s *Server) addNote(t *ticket, n *note, at int64, by *member) *note {
	s.noteID++
	n.id, n.ticket, n.createdAt = s.noteID, t, at
	n.stamps = newStamps(at, by)
	n.createdBy = by.identifier
	if n.member != nil {
		n.createdBy = n.member.identifier
	}
	t.notes = append(t.notes, n)
	t.touch(at, by)
	return n
}

// openingNotes makes the first notes of a ticket out of the three texts of its create.
func (s *Server) openingNotes(t *ticket, opening openingNotes, at int64) {
	for _, n := range []*note{
		{text: opening.description, discussion: true},
		{text: opening.internal, internal: true},
		{text: opening.resolution, resolution: true},
	} {
		if n.text != "" {
			s.addNote(t, n, at, s.api)
		}
	}
}

func listNotes(c *call) answer {
	return withTicket(c, func(t *ticket) answer {
		return list(c, c.server.kinds.notes, func(*query) []*note { return t.notes })
	})
}

func countNotes(c *call) answer {
	return withTicket(c, func(t *ticket) answer {
		return count(c, c.server.kinds.notes, func(*query) []*note { return t.notes })
	})
}

// withNote finds the note of a path.
func withNote(c *call, do func(*ticket, *note) answer) answer {
	return withTicket(c, func(t *ticket) answer {
		for _, n := range t.notes {
			if n.id == c.ids[1] {
				return do(t, n)
			}
		}
		return noRecord("ServiceNote", c.ids[1])
	})
}

func getNote(c *call) answer {
	return withNote(c, func(_ *ticket, n *note) answer { return one(c, http.StatusOK, c.server.kinds.notes, n) })
}

// noteDraft is a note while it is being written.
type noteDraft struct {
	note
	form
	server *Server
	notify bool
}

// set takes one member in; false if notes have no such member. Members nobody can set are known and ignored.
func (d *noteDraft) set(name string, raw json.RawMessage) bool {
	switch name {
	case "text":
		d.setText(raw)
	case "detailDescriptionFlag":
		d.discussion = d.flag(name, raw)
	case "internalAnalysisFlag":
		d.internal = d.flag(name, raw)
	case "resolutionFlag":
		d.resolution = d.flag(name, raw)
	case "issueFlag":
		d.issue = d.flag(name, raw)
	case "customerUpdatedFlag":
		d.customerUpdated = d.flag(name, raw)
	case "processNotifications":
		d.notify = d.flag(name, raw)
	case "member":
		d.member = reference(&d.form, name, raw, &d.server.members, (*member).named)
	case "contact":
		d.contact = reference(&d.form, name, raw, &d.server.contacts, func(p *contact, name string) bool { return strings.EqualFold(p.fullName(), name) })
	case "id", "ticketId", "dateCreated", "createdBy", "internalFlag", "externalFlag", "sentimentScore", "_info":
	default:
		return false
	}
	return true
}

func (d *noteDraft) setText(raw json.RawMessage) { d.note.text = d.form.text("text", raw, longestText) }

// check looks at the whole. The sentence about the flags is the service's own (real body).
func (d *noteDraft) check() {
	if strings.TrimSpace(d.note.text) == "" {
		d.required("text")
	}
	if !d.discussion && !d.internal && !d.resolution && len(d.problems) == 0 {
		d.problems = append(d.problems, problem{
			Code: "InvalidObject", Field: "detailDescriptionFlag",
			Message: "Please choose where to display the notes in order to save this record.",
		})
	}
}

func createNote(c *call) answer {
	return withTicket(c, func(t *ticket) answer {
		values, refused := c.members("serviceNote")
		if refused != nil {
			return *refused
		}
		d := &noteDraft{server: c.server}
		d.take(values)
		if d.check(); len(d.problems) > 0 {
			return invalid("serviceNote", d.problems...)
		}
		n := c.server.addNote(t, new(d.note), c.at, c.server.api)
		c.server.noteMail(d, t, "new note", c.at)
		return one(c, http.StatusCreated, c.server.kinds.notes, n)
	})
}

// take reads the members of a whole body. Those a note does not have are ignored, as the service does.
func (d *noteDraft) take(values map[string]json.RawMessage) {
	for name, raw := range values {
		d.set(name, raw)
	}
}

// noteMail sends what processNotifications asks for. A contact never hears of a purely internal note.
func (s *Server) noteMail(d *noteDraft, t *ticket, reason string, at int64) {
	if !d.notify {
		return
	}
	if d.discussion || d.resolution {
		s.mailContact(t, reason, at)
	}
	s.mailResources(t, reason, at)
}

func patchNote(c *call) answer {
	return withNote(c, func(t *ticket, n *note) answer {
		operations, refused := c.patches("serviceNote")
		if refused != nil {
			return *refused
		}
		d := &noteDraft{note: *n, server: c.server}
		for _, operation := range operations {
			name, _, nested := strings.Cut(operation.Path, "/")
			probe := &noteDraft{server: c.server}
			if nested && name != "" && probe.set(name, nil) {
				continue // the false 200, as on tickets
			}
			if !d.set(operation.Path, operation.Value) {
				return unknownPath("serviceNote", operation.Path)
			}
		}
		return c.rewriteNote(t, n, d)
	})
}

// putNote replaces a note: flags that are not given are off afterwards.
func putNote(c *call) answer {
	return withNote(c, func(t *ticket, n *note) answer {
		values, refused := c.members("serviceNote")
		if refused != nil {
			return *refused
		}
		d := &noteDraft{server: c.server, note: note{key: n.key, ticket: n.ticket, createdAt: n.createdAt, createdBy: n.createdBy, stamps: n.stamps}}
		d.take(values)
		return c.rewriteNote(t, n, d)
	})
}

func (c *call) rewriteNote(t *ticket, n *note, d *noteDraft) answer {
	if d.check(); len(d.problems) > 0 {
		return invalid("serviceNote", d.problems...)
	}
	*n = d.note
	n.touch(c.at, c.server.api)
	t.touch(c.at, c.server.api)
	c.server.noteMail(d, t, "note updated", c.at)
	return one(c, http.StatusOK, c.server.kinds.notes, n)
}

func deleteNote(c *call) answer {
	return withNote(c, func(t *ticket, n *note) answer {
		t.notes = slices.DeleteFunc(t.notes, func(other *note) bool { return other == n })
		t.touch(c.at, c.server.api)
		return answer{status: http.StatusNoContent}
	})
}
