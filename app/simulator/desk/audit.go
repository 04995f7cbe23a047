package desk

import (
	"encoding/json"
	"html"
	"strconv"
	"strings"
)

// audit is one update of a ticket: what the audit list and the event export show. Its id is the event's id.
type audit struct {
	id       int64
	ticket   *ticket
	author   int64
	at       int64
	system   bool // made by an automation, not by a person
	channel  string
	metadata json.RawMessage // metadata.custom; nil is {}
	comment  *comment
	created  *creation // set on the first audit of a ticket
	changes  []change
}

// creation is what a ticket was born with: the Create events.
type creation struct {
	subject, priority, kind, status string
	requester, organization         int64
}

// change is one field an update moved.
type change struct {
	field         string
	value, former any
}

// fields lists the events of an audit besides the comment.
func (a *audit) fields() []change {
	if a.created == nil {
		return a.changes
	}
	c := a.created
	return []change{
		{field: "subject", value: c.subject},
		{field: "requester_id", value: textID(c.requester)},
		{field: "priority", value: nullable(c.priority)},
		{field: "type", value: nullable(c.kind)},
		{field: "status", value: c.status},
		{field: "organization_id", value: textID(c.organization)},
		{field: "brand_id", value: textID(brandID)},
		{field: "ticket_form_id", value: textID(formID)},
		{field: "custom_status_id", value: textID(customStatusID(c.status))},
	}
}

// textID is an id as events show it: a string, or null.
func textID(id int64) *string {
	if id == 0 {
		return nil
	}
	text := strconv.FormatInt(id, 10)
	return &text
}

// systemData is where an update came from.
type systemData struct {
	Client    string  `json:"client"`
	IPAddress string  `json:"ip_address"`
	Location  string  `json:"location"`
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

func someSystem() systemData {
	return systemData{Client: "Mozilla/5.0", IPAddress: "192.0.2.10", Location: "Somewhere"}
}

func (a *audit) custom() json.RawMessage {
	if a.metadata == nil {
		return json.RawMessage("{}")
	}
	return a.metadata
}

// json renders an audit as the audit list and the answers to writes show it.
func (a *audit) json(base string) object {
	events := []any{}
	if c := a.comment; c != nil {
		events = append(events, overlaid(object{
			"id": c.id, "type": "Comment", "author_id": nullable(c.author), "body": c.body, "html_body": c.htmlBody(), "plain_body": c.body,
			"public": c.public, "attachments": attachmentsJSON(c.attachments, base), "audit_id": a.id,
		}, c.extra))
	}
	for i, f := range a.fields() {
		event := object{"id": a.id + int64(2+i), "type": "Change", "value": f.value, "field_name": f.field}
		if a.created != nil {
			event["type"] = "Create"
		} else {
			event["previous_value"] = f.former
		}
		events = append(events, event)
	}
	return object{
		"id": a.id, "ticket_id": a.ticket.id, "created_at": stamp(a.at), "author_id": nullable(a.author),
		"metadata": object{"system": someSystem(), "custom": a.custom()}, "events": events, "via": via{Channel: a.via()},
	}
}

func (a *audit) via() string {
	switch {
	case a.channel != "":
		return a.channel
	case a.system:
		return "rule"
	}
	return "web"
}

// eventJSON is one record of the event export. Structs, since a full read renders hundreds of thousands.
type eventJSON struct {
	ID        int64        `json:"id"`
	TicketID  int64        `json:"ticket_id"`
	Timestamp int64        `json:"timestamp"`
	CreatedAt string       `json:"created_at"`
	UpdaterID *int64       `json:"updater_id"`
	Via       string       `json:"via"`
	System    systemData   `json:"system"`
	Metadata  metadataJSON `json:"metadata"`
	EventType string       `json:"event_type"`
	Children  []any        `json:"child_events"`
}

type metadataJSON struct {
	Custom json.RawMessage `json:"custom"`
}

// commentEvent is a comment with the sideload comment_events.
type commentEvent struct {
	ID             int64  `json:"id"`
	Type           string `json:"type"`
	EventType      string `json:"event_type"`
	Via            string `json:"via"`
	ViaReferenceID *int64 `json:"via_reference_id"`
	AuthorID       *int64 `json:"author_id"`
	Body           string `json:"body"`
	HTMLBody       string `json:"html_body"`
	PlainBody      string `json:"plain_body"`
	Public         bool   `json:"public"`
	Attachments    []any  `json:"attachments"`
	AuditID        int64  `json:"audit_id"`
	CreatedAt      string `json:"created_at"`
}

// export renders an audit as the event export shows it, section 5.
func (a *audit) export(base string, commentEvents bool) eventJSON {
	how := "Web form"
	switch a.via() {
	case "api":
		how = "Web service"
	case "rule":
		how = "Rule"
	}
	fields := a.fields()
	children := make([]any, 0, 1+len(fields))
	switch c := a.comment; {
	case c == nil:
	case commentEvents:
		children = append(children, overlaid(commentEvent{
			ID: c.id, Type: "Comment", EventType: "Comment", Via: how, AuthorID: nullable(c.author), Body: c.body, HTMLBody: c.htmlBody(), PlainBody: c.body,
			Public: c.public, Attachments: attachmentsJSON(c.attachments, base), AuditID: a.id, CreatedAt: stamp(a.at),
		}, c.extra))
	default:
		children = append(children, object{
			"id": c.id, "event_type": "Comment", "via": how, "via_reference_id": nil, "comment_present": true, "comment_public": c.public,
		})
	}
	for i, f := range fields {
		child := object{"id": a.id + int64(2+i), "via": how, "via_reference_id": nil, f.field: f.value, "event_type": "Create"}
		if a.created == nil {
			child["event_type"], child["previous_value"] = "Change", f.former
		}
		children = append(children, child)
	}
	return eventJSON{
		ID: a.id, TicketID: a.ticket.id, Timestamp: a.at, CreatedAt: stamp(a.at), UpdaterID: nullable(a.author), Via: how,
		System: someSystem(), Metadata: metadataJSON{a.custom()}, EventType: "Audit", Children: children,
	}
}

// json renders a comment as the comment list shows it.
func (c *comment) json(base string) any {
	return overlaid(object{
		"id": c.id, "type": "Comment", "author_id": nullable(c.author), "body": c.body, "html_body": c.htmlBody(), "plain_body": c.body,
		"public": c.public, "attachments": attachmentsJSON(c.attachments, base), "audit_id": c.audit.id, "via": via{Channel: c.audit.via()},
		"created_at": stamp(c.audit.at), "metadata": object{"system": someSystem(), "custom": c.audit.custom()},
	}, c.extra)
}

// htmlBody is what Zendesk makes of plain text, unless the comment came with HTML of its own.
func (c *comment) htmlBody() string {
	if c.html != "" {
		return c.html
	}
	var b strings.Builder
	b.WriteString(`<div class="zd-comment" dir="auto">`)
	for paragraph := range strings.SplitSeq(c.body, "\n\n") {
		b.WriteString(`<p dir="auto">`)
		b.WriteString(strings.ReplaceAll(html.EscapeString(paragraph), "\n", "<br>"))
		b.WriteString("</p>")
	}
	b.WriteString("</div>")
	return b.String()
}
