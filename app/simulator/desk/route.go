package desk

import (
	"net/http"
	"strconv"
	"strings"

	"deskbridge/app/simulator/fault"
)

// ExportRight is the right the incremental exports need, as fault.RevokeRight knows it.
const ExportRight = "incremental-exports"

// anyScope marks a route that needs a token, of whatever scope.
const anyScope = "*"

// role is how much of the account a route shows to whom.
type role int

const (
	anyone role = iota // any signed-in user
	agents
	admins
)

// route is one endpoint.
type route struct {
	method  string
	pattern string // with {id} for a number and {word} for anything
	handle  func(*Server, *question) *reply
	scope   string // the resource whose scope it needs; empty means no token is needed
	role    role
	write   bool
	list    bool
	login   bool
	raw     bool   // the body is not JSON
	right   string // what fault.RevokeRight can take away
	budget  string // the special limit it counts against
}

func routes() []route {
	const get, post, put, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	return []route{
		{method: get, pattern: "/oauth/authorizations/new", handle: (*Server).consentPage, login: true},
		{method: post, pattern: "/oauth/authorizations/new", handle: (*Server).consent, login: true, raw: true},
		{method: post, pattern: "/oauth/tokens", handle: (*Server).token, login: true, raw: true, write: true},
		{method: get, pattern: "/api/v2/oauth/tokens/current", handle: (*Server).currentToken, scope: anyScope},
		{method: del, pattern: "/api/v2/oauth/tokens/current", handle: (*Server).revokeToken, scope: anyScope, write: true},
		{method: del, pattern: "/api/v2/oauth/tokens/{id}", handle: (*Server).revokeToken, scope: anyScope, write: true},

		{method: get, pattern: "/api/v2/users/me", handle: (*Server).me, scope: "users"},
		{method: get, pattern: "/api/v2/users/show_many", handle: (*Server).manyUsers, scope: "users", role: agents},
		{method: get, pattern: "/api/v2/users/{id}", handle: (*Server).oneUser, scope: "users", role: agents},
		{method: get, pattern: "/api/v2/organizations", handle: (*Server).listOrganizations, scope: "organizations", role: agents},
		{method: get, pattern: "/api/v2/organizations/show_many", handle: (*Server).manyOrganizations, scope: "organizations", role: agents},
		{method: get, pattern: "/api/v2/organizations/{id}", handle: (*Server).oneOrganization, scope: "organizations", role: agents},
		{method: get, pattern: "/api/v2/organization_memberships", handle: (*Server).memberships, scope: "organizations"},
		{method: get, pattern: "/api/v2/groups", handle: (*Server).listGroups, scope: "groups", role: agents},
		{method: get, pattern: "/api/v2/custom_statuses", handle: (*Server).customStatuses, scope: "tickets"},
		{method: get, pattern: "/api/v2/ticket_fields", handle: (*Server).ticketFields, scope: "tickets"},
		{method: get, pattern: "/api/v2/account/settings", handle: (*Server).settings, scope: "account", role: agents},

		{method: get, pattern: "/api/v2/incremental/tickets/cursor", handle: (*Server).exportTickets, scope: "tickets", role: admins, list: true, right: ExportRight, budget: exportBudget},
		{method: get, pattern: "/api/v2/incremental/ticket_events", handle: (*Server).exportEvents, scope: "tickets", role: admins, list: true, right: ExportRight, budget: exportBudget},

		{method: get, pattern: "/api/v2/tickets", handle: (*Server).listTickets, scope: "tickets", role: agents, list: true, budget: indexBudget},
		{method: post, pattern: "/api/v2/tickets", handle: (*Server).createTicket, scope: "tickets", role: agents, write: true, budget: createBudget},
		{method: get, pattern: "/api/v2/tickets/show_many", handle: (*Server).manyTickets, scope: "tickets", role: agents},
		{method: get, pattern: "/api/v2/tickets/{id}", handle: (*Server).oneTicket, scope: "tickets", role: agents},
		{method: put, pattern: "/api/v2/tickets/{id}", handle: (*Server).updateTicket, scope: "tickets", role: agents, write: true, budget: updateBudget},
		{method: get, pattern: "/api/v2/tickets/{id}/comments", handle: (*Server).listComments, scope: "tickets", role: agents, list: true},
		{method: get, pattern: "/api/v2/tickets/{id}/audits", handle: (*Server).listAudits, scope: "tickets", role: agents, list: true},
		{method: get, pattern: "/api/v2/tickets/{id}/tags", handle: (*Server).listTags, scope: "tickets", role: agents},
		{method: post, pattern: "/api/v2/tickets/{id}/tags", handle: (*Server).changeTags, scope: "tickets", role: agents, write: true, budget: updateBudget},
		{method: put, pattern: "/api/v2/tickets/{id}/tags", handle: (*Server).changeTags, scope: "tickets", role: agents, write: true, budget: updateBudget},
		{method: del, pattern: "/api/v2/tickets/{id}/tags", handle: (*Server).changeTags, scope: "tickets", role: agents, write: true, budget: updateBudget},

		{method: post, pattern: "/api/v2/uploads", handle: (*Server).upload, scope: "tickets", raw: true, write: true},
		{method: del, pattern: "/api/v2/uploads/{word}", handle: (*Server).deleteUpload, scope: "tickets", write: true},
		{method: get, pattern: "/api/v2/attachments/{id}", handle: (*Server).oneAttachment, scope: "tickets", role: agents},
		{method: get, pattern: "/attachments/token/{word}", handle: (*Server).download},
		{method: get, pattern: "/files/{word}", handle: (*Server).downloadElsewhere},
	}
}

// find picks the route of a request. Every path works with and without .json.
func (s *Server) find(r *http.Request) (route, question) {
	path := strings.TrimSuffix(strings.TrimSuffix(r.URL.Path, "/"), ".json")
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	for _, rt := range s.routes {
		if rt.method != method {
			continue
		}
		if id, word, fits := match(rt.pattern, path); fits {
			return rt, question{id: id, word: word}
		}
	}
	return route{method: r.Method, pattern: "(unknown)", handle: invalidEndpoint, write: method != http.MethodGet}, question{}
}

func match(pattern, path string) (id int64, word string, fits bool) {
	for pattern != "" || path != "" {
		var want, have string
		want, pattern = segment(pattern)
		have, path = segment(path)
		switch {
		case want == "{id}":
			n, err := strconv.ParseInt(have, 10, 64)
			if err != nil {
				return 0, "", false
			}
			id = n
		case want == "{word}" && have != "":
			word = have
		case want != have:
			return 0, "", false
		}
	}
	return id, word, true
}

func segment(path string) (first, rest string) {
	path = strings.TrimPrefix(path, "/")
	i := strings.IndexByte(path, '/')
	if i < 0 {
		return path, ""
	}
	return path[:i], path[i:]
}

// admit signs the caller in, counts the request against the limits and checks scope and role, in that order.
func (s *Server) admit(w http.ResponseWriter, r *http.Request, rt route, hits fault.Hits) (*grant, *reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	bearer, given := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if rt.scope == "" && !given {
		return nil, nil
	}
	caller := s.access[bearer]
	if caller != nil && hits.Has(fault.ExpireToken) {
		caller.accessEnds = s.now()
	}
	if rt.scope == "" {
		return caller, nil
	}
	if caller == nil || !s.now().Before(caller.accessEnds) {
		return nil, invalidToken()
	}
	caller.usedAt = s.now()
	if refusal := s.spend(w.Header(), rt, caller, r); refusal != nil {
		return nil, refusal
	}
	if missing := caller.missing(rt.scope, rt.write); missing != "" {
		return nil, missingScope(missing)
	}
	if hits.Has(fault.RevokeRight) || !allowed(s.users[caller.user], rt.role) {
		return nil, notAllowed()
	}
	return caller, nil
}

func allowed(u *User, needed role) bool {
	switch {
	case u == nil:
		return false
	case needed == admins:
		return u.Role == "admin"
	case needed == agents:
		return u.Role == "admin" || u.Role == "agent"
	default:
		return true
	}
}
