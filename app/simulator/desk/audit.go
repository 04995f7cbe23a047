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

func systemData() object {
	return object{"client": "Mozilla/5.0", "ip_address": "192.0.2.10", "location": "Somewhere", "latitude": 0.0, "longitude": 0.0}
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
		"metadata": object{"system": systemData(), "custom": a.custom()}, "events": events, "via": via{Channel: a.via()},
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

// export renders an audit as the event export shows it, section 5.
func (a *audit) export(base string, commentEvents bool) object {
	how := "Web form"
	switch a.via() {
	case "api":
		how = "Web service"
	case "rule":
		how = "Rule"
	}
	children := []object{}
	if c := a.comment; c != nil {
		child := object{"id": c.id, "event_type": "Comment", "via": how, "via_reference_id": nil}
		if commentEvents {
			child["type"], child["author_id"], child["audit_id"] = "Comment", nullable(c.author), a.id
			child["body"], child["html_body"], child["plain_body"] = c.body, c.htmlBody(), c.body
			child["public"], child["created_at"] = c.public, stamp(a.at)
			child["attachments"] = attachmentsJSON(c.attachments, base)
			for key, value := range c.extra {
				child[key] = value
			}
		} else {
			child["comment_present"], child["comment_public"] = true, c.public
		}
		children = append(children, child)
	}
	for i, f := range a.fields() {
		child := object{"id": a.id + int64(2+i), "via": how, "via_reference_id": nil, f.field: f.value, "event_type": "Create"}
		if a.created == nil {
			child["event_type"], child["previous_value"] = "Change", f.former
		}
		children = append(children, child)
	}
	return object{
		"id": a.id, "ticket_id": a.ticket.id, "timestamp": a.at, "created_at": stamp(a.at), "updater_id": nullable(a.author),
		"via": how, "system": systemData(), "metadata": object{"custom": a.custom()}, "event_type": "Audit", "child_events": children,
	}
}

// json renders a comment as the comment list shows it.
func (c *comment) json(base string) any {
	return overlaid(object{
		"id": c.id, "type": "Comment", "author_id": nullable(c.author), "body": c.body, "html_body": c.htmlBody(), "plain_body": c.body,
		"public": c.public, "attachments": attachmentsJSON(c.attachments, base), "audit_id": c.audit.id, "via": via{Channel: c.audit.via()},
		"created_at": stamp(c.audit.at), "metadata": object{"system": systemData(), "custom": c.audit.custom()},
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
