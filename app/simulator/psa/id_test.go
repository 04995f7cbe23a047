package psa_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"deskbridge/app/simulator/psa"
)

// ids lists the ids of a list in the order of the answer.
func (w *world) ids(path string) (out []int) {
	w.t.Helper()
	escaped := strings.NewReplacer(" ", "%20", `"`, "%22", ">", "%3E").Replace(path)
	for _, r := range w.want(w.get(escaped), 200).list() {
		out = append(out, int(r["id"].(float64)))
	}
	return out
}

func TestChosenIDs(t *testing.T) {
	w := newWorld(t)
	w.AddBoard(psa.Board{
		ID: 40, Name: "High",
		Statuses: []psa.Status{{ID: 90, Name: "New", Default: true}, {ID: 80, Name: "Done", Closed: true}, {Name: "Later"}},
		Types:    []psa.Entry{{ID: 7, Name: "B", Default: true}, {ID: 5, Name: "A", Inactive: true, RequestForChange: true}},
		SubTypes: []psa.Entry{{ID: 7, Name: "S"}},
		Items:    []psa.Entry{{ID: 7, Name: "I"}},
	})
	w.AddBoard(psa.Board{ID: 30, Name: "Low", DefaultTeam: "T"})
	if id := w.AddBoard(psa.Board{Name: "Next"}); id != 41 {
		t.Errorf("the board after 40 is %d", id)
	}
	w.AddTeam(40, psa.Team{ID: 60, Name: "Y", Default: true})
	w.AddTeam(40, psa.Team{ID: 50, Name: "X"})
	w.AddPriority(psa.Priority{ID: 20, Name: "p20"})
	w.AddPriority(psa.Priority{ID: 10, Name: "p10", Sort: new(3)})
	w.AddPriority(psa.Priority{Name: "p21"})
	w.AddSource(psa.Source{ID: 20, Name: "s20"})
	w.AddSource(psa.Source{ID: 10, Name: "s10"})
	w.AddCompany(psa.Company{ID: 20, Name: "c20"})
	w.AddCompany(psa.Company{ID: 10, Name: "c10"})
	w.AddContact(psa.Contact{ID: 20, Company: 20, FirstName: "b", Email: "x@example.com"})
	w.AddContact(psa.Contact{ID: 10, Company: 10, FirstName: "a", Email: "x@example.com"})
	w.AddMember(psa.Member{ID: 20, Identifier: "m20"})
	w.AddMember(psa.Member{ID: 10, Identifier: "m10"})
	for path, want := range map[string][]int{
		"/service/boards":                       {1, 2, 3, 4, 30, 40, 41},
		"/service/boards?orderBy=id desc":       {41, 40, 30, 4, 3, 2, 1},
		"/service/boards?conditions=id>=30":     {30, 40, 41},
		"/service/boards/40/statuses":           {80, 90, 91},
		"/service/boards/40/types":              {5, 7},
		"/service/boards/40/subtypes":           {7},
		"/service/boards/40/items":              {7},
		"/service/boards/40/teams":              {50, 60},
		"/service/priorities":                   {1, 2, 3, 4, 10, 20, 21},
		"/service/priorities?orderBy=sortOrder": {1, 2, 3, 10, 4, 20, 21},
		"/service/sources":                      {1, 2, 3, 10, 20},
		"/company/companies":                    {1, 2, 10, 20},
		"/company/contacts":                     {10, 20},
		`/company/contacts?childConditions=communicationItems/value="x@example.com"`: {10, 20},
		"/system/members": {10, 20, 101, 102},
	} {
		if diff := cmp.Diff(want, w.ids(path)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
}

func TestChosenTicketIDs(t *testing.T) {
	w := newWorld(t)
	w.AddTicket(psa.Ticket{ID: 2000, Summary: "x", Company: "Acme", XRef: "k"})
	w.AddTicket(psa.Ticket{ID: 69, Summary: "x", Company: "Acme", XRef: "k"})
	w.AddTicket(psa.Ticket{ID: 70, Summary: "x", Company: "Acme"})
	if id := w.create(`{"summary":"a","company":{"id":1}}`); id != 2001 {
		t.Errorf("the ticket after 2000 is %d", id)
	}
	if err := w.DeleteTicket(70); err != nil {
		t.Fatal(err)
	}
	w.AddTicket(psa.Ticket{ID: 70, Summary: "again", Company: "Acme"})
	var walked []int
	for tk := range w.All() {
		walked = append(walked, tk.ID)
	}
	want := []int{69, 70, 2000, 2001}
	if diff := cmp.Diff(want, walked); diff != "" {
		t.Errorf("the walk (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, w.ids("/service/tickets")); diff != "" {
		t.Errorf("the list (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{69, 2000}, w.ids(`/service/tickets?conditions=externalXRef="k"`)); diff != "" {
		t.Errorf("by externalXRef (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{70}, w.ids("/service/tickets?conditions=id>69&pageSize=1")); diff != "" {
		t.Errorf("a page from an id (-want +got):\n%s", diff)
	}
}

func TestChosenReferences(t *testing.T) {
	w := newWorld(t)
	team := w.AddTeam(1, psa.Team{Name: "Second Line"})
	id := w.AddTicket(psa.Ticket{
		Summary: "x", Severity: "High", Impact: "Low", ContactPhone: "555", CustomerUpdated: true, Mail: psa.Mail{CC: true},
		Refs:   psa.Refs{Board: 1, Status: 4, Type: 2, SubType: 1, Item: 2, Team: team, Company: 2, Priority: 1, Source: 3, Owner: 102},
		Fields: map[string]json.RawMessage{"poNumber": json.RawMessage(`"7"`), "approved": json.RawMessage(`"perhaps"`), "nothing": json.RawMessage(`1`)},
	})
	got := w.want(w.get(fmt.Sprintf("/service/tickets/%d", id)), 200).object()
	for member, want := range map[string]float64{
		"board": 1, "status": 4, "type": 2, "subType": 1, "item": 2, "team": float64(team), "company": 2, "priority": 1, "source": 3, "owner": 102,
	} {
		if ref, _ := got[member].(map[string]any); ref["id"] != want {
			t.Errorf("%s is %v", member, got[member])
		}
	}
	for member, want := range map[string]any{
		"severity": "High", "impact": "Low", "contactPhoneNumber": "555", "customerUpdatedFlag": true, "automaticEmailCcFlag": true,
		"automaticEmailContactFlag": false, "closedFlag": true, "poNumber": "7", "approved": nil, "nothing": nil,
	} {
		if got[member] != want {
			t.Errorf("%s is %v", member, got[member])
		}
	}
}

func TestChosenIDs_Collide(t *testing.T) {
	w := newWorld(t)
	contact := w.AddContact(psa.Contact{Company: 1, FirstName: "a"})
	ticket := w.AddTicket(psa.Ticket{Summary: "x", Company: "Acme"})
	for name, add := range map[string]func(){
		"board":           func() { w.AddBoard(psa.Board{ID: 1, Name: "x"}) },
		"status":          func() { w.AddBoard(psa.Board{Name: "x", Statuses: []psa.Status{{ID: 1, Name: "x"}}}) },
		"type":            func() { w.AddBoard(psa.Board{Name: "x", Types: []psa.Entry{{ID: 1, Name: "x"}}}) },
		"team":            func() { w.AddTeam(1, psa.Team{ID: 1, Name: "x"}) },
		"priority":        func() { w.AddPriority(psa.Priority{ID: 1, Name: "x"}) },
		"source":          func() { w.AddSource(psa.Source{ID: 1, Name: "x"}) },
		"company":         func() { w.AddCompany(psa.Company{ID: 1, Name: "x"}) },
		"contact":         func() { w.AddContact(psa.Contact{ID: contact, Company: 1, FirstName: "x"}) },
		"member":          func() { w.AddMember(psa.Member{ID: w.APIMember(), Identifier: "x"}) },
		"ticket":          func() { w.AddTicket(psa.Ticket{ID: ticket, Summary: "x", Company: "Acme"}) },
		"negative":        func() { w.AddPriority(psa.Priority{ID: -1, Name: "x"}) },
		"too large":       func() { w.AddPriority(psa.Priority{ID: math.MaxInt32 + 1, Name: "x"}) },
		"another board's": func() { w.AddTicket(psa.Ticket{Summary: "x", Company: "Acme", Refs: psa.Refs{Board: 1, Status: 6}}) },
		"none left": func() {
			w.AddSource(psa.Source{ID: math.MaxInt32, Name: "last"})
			w.AddSource(psa.Source{Name: "x"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			add()
		})
	}
}
