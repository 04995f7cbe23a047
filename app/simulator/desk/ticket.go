package desk

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
)

// ticket is a ticket as the account keeps it. Zero ids and empty priority or type stand for null.
type ticket struct {
	id                             int64
	createdAt, updatedAt           int64
	generated                      int64
	subject, status, priority      string
	kind, externalID               string
	requester, submitter, assignee int64
	organization, group            int64
	tags                           []string
	public                         bool
	channel                        string // how it came in: web unless set
	comments                       []*comment
	audits                         []*audit
	extra                          map[string]json.RawMessage // shown instead of, or beside, what is above
}

// comment is one comment of a ticket.
type comment struct {
	id          int64
	audit       *audit
	author      int64 // zero is null, -1 the system
	body, html  string
	public      bool
	attachments []*attachment
	extra       map[string]json.RawMessage
}

// ids of setup records, chosen like real ones.
const (
	groupID    = int64(6130852536346)
	formID     = int64(6130830344474)
	brandID    = int64(6130830354842)
	statusBase = int64(6130830355738)
)

// statuses in their order, with the labels agents see.
func statuses() []string { return []string{"new", "open", "pending", "hold", "solved", "closed"} }

func customStatusID(status string) int64 {
	return statusBase + 128*int64(max(slices.Index(statuses(), status), 0))
}

type via struct {
	Channel string    `json:"channel"`
	Source  viaSource `json:"source"`
}

type viaSource struct {
	From struct{} `json:"from"`
	To   struct{} `json:"to"`
	Rel  *string  `json:"rel"`
}

type ticketJSON struct {
	URL                string          `json:"url"`
	ID                 int64           `json:"id"`
	ExternalID         *string         `json:"external_id"`
	Via                via             `json:"via"`
	CreatedAt          string          `json:"created_at"`
	UpdatedAt          string          `json:"updated_at"`
	GeneratedTimestamp int64           `json:"generated_timestamp"`
	Type               *string         `json:"type"`
	Subject            string          `json:"subject"`
	RawSubject         string          `json:"raw_subject"`
	Description        string          `json:"description"`
	Priority           *string         `json:"priority"`
	Status             string          `json:"status"`
	Recipient          *string         `json:"recipient"`
	RequesterID        *int64          `json:"requester_id"`
	SubmitterID        *int64          `json:"submitter_id"`
	AssigneeID         *int64          `json:"assignee_id"`
	OrganizationID     *int64          `json:"organization_id"`
	GroupID            *int64          `json:"group_id"`
	CollaboratorIDs    []int64         `json:"collaborator_ids"`
	FollowerIDs        []int64         `json:"follower_ids"`
	EmailCCIDs         []int64         `json:"email_cc_ids"`
	ForumTopicID       *int64          `json:"forum_topic_id"`
	ProblemID          *int64          `json:"problem_id"`
	HasIncidents       bool            `json:"has_incidents"`
	IsPublic           bool            `json:"is_public"`
	DueAt              *string         `json:"due_at"`
	Tags               []string        `json:"tags"`
	CustomFields       []struct{}      `json:"custom_fields"`
	SatisfactionRating *struct{}       `json:"satisfaction_rating"`
	SharingAgreements  []int64         `json:"sharing_agreement_ids"`
	CustomStatusID     int64           `json:"custom_status_id"`
	Fields             []struct{}      `json:"fields"`
	FollowupIDs        []int64         `json:"followup_ids"`
	TicketFormID       int64           `json:"ticket_form_id"`
	BrandID            int64           `json:"brand_id"`
	AllowChannelback   bool            `json:"allow_channelback"`
	AllowAttachments   bool            `json:"allow_attachments"`
	FromMessaging      bool            `json:"from_messaging_channel"`
	CommentCount       json.RawMessage `json:"comment_count,omitempty"`
}

// ticketJSON renders a ticket with links that begin with base.
func (t *ticket) json(base string, countComments bool) any {
	out := ticketJSON{
		URL: base + "/api/v2/tickets/" + strconv.FormatInt(t.id, 10) + ".json", ID: t.id, ExternalID: nullable(t.externalID), Via: via{Channel: cmp.Or(t.channel, "web")},
		CreatedAt: stamp(t.createdAt), UpdatedAt: stamp(t.updatedAt), GeneratedTimestamp: t.generated,
		Type: nullable(t.kind), Subject: t.subject, RawSubject: t.subject, Priority: nullable(t.priority), Status: t.status,
		RequesterID: nullable(t.requester), SubmitterID: nullable(t.submitter), AssigneeID: nullable(t.assignee),
		OrganizationID: nullable(t.organization), GroupID: nullable(t.group), IsPublic: t.public, Tags: t.tags,
		CollaboratorIDs: []int64{}, FollowerIDs: []int64{}, EmailCCIDs: []int64{}, SharingAgreements: []int64{}, FollowupIDs: []int64{},
		CustomFields: []struct{}{}, Fields: []struct{}{}, CustomStatusID: customStatusID(t.status),
		TicketFormID: formID, BrandID: brandID, AllowAttachments: true,
	}
	if len(t.comments) > 0 {
		out.Description = t.comments[0].body
	}
	if out.Tags == nil {
		out.Tags = []string{}
	}
	if countComments {
		out.CommentCount = raw(len(t.comments))
	}
	return overlaid(out, t.extra)
}

// nullable is nil for a zero value.
func nullable[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// overlaid puts extra members over an encoded struct.
func overlaid(v any, extra map[string]json.RawMessage) any {
	if len(extra) == 0 {
		return v
	}
	var out map[string]json.RawMessage
	if err := json.Unmarshal(raw(v), &out); err != nil {
		panic(err)
	}
	for key, value := range extra {
		out[key] = value
	}
	return out
}

// encoded turns a caller's extra members into their JSON.
func encoded(fields map[string]any) map[string]json.RawMessage {
	if len(fields) == 0 {
		return nil
	}
	out := make(map[string]json.RawMessage, len(fields))
	for key, value := range fields {
		out[key] = raw(value)
	}
	return out
}

// lists sorted by one key, kept until the next change.
func (s *Server) sortedTickets(order string, compare func(a, b *ticket) int) []*ticket {
	if list, kept := s.sortedLists[order]; kept {
		return list
	}
	list := make([]*ticket, 0, len(s.tickets))
	for _, t := range s.tickets {
		if t.status != "deleted" {
			list = append(list, t)
		}
	}
	slices.SortFunc(list, compare)
	if s.sortedLists == nil {
		s.sortedLists = map[string][]*ticket{}
	}
	s.sortedLists[order] = list
	return list
}
