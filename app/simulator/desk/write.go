package desk

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"slices"
	"strings"
	"time"
)

// maxBody is the longest comment in bytes.
const maxBody = 65535

// given is a member of a request: left out, null or a value.
type given[T any] struct {
	set, null bool
	value     T
}

func (g *given[T]) UnmarshalJSON(b []byte) error {
	g.set = true
	if g.null = bytes.Equal(b, []byte("null")); g.null {
		return nil
	}
	return json.Unmarshal(b, &g.value)
}

// ticketWrite is the ticket of a create or update.
type ticketWrite struct {
	Subject        given[string]                 `json:"subject"`
	Description    given[string]                 `json:"description"`
	Comment        *commentWrite                 `json:"comment"`
	RequesterID    given[int64]                  `json:"requester_id"`
	Requester      *struct{ Name, Email string } `json:"requester"`
	SubmitterID    given[int64]                  `json:"submitter_id"`
	AssigneeID     given[int64]                  `json:"assignee_id"`
	GroupID        given[int64]                  `json:"group_id"`
	OrganizationID given[int64]                  `json:"organization_id"`
	Status         given[string]                 `json:"status"`
	CustomStatusID given[int64]                  `json:"custom_status_id"`
	Priority       given[string]                 `json:"priority"`
	Type           given[string]                 `json:"type"`
	Tags           given[[]string]               `json:"tags"`
	ExternalID     given[string]                 `json:"external_id"`
	CustomFields   json.RawMessage               `json:"custom_fields"`
	DueAt          json.RawMessage               `json:"due_at"`
	Metadata       json.RawMessage               `json:"metadata"`
	SafeUpdate     bool                          `json:"safe_update"`
	UpdatedStamp   string                        `json:"updated_stamp"`
}

type commentWrite struct {
	Body     string          `json:"body"`
	HTMLBody string          `json:"html_body"`
	Public   *bool           `json:"public"`
	AuthorID int64           `json:"author_id"`
	Uploads  json.RawMessage `json:"uploads"` // a list of tokens, or one bare string [O]
}

// permitted are the keys an agent may send; any other is ignored with a warning header.
func permitted() (ticketKeys, commentKeys []string) {
	return []string{
			"subject", "raw_subject", "description", "comment", "requester_id", "requester", "submitter_id", "assignee_id", "assignee_email",
			"group_id", "organization_id", "status", "custom_status_id", "priority", "type", "tags", "additional_tags", "remove_tags",
			"external_id", "custom_fields", "fields", "due_at", "metadata", "safe_update", "updated_stamp", "via_followup_source_id", "brand_id",
			"ticket_form_id", "collaborator_ids", "collaborators", "additional_collaborators", "follower_ids", "followers", "email_ccs",
			"email_cc_ids", "problem_id", "recipient", "sharing_agreement_ids", "macro_ids", "via_id",
		},
		[]string{"body", "html_body", "public", "author_id", "uploads", "type"}
}

// parseTicket reads {"ticket":{…}} and names the keys Zendesk would ignore.
func parseTicket(body []byte) (in ticketWrite, unpermitted []string, refusal *reply) {
	var outer struct {
		Ticket json.RawMessage `json:"ticket"`
	}
	if json.Unmarshal(body, &outer) != nil || len(outer.Ticket) == 0 || outer.Ticket[0] != '{' {
		return in, nil, failure(400, "ParameterMissing", "param is missing or the value is empty: ticket")
	}
	if err := json.Unmarshal(outer.Ticket, &in); err != nil {
		return in, nil, invalidValue(err.Error())
	}
	var keys map[string]json.RawMessage
	json.Unmarshal(outer.Ticket, &keys)
	var commentKeys map[string]json.RawMessage
	json.Unmarshal(keys["comment"], &commentKeys)
	forTicket, forComment := permitted()
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		if !slices.Contains(forTicket, k) {
			unpermitted = append(unpermitted, "ticket."+k)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(commentKeys)) {
		if !slices.Contains(forComment, k) {
			unpermitted = append(unpermitted, "ticket.comment."+k)
		}
	}
	return in, unpermitted, nil
}

func warned(a *reply, action string, unpermitted []string) *reply {
	if len(unpermitted) == 0 {
		return a
	}
	return a.with("X-Zendesk-Api-Warn", fmt.Sprintf(
		`{:allowed_parameters=>{:controller=>"tickets", :action=>"%s", :unpermitted_keys=>["%s"], :invalid_values=>[]}}`,
		action, strings.Join(unpermitted, `", "`)))
}

// check refuses values no ticket may hold.
func (s *Server) check(in ticketWrite) *reply {
	oneOf := func(g given[string], field string, values ...string) *reply {
		if !g.set || g.null && field != "status" || slices.Contains(values, g.value) {
			return nil
		}
		return recordInvalid(field, fmt.Sprintf("%s: %s is not a valid value", strings.ToUpper(field[:1])+field[1:], g.value))
	}
	if refusal := cmp.Or(
		oneOf(in.Status, "status", statuses()...),
		oneOf(in.Priority, "priority", "low", "normal", "high", "urgent"),
		oneOf(in.Type, "type", "problem", "incident", "question", "task"),
	); refusal != nil {
		return refusal
	}
	for field, g := range map[string]given[int64]{"requester": in.RequesterID, "submitter": in.SubmitterID, "assignee": in.AssigneeID} {
		if g.set && !g.null && s.users[g.value] == nil {
			return recordInvalid(field, fmt.Sprintf("%s%s is invalid", strings.ToUpper(field[:1]), field[1:]))
		}
	}
	if g := in.OrganizationID; g.set && !g.null && s.orgs[g.value] == nil {
		return recordInvalid("organization", "Organization is invalid")
	}
	if c := in.Comment; c != nil {
		if max(len(c.Body), len(c.HTMLBody)) > maxBody {
			return recordInvalid("comment", "Comment: is too long (maximum is 65535 characters)")
		}
		if c.AuthorID != 0 && s.users[c.AuthorID] == nil {
			return recordInvalid("base", "Author is invalid")
		}
	}
	var metadata map[string]json.RawMessage
	if len(in.Metadata) > 0 && json.Unmarshal(in.Metadata, &metadata) != nil {
		return invalidValue("metadata must be an object")
	}
	return nil
}

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

// listTags and changeTags are the tag paths of a ticket. PUT adds, POST sets, DELETE removes.
func (s *Server) listTags(q *question) *reply {
	t, refusal := s.live(q.id)
	if refusal != nil {
		return refusal
	}
	return ok(object{"tags": append([]string{}, t.tags...)})
}

func (s *Server) changeTags(q *question) *reply {
	t, refusal := s.live(q.id)
	if refusal != nil {
		return refusal
	}
	var in struct {
		Tags         []string `json:"tags"`
		SafeUpdate   safeFlag `json:"safe_update"`
		UpdatedStamp string   `json:"updated_stamp"`
	}
	if err := json.Unmarshal(q.body, &in); err != nil {
		return invalidValue(err.Error())
	}
	if refusal := guard(t, bool(in.SafeUpdate), in.UpdatedStamp); refusal != nil {
		return refusal
	}
	e := &ticketEdit{t: t}
	status := 200
	switch q.Method {
	case "PUT":
		e.tags(append(slices.Clone(t.tags), in.Tags...))
	case "POST":
		e.tags(slices.Clone(in.Tags))
		status = 201
	case "DELETE":
		e.tags(slices.DeleteFunc(slices.Clone(t.tags), func(tag string) bool { return slices.Contains(in.Tags, tag) }))
	}
	if len(e.changes) > 0 {
		s.record(&audit{id: s.newID(), ticket: t, author: q.user.ID, at: q.now.Unix(), channel: "api", changes: e.changes})
		s.touch(t, q.now.Unix())
	}
	return &reply{status: status, payload: object{"tags": append([]string{}, t.tags...)}}
}

// safeFlag is true for true and "true": both are in use.
type safeFlag bool

func (f *safeFlag) UnmarshalJSON(b []byte) error {
	*f = safeFlag(bytes.Equal(b, []byte("true")) || bytes.Equal(b, []byte(`"true"`)))
	return nil
}
