package psa

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// A world is built by describing records. Their IDs may be chosen, as a recording does; 0 is the next one after the
// highest so far. Choosing an id that is taken is a mistake in the code that builds the world, and panics.

// Board describes a service board to AddBoard.
type Board struct {
	ID          int
	Name        string
	DefaultTeam string // "" is a board without a default team: tickets need one named
	Project     bool   // a project board: no service tickets
	Inactive    bool
	Excluded    bool     // the API member may not use it
	Statuses    []Status // nil is New, In Progress, Waiting, Completed and Closed, the last two closing
	Types       []Entry
	SubTypes    []Entry
	Items       []Entry
}

// Status describes a status of a board.
type Status struct {
	ID                        int
	Name                      string
	Default, Closed, Inactive bool
	Hidden                    bool // not displayed on the board
	Sort                      *int // nil is its place in Board.Statuses
}

// Team describes a team to AddTeam.
type Team struct {
	ID      int
	Name    string
	Default bool
}

// Entry describes a type, subtype or item of a board. Only types have Default and RequestForChange.
type Entry struct {
	ID                                  int
	Name                                string
	Inactive, Default, RequestForChange bool
}

// Company describes a company to AddCompany; an empty Identifier is made from the name.
type Company struct {
	ID                        int
	Identifier, Name, Website string
	Status                    string // Active, Not-Active or Credit Hold, which lets nothing be saved; "" is Active
	Deleted                   bool
}

// Contact describes a contact to AddContact.
type Contact struct {
	ID                   int
	Company              int
	FirstName, LastName  string
	Email, Phone         string
	Inactive             bool
	DefaultForTheCompany bool
}

// Priority describes a priority to AddPriority.
type Priority struct {
	ID      int
	Name    string
	Color   string // "" is Blue
	Level   string // Critical, High, Medium, Low; "" leaves it out
	Default bool
	Sort    *int // nil is the id
}

// Source describes a source to AddSource.
type Source struct {
	ID      int
	Name    string
	Default bool
}

// Member describes a member to AddMember.
type Member struct {
	ID                                     int
	Identifier, FirstName, LastName, Email string
	Inactive                               bool
}

// AddBoard adds a board and returns its id. The first usable board becomes the API member's default.
func (s *Server) AddBoard(b Board) int {
	defer s.lock()()
	born := s.born()
	added := s.boards.add(&board{key: keyOf(b.ID), name: b.Name, project: b.Project, inactive: b.Inactive, excluded: b.Excluded, stamps: born})
	if b.Statuses == nil {
		b.Statuses = []Status{
			{Name: "New", Default: true}, {Name: "In Progress"}, {Name: "Waiting"},
			{Name: "Completed", Closed: true, Hidden: true}, {Name: "Closed", Closed: true, Hidden: true},
		}
	}
	for i, st := range b.Statuses {
		added.statuses = inOrder(added.statuses, s.statuses.add(&status{
			key: keyOf(st.ID), board: added, name: st.Name, sort: int32(*cmp.Or(st.Sort, &i)),
			isDefault: st.Default, closed: st.Closed, inactive: st.Inactive, hidden: st.Hidden, stamps: born,
		}))
	}
	if b.DefaultTeam != "" {
		s.addTeam(added, Team{Name: b.DefaultTeam, Default: true})
	}
	for _, part := range []struct {
		entries []Entry
		table   *table[boardEntry]
		to      *[]*boardEntry
	}{{b.Types, &s.types, &added.types}, {b.SubTypes, &s.subTypes, &added.subTypes}, {b.Items, &s.items, &added.items}} {
		for _, entry := range part.entries {
			*part.to = inOrder(*part.to, part.table.add(&boardEntry{
				key: keyOf(entry.ID), board: added, name: entry.Name, inactive: entry.Inactive,
				isDefault: entry.Default, requestForChange: entry.RequestForChange, stamps: born,
			}))
		}
	}
	if s.defaultBoard == nil && !b.Project && !b.Inactive && !b.Excluded {
		s.defaultBoard = added
	}
	return int(added.id)
}

// SetDefaultBoard makes a board the API member's default; 0 leaves it without one.
func (s *Server) SetDefaultBoard(id int) {
	defer s.lock()()
	s.defaultBoard = s.boards.get(int32(id))
}

// AddTeam adds a team to a board and returns its id. It panics if there is no such board.
func (s *Server) AddTeam(boardID int, t Team) int {
	defer s.lock()()
	return int(s.addTeam(must(s.boards.get(int32(boardID)), "board", boardID), t).id)
}

func (s *Server) addTeam(b *board, t Team) *team {
	added := s.teams.add(&team{key: keyOf(t.ID), board: b, name: t.Name, leader: s.api, isDefault: t.Default, stamps: s.born()})
	b.teams = inOrder(b.teams, added)
	return added
}

// AddCompany adds a company and returns its id. It panics if there is no such status.
func (s *Server) AddCompany(co Company) int {
	defer s.lock()()
	identifier := cmp.Or(co.Identifier, strings.ReplaceAll(co.Name, " ", ""))
	var status *companyStatus
	for _, st := range companyStatuses() {
		if st.name == cmp.Or(co.Status, "Active") {
			status = &st
		}
	}
	return int(s.companies.add(&company{
		key: keyOf(co.ID), identifier: identifier, name: co.Name, website: co.Website, deleted: co.Deleted,
		status: *must(status, "company status", co.Status), stamps: s.born(),
	}).id)
}

// AddContact adds a contact with its e-mail address and phone number and returns its id. It panics if there is
// no such company.
func (s *Server) AddContact(p Contact) int {
	defer s.lock()()
	added := &contact{
		key: keyOf(p.ID), firstName: p.FirstName, lastName: p.LastName, inactive: p.Inactive, isDefault: p.DefaultForTheCompany,
		company: must(s.companies.get(int32(p.Company)), "company", p.Company),
	}
	var items []*communication
	for i, value := range []string{p.Email, p.Phone} {
		if value != "" {
			items = append(items, &communication{kind: commTypes()[i], value: value, isDefault: true})
		}
	}
	s.saveContact(added, items, s.now().Unix(), s.api)
	return int(added.id)
}

// AddPriority adds a priority and returns its id.
func (s *Server) AddPriority(p Priority) int {
	defer s.lock()()
	added := s.priorities.add(&priority{
		key: keyOf(p.ID), name: p.Name, color: cmp.Or(p.Color, "Blue"), level: p.Level, isDefault: p.Default, stamps: s.born(),
	})
	added.sort = added.id
	if p.Sort != nil {
		added.sort = int32(*p.Sort)
	}
	return int(added.id)
}

// AddSource adds a source and returns its id.
func (s *Server) AddSource(src Source) int {
	defer s.lock()()
	return int(s.sources.add(&source{key: keyOf(src.ID), name: src.Name, isDefault: src.Default, stamps: s.born()}).id)
}

// AddMember adds a member and returns its id.
func (s *Server) AddMember(m Member) int {
	defer s.lock()()
	return int(s.members.add(&member{
		key: keyOf(m.ID), identifier: m.Identifier, firstName: m.FirstName, lastName: m.LastName, email: m.Email,
		inactive: m.Inactive, licence: "F", stamps: s.born(),
	}).id)
}

// AddUserField defines a custom field of tickets, of type Text or Number, and returns its id.
func (s *Server) AddUserField(caption, kind string) int {
	defer s.lock()()
	return int(s.userFields.add(&userField{caption: caption, kind: kind, stamps: s.born()}).id)
}

// APIMember is the id of the member behind the API key.
func (s *Server) APIMember() int { return int(s.api.id) }

// lock takes the lock, after late writes that are due have been saved, and returns its release.
func (s *Server) lock() (release func()) {
	s.gate.Settle()
	s.mu.Lock()
	return s.mu.Unlock
}

// born are the stamps of a record that is set up now.
func (s *Server) born() stamps { return newStamps(s.now().Unix(), s.api) }

// must guards the building of a world: a reference to nothing is a mistake in the code that builds it.
func must[T any](r *T, kind string, id any) *T {
	if r == nil {
		panic(fmt.Sprintf("psa: there is no %s %v", kind, id))
	}
	return r
}

func utc(unix int64) time.Time {
	if unix == 0 {
		return time.Time{}
	}
	return time.Unix(unix, 0).UTC()
}
