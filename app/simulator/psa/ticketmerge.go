package psa

import (
	"encoding/json"
	"net/http"
)

// mergeTickets folds tickets into the one of the path. They get the given status of their own board and
// point at their new parent.
func mergeTickets(c *call) answer {
	return withTicket(c, func(into *ticket) answer {
		values, refused := c.members("ticketMerge")
		if refused != nil {
			return *refused
		}
		var f form
		var ids []int32
		if raw := values["mergeTicketIds"]; isNull(raw) {
			f.required("mergeTicketIds")
		} else if json.Unmarshal(raw, &ids) != nil || len(ids) == 0 {
			f.wrongType("mergeTicketIds", "Array")
		}
		to := reference(&f, "status", values["status"], &c.server.statuses, func(st *status, name string) bool {
			return st.board == into.board && st.name == name
		})
		f.need("status", to == nil)
		var children []*ticket
		for _, id := range ids {
			child := c.server.tickets.get(id)
			switch {
			case child == nil || !child.visible() || child == into:
				f.add("mergeTicketIds", "InvalidReference", "The ticket %d cannot be merged into %d.", id, into.id)
			case child.mergedInto != nil || into.mergedInto == child:
				f.add("mergeTicketIds", "InvalidReference", "The ticket %d is already merged.", id)
			case to != nil && to.board != child.board:
				f.add("status", "InvalidReference", "The status %s does not belong to the board %s.", to.name, child.board.name)
			default:
				children = append(children, child)
			}
		}
		if len(f.problems) > 0 {
			return invalid("ticketMerge", f.problems...)
		}
		if to.closed && !c.may(CloseServiceTicketsEdit) {
			return forbidden(CloseServiceTicketsEdit)
		}
		c.server.merge(into, children, to, c.at, c.server.api)
		return answer{status: http.StatusCreated, body: []byte(`{"success":true,"message":"The tickets were merged."}`)}
	})
}

func (s *Server) merge(into *ticket, children []*ticket, to *status, at int64, by *member) {
	for _, child := range children {
		wasClosed := child.status.closed
		child.mergedInto, child.status = into, to
		into.merged = append(into.merged, child)
		s.closing(child, wasClosed, at, by)
		child.touch(at, by)
	}
	into.touch(at, by)
}
