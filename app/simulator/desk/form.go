package desk

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
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
	if string(in.Metadata) == "null" {
		in.Metadata = nil
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
