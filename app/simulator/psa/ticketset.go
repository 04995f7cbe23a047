package psa

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"deskbridge/app/simulator/psa/condition"
)

// setter takes one member of a ticket body, or the value of one patch, into a draft. A null value clears.
type setter func(d *draft, raw json.RawMessage)

// draft is a ticket while it is being written. Nothing is saved before everything is found right.
type draft struct {
	ticket
	form
	server *Server
	given  map[string]bool // which members were set by this request

	quiet   bool // processNotifications false
	opening openingNotes
	lookup  string // contactEmailLookup
}

// openingNotes are the three write-only texts of a create.
type openingNotes struct{ description, internal, resolution string }

// ticketSetters has an entry for every member that can be written.
func ticketSetters() map[string]setter {
	set := map[string]setter{}
	text := func(name string, longest int, to func(*draft) *string) {
		set[name] = func(d *draft, raw json.RawMessage) { *to(d) = d.text(name, raw, longest) }
	}
	text("summary", 100, func(d *draft) *string { return &d.summary })
	text("contactName", 62, func(d *draft) *string { return &d.contactName })
	text("contactPhoneNumber", 20, func(d *draft) *string { return &d.contactPhone })
	text("contactPhoneExtension", 15, func(d *draft) *string { return &d.contactPhoneExt })
	text("contactEmailAddress", 250, func(d *draft) *string { return &d.contactEmail })
	text("contactEmailLookup", 250, func(d *draft) *string { return &d.lookup })
	text("externalXRef", 100, func(d *draft) *string { return &d.xref })
	text("initialDescription", longestText, func(d *draft) *string { return &d.opening.description })
	text("initialInternalAnalysis", longestText, func(d *draft) *string { return &d.opening.internal })
	text("initialResolution", longestText, func(d *draft) *string { return &d.opening.resolution })
	flag := func(name string, to func(*draft) *bool) {
		set[name] = func(d *draft, raw json.RawMessage) { *to(d) = d.flag(name, raw) }
	}
	flag("customerUpdatedFlag", func(d *draft) *bool { return &d.customerUpdated })
	flag("automaticEmailContactFlag", func(d *draft) *bool { return &d.emailContact })
	flag("automaticEmailResourceFlag", func(d *draft) *bool { return &d.emailResource })
	flag("automaticEmailCcFlag", func(d *draft) *bool { return &d.emailCC })
	level := []string{"Low", "Medium", "High"}
	set["severity"] = func(d *draft, raw json.RawMessage) { d.severity = d.enum("severity", raw, level) }
	set["impact"] = func(d *draft, raw json.RawMessage) { d.impact = d.enum("impact", raw, level) }
	set["processNotifications"] = func(d *draft, raw json.RawMessage) {
		d.quiet = !isNull(raw) && !d.flag("processNotifications", raw)
	}
	set["skipCallback"] = func(d *draft, raw json.RawMessage) { d.flag("skipCallback", raw) }
	set["initialDescriptionFrom"] = func(d *draft, raw json.RawMessage) { d.text("initialDescriptionFrom", raw, 0) }
	set["customFields"] = func(d *draft, raw json.RawMessage) { d.custom = d.customFields(raw) }
	set["parentTicketId"] = setParent
	set["integratorTags"] = setTags
	setReferences(set)
	for _, field := range plainFields() {
		set[field.name] = field.set
	}
	return set
}

func setReferences(set map[string]setter) {
	set["board"] = func(d *draft, raw json.RawMessage) {
		d.board = reference(&d.form, "board", raw, &d.server.boards, func(b *board, name string) bool { return strings.EqualFold(b.name, name) })
	}
	set["status"] = setStatus
	set["team"] = func(d *draft, raw json.RawMessage) {
		d.team = reference(&d.form, "team", raw, &d.server.teams, func(t *team, name string) bool {
			return t.board == d.board && strings.EqualFold(t.name, name)
		})
	}
	set["company"] = func(d *draft, raw json.RawMessage) {
		d.company = reference(&d.form, "company", raw, &d.server.companies, (*company).named)
	}
	set["contact"] = func(d *draft, raw json.RawMessage) {
		d.contact = reference(&d.form, "contact", raw, &d.server.contacts, func(p *contact, name string) bool {
			return p.company == d.company && strings.EqualFold(p.fullName(), name)
		})
	}
	set["owner"] = func(d *draft, raw json.RawMessage) {
		d.owner = reference(&d.form, "owner", raw, &d.server.members, (*member).named)
	}
	set["priority"] = func(d *draft, raw json.RawMessage) {
		d.priority = reference(&d.form, "priority", raw, &d.server.priorities, func(p *priority, name string) bool { return strings.EqualFold(p.name, name) })
	}
	set["source"] = func(d *draft, raw json.RawMessage) {
		d.source = reference(&d.form, "source", raw, &d.server.sources, func(s *source, name string) bool { return strings.EqualFold(s.name, name) })
	}
	for name, of := range map[string]func(*draft) (**boardEntry, *table[boardEntry]){
		"type":    func(d *draft) (**boardEntry, *table[boardEntry]) { return &d.kind, &d.server.types },
		"subType": func(d *draft) (**boardEntry, *table[boardEntry]) { return &d.subType, &d.server.subTypes },
		"item":    func(d *draft) (**boardEntry, *table[boardEntry]) { return &d.item, &d.server.items },
	} {
		set[name] = func(d *draft, raw json.RawMessage) {
			to, from := of(d)
			*to = reference(&d.form, name, raw, from, func(p *boardEntry, text string) bool {
				return p.board == d.board && strings.EqualFold(p.name, text)
			})
		}
	}
	// There is one of each of these, or none at all.
	for name, only := range map[string]int32{
		"site": mainSite, "location": mainLocation, "department": mainDepartment, "sla": mainSLA,
		"agreement": 0, "serviceLocation": 0, "workRole": 0, "workType": 0, "opportunity": 0, "country": 0,
	} {
		set[name] = func(d *draft, raw json.RawMessage) {
			if p, given := d.pointer(name, raw); given && p.ID != 0 && p.ID != only {
				d.add(name, "InvalidReference", "%s/id %d is not a valid reference.", name, p.ID)
			}
		}
	}
}

// setStatus resolves a name within the draft's board, because names repeat across boards.
func setStatus(d *draft, raw json.RawMessage) {
	d.status = reference(&d.form, "status", raw, &d.server.statuses, func(st *status, name string) bool {
		return st.board == d.board && strings.EqualFold(st.name, name)
	})
}

func setParent(d *draft, raw json.RawMessage) {
	id := d.number("parentTicketId", raw)
	d.parent = d.server.tickets.get(id)
	if id != 0 && (d.parent == nil || id == d.id) {
		d.add("parentTicketId", "InvalidReference", "parentTicketId %d is not a valid reference.", id)
	}
}

func setTags(d *draft, raw json.RawMessage) {
	var tags []string
	if !isNull(raw) && json.Unmarshal(raw, &tags) != nil {
		d.wrongType("integratorTags", "Array")
		return
	}
	d.keep("integratorTags", raw)
}

// keep stores a member that has no meaning here. The map is copied: the saved ticket shares it.
func (d *draft) keep(name string, raw json.RawMessage) {
	extra := make(map[string]json.RawMessage, len(d.extra)+1)
	for other, value := range d.extra {
		extra[other] = value
	}
	delete(extra, name)
	if !isNull(raw) {
		extra[name] = bytes.Clone(raw)
	}
	d.extra = extra
}

func (p plainField) set(d *draft, raw json.RawMessage) {
	switch p.kind {
	case condition.KindBool:
		d.flag(p.name, raw)
	case condition.KindNumber:
		var n float64
		if !isNull(raw) && json.Unmarshal(raw, &n) != nil {
			d.wrongType(p.name, "Number")
		}
	case condition.KindTime:
		d.date(p.name, raw)
	default:
		d.text(p.name, raw, p.longest)
		if p.enum != nil {
			d.enum(p.name, raw, p.enum)
		}
	}
	d.keep(p.name, raw)
}

// unixOf reads a time that date() has let through.
func unixOf(raw json.RawMessage) int64 {
	var at time.Time
	if json.Unmarshal(raw, &at) != nil {
		return 0
	}
	return at.Unix()
}

// customFields reads the whole array: what is not in it is cleared.
func (d *draft) customFields(raw json.RawMessage) []customField {
	var values []customField
	if !isNull(raw) && json.Unmarshal(raw, &values) != nil {
		d.wrongType("customFields", "Array")
		return nil
	}
	var kept []customField
	for _, value := range values {
		defined := d.server.userFields.find(func(u *userField) bool {
			return u.id == value.ID || value.ID == 0 && strings.EqualFold(u.caption, value.Caption)
		})
		switch {
		case defined == nil:
			d.add("customFields", "InvalidReference", "The custom field %d is not valid.", value.ID)
		case isNull(value.Value):
		case defined.kind == "Number" && strings.ContainsAny(string(value.Value[:1]), `{["tf`):
			d.add("customFields", "InvalidType", "The value of %s is not a number.", defined.caption)
		case defined.kind == "Text" && value.Value[0] != '"':
			d.add("customFields", "InvalidType", "The value of %s is not a text.", defined.caption)
		default:
			kept = append(kept, customField{ID: defined.id, Caption: defined.caption, Value: bytes.Clone(value.Value)})
		}
	}
	slices.SortFunc(kept, func(a, b customField) int { return int(a.ID - b.ID) })
	return kept
}
