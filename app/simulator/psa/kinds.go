package psa

import "net/http"

// kinds holds the description of every kind of record; built once per Server.
type kinds struct {
	boards          *resource[*board]
	statuses        *resource[*status]
	teams           *resource[*team]
	boardEntries    *resource[*boardEntry]
	priorities      *resource[*priority]
	sources         *resource[*source]
	companies       *resource[*company]
	companyStatuses *resource[companyStatus]
	contacts        *resource[*contact]
	communications  *resource[*communication]
	commTypes       *resource[commType]
	members         *resource[*member]
	userFields      *resource[*userField]
	tickets         *resource[*ticket]
	notes           *resource[*note]
	allNotes        *resource[anyNote]
	documents       *resource[*document]
	documentRefs    *resource[*document]
	timeEntries     *resource[*timeEntry]
	ticketSetters   map[string]setter
	plain           []plainField
	readOnly        []string
}

func newKinds() kinds {
	return kinds{
		boards: boardResource(), statuses: statusResource(), teams: teamResource(), boardEntries: boardEntryResource(),
		priorities: priorityResource(), sources: sourceResource(), userFields: userFieldResource(),
		companies: companyResource(), companyStatuses: companyStatusResource(), contacts: contactResource(), communications: communicationResource(),
		commTypes: commTypeResource(), members: memberResource(),
		tickets: ticketResource(), notes: noteResource(), allNotes: anyNoteResource(), documents: documentResource(),
		documentRefs: documentRefResource(), timeEntries: timeEntryResource(),
		ticketSetters: ticketSetters(), plain: plainFields(), readOnly: readOnlyFields(),
	}
}

// lookup makes the list, the count and the get of a table that is the same for everyone.
func lookup[T any](kind func(*kinds) *resource[*T], of func(*Server) *table[T], name string) (listing, counting, getting func(*call) answer) {
	rows := func(c *call) func(*query) []*T { return func(q *query) []*T { return of(c.server).candidates(q) } }
	listing = func(c *call) answer { return list(c, kind(&c.server.kinds), rows(c)) }
	counting = func(c *call) answer { return count(c, kind(&c.server.kinds), rows(c)) }
	getting = func(c *call) answer {
		row := of(c.server).get(c.ids[0])
		if row == nil {
			return noRecord(name, c.ids[0])
		}
		return one(c, http.StatusOK, kind(&c.server.kinds), row)
	}
	return listing, counting, getting
}

// candidates narrows a table down by id where the query allows it.
func (t *table[T]) candidates(q *query) []*T {
	if ids, ok := q.conditions.Exactly("id"); ok {
		return t.pick(ids)
	}
	least := int64(0)
	if n, ok := q.conditions.Least("id"); ok {
		least = n
	}
	if q.forward {
		least = max(least, q.after+1)
	}
	return t.from(least)
}
