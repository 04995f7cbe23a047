package psa

import (
	"cmp"
	"slices"
)

// anyNote is one row of allNotes: a note or a time entry, of the ticket or of one below it.
type anyNote struct {
	note   *note
	time   *timeEntry
	merged bool // from a ticket merged into this one
}

func (a anyNote) id() int32 {
	if a.note != nil {
		return a.note.id
	}
	return a.time.id
}

func (a anyNote) stamps() stamps {
	if a.note != nil {
		return a.note.stamps
	}
	return a.time.stamps
}

func (a anyNote) text() string {
	if a.note != nil {
		return a.note.text
	}
	return a.time.text
}

func (a anyNote) flags() (discussion, internal, resolution bool) {
	if a.note != nil {
		return a.note.discussion, a.note.internal, a.note.resolution
	}
	return a.time.discussion, a.time.internal, a.time.resolution
}

// anyNoteResource leaves noteType out of the names: the service refuses it in conditions although the answer
// has it (api facts, section 5).
func anyNoteResource() *resource[anyNote] {
	f := fieldSet[anyNote]{}
	f.number("id", anyNote.id)
	f.text("text", anyNote.text)
	f.flag("detailDescriptionFlag", func(a anyNote) bool { d, _, _ := a.flags(); return d })
	f.flag("internalAnalysisFlag", func(a anyNote) bool { _, i, _ := a.flags(); return i })
	f.flag("resolutionFlag", func(a anyNote) bool { _, _, r := a.flags(); return r })
	f.stamps(anyNote.stamps)
	return &resource[anyNote]{fields: f, id: anyNote.id, encode: encodeAnyNote}
}

func encodeAnyNote(_ *call, e *encoder, a anyNote) {
	e.number("id", a.id())
	if a.note != nil {
		e.text("noteType", "TicketNote")
		a.note.ticket.ref(e, "ticket")
	} else {
		e.text("noteType", "TimeEntryNote")
		a.time.ticket.ref(e, "ticket")
	}
	e.text("text", a.text())
	e.flag("isMarkdownFlag", false)
	discussion, internal, resolution := a.flags()
	e.flag("detailDescriptionFlag", discussion)
	e.flag("internalAnalysisFlag", internal)
	e.flag("resolutionFlag", resolution)
	if a.time != nil {
		e.time("timeStart", a.time.start)
		e.time("timeEnd", a.time.end)
	}
	e.flag("bundledFlag", false)
	e.flag("mergedFlag", a.merged)
	e.flag("issueFlag", a.note != nil && a.note.issue)
	e.text("originalAuthor", a.author())
	e.flag("createdByParentFlag", false)
	if a.note != nil {
		a.note.member.ref(e, "member")
		a.note.contact.ref(e, "contact")
	} else {
		a.time.member.ref(e, "member")
	}
	e.info(a.stamps())
}

func (a anyNote) author() string {
	switch {
	case a.time != nil:
		return a.time.member.fullName()
	case a.note.contact != nil:
		return a.note.contact.fullName()
	case a.note.member != nil:
		return a.note.member.fullName()
	}
	return a.note.createdBy
}

func listAllNotes(c *call) answer {
	return withTicket(c, func(t *ticket) answer {
		times := c.may(TimeEntryInquire)
		return list(c, c.server.kinds.allNotes, func(*query) []anyNote {
			rows := t.allNotes(nil, times, false)
			for _, child := range t.children {
				rows = child.allNotes(rows, times, false)
			}
			for _, child := range t.merged {
				rows = child.allNotes(rows, times, true)
			}
			slices.SortStableFunc(rows, func(a, b anyNote) int { return cmp.Compare(a.id(), b.id()) })
			return rows
		})
	})
}

// allNotes appends a ticket's own notes, and its time entries if the role may see them.
func (t *ticket) allNotes(rows []anyNote, times, merged bool) []anyNote {
	for _, n := range t.notes {
		rows = append(rows, anyNote{note: n, merged: merged})
	}
	for _, entry := range t.times {
		if times && entry.text != "" {
			rows = append(rows, anyNote{time: entry, merged: merged})
		}
	}
	return rows
}
