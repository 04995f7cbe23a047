package desk

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"deskbridge/app/simulator/fault"
)

// key is where a record stands in a sorted list: by a value, then by id.
type key struct{ value, id int64 }

func compareKeys(a, b key) int { return cmp.Or(cmp.Compare(a.value, b.value), cmp.Compare(a.id, b.id)) }

func (k key) String() string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, `{"o":"value,id","v":[%d,%d]}`, k.value, k.id))
}

func parseKey(cursor string) (k key, valid bool) {
	text, err := base64.StdEncoding.DecodeString(cursor)
	if err != nil {
		return k, false
	}
	n, err := fmt.Sscanf(string(text), `{"o":"value,id","v":[%d,%d]}`, &k.value, &k.id)
	return k, n == 2 && err == nil
}

// paged cuts one page out of a list sorted by key, backwards if descending, and wraps it in the envelope of the
// paging style the request asked for: cursor when page[…] is there, offset otherwise (section 10).
func paged[T any](q *question, name string, items []T, keyOf func(T) key, descending bool, render func(T) any) (object, []T, *reply) {
	query := q.URL.Query()
	if !query.Has("page[size]") && !query.Has("page[after]") && !query.Has("page[before]") {
		return offsetPage(q, query, name, items, descending, render)
	}
	size := 100
	if text := query.Get("page[size]"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 100 {
			return nil, nil, invalidPaging("page[size] must be between 1 and 100")
		}
		size = n
	}
	order := compareKeys
	if descending {
		order = func(a, b key) int { return compareKeys(b, a) }
		items = slices.Clone(items)
		slices.Reverse(items)
	}
	begin, end := 0, min(size, len(items))
	for _, side := range []string{"page[after]", "page[before]"} {
		if !query.Has(side) {
			continue
		}
		at, valid := parseKey(query.Get(side))
		if !valid {
			return nil, nil, invalidPaging(side + " is not valid")
		}
		i, found := slices.BinarySearchFunc(items, at, func(item T, k key) int { return order(keyOf(item), k) })
		if side == "page[before]" {
			begin, end = max(0, i-size), i
			continue
		}
		if found {
			i++
		}
		begin, end = i, min(i+size, len(items))
		if q.hits.Has(fault.RepeatPage) {
			begin = max(0, begin-(size+1)/2)
		}
	}
	page := items[begin:end]
	meta := object{"has_more": end < len(items), "after_cursor": nil, "before_cursor": nil}
	links := object{"prev": nil, "next": nil}
	if len(page) > 0 {
		before, after := keyOf(page[0]).String(), keyOf(page[len(page)-1]).String()
		meta["before_cursor"], meta["after_cursor"] = before, after
		links["prev"] = link(q, query, "page[before]", before)
		links["next"] = link(q, query, "page[after]", after)
	}
	return object{name: rendered(page, render), "meta": meta, "links": links}, page, nil
}

// link leads to a neighbour page; it is there even when there is nothing behind it [O].
func link(q *question, query url.Values, side, cursor string) string {
	next := url.Values{}
	for k, v := range query {
		if k != "page[after]" && k != "page[before]" {
			next[k] = v
		}
	}
	next.Set(side, cursor)
	return q.base + q.URL.Path + "?" + next.Encode()
}

func offsetPage[T any](q *question, query url.Values, name string, items []T, descending bool, render func(T) any) (object, []T, *reply) {
	number, size := 1, 100
	for param, into := range map[string]*int{"page": &number, "per_page": &size} {
		if text := query.Get(param); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 1 {
				return nil, nil, invalidPaging(param + " must be a positive number")
			}
			*into = n
		}
	}
	size = min(size, 100)
	if number > 10_000/size {
		return nil, nil, invalidPaging("Offset paging ends at 10000 records. Use cursor paging")
	}
	if descending {
		items = slices.Clone(items)
		slices.Reverse(items)
	}
	begin := min((number-1)*size, len(items))
	end := min(begin+size, len(items))
	if q.hits.Has(fault.RepeatPage) {
		begin = max(0, begin-(size+1)/2)
	}
	neighbour := func(n int, there bool) any {
		if !there {
			return nil
		}
		next := url.Values{}
		for k, v := range query {
			next[k] = v
		}
		next.Set("page", strconv.Itoa(n))
		return q.base + q.URL.Path + "?" + next.Encode()
	}
	page := items[begin:end]
	return object{
		name: rendered(page, render), "count": len(items),
		"next_page": neighbour(number+1, end < len(items)), "previous_page": neighbour(number-1, number > 1),
	}, page, nil
}

func rendered[T any](page []T, render func(T) any) []any {
	out := make([]any, len(page))
	for i, item := range page {
		out[i] = render(item)
	}
	return out
}

func invalidPaging(why string) *reply {
	return failure(400, "InvalidPaginationParameter", why)
}
