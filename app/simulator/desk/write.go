package desk

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html"
	"strings"
	"time"
)

// newComment turns the comment of a request into one of ours. Left-out visibility follows the ticket's.
func (s *Server) newComment(c *commentWrite, author int64, public bool) (NewComment, []*attachment, *reply) {
	n := NewComment{Author: cmp.Or(c.AuthorID, author), Body: c.Body, Private: !public}
	if c.Public != nil {
		n.Private = !*c.Public
	}
	if c.HTMLBody != "" {
		n.Body, n.HTML = plain(c.HTMLBody), `<div class="zd-comment" dir="auto">`+c.HTMLBody+"</div>"
	}
	files, refusal := s.redeem(c.Uploads)
	return n, files, refusal
}

// plain drops the tags of HTML.
func plain(text string) string {
	var b strings.Builder
	text = strings.NewReplacer("<br>", "\n", "<br/>", "\n", "<br />", "\n", "</p>", "\n").Replace(text)
	for inside := false; text != ""; inside = !inside {
		end := "<"
		if inside {
			end = ">"
		}
		part, rest, _ := strings.Cut(text, end)
		if !inside {
			b.WriteString(part)
		}
		text = rest
	}
	return strings.TrimSpace(html.UnescapeString(b.String()))
}

// createTicket is POST /api/v2/tickets, safe to repeat with an Idempotency-Key.
func (s *Server) createTicket(q *question) *reply {
	lookup := q.Header.Get("Idempotency-Key")
	if lookup != "" {
		if known := s.recall(q, lookup); known != nil {
			return known
		}
	}
	in, unpermitted, refusal := parseTicket(q.body)
	if refusal == nil {
		refusal = s.check(in)
	}
	if refusal != nil {
		return refusal
	}
	if in.Comment == nil && in.Description.value != "" {
		in.Comment = &commentWrite{Body: in.Description.value}
	}
	if in.Comment == nil || in.Comment.Body == "" && in.Comment.HTMLBody == "" {
		return recordInvalid("base", "Description: cannot be blank")
	}
	requester := cmp.Or(in.RequesterID.value, q.user.ID)
	if in.Requester != nil && in.Requester.Email != "" {
		requester = s.personByEmail(in.Requester.Name, in.Requester.Email)
	}
	first, files, refusal := s.newComment(in.Comment, requester, true)
	if refusal != nil {
		return refusal
	}
	s.lastTicket++
	t := &ticket{
		id: s.lastTicket, subject: in.Subject.value, status: cmp.Or(in.Status.value, statusOf(in.CustomStatusID.value), "new"),
		priority: in.Priority.value, kind: in.Type.value, externalID: in.ExternalID.value, requester: requester,
		submitter: cmp.Or(in.SubmitterID.value, q.user.ID), assignee: in.AssigneeID.value, organization: in.OrganizationID.value,
		group: in.GroupID.value, public: !first.Private, tags: in.Tags.value, extra: map[string]json.RawMessage{},
	}
	if u := s.users[requester]; t.organization == 0 && !in.OrganizationID.set && u != nil {
		t.organization = u.Organization
	}
	t.keep(in)
	a := s.bear(t, first, q.now.Unix(), "api", in.Metadata)
	a.comment.attachments = files
	out := &reply{status: 201, payload: object{"ticket": t.json(q.base, false), "audit": a.json(q.base)}}
	out.with("Location", fmt.Sprintf("%s/api/v2/tickets/%d.json", q.base, t.id))
	if lookup != "" {
		s.remember(q, lookup, out)
	}
	return warned(out, "create", unpermitted)
}

// keep stores the members that are shown as they were sent.
func (t *ticket) keep(in ticketWrite) {
	if t.extra == nil {
		t.extra = map[string]json.RawMessage{}
	}
	if len(in.CustomFields) > 0 {
		t.extra["custom_fields"], t.extra["fields"] = in.CustomFields, in.CustomFields
	}
	if len(in.DueAt) > 0 {
		t.extra["due_at"] = in.DueAt
	}
}

func statusOf(customStatus int64) string {
	for _, name := range statuses() {
		if name != "closed" && customStatus == customStatusID(name) {
			return name
		}
	}
	return ""
}

// guard refuses a write to a closed ticket and one based on outdated data.
func guard(t *ticket, safe bool, updatedStamp string) *reply {
	if t.status == "closed" {
		return recordInvalid("status", "Status: closed prevents ticket update")
	}
	if !safe {
		return nil
	}
	at, err := time.Parse(time.RFC3339, updatedStamp)
	if err != nil {
		return recordInvalid("safe_update", "safe_update needs an updated_stamp")
	}
	if at.Unix() != t.updatedAt {
		return updateConflict()
	}
	return nil
}

// updateTicket is PUT /api/v2/tickets/{id}: a comment and field changes in one audit.
func (s *Server) updateTicket(q *question) *reply {
	t, refusal := s.live(q.id)
	if refusal != nil {
		return refusal
	}
	in, unpermitted, refusal := parseTicket(q.body)
	if refusal == nil {
		refusal = guard(t, in.SafeUpdate, in.UpdatedStamp)
	}
	if refusal == nil {
		refusal = s.check(in)
	}
	if refusal != nil {
		return refusal
	}
	at := q.now.Unix()
	var a *audit
	if c := in.Comment; c != nil && (c.Body != "" || c.HTMLBody != "") {
		n, files, refusal := s.newComment(c, q.user.ID, t.public)
		if refusal != nil {
			return refusal
		}
		a = s.comment(t, n, at, q.user.ID, "api")
		a.comment.attachments = files
		s.reopen(t, &in, n)
	} else {
		a = &audit{id: s.newID(), ticket: t, author: q.user.ID, at: at, channel: "api"}
	}
	a.metadata = in.Metadata
	e := &ticketEdit{t: t}
	e.apply(in)
	t.keep(in)
	a.changes = e.changes
	if a.comment == nil && (len(a.changes) > 0 || len(in.Metadata) > 0) {
		s.record(a)
	}
	if a.comment != nil || len(a.changes) > 0 || len(in.CustomFields) > 0 {
		s.touch(t, at)
	}
	return warned(ok(object{"ticket": t.json(q.base, false), "audit": a.json(q.base)}), "update", unpermitted)
}

// reopen is what a customer's reply does to a ticket that waits or is solved, unless the request says otherwise.
func (s *Server) reopen(t *ticket, in *ticketWrite, n NewComment) {
	author := s.users[n.Author]
	if n.Private || in.Status.set || author == nil || author.Role != "end-user" {
		return
	}
	if t.status == "solved" || t.status == "pending" || t.status == "hold" {
		in.Status = given[string]{set: true, value: "open"}
	}
}

func (e *ticketEdit) apply(in ticketWrite) {
	text := func(g given[string], do func(string)) {
		if g.set {
			do(g.value)
		}
	}
	number := func(g given[int64], do func(int64)) {
		if g.set {
			do(g.value)
		}
	}
	text(in.Subject, e.subject)
	number(in.RequesterID, e.requester)
	number(in.AssigneeID, e.assignee)
	number(in.GroupID, e.group)
	number(in.OrganizationID, e.organization)
	text(in.Priority, e.priority)
	text(in.Type, e.kind)
	text(in.ExternalID, e.externalID)
	if status := statusOf(in.CustomStatusID.value); status != "" && !in.Status.set {
		e.status(status)
	}
	text(in.Status, e.status)
	if in.Tags.set {
		e.tags(in.Tags.value)
	}
}
