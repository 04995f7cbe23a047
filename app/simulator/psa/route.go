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

func (t router) add(method, pattern string, right Right, handle func(*call) answer) *route {
	r := &route{method: method, pattern: pattern, right: right, handle: handle, writes: method != http.MethodGet}
	r.segments = strings.Split(pattern[1:], "/")
	key := method + strconv.Itoa(len(r.segments))
	t[key] = append(t[key], r)
	return r
}

// lists adds a list and its count, which every list here has.
func (t router) lists(pattern string, right Right, list, count func(*call) answer) {
	t.add("GET", pattern, right, list).list = true
	t.add("GET", pattern+"/count", right, count)
}

// looks adds the list, the count and the get of a table that is the same for everyone.
func looks[T any](t router, pattern string, right Right, kind *resource[*T], of *table[T], name string) {
	t.lists(pattern, right,
		func(c *call) answer { return list(c, kind, of.candidates) },
		func(c *call) answer { return count(c, kind, of.candidates) })
	t.add("GET", pattern+"/{}", right, func(c *call) answer {
		if row := of.get(c.ids[0]); row != nil {
			return one(c, http.StatusOK, kind, row)
		}
		return noRecord(name, c.ids[0])
	})
}

func newRouter(s *Server) router {
	t := router{}
	t.addTickets()
	t.lists("/time/entries", TimeEntryInquire, listTimeEntries, countTimeEntries)
	t.lists("/system/documents", AttachmentsInquire, listDocuments, countDocuments)
	t.add("POST", "/system/documents", AttachmentsAdd, createDocument)
	t.add("GET", "/system/documents/{}", AttachmentsInquire, getDocument)
	t.add("GET", "/system/documents/{}/download", AttachmentsInquire, downloadDocument)

	looks(t, "/service/boards", TableSetupInquire, s.kinds.boards, &s.boards, "Board")
	for _, part := range boardParts() {
		t.lists("/service/boards/{}/"+part.name, TableSetupInquire, part.list, part.count)
		t.add("GET", "/service/boards/{}/"+part.name+"/{}", TableSetupInquire, part.get)
	}
	looks(t, "/service/priorities", TableSetupInquire, s.kinds.priorities, &s.priorities, "Priority")
	looks(t, "/service/sources", TableSetupInquire, s.kinds.sources, &s.sources, "Source")
	looks(t, "/system/userDefinedFields", TableSetupInquire, s.kinds.userFields, &s.userFields, "UserDefinedField")
	looks(t, "/system/members", MembersInquire, s.kinds.members, &s.members, "Member")
	looks(t, "/company/companies", CompaniesInquire, s.kinds.companies, &s.companies, "Company")
	t.lists("/company/companies/statuses", TableSetupInquire, listCompanyStatuses, countCompanyStatuses)
	t.lists("/company/contacts", ContactsInquire, listContacts, countContacts)
	t.add("POST", "/company/contacts", ContactsAdd, createContact)
	t.add("GET", "/company/contacts/{}", ContactsInquire, getContact)
	t.lists("/company/contacts/{}/communications", ContactsInquire, listCommunications, countCommunications)
	t.add("POST", "/company/contacts/{}/communications", ContactsEdit, createCommunication)
	t.add("GET", "/company/contacts/{}/communications/{}", ContactsInquire, getCommunication)
	t.lists("/company/communicationTypes", TableSetupInquire, listCommunicationTypes, countCommunicationTypes)

	t.add("GET", "/system/info", "", systemInfo)
	return t
}

func (t router) addTickets() {
	tickets := "/service/tickets"
	t.lists(tickets, ServiceTicketsInquire, listTickets, countTickets)
	t.add("POST", tickets, ServiceTicketsAdd, createTicket)
	search := t.add("POST", tickets+"/search", ServiceTicketsInquire, searchTickets)
	search.writes, search.list = false, true
	t.add("GET", tickets+"/{}", ServiceTicketsInquire, getTicket)
	t.add("PATCH", tickets+"/{}", ServiceTicketsEdit, patchTicket)
	t.add("PUT", tickets+"/{}", ServiceTicketsEdit, putTicket)
	t.add("DELETE", tickets+"/{}", ServiceTicketsDelete, deleteTicket)
	t.add("POST", tickets+"/{}/merge", ServiceTicketsEdit, mergeTickets)
	t.lists(tickets+"/{}/notes", ServiceTicketsInquire, listNotes, countNotes)
	t.add("POST", tickets+"/{}/notes", ServiceTicketsEdit, createNote)
	t.add("GET", tickets+"/{}/notes/{}", ServiceTicketsInquire, getNote)
	t.add("PATCH", tickets+"/{}/notes/{}", ServiceTicketsEdit, patchNote)
	t.add("PUT", tickets+"/{}/notes/{}", ServiceTicketsEdit, putNote)
	t.add("DELETE", tickets+"/{}/notes/{}", ServiceTicketsDelete, deleteNote)
	t.add("GET", tickets+"/{}/allNotes", ServiceTicketsInquire, listAllNotes).list = true
	t.lists(tickets+"/{}/documents", AttachmentsInquire, listTicketDocuments, countTicketDocuments)
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
