package desk

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// live returns a ticket that can be read: a deleted one is gone.
func (s *Server) live(id int64) (*ticket, *reply) {
	if t := s.tickets[id]; t != nil && t.status != "deleted" {
		return t, nil
	}
	return nil, recordNotFound()
}

func (s *Server) oneTicket(q *question) *reply {
	t, refusal := s.live(q.id)
	if refusal != nil {
		return refusal
	}
	include := strings.Split(q.URL.Query().Get("include"), ",")
	out := object{"ticket": t.json(q.base, slices.Contains(include, "comment_count"))}
	s.sideload(out, include, []*ticket{t}, q.base)
	return ok(out)
}

func (s *Server) manyTickets(q *question) *reply {
	ids, refusal := idList(q)
	if refusal != nil {
		return refusal
	}
	include := strings.Split(q.URL.Query().Get("include"), ",")
	page := []*ticket{}
	for _, id := range ids {
		if t, gone := s.live(id); gone == nil && !slices.Contains(page, t) {
			page = append(page, t)
		}
	}
	out := object{"count": len(page), "next_page": nil, "previous_page": nil}
	out["tickets"] = rendered(page, func(t *ticket) any { return t.json(q.base, slices.Contains(include, "comment_count")) })
	s.sideload(out, include, page, q.base)
	return ok(out)
}

// idList reads ?ids=1,2,3, at most a hundred.
func idList(q *question) ([]int64, *reply) {
	var ids []int64
	for text := range strings.SplitSeq(q.URL.Query().Get("ids"), ",") {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, invalidValue("ids must be numbers")
		}
		ids = append(ids, id)
	}
	if len(ids) > 100 {
		return nil, tooManyValues()
	}
	return ids, nil
}

// listTickets is GET /api/v2/tickets: sort by id, updated_at or status, or the tickets of one external id.
func (s *Server) listTickets(q *question) *reply {
	query := q.URL.Query()
	order, descending := strings.CutPrefix(cmp.Or(query.Get("sort"), "id"), "-")
	var keyOf func(*ticket) key
	switch order {
	case "id":
		keyOf = func(t *ticket) key { return key{0, t.id} }
	case "updated_at":
		keyOf = func(t *ticket) key { return key{t.updatedAt, t.id} }
	case "status":
		keyOf = func(t *ticket) key { return key{int64(slices.Index(statuses(), t.status)), t.id} }
	default:
		return invalidPaging("sort is not valid")
	}
	list := s.sortedTickets(order, func(a, b *ticket) int { return compareKeys(keyOf(a), keyOf(b)) })
	if want := query.Get("external_id"); want != "" {
		list = slices.DeleteFunc(slices.Clone(list), func(t *ticket) bool { return t.externalID != want })
	}
	include := strings.Split(query.Get("include"), ",")
	counted := slices.Contains(include, "comment_count")
	out, page, refusal := paged(q, "tickets", list, keyOf, descending, func(t *ticket) any { return t.json(q.base, counted) })
	if refusal != nil {
		return refusal
	}
	s.sideload(out, include, page, q.base)
	return ok(out)
}

// listComments is GET /api/v2/tickets/{id}/comments, oldest first.
func (s *Server) listComments(q *question) *reply {
	t, refusal := s.live(q.id)
	if refusal != nil {
		return refusal
	}
	query := q.URL.Query()
	order, descending := strings.CutPrefix(cmp.Or(query.Get("sort"), "created_at"), "-")
	if order != "created_at" {
		return invalidPaging("sort is not valid")
	}
	descending = descending || query.Get("sort_order") == "desc"
	keyOf := func(c *comment) key { return key{c.audit.at, c.id} }
	out, page, refusal := paged(q, "comments", t.comments, keyOf, descending, func(c *comment) any { return c.json(q.base) })
	if refusal != nil {
		return refusal
	}
	if slices.Contains(strings.Split(query.Get("include"), ","), "users") {
		seen, users := map[int64]bool{}, []any{}
		for _, c := range page {
			if u := s.users[c.author]; u != nil && !seen[c.author] {
				seen[c.author], users = true, append(users, u.json(q.base))
			}
		}
		out["users"] = users
	}
	return ok(out)
}

// listAudits is GET /api/v2/tickets/{id}/audits, oldest first.
func (s *Server) listAudits(q *question) *reply {
	t, refusal := s.live(q.id)
	if refusal != nil {
		return refusal
	}
	order, descending := strings.CutPrefix(cmp.Or(q.URL.Query().Get("sort"), "created_at"), "-")
	if order != "created_at" {
		return invalidPaging("sort is not valid")
	}
	descending = descending || q.URL.Query().Get("sort_order") == "desc"
	keyOf := func(a *audit) key { return key{a.at, a.id} }
	out, _, refusal := paged(q, "audits", t.audits, keyOf, descending, func(a *audit) any { return a.json(q.base) })
	if refusal != nil {
		return refusal
	}
	return ok(out)
}
