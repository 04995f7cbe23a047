package desk

import (
	"cmp"
	"slices"
)

// line keeps records in export order. Live changes arrive in order and cost nothing; a generator may add out of
// order, and the next reader sorts once.
type line[T any] struct {
	items   []T
	compare func(a, b T) int
	dirty   bool
}

func (l *line[T]) add(item T) {
	if n := len(l.items); n > 0 && l.compare(l.items[n-1], item) > 0 {
		l.dirty = true
	}
	l.items = append(l.items, item)
}

func (l *line[T]) sorted() []T {
	if l.dirty {
		slices.SortFunc(l.items, l.compare)
		l.dirty = false
	}
	return l.items
}

// exportEntry says that a ticket changed at a second. It is out of date once the ticket has changed again.
type exportEntry struct {
	at     int64
	ticket *ticket
}

func (e exportEntry) stale() bool { return e.ticket.generated != e.at }

func compareEntries(a, b exportEntry) int {
	return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.ticket.id, b.ticket.id))
}

func compareAudits(a, b *audit) int {
	return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.id, b.id))
}

// moved notes that a ticket changed at a second, for the ticket export and the cached lists.
func (s *Server) moved(t *ticket, at int64) {
	s.sortedLists = nil
	if t.generated == at {
		return
	}
	t.generated = at
	s.exportOrder.add(exportEntry{at, t})
	if n := len(s.exportOrder.items); n > 1024 && n > 2*len(s.tickets) {
		s.exportOrder.items = slices.DeleteFunc(s.exportOrder.items, exportEntry.stale)
	}
}

// exportable is the ticket export's order, without entries that are out of date.
func (s *Server) exportable() []exportEntry { return s.exportOrder.sorted() }
