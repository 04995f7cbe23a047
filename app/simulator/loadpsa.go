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

// fill rebuilds the instance under the recorded ids. A recording without a usable board gets the standard ones.
func (s samples) fill(server *psa.Server) {
	usable := func(b record) bool {
		return !get[bool](b, "projectFlag") && !get[bool](b, "inactiveFlag") && get[string](b, "name") != ""
	}
	if !slices.ContainsFunc(s[boardList], usable) {
		server.Standard()
		return
	}
	referred := s.complete(server.APIMember())
	for _, b := range s[boardList] {
		s.addBoard(server, b)
	}
	s.addPriorities(server)
	first := preferred(s[sourceList])
	for i, src := range s[sourceList] {
		server.AddSource(psa.Source{ID: id(src), Name: get[string](src, "name"), Default: flag(src, "defaultFlag") || i == first})
	}
	s.addPeople(server)
	s.addTickets(server, referred)
}

func (s samples) addBoard(server *psa.Server, b record) {
	board := psa.Board{
		ID: id(b), Name: get[string](b, "name"), Project: flag(b, "projectFlag"), Inactive: flag(b, "inactiveFlag"),
		Types: entries(s.ofHome(typeList, id(b))), SubTypes: entries(s.ofHome(subTypeList, id(b))), Items: entries(s.ofHome(itemList, id(b))),
	}
	statuses := s.ofHome(statusList, id(b))
	first := preferred(statuses)
	for i, st := range statuses {
		closed := flag(st, "closedStatus")
		board.Statuses = append(board.Statuses, psa.Status{
			ID: id(st), Name: get[string](st, "name"), Default: flag(st, "defaultFlag") || i == first, Closed: closed, Inactive: flag(st, "inactive"),
			Hidden: !flag(st, "displayOnBoard") && (closed || !isNull(st, "displayOnBoard")), Sort: get[*int](st, "sortOrder"),
		})
	}
	server.AddBoard(board)
	for _, t := range s.ofHome(teamList, id(b)) {
		server.AddTeam(id(b), psa.Team{ID: id(t), Name: get[string](t, "name"), Default: flag(t, "defaultFlag")})
	}
}

func entries(list []record) (out []psa.Entry) {
	for _, r := range list {
		out = append(out, psa.Entry{
			ID: id(r), Name: get[string](r, "name"), Inactive: flag(r, "inactiveFlag"),
			Default: flag(r, "defaultFlag"), RequestForChange: flag(r, "requestForChangeFlag"),
		})
	}
	return out
}

func (s samples) addPriorities(server *psa.Server) {
	if len(s[priorityList]) == 0 {
		server.AddPriority(psa.Priority{Name: "Priority 3 - Normal Response", Default: true})
	}
	first := preferred(s[priorityList])
	for i, p := range s[priorityList] {
		server.AddPriority(psa.Priority{
			ID: id(p), Name: get[string](p, "name"), Color: get[string](p, "color"), Level: get[string](p, "level"),
			Default: flag(p, "defaultFlag") || i == first, Sort: cmp.Or(get[*int](p, "sortOrder"), get[*int](p, "sort")),
		})
	}
}

// addPeople adds companies, their contacts and the members. The company for everything else is there in any case.
func (s samples) addPeople(server *psa.Server) {
	catchall, companies := false, map[int]bool{}
	for _, c := range s[companyList] {
		name := nameOf(c)
		catchall = catchall || strings.EqualFold(name, catchAll)
		companies[id(c)] = true
		server.AddCompany(psa.Company{
			ID: id(c), Identifier: get[string](c, "identifier"), Name: name, Website: get[string](c, "website"), Deleted: flag(c, "deletedFlag"),
		})
	}
	if !catchall {
		server.AddCompany(psa.Company{Name: catchAll})
	}
	for _, c := range s[contactList] {
		if !companies[home(c)] {
			continue // nobody's
		}
		first, last, _ := strings.Cut(nameOf(c), " ")
		server.AddContact(psa.Contact{
			ID: id(c), Company: home(c), FirstName: first, LastName: last, Email: get[string](c, "email"), Inactive: flag(c, "inactiveFlag"),
		})
	}
	for _, m := range s[memberList] {
		if id(m) == server.APIMember() {
			continue // the recorded one gives way
		}
		first, last := get[string](m, "firstName"), get[string](m, "lastName")
		if first+last == "" {
			first, last, _ = strings.Cut(nameOf(m), " ")
		}
		server.AddMember(psa.Member{
			ID: id(m), Identifier: cmp.Or(get[string](m, "identifier"), nameOf(m)), FirstName: first, LastName: last,
			Email: get[string](m, "officeEmail"), Inactive: flag(m, "inactiveFlag"),
		})
	}
}

// addTickets adds the tickets that were there before.
func (s samples) addTickets(server *psa.Server, referred []references) {
	for i, t := range s[ticketList] {
		to, info := referred[i], get[record](t, "_info")
		added := psa.Ticket{
			ID: id(t), Summary: get[string](t, "summary"), Contact: id(to["contact"]),
			Refs: psa.Refs{
				Board: id(to["board"]), Status: id(to["status"]), Type: id(to["type"]), SubType: id(to["subType"]), Item: id(to["item"]),
				Team: id(to["team"]), Company: id(to["company"]), Priority: id(to["priority"]), Source: id(to["source"]), Owner: id(to["owner"]),
			},
			ContactName: get[string](t, "contactName"), ContactEmail: get[string](t, "contactEmailAddress"),
			ContactPhone: get[string](t, "contactPhoneNumber"), XRef: get[string](t, "externalXRef"),
			Severity: get[string](t, "severity"), Impact: get[string](t, "impact"), CustomerUpdated: flag(t, "customerUpdatedFlag"),
			Mail: psa.Mail{
				Contact: flag(t, "automaticEmailContactFlag"), Resource: flag(t, "automaticEmailResourceFlag"), CC: flag(t, "automaticEmailCcFlag"),
			},
			Fields: t, Entered: when(info, "dateEntered"), Updated: when(info, "lastUpdated"),
			EnteredBy: cmp.Or(get[string](info, "enteredBy"), get[string](t, "enteredBy")), UpdatedBy: get[string](info, "updatedBy"),
		}
		if added.Refs.Company == 0 {
			added.Company = catchAll
		}
		if added.Refs.Priority == 0 && len(s[priorityList]) > 0 {
			added.Refs.Priority = id(s[priorityList][0])
		}
		server.AddTicket(added)
	}
}
