package simulator

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"deskbridge/app/simulator/psa"
)

// samples are the named records of connectwise/*.json.
type samples map[string][]record

// readSamples reads the files; a name holds a record or a list of them.
func readSamples(files []string) (samples, error) {
	out := samples{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var named map[string]json.RawMessage
		if err := json.Unmarshal(text, &named); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for name, value := range named {
			var list []record
			if value = bytes.TrimSpace(value); len(value) > 0 && value[0] == '{' {
				value = append(append([]byte{'['}, value...), ']')
			}
			if json.Unmarshal(value, &list) == nil { // anything else is none of ours
				out[name] = append(out[name], list...)
			}
		}
	}
	return out, nil
}

// company is the company id to sign in with, or "".
func (s samples) company() string {
	for _, info := range s["API_COMPANY_INFO"] {
		return get[string](info, "CompanyID")
	}
	return ""
}

// fill rebuilds the instance. A recording without a usable board gets the standard ones.
func (s samples) fill(server *psa.Server) {
	usable := func(b record) bool {
		return !get[bool](b, "projectFlag") && !get[bool](b, "inactiveFlag") && get[string](b, "name") != ""
	}
	if !slices.ContainsFunc(s["API_BOARD_LIST"], usable) {
		server.Standard()
		return
	}
	for _, b := range s["API_BOARD_LIST"] {
		s.addBoard(server, b)
	}
	s.addPriorities(server)
	for i, src := range s["API_SOURCE_LIST"] {
		server.AddSource(get[string](src, "name"), i == 0 || get[bool](src, "defaultFlag"))
	}
	server.AddCompany(psa.Company{Name: "Catchall"})
	s.addTickets(server)
}

func (s samples) addBoard(server *psa.Server, b record) {
	id := get[int64](b, "id")
	board := psa.Board{Name: get[string](b, "name"), Project: get[bool](b, "projectFlag"), Inactive: get[bool](b, "inactiveFlag")}
	for _, st := range s.ofBoard("API_BOARD_STATUS_LIST", id) {
		board.Statuses = append(board.Statuses, psa.Status{
			Name: get[string](st, "name"), Default: get[bool](st, "defaultFlag"), Closed: get[bool](st, "closedStatus"), Inactive: get[bool](st, "inactive"),
		})
	}
	if len(board.Statuses) > 0 && !slices.ContainsFunc(board.Statuses, func(st psa.Status) bool { return st.Default }) {
		board.Statuses[0].Default = true // older answers lack the flag
	}
	teams := s.ofBoard("API_SERVICE_TEAM_LIST", id)
	for _, t := range teams {
		if get[bool](t, "defaultFlag") {
			board.DefaultTeam = get[string](t, "name")
		}
	}
	for name, into := range map[string]*[]string{"API_TYPE_LIST": &board.Types, "API_SUBTYPE_LIST": &board.SubTypes, "API_ITEM_LIST": &board.Items} {
		for _, part := range s.ofBoard(name, id) {
			*into = append(*into, get[string](part, "name"))
		}
	}
	added := server.AddBoard(board)
	for _, t := range teams {
		if name := get[string](t, "name"); name != board.DefaultTeam {
			server.AddTeam(added, name)
		}
	}
}

// ofBoard picks the records that belong to a board, whichever way they say so.
func (s samples) ofBoard(name string, board int64) (out []record) {
	for _, r := range s[name] {
		if cmp.Or(get[int64](r, "boardId"), get[int64](get[record](r, "board"), "id")) == board {
			out = append(out, r)
		}
	}
	return out
}

func (s samples) addPriorities(server *psa.Server) {
	list := slices.Clone(s["API_SERVICE_PRIORITY_LIST"])
	list = slices.DeleteFunc(list, func(p record) bool { return get[string](p, "name") == "" })
	for _, t := range s["API_SERVICE_TICKET"] {
		if p := get[record](t, "priority"); get[string](p, "name") != "" {
			list = append(list, p)
		}
	}
	if len(list) == 0 {
		server.AddPriority(psa.Priority{Name: "Priority 3 - Normal Response", Default: true})
	}
	var names []string
	flagged := slices.ContainsFunc(list, func(p record) bool { return get[bool](p, "defaultFlag") })
	for i, p := range list {
		name := get[string](p, "name")
		if slices.Contains(names, name) {
			continue
		}
		names = append(names, name)
		server.AddPriority(psa.Priority{Name: name, Color: get[string](p, "color"), Level: get[string](p, "level"), Default: get[bool](p, "defaultFlag") || !flagged && i == 0})
	}
}

// addTickets adds the tickets that were there before, with their company and contact.
func (s samples) addTickets(server *psa.Server) {
	companies, contacts := map[string]int{}, map[string]int{}
	for _, t := range s["API_SERVICE_TICKET"] {
		c := get[record](t, "company")
		company := get[string](c, "name")
		if company == "" {
			company = "Catchall"
		} else if companies[company] == 0 {
			companies[company] = server.AddCompany(psa.Company{Identifier: get[string](c, "identifier"), Name: company, Website: get[string](c, "website")})
		}
		contact, email := get[string](get[record](t, "contact"), "name"), get[string](t, "contactEmailAddress")
		if contact != "" && companies[company] != 0 && contacts[company+contact] == 0 {
			first, last, _ := strings.Cut(contact, " ")
			contacts[company+contact] = server.AddContact(psa.Contact{Company: companies[company], FirstName: first, LastName: last, Email: email})
		}
		info, board := get[record](t, "_info"), get[record](t, "board")
		server.AddTicket(psa.Ticket{
			Summary: get[string](t, "summary"), Board: named(s["API_BOARD_LIST"], board), Status: named(s.ofBoard("API_BOARD_STATUS_LIST", get[int64](board, "id")), get[record](t, "status")),
			Priority: get[string](get[record](t, "priority"), "name"), Company: company, Contact: contacts[company+contact],
			ContactName: get[string](t, "contactName"), ContactEmail: email, XRef: get[string](t, "externalXRef"),
			Entered: when(info, "dateEntered"), Updated: when(info, "lastUpdated"), EnteredBy: get[string](t, "enteredBy"), UpdatedBy: get[string](info, "updatedBy"),
		})
	}
}

// named is the name of a reference if the list has it, else "", which takes the default.
func named(list []record, reference record) string {
	name := get[string](reference, "name")
	if slices.ContainsFunc(list, func(r record) bool { return get[string](r, "name") == name }) {
		return name
	}
	return ""
}
