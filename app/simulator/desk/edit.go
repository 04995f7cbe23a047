package desk

import "slices"

// ticketEdit changes fields and keeps what an audit says about each.
type ticketEdit struct {
	t       *ticket
	changes []change
}

func (e *ticketEdit) set(field string, value, former any, differs bool, shadows ...string) bool {
	if !differs {
		return false
	}
	e.changes = append(e.changes, change{field, value, former})
	for _, name := range append(shadows, field) {
		delete(e.t.extra, name)
	}
	return true
}

func (e *ticketEdit) status(to string) {
	if e.set("status", to, e.t.status, to != e.t.status, "custom_status_id") {
		e.t.status = to
	}
}

func (e *ticketEdit) priority(to string) {
	if e.set("priority", nullable(to), nullable(e.t.priority), to != e.t.priority) {
		e.t.priority = to
	}
}

func (e *ticketEdit) kind(to string) {
	if e.set("type", nullable(to), nullable(e.t.kind), to != e.t.kind) {
		e.t.kind = to
	}
}

func (e *ticketEdit) subject(to string) {
	if e.set("subject", to, e.t.subject, to != e.t.subject, "raw_subject") {
		e.t.subject = to
	}
}

func (e *ticketEdit) requester(to int64) {
	if e.set("requester_id", textID(to), textID(e.t.requester), to != e.t.requester) {
		e.t.requester = to
	}
}

func (e *ticketEdit) assignee(to int64) {
	if e.set("assignee_id", textID(to), textID(e.t.assignee), to != e.t.assignee) {
		e.t.assignee = to
	}
}

func (e *ticketEdit) group(to int64) {
	if e.set("group_id", textID(to), textID(e.t.group), to != e.t.group) {
		e.t.group = to
	}
}

func (e *ticketEdit) organization(to int64) {
	if e.set("organization_id", textID(to), textID(e.t.organization), to != e.t.organization) {
		e.t.organization = to
	}
}

func (e *ticketEdit) externalID(to string) {
	if e.set("external_id", nullable(to), nullable(e.t.externalID), to != e.t.externalID) {
		e.t.externalID = to
	}
}

func (e *ticketEdit) tags(to []string) {
	slices.Sort(to)
	to = slices.Compact(to)
	if e.set("tags", to, slices.Clone(e.t.tags), !slices.Equal(to, e.t.tags)) {
		e.t.tags = to
	}
}
