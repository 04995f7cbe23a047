package desk

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"deskbridge/app/simulator/fault"
)

// withheld is how many seconds before now the exports stop.
const withheld = 60

// place is a position in the ticket export: behind the ticket with this id at this second.
type place struct{ at, id int64 }

func (p place) String() string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%d.0||%d|", p.at, p.id))
}

func parsePlace(cursor string) (p place, valid bool) {
	text, err := base64.StdEncoding.DecodeString(cursor)
	if err != nil {
		return p, false
	}
	at, id, found := strings.Cut(strings.TrimSuffix(string(text), "|"), ".0||")
	var errAt, errID error
	p.at, errAt = strconv.ParseInt(at, 10, 64)
	p.id, errID = strconv.ParseInt(id, 10, 64)
	return p, found && errAt == nil && errID == nil
}

// exportTickets is GET /api/v2/incremental/tickets/cursor.
func (s *Server) exportTickets(q *question) *reply {
	query := q.URL.Query()
	size := 1000
	if text := query.Get("per_page"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 1000 {
			return invalidValue("per_page must be between 1 and 1000")
		}
		size = n
	}
	from, refusal := exportStart(q, query)
	if refusal != nil {
		return refusal
	}
	include := strings.Split(query.Get("include"), ",")
	page, last, more := s.exportPage(q, from, size, query.Get("exclude_deleted") == "true")
	counted := slices.Contains(include, "comment_count")
	tickets := make([]any, len(page))
	for i, t := range page {
		tickets[i] = t.json(q.base, counted)
	}
	next := url.Values{"cursor": {last.String()}}
	for _, key := range []string{"per_page", "include", "exclude_deleted"} {
		if query.Has(key) {
			next.Set(key, query.Get(key))
		}
	}
	out := object{
		"tickets": tickets, "after_url": q.base + q.URL.Path + "?" + next.Encode(), "after_cursor": last.String(),
		"before_url": nil, "before_cursor": nil, "end_of_stream": !more,
	}
	s.sideload(out, include, page, q.base)
	return ok(out)
}

func exportStart(q *question, query url.Values) (place, *reply) {
	if query.Has("cursor") {
		p, valid := parsePlace(query.Get("cursor"))
		if !valid {
			return p, failure(400, "InvalidPaginationParameter", "cursor is not valid")
		}
		return p, nil
	}
	start, refusal := startTime(q, query)
	return place{start, 0}, refusal
}

func startTime(q *question, query url.Values) (int64, *reply) {
	start, err := strconv.ParseInt(query.Get("start_time"), 10, 64)
	switch {
	case err != nil || start < 0:
		return 0, invalidValue("start_time must be a unix time")
	case start > q.now.Unix()-withheld:
		return 0, tooRecent()
	}
	return start, nil
}

// exportPage collects up to size tickets behind a place and says where the page ends and whether more follow.
// RepeatPage puts records before it again; LateRecord holds one back until its cursor is read.
func (s *Server) exportPage(q *question, from place, size int, excludeDeleted bool) (page []*ticket, last place, more bool) {
	order := s.exportable()
	start, _ := slices.BinarySearchFunc(order, from, func(e exportEntry, p place) int {
		return cmp.Or(cmp.Compare(e.at, p.at), cmp.Compare(e.ticket.id, p.id+1))
	})
	last = from
	for _, e := range order[start:] {
		if e.at > q.now.Unix()-withheld {
			break
		}
		if e.stale() || excludeDeleted && e.ticket.status == "deleted" {
			continue
		}
		if len(page) == size {
			more = true
			break
		}
		page = append(page, e.ticket)
		last = place{e.at, e.ticket.id}
	}
	if q.hits.Has(fault.LateRecord) {
		page = s.holdBack(page, last)
	}
	for _, t := range s.owed[from.String()] {
		if !slices.Contains(page, t) {
			page = slices.Insert(page, 0, t)
		}
	}
	if q.hits.Has(fault.RepeatPage) {
		for i := start - 1; i >= 0 && i >= start-size; i-- {
			if e := order[i]; !e.stale() && !slices.Contains(page, e.ticket) {
				page = slices.Insert(page, 0, e.ticket)
			}
		}
	}
	return page, last, more
}

// holdBack takes the last ticket out of a page, once in its life. It is handed over with the page the cursor leads
// to, however often that page is read.
func (s *Server) holdBack(page []*ticket, last place) []*ticket {
	if len(page) == 0 || s.heldBack[page[len(page)-1].id] {
		return page
	}
	late := page[len(page)-1]
	s.heldBack[late.id] = true
	s.owed[last.String()] = append(s.owed[last.String()], late)
	return page[:len(page)-1]
}

// sideload adds the records the page's tickets refer to.
func (s *Server) sideload(out object, include []string, page []*ticket, base string) {
	if slices.Contains(include, "users") {
		seen, users := map[int64]bool{}, []any{}
		for _, t := range page {
			for _, id := range []int64{t.requester, t.submitter, t.assignee} {
				if u := s.users[id]; u != nil && !seen[id] {
					seen[id], users = true, append(users, u.json(base))
				}
			}
		}
		out["users"] = users
	}
	if slices.Contains(include, "organizations") {
		seen, orgs := map[int64]bool{}, []any{}
		for _, t := range page {
			if o := s.orgs[t.organization]; o != nil && !seen[o.ID] {
				seen[o.ID], orgs = true, append(orgs, o.json(base))
			}
		}
		out["organizations"] = orgs
	}
	if slices.Contains(include, "groups") {
		out["groups"] = []object{groupJSON(base)}
	}
}

// exportEvents is GET /api/v2/incremental/ticket_events. A page goes on until its last second is complete, and
// the next one begins with that second again.
func (s *Server) exportEvents(q *question) *reply {
	query := q.URL.Query()
	start, refusal := startTime(q, query)
	if refusal != nil {
		return refusal
	}
	order := s.events.sorted()
	first, _ := slices.BinarySearchFunc(order, start, func(a *audit, at int64) int {
		if a.at < at {
			return -1
		}
		return 1
	})
	ready, _ := slices.BinarySearchFunc(order, q.now.Unix()-withheld, func(a *audit, at int64) int {
		if a.at <= at {
			return -1
		}
		return 1
	})
	size := cmp.Or(s.opt.EventPage, 1000)
	end := min(first+size, ready)
	for end > first && end < ready && order[end].at == order[end-1].at {
		end++
	}
	begin := min(first, end)
	endTime := start
	if end > begin {
		endTime = order[end-1].at
	}
	if q.hits.Has(fault.RepeatPage) {
		begin = max(0, begin-size)
	}
	page := order[begin:end]
	if n := len(page); q.hits.Has(fault.LateRecord) && n > 0 && !s.heldBack[page[n-1].id] {
		s.heldBack[page[n-1].id] = true
		page = page[:n-1]
	}
	commentEvents := slices.Contains(strings.Split(query.Get("include"), ","), "comment_events")
	events := make([]eventJSON, len(page))
	for i, a := range page {
		events[i] = a.export(q.base, commentEvents)
	}
	next := url.Values{"start_time": {strconv.FormatInt(endTime, 10)}}
	if query.Has("include") {
		next.Set("include", query.Get("include"))
	}
	return ok(object{
		"ticket_events": events, "count": len(events), "end_time": endTime, "end_of_stream": end >= ready,
		"next_page": q.base + q.URL.Path + "?" + next.Encode(),
	})
}
