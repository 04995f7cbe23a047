package psa

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// communication reads one item; type and value are required.
func (f *form) communication(values map[string]json.RawMessage) *communication {
	item := &communication{value: f.text("value", values["value"], 250), isDefault: f.flag("defaultFlag", values["defaultFlag"])}
	if item.value == "" {
		f.required("value")
	}
	p, given := f.pointer("type", values["type"])
	if !given {
		f.required("type")
		return item
	}
	for _, kind := range commTypes() {
		if kind.id == p.ID || p.ID == 0 && strings.EqualFold(kind.description, p.Name) {
			item.kind = kind
			return item
		}
	}
	f.add("type", "InvalidReference", "type/id %d is not a valid reference.", p.ID)
	return item
}

// createContact saves a contact. A second one of the same name and address in the same company is a
// conflict unless ignoreDuplicates is set.
func createContact(c *call) answer {
	values, refused := c.members("contact")
	if refused != nil {
		return *refused
	}
	var f form
	s := c.server
	p := &contact{firstName: f.text("firstName", values["firstName"], 30), lastName: f.text("lastName", values["lastName"], 30)}
	if strings.TrimSpace(p.firstName) == "" {
		f.required("firstName")
	}
	p.company = reference(&f, "company", values["company"], &s.companies, (*company).named)
	f.need("company", p.company == nil)
	var bodies []map[string]json.RawMessage
	if raw := values["communicationItems"]; !isNull(raw) && json.Unmarshal(raw, &bodies) != nil {
		f.wrongType("communicationItems", "Array")
	}
	var items []*communication
	for _, body := range bodies {
		items = append(items, f.communication(body))
	}
	ignore := f.flag("ignoreDuplicates", values["ignoreDuplicates"])
	if len(f.problems) > 0 {
		return invalid("contact", f.problems...)
	}
	if !ignore && s.duplicate(p, items) {
		return failure(http.StatusConflict, "ConflictingRecord", "A contact with this name and e-mail address already exists in the company.")
	}
	s.saveContact(p, items, c.at, s.api)
	return one(c, http.StatusCreated, s.kinds.contacts, p)
}

func (s *Server) duplicate(p *contact, items []*communication) bool {
	for _, item := range items {
		for _, other := range s.byEmail[lower(item.value)] {
			if other.company == p.company && strings.EqualFold(other.fullName(), p.fullName()) {
				return true
			}
		}
	}
	return false
}

// saveContact stores a contact with its items.
func (s *Server) saveContact(p *contact, items []*communication, at int64, by *member) {
	s.contacts.add(p)
	p.stamps = newStamps(at, by)
	for _, item := range items {
		s.attach(p, item)
	}
}

// attach gives a contact one more item.
func (s *Server) attach(p *contact, item *communication) {
	s.communicationID++
	item.id, item.contact = s.communicationID, p
	p.items = append(p.items, item)
	at := lower(item.value)
	if slices.Contains(s.byEmail[at], p) {
		return
	}
	// Readers expect id order; an item added later to an older contact would break it.
	s.byEmail[at] = append(s.byEmail[at], p)
	slices.SortFunc(s.byEmail[at], func(a, b *contact) int { return cmp.Compare(a.id, b.id) })
}

func createCommunication(c *call) answer {
	return withContact(c, func(p *contact) answer {
		values, refused := c.members("contactCommunication")
		if refused != nil {
			return *refused
		}
		var f form
		item := f.communication(values)
		if len(f.problems) > 0 {
			return invalid("contactCommunication", f.problems...)
		}
		c.server.attach(p, item)
		p.touch(c.at, c.server.api)
		return one(c, http.StatusCreated, c.server.kinds.communications, item)
	})
}
