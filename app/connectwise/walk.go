package connectwise

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"deskbridge/app/ticket"
)

// pageSize is the most a list answers at once; more is cut without a word.
const pageSize = 1_000

// patienceWithRepeats is how often a page that brings nothing new is asked for
// again before the list is given up as not moving on.
const patienceWithRepeats = 3

// walk is how a list is read whole: by number, page after page, each asking for
// what lies beyond the last number seen. Nothing is lost or seen twice when the
// list grows, shrinks or is reordered meanwhile, which counted pages cannot say.
type walk[T any] struct {
	call       call // doing, of, right, path and single
	where      condition
	child      condition // childConditions
	fields     string
	descending bool
	size       int // zero means pageSize
	id         func(*T) int64
	check      func(*T) error // refuses rows that cannot be
}

// each calls yield for every row, in order of number. It returns yield's error
// as it is.
func (w *walk[T]) each(ctx context.Context, c *Client, yield func(*T) error) error {
	size := w.size
	if size == 0 {
		size = pageSize
	}
	last, started := int64(0), false
	for repeats := 0; ; {
		k := w.call
		where := w.where
		if started {
			where = where.and(beyond(last, w.descending))
		}
		k.query = url.Values{"pageSize": {strconv.Itoa(size)}, "orderBy": {"id asc"}}
		if w.descending {
			k.query.Set("orderBy", "id desc")
		}
		if where != "" {
			k.query.Set("conditions", string(where))
		}
		if w.child != "" {
			k.query.Set("childConditions", string(w.child))
		}
		if w.fields != "" {
			k.query.Set("fields", w.fields)
		}
		rows, more, err := list(ctx, c, &k, w.check)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return nil
		}
		full := len(rows) >= size || more
		if started {
			rows = slices.DeleteFunc(rows, func(row T) bool { return !w.further(w.id(&row), last) })
		}
		if len(rows) == 0 {
			if repeats++; repeats > patienceWithRepeats {
				return fmt.Errorf("%s: %w: the list gives the same page again and again", &w.call, ticket.ErrMalformed)
			}
			continue
		}
		repeats = 0
		// Sorted here too: an instance that ignores orderBy must not make us skip.
		slices.SortFunc(rows, func(a, b T) int { return w.compare(w.id(&a), w.id(&b)) })
		rows = slices.CompactFunc(rows, func(a, b T) bool { return w.id(&a) == w.id(&b) })
		for i := range rows {
			if err := yield(&rows[i]); err != nil {
				return err
			}
		}
		last, started = w.id(&rows[len(rows)-1]), true
		if !full {
			return nil
		}
	}
}

func (w *walk[T]) compare(a, b int64) int {
	if w.descending {
		a, b = b, a
	}
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (w *walk[T]) further(id, last int64) bool { return w.compare(last, id) < 0 }

// hasNext tells whether an answer's Link header leads on.
func hasNext(h http.Header) bool {
	for _, link := range h["Link"] {
		if strings.Contains(link, `rel="next"`) || strings.Contains(link, "rel=next") {
			return true
		}
	}
	return false
}
