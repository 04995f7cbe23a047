package psa

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"deskbridge/app/simulator/fault"
)

// list answers one page. rows gives the candidates in id order; it may use an index but must not leave out
// a record the query selects.
func list[T any](c *call, r *resource[T], rows func(*query) []T) answer {
	q, refused := c.query()
	if refused != nil {
		return *refused
	}
	return listQuery(c, r, q, rows)
}

func listQuery[T any](c *call, r *resource[T], q *query, rows func(*query) []T) answer {
	test, err := r.test(q)
	if err != nil {
		return badFilter(err)
	}
	if q.forward {
		return forwardPage(c, r, q, rows(q), test)
	}
	found, total := matching(q, rows(q), test)
	if c.hits.Has(fault.LateRecord) && (q.conditions.Uses("lastUpdated") || q.conditions.Uses("_info/lastUpdated")) {
		found = r.withoutNewest(c, found)
	}
	if !q.byID() {
		if err := r.sort(found, q.orderBy); err != nil {
			return badFilter(err)
		}
		first := min((q.page-1)*q.size, len(found))
		found = found[first:min(first+q.size, len(found))]
	}
	a := c.page(r.encodePage(c, q, found))
	if link := c.pageLinks(q, total); link != "" {
		a.link = &link
	}
	return a
}

// byID says whether a page is a stretch of the rows as they come.
func (q *query) byID() bool {
	return len(q.orderBy) == 0 || len(q.orderBy) == 1 && q.orderBy[0] == order{path: "id"}
}

// matching gives the rows a query selects and how many there are. Where the order is by id, only those of the
// page are kept: a walk over a large instance asks for many pages.
func matching[T any](q *query, rows []T, test func(T) bool) (found []T, total int) {
	first, last := 0, len(rows)
	if q.byID() {
		first = (q.page - 1) * q.size
		last = first + q.size
	}
	for _, row := range rows {
		if test(row) {
			if total >= first && total < last {
				found = append(found, row)
			}
			total++
		}
	}
	return found, total
}

// withoutNewest leaves out the record that changed last, if that was within the last seconds: the service has
// saved it and does not list it yet.
func (r *resource[T]) withoutNewest(c *call, rows []T) []T {
	updated := r.fields["lastUpdated"].Get
	newest := -1
	for i, row := range rows {
		if updated(row).Int() > c.at-lateSeconds && (newest < 0 || updated(row).Int() >= updated(rows[newest]).Int()) {
			newest = i
		}
	}
	if newest < 0 {
		return rows
	}
	return slices.Delete(rows, newest, newest+1)
}

// lateSeconds is how long a change can stay out of a list.
const lateSeconds = 10

// forwardPage answers a forward-only page: by id, after the last one seen, orderBy and page ignored. The
// Link header is always there and empty at the end.
func forwardPage[T any](c *call, r *resource[T], q *query, rows []T, test func(T) bool) answer {
	var found []T
	more := false
	for _, row := range rows {
		if int64(r.id(row)) <= q.after || !test(row) {
			continue
		}
		if len(found) == q.size {
			more = true
			break
		}
		found = append(found, row)
	}
	a := c.page(r.encodePage(c, q, found))
	a.link = new("")
	if more {
		a.link = new(c.link("next", "pageId", int(r.id(found[len(found)-1]))))
	}
	return a
}

func (c *call) page(body []byte) answer { return answer{status: http.StatusOK, body: body} }

func (r *resource[T]) encodePage(c *call, q *query, rows []T) []byte {
	e := newEncoder(c.href(), q.fields)
	e.out = append(e.out, '[')
	for i, row := range rows {
		if i > 0 {
			e.out = append(e.out, ',')
		}
		if i == 1 { // the first record tells how much room the rest will need
			e.out = slices.Grow(e.out, (len(e.out)+64)*len(rows))
		}
		e.record(func() { r.encode(c, e, row) })
	}
	return append(e.out, ']')
}

// pageLinks is the Link header of navigable paging; empty when there is one page only.
func (c *call) pageLinks(q *query, total int) string {
	last := (total + q.size - 1) / q.size
	var links []string
	if q.page < last {
		links = append(links, c.link("next", "page", q.page+1))
	}
	if q.page > 1 && last > 0 {
		links = append(links, c.link("prev", "page", min(q.page-1, last)), c.link("first", "page", 1))
	}
	if q.page < last {
		links = append(links, c.link("last", "page", last))
	}
	return strings.Join(links, ", ")
}

// link is one entry of a Link header: this request's address with one parameter changed.
func (c *call) link(rel, parameter string, value int) string {
	at := *c.request.URL
	at.Scheme, at.Host = "http", c.request.Host
	if c.request.TLS != nil {
		at.Scheme = "https"
	}
	values := at.Query()
	values.Set(parameter, strconv.Itoa(value))
	if parameter == "pageId" {
		values.Del("page")
	}
	at.RawQuery = values.Encode()
	return fmt.Sprintf(`<%s>; rel="%s"`, at.String(), rel)
}

// lastPages remembers the last page of each list, for the fault that gives it again.
type lastPages struct {
	mu   sync.Mutex
	last map[string]lastPage
}

type lastPage struct {
	asked string // the query without its paging
	answer
}

// repeat gives the page before once more, if the fault strikes a second or later page of the same query. Lists
// under one record are too small to page and are left alone.
func (s *Server) repeat(c *call, a answer) answer {
	if a.status != http.StatusOK || len(c.ids) > 0 {
		return a
	}
	asked := c.request.URL.Query()
	later := asked.Get("pageId") != "" || asked.Get("page") != "" && asked.Get("page") != "1"
	without := func(values url.Values, names ...string) string {
		for _, name := range names {
			values.Del(name)
		}
		return values.Encode()
	}
	path := c.request.URL.Path
	now := lastPage{asked: without(asked, "page", "pageId"), answer: a}
	s.pages.mu.Lock()
	defer s.pages.mu.Unlock()
	before, known := s.pages.last[path]
	if c.hits.Has(fault.RepeatPage) && later && known && before.asked == now.asked {
		return before.answer
	}
	if s.pages.last == nil {
		s.pages.last = map[string]lastPage{}
	}
	now.body = slices.Clip(now.body)
	s.pages.last[path] = now
	return a
}
