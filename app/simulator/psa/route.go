package psa

import (
	"net/http"
	"strconv"
	"strings"
)

// route is one operation of the API.
type route struct {
	method, pattern string
	segments        []string
	right           Right // "" needs no right beyond a sign-in
	writes          bool
	list            bool // answers one page of a list
	handle          func(*call) answer
}

// router finds routes by method and number of path segments.
type router map[string][]*route

func newRouter() router {
	t := router{}
	add := func(method, pattern string, right Right, handle func(*call) answer) *route {
		r := &route{method: method, pattern: pattern, right: right, handle: handle, writes: method != http.MethodGet}
		r.segments = strings.Split(pattern[1:], "/")
		key := method + strconv.Itoa(len(r.segments))
		t[key] = append(t[key], r)
		return r
	}
	// lists adds a list and its count, which every list here has.
	lists := func(pattern string, right Right, list, count func(*call) answer) {
		add(http.MethodGet, pattern, right, list).list = true
		add(http.MethodGet, pattern+"/count", right, count)
	}

	tickets := "/service/tickets"
	lists(tickets, ServiceTicketsInquire, listTickets, countTickets)
	add("POST", tickets, ServiceTicketsAdd, createTicket)
	search := add("POST", tickets+"/search", ServiceTicketsInquire, searchTickets)
	search.writes, search.list = false, true
	add("GET", tickets+"/{}", ServiceTicketsInquire, getTicket)
	add("PATCH", tickets+"/{}", ServiceTicketsEdit, patchTicket)
	add("PUT", tickets+"/{}", ServiceTicketsEdit, putTicket)
	add("DELETE", tickets+"/{}", ServiceTicketsDelete, deleteTicket)
	add("POST", tickets+"/{}/merge", ServiceTicketsEdit, mergeTickets)
	lists(tickets+"/{}/notes", ServiceTicketsInquire, listNotes, countNotes)
	add("POST", tickets+"/{}/notes", ServiceTicketsEdit, createNote)
	add("GET", tickets+"/{}/notes/{}", ServiceTicketsInquire, getNote)
	add("PATCH", tickets+"/{}/notes/{}", ServiceTicketsEdit, patchNote)
	add("PUT", tickets+"/{}/notes/{}", ServiceTicketsEdit, putNote)
	add("DELETE", tickets+"/{}/notes/{}", ServiceTicketsDelete, deleteNote)
	add("GET", tickets+"/{}/allNotes", ServiceTicketsInquire, listAllNotes).list = true
	lists(tickets+"/{}/documents", AttachmentsInquire, listTicketDocuments, countTicketDocuments)

	lists("/time/entries", TimeEntryInquire, listTimeEntries, countTimeEntries)

	lists("/system/documents", AttachmentsInquire, listDocuments, countDocuments)
	add("POST", "/system/documents", AttachmentsAdd, createDocument)
	add("GET", "/system/documents/{}", AttachmentsInquire, getDocument)
	add("GET", "/system/documents/{}/download", AttachmentsInquire, downloadDocument)

	// looks adds the list, the count and the get of a table.
	looks := func(pattern string, right Right, listing, counting, getting func(*call) answer) {
		lists(pattern, right, listing, counting)
		add("GET", pattern+"/{}", right, getting)
	}
	listing, counting, getting := lookup(func(k *kinds) *resource[*board] { return k.boards }, func(s *Server) *table[board] { return &s.boards }, "Board")
	looks("/service/boards", TableSetupInquire, listing, counting, getting)
	for _, part := range boardParts() {
		lists("/service/boards/{}/"+part.name, TableSetupInquire, part.list, part.count)
		add("GET", "/service/boards/{}/"+part.name+"/{}", TableSetupInquire, part.get)
	}
	listing, counting, getting = lookup(func(k *kinds) *resource[*priority] { return k.priorities }, func(s *Server) *table[priority] { return &s.priorities }, "Priority")
	looks("/service/priorities", TableSetupInquire, listing, counting, getting)
	listing, counting, getting = lookup(func(k *kinds) *resource[*source] { return k.sources }, func(s *Server) *table[source] { return &s.sources }, "Source")
	looks("/service/sources", TableSetupInquire, listing, counting, getting)
	listing, counting, getting = lookup(func(k *kinds) *resource[*userField] { return k.userFields }, func(s *Server) *table[userField] { return &s.userFields }, "UserDefinedField")
	looks("/system/userDefinedFields", TableSetupInquire, listing, counting, getting)
	listing, counting, getting = lookup(func(k *kinds) *resource[*company] { return k.companies }, func(s *Server) *table[company] { return &s.companies }, "Company")
	looks("/company/companies", CompaniesInquire, listing, counting, getting)
	listing, counting, getting = lookup(func(k *kinds) *resource[*member] { return k.members }, func(s *Server) *table[member] { return &s.members }, "Member")
	looks("/system/members", MembersInquire, listing, counting, getting)

	lists("/company/companies/statuses", TableSetupInquire, listCompanyStatuses, countCompanyStatuses)
	lists("/company/contacts", ContactsInquire, listContacts, countContacts)
	add("POST", "/company/contacts", ContactsAdd, createContact)
	add("GET", "/company/contacts/{}", ContactsInquire, getContact)
	lists("/company/contacts/{}/communications", ContactsInquire, listCommunications, countCommunications)
	add("POST", "/company/contacts/{}/communications", ContactsEdit, createCommunication)
	add("GET", "/company/contacts/{}/communications/{}", ContactsInquire, getCommunication)
	lists("/company/communicationTypes", TableSetupInquire, listCommunicationTypes, countCommunicationTypes)

	add("GET", "/system/info", "", systemInfo)
	return t
}

// apiPath cuts the base off a path. routable is false where the base stands twice, which the service's
// front calls unroutable; found is false for a codebase this instance does not have.
func (s *Server) apiPath(path string) (rest string, found, routable bool) {
	s.mu.RLock()
	codebase := s.codebase
	s.mu.RUnlock()
	for _, base := range []string{"v4_6_release/", codebase} {
		if rest, ok := strings.CutPrefix(path, "/"+base+"apis/3.0/"); ok {
			return rest, true, !strings.Contains("/"+rest+"/", "/apis/3.0/")
		}
	}
	return "", false, true
}

// find gives the route of a request and the numbers in its path; nil if there is none.
func (s *Server) find(r *http.Request) (*route, []int32) {
	rest, found, routable := s.apiPath(r.URL.Path)
	if !found || !routable {
		return nil, nil
	}
	segments := strings.Split(strings.Trim(rest, "/"), "/")
next:
	for _, candidate := range s.routes[r.Method+strconv.Itoa(len(segments))] {
		var ids []int32
		for i, want := range candidate.segments {
			if want == "{}" {
				id, err := strconv.ParseInt(segments[i], 10, 32)
				if err != nil {
					continue next
				}
				ids = append(ids, int32(id))
			} else if want != segments[i] {
				continue next
			}
		}
		if s.options.WithoutAllNotes && strings.HasSuffix(candidate.pattern, "/allNotes") {
			return nil, nil
		}
		return candidate, ids
	}
	return nil, nil
}

// unrouted answers a request that no route fits.
func (s *Server) unrouted(r *http.Request) answer {
	switch _, found, routable := s.apiPath(r.URL.Path); {
	case !routable:
		return plain(http.StatusBadRequest, "Cannot route. Codebase/company is invalid")
	case !found:
		return plain(http.StatusNotFound, "Not Found")
	}
	return missing("The requested resource does not exist in this version of the API.")
}
