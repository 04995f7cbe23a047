package psa

import "net/http"

// board is a service board. Statuses, teams, types, subtypes and items belong to one board each.
type board struct {
	key
	name                        string
	project, inactive, excluded bool // excluded: the API member may not use it
	statuses                    []*status
	teams                       []*team
	types, subTypes, items      []*boardEntry
	stamps
}

// status is a status of one board; the same name has another id on another board.
type status struct {
	key
	board                       *board
	name                        string
	sort                        int32
	isDefault, closed, inactive bool
	hidden                      bool // not displayed on the board
	stamps
}

type team struct {
	key
	board     *board
	name      string
	leader    *member
	isDefault bool
	stamps
}

// boardEntry is a type, a subtype or an item of a board. Each kind has ids of its own.
type boardEntry struct {
	key
	board                                 *board
	name                                  string
	inactive, isDefault, requestForChange bool // the last two of types only
	stamps
}

// defaultStatus is the status new tickets get: the marked one, else the first that is in use.
func (b *board) defaultStatus() *status {
	var first *status
	for _, st := range b.statuses {
		if st.inactive {
			continue
		}
		if st.isDefault {
			return st
		}
		if first == nil || st.sort < first.sort {
			first = st
		}
	}
	return first
}

// defaultTeam is the marked team, or nil.
func (b *board) defaultTeam() *team {
	for _, t := range b.teams {
		if t.isDefault {
			return t
		}
	}
	return nil
}

func (b *board) ref(e *encoder) {
	e.reference("board", b.id, "name", b.name, "board", "/service/boards/")
}

func boardResource() *resource[*board] {
	f := fieldSet[*board]{}
	f.number("id", func(b *board) int32 { return b.id })
	f.text("name", func(b *board) string { return b.name })
	f.flag("inactiveFlag", func(b *board) bool { return b.inactive })
	f.flag("projectFlag", func(b *board) bool { return b.project })
	f.reference("location", func(*board) (int32, string) { return mainLocation, "Main" })
	f.reference("department", func(*board) (int32, string) { return mainDepartment, "Services" })
	f.stamps(func(b *board) stamps { return b.stamps })
	return &resource[*board]{fields: f, id: func(b *board) int32 { return b.id }, encode: func(_ *call, e *encoder, b *board) {
		e.number("id", b.id)
		e.text("name", b.name)
		e.place()
		e.flag("inactiveFlag", b.inactive)
		e.flag("projectFlag", b.project)
		e.flag("discussionsLockedFlag", false)
		e.flag("markFirstNoteIssueFlag", false)
		e.info(b.stamps)
	}}
}

func statusResource() *resource[*status] {
	f := fieldSet[*status]{}
	f.number("id", func(s *status) int32 { return s.id })
	f.text("name", func(s *status) string { return s.name })
	f.number("sortOrder", func(s *status) int32 { return s.sort })
	f.flag("defaultFlag", func(s *status) bool { return s.isDefault })
	f.flag("closedStatus", func(s *status) bool { return s.closed })
	f.flag("inactive", func(s *status) bool { return s.inactive })
	f.reference("board", func(s *status) (int32, string) { return s.board.id, s.board.name })
	f.stamps(func(s *status) stamps { return s.stamps })
	return &resource[*status]{fields: f, id: func(s *status) int32 { return s.id }, encode: func(_ *call, e *encoder, s *status) {
		e.number("id", s.id)
		e.text("name", s.name)
		s.board.ref(e)
		e.number("sortOrder", s.sort)
		e.flag("displayOnBoard", !s.hidden)
		e.flag("inactive", s.inactive)
		e.flag("closedStatus", s.closed)
		e.flag("timeEntryNotAllowed", false)
		e.flag("defaultFlag", s.isDefault)
		e.text("escalationStatus", s.escalation())
		e.flag("saveTimeAsNote", false)
		e.info(s.stamps)
	}}
}

func (s *status) escalation() string {
	if s.closed {
		return "Resolved"
	}
	return "NotResponded"
}

func teamResource() *resource[*team] {
	f := fieldSet[*team]{}
	f.number("id", func(t *team) int32 { return t.id })
	f.text("name", func(t *team) string { return t.name })
	f.flag("defaultFlag", func(t *team) bool { return t.isDefault })
	f.number("boardId", func(t *team) int32 { return t.board.id })
	f.stamps(func(t *team) stamps { return t.stamps })
	return &resource[*team]{fields: f, id: func(t *team) int32 { return t.id }, encode: func(_ *call, e *encoder, t *team) {
		e.number("id", t.id)
		e.text("name", t.name)
		t.leader.ref(e, "teamLeader")
		e.numbers("members", []int32{t.leader.id})
		e.flag("defaultFlag", t.isDefault)
		e.flag("notifyOnTicketDelete", false)
		e.number("boardId", t.board.id)
		e.number("locationId", mainLocation)
		e.number("businessUnitId", mainDepartment)
		e.info(t.stamps)
	}}
}

func boardEntryResource(ofType bool) *resource[*boardEntry] {
	f := fieldSet[*boardEntry]{}
	f.number("id", func(p *boardEntry) int32 { return p.id })
	f.text("name", func(p *boardEntry) string { return p.name })
	f.flag("inactiveFlag", func(p *boardEntry) bool { return p.inactive })
	f.reference("board", func(p *boardEntry) (int32, string) { return p.board.id, p.board.name })
	f.stamps(func(p *boardEntry) stamps { return p.stamps })
	return &resource[*boardEntry]{fields: f, id: func(p *boardEntry) int32 { return p.id }, encode: func(_ *call, e *encoder, p *boardEntry) {
		e.number("id", p.id)
		e.text("name", p.name)
		if ofType {
			e.flag("defaultFlag", p.isDefault)
			e.flag("requestForChangeFlag", p.requestForChange)
		}
		e.flag("inactiveFlag", p.inactive)
		p.board.ref(e)
		e.info(p.stamps)
	}}
}

// boardPart is one of the lists under a board.
type boardPart struct {
	name             string
	list, count, get func(*call) answer
}

func boardParts() []boardPart {
	return []boardPart{
		partOf("statuses", func(c *call) *resource[*status] { return c.server.kinds.statuses }, func(b *board) []*status { return b.statuses }),
		partOf("teams", func(c *call) *resource[*team] { return c.server.kinds.teams }, func(b *board) []*team { return b.teams }),
		partOf("types", func(c *call) *resource[*boardEntry] { return c.server.kinds.types }, func(b *board) []*boardEntry { return b.types }),
		partOf("subtypes", boardEntries, func(b *board) []*boardEntry { return b.subTypes }),
		partOf("items", boardEntries, func(b *board) []*boardEntry { return b.items }),
	}
}

func boardEntries(c *call) *resource[*boardEntry] { return c.server.kinds.boardEntries }

func partOf[T any](name string, kind func(*call) *resource[T], of func(*board) []T) boardPart {
	// with finds the board. One that the API member may not use shows its name and nothing inside.
	with := func(do func(*call, *board) answer) func(*call) answer {
		return func(c *call) answer {
			b := c.server.boards.get(c.ids[0])
			switch {
			case b == nil:
				return noRecord("Board", c.ids[0])
			case b.excluded:
				return failure(http.StatusForbidden, "SecurityPermissionsError", "You do not have access to the service board "+b.name+".")
			}
			return do(c, b)
		}
	}
	rows := func(b *board) func(*query) []T { return func(*query) []T { return of(b) } }
	return boardPart{
		name:  name,
		list:  with(func(c *call, b *board) answer { return list(c, kind(c), rows(b)) }),
		count: with(func(c *call, b *board) answer { return count(c, kind(c), rows(b)) }),
		get: with(func(c *call, b *board) answer {
			for _, row := range of(b) {
				if kind(c).id(row) == c.ids[1] {
					return one(c, http.StatusOK, kind(c), row)
				}
			}
			return noRecord(name, c.ids[1])
		}),
	}
}
