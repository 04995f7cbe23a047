package simulator

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// The lists of a recording of ConnectWise.
const (
	boardList    = "API_BOARD_LIST"
	statusList   = "API_BOARD_STATUS_LIST"
	teamList     = "API_SERVICE_TEAM_LIST"
	typeList     = "API_TYPE_LIST"
	subTypeList  = "API_SUBTYPE_LIST"
	itemList     = "API_ITEM_LIST"
	priorityList = "API_SERVICE_PRIORITY_LIST"
	sourceList   = "API_SOURCE_LIST"
	companyList  = "API_COMPANY_LIST"
	contactList  = "API_CONTACT_LIST"
	memberList   = "API_MEMBER_LIST"
	ticketList   = "API_SERVICE_TICKET"
)

// catchAll is the company of tickets that name none.
const catchAll = "Catchall"

// homeKey is where a record that only a ticket refers to keeps the id of its board or company.
const homeKey = "(home)"

// largestID leaves room above the recorded ids for those given later. What is larger counts as no id.
const largestID = 1 << 30

// references are the records a ticket refers to, by the ticket's member.
type references map[string]record

// complete makes the lists whole: each record once, a later one in place of an earlier, and each with an id, those
// that lack one above all others. What only a ticket refers to joins its list. The references come in the order of
// the tickets. A member without an id gets one above apiMember, which is taken.
func (s samples) complete(apiMember int) []references {
	s[ticketList] = distinct(s[ticketList], func(record) bool { return true })
	number(s[ticketList], 1000) // where an instance in use has long been, see package psa
	referred := make([]references, len(s[ticketList]))
	for i := range referred {
		referred[i] = references{}
	}
	// The homes come before what lives in them, so that their ids are known.
	for _, of := range []struct{ list, member, home string }{
		{boardList, "board", ""}, {companyList, "company", ""},
		{statusList, "status", "board"}, {teamList, "team", "board"}, {typeList, "type", "board"},
		{subTypeList, "subType", "board"}, {itemList, "item", "board"}, {contactList, "contact", "company"},
		{priorityList, "priority", ""}, {sourceList, "source", ""}, {memberList, "owner", ""},
	} {
		s[of.list] = distinct(s[of.list], func(r record) bool { return nameOf(r) != "" })
		for i, t := range s[ticketList] {
			r, at := get[record](t, of.member), 0
			if of.home != "" {
				if at = id(referred[i][of.home]); at == 0 {
					continue
				}
			}
			if r != nil && of.list == contactList {
				r["email"] = t["contactEmailAddress"]
			}
			referred[i][of.member] = s.mention(of.list, r, at)
		}
		least := 0
		if of.list == memberList {
			least = apiMember
		}
		number(s[of.list], least)
	}
	s.openBoards()
	return referred
}

// distinct leaves out nothings and what does not count, and keeps the last of those with the same id.
func distinct(list []record, counts func(record) bool) (out []record) {
	places := map[int]int{}
	for _, r := range list {
		if r == nil || !counts(r) {
			continue
		}
		r.tidy()
		n := id(r)
		if place, again := places[n]; again && n != 0 {
			out[place] = r
			continue
		}
		places[n] = len(out)
		out = append(out, r)
	}
	return out
}

// number gives ids to those who have none.
func number(list []record, last int) {
	for _, r := range list {
		last = max(last, id(r))
	}
	for _, r := range list {
		if id(r) == 0 {
			last++
			r.set("id", last)
		}
	}
}

// mention gives the record of a list that a ticket refers to, by id or else by name, and adds it if it is missing.
// It gives nil for a reference to nothing, and for one into another home.
func (s samples) mention(list string, r record, at int) record {
	r.tidy()
	n, name := id(r), nameOf(r)
	if n == 0 && name == "" {
		return nil
	}
	lives := func(other record) bool { return at == 0 || home(other) == at }
	i := slices.IndexFunc(s[list], func(other record) bool {
		return n != 0 && id(other) == n || n == 0 && nameOf(other) == name && lives(other)
	})
	switch {
	case i >= 0 && lives(s[list][i]):
		return s[list][i]
	case i >= 0 || name == "":
		return nil
	}
	added := maps.Clone(r)
	added.set(homeKey, at)
	s[list] = append(s[list], added)
	return added
}

// openBoards gives a status to boards that have none in use, as no ticket could be there.
func (s samples) openBoards() {
	for _, b := range s[boardList] {
		if !slices.ContainsFunc(s.ofHome(statusList, id(b)), func(st record) bool { return !flag(st, "inactive") }) {
			fresh := record{"name": json.RawMessage(`"New"`)}
			fresh.set(homeKey, id(b))
			s[statusList] = append(s[statusList], fresh)
		}
	}
	number(s[statusList], 0)
}

// preferred is the place of the record to take where nothing is chosen, in a list without a mark for it: the first
// that lacks the flag, as older answers do. It is -1 if there is a mark, or a plain no everywhere.
func preferred(list []record) int {
	if slices.ContainsFunc(list, func(r record) bool { return flag(r, "defaultFlag") }) {
		return -1
	}
	return slices.IndexFunc(list, func(r record) bool { return isNull(r, "defaultFlag") && !flag(r, "inactive") })
}

// ofHome picks the records that belong to a board or a company.
func (s samples) ofHome(list string, at int) (out []record) {
	for _, r := range s[list] {
		if home(r) == at {
			out = append(out, r)
		}
	}
	return out
}

// id is the id of a record; 0 if it has none.
func id(r record) int { return get[int](r, "id") }

// tidy takes away what is no id.
func (r record) tidy() {
	if n := id(r); n < 1 || n > largestID {
		delete(r, "id")
	}
}

// home is the id of the board or company a record belongs to, whichever way it says so.
func home(r record) int {
	return cmp.Or(get[int](r, homeKey), get[int](r, "boardId"), id(get[record](r, "board")), id(get[record](r, "company")))
}

func nameOf(r record) string {
	full := strings.TrimSpace(get[string](r, "firstName") + " " + get[string](r, "lastName"))
	return cmp.Or(get[string](r, "name"), full, get[string](r, "identifier"))
}

func flag(r record, name string) bool { return get[bool](r, name) }

func (r record) set(name string, n int) { r[name] = strconv.AppendInt(nil, int64(n), 10) }
