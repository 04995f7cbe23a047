package psa

// Standard fills a new instance with what most companies have: one board as it should be ("Help Desk"), one of
// each kind that cannot be used ("Projects", "Escalations" without a default team, "Finance" without
// permission), the stock priorities and sources, a technician, the catch-all company and one customer.
func (s *Server) Standard() *Server {
	s.AddBoard(Board{
		Name: "Help Desk", DefaultTeam: "Service Team",
		Types:    []Entry{{Name: "Incident"}, {Name: "Request"}},
		SubTypes: []Entry{{Name: "Hardware"}, {Name: "Software"}},
		Items:    []Entry{{Name: "Repair"}, {Name: "Install"}},
	})
	s.AddBoard(Board{Name: "Projects", DefaultTeam: "Project Team", Project: true})
	s.AddBoard(Board{Name: "Escalations"})
	s.AddBoard(Board{Name: "Finance", DefaultTeam: "Finance Team", Excluded: true})
	for _, p := range []Priority{
		{Name: "Priority 1 - Emergency Response", Color: "Red", Level: "Critical"},
		{Name: "Priority 2 - Quick Response", Color: "Orange", Level: "High"},
		{Name: "Priority 3 - Normal Response", Color: "Blue", Level: "Medium", Default: true},
		{Name: "Priority 4 - Scheduled Maintenance", Color: "White", Level: "Low"},
	} {
		s.AddPriority(p)
	}
	s.AddSource(Source{Name: "Phone"})
	s.AddSource(Source{Name: "Email Connector", Default: true})
	s.AddSource(Source{Name: "Zendesk"})
	s.AddMember(Member{Identifier: "TTech", FirstName: "Terry", LastName: "Tech", Email: "terry@msp.example"})
	s.AddCompany(Company{Name: "Catchall"})
	s.AddCompany(Company{Identifier: "Acme", Name: "Acme Ltd", Website: "acme.example"})
	return s
}
