package psa

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// Board describes a service board to AddBoard.
type Board struct {
	Name        string
	DefaultTeam string // "" is a board without a default team: tickets need one named
	Project     bool   // a project board: no service tickets
	Inactive    bool
	Excluded    bool     // the API member may not use it
	Statuses    []Status // nil is New, In Progress, Waiting, Completed and Closed, the last two closing
	Types       []string
	SubTypes    []string
	Items       []string
}

// Status describes a status of a board.
type Status struct {
	Name                      string
	Default, Closed, Inactive bool
}

// Company describes a company to AddCompany; an empty Identifier is made from the name.
type Company struct {
	Identifier, Name, Website string
	Status                    string // Active, Not-Active or Credit Hold, which lets nothing be saved; "" is Active
	Deleted                   bool
}

// Contact describes a contact to AddContact.
type Contact struct {
	Company              int
	FirstName, LastName  string
	Email, Phone         string
	Inactive             bool
	DefaultForTheCompany bool
}

// Priority describes a priority to AddPriority.
type Priority struct {
	Name    string
	Color   string // "" is Blue
	Level   string // Critical, High, Medium, Low; "" leaves it out
	Default bool
}

// Member describes a member to AddMember.
type Member struct {
	Identifier, FirstName, LastName, Email string
	Inactive                               bool
}

// AddBoard adds a board and returns its id. The first usable board becomes the API member's default.
func (s *Server) AddBoard(b Board) int {
	defer s.lock()()
	born := s.born()
	added := s.boards.add(&board{name: b.Name, project: b.Project, inactive: b.Inactive, excluded: b.Excluded, stamps: born})
	if b.Statuses == nil {
		b.Statuses = []Status{
			{Name: "New", Default: true}, {Name: "In Progress"}, {Name: "Waiting"},
			{Name: "Completed", Closed: true}, {Name: "Closed", Closed: true},
		}
	}
	for i, st := range b.Statuses {
		added.statuses = append(added.statuses, s.statuses.add(&status{
			board: added, name: st.Name, sort: int32(i), isDefault: st.Default, closed: st.Closed, inactive: st.Inactive, stamps: born,
		}))
	}
	if b.DefaultTeam != "" {
		added.teams = append(added.teams, s.teams.add(&team{board: added, name: b.DefaultTeam, leader: s.api, isDefault: true, stamps: born}))
	}
	for _, part := range []struct {
		names []string
		to    *[]*boardEntry
	}{{b.Types, &added.types}, {b.SubTypes, &added.subTypes}, {b.Items, &added.items}} {
		for _, name := range part.names {
			*part.to = append(*part.to, s.parts.add(&boardEntry{board: added, name: name, stamps: born}))
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

// AddTeam adds a team that is not the default to a board and returns its id. It panics if there is no such board.
func (s *Server) AddTeam(boardID int, name string) int {
	defer s.lock()()
	b := must(s.boards.get(int32(boardID)), "board", boardID)
	b.teams = append(b.teams, s.teams.add(&team{board: b, name: name, leader: s.api, stamps: s.born()}))
	return int(s.teams.last)
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
		identifier: identifier, name: co.Name, website: co.Website, deleted: co.Deleted,
		status: *must(status, "company status", co.Status), stamps: s.born(),
	}).id)
}

// AddContact adds a contact with its e-mail address and phone number and returns its id. It panics if there is
// no such company.
func (s *Server) AddContact(p Contact) int {
	defer s.lock()()
	added := &contact{
		firstName: p.FirstName, lastName: p.LastName, inactive: p.Inactive, isDefault: p.DefaultForTheCompany,
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
	return int(s.priorities.add(&priority{
		name: p.Name, color: cmp.Or(p.Color, "Blue"), level: p.Level, isDefault: p.Default,
		sort: s.priorities.last + 1, stamps: s.born(),
	}).id)
}

// AddSource adds a source and returns its id.
func (s *Server) AddSource(name string, isDefault bool) int {
	defer s.lock()()
	return int(s.sources.add(&source{name: name, isDefault: isDefault, stamps: s.born()}).id)
}

// AddMember adds a member and returns its id.
func (s *Server) AddMember(m Member) int {
	defer s.lock()()
	return int(s.members.add(&member{
		identifier: m.Identifier, firstName: m.FirstName, lastName: m.LastName, email: m.Email,
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
