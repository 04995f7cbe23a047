package psa

import (
	"net/http"
	"strings"

	"deskbridge/app/simulator/psa/condition"
)

// contact is a person at a company.
type contact struct {
	key
	firstName, lastName string
	company             *company
	inactive, isDefault bool
	items               []*communication
	stamps
}

// communication is one address or number of a contact.
type communication struct {
	key
	contact   *contact
	kind      commType
	value     string
	isDefault bool
}

// commType is a type of communication and what it is at heart: Email, Phone or Fax.
type commType struct {
	id          int32
	description string
	medium      string
}

func commTypes() []commType {
	return []commType{{1, "Email", "Email"}, {2, "Direct", "Phone"}, {3, "Fax", "Fax"}, {4, "Mobile", "Phone"}}
}

func (p *contact) fullName() string { return joinName(p.firstName, p.lastName) }

// first gives the value of the first item of a medium, the default one before others.
func (p *contact) first(medium string) string {
	found := ""
	for _, item := range p.items {
		if item.kind.medium == medium && (found == "" || item.isDefault) {
			found = item.value
		}
	}
	return found
}

func (p *contact) ref(e *encoder, name string) {
	if p != nil {
		e.reference(name, p.id, "name", p.fullName(), "contact", "/company/contacts/")
	}
}

// encode writes a communication; the list inside a contact leaves out contactId, as the schema does.
func (i *communication) encode(e *encoder) {
	e.number("id", i.id)
	e.reference("type", i.kind.id, "name", i.kind.description, "type", "/company/communicationTypes/")
	e.text("value", i.value)
	e.flag("defaultFlag", i.isDefault)
	if _, domain, ok := strings.Cut(i.value, "@"); ok && i.kind.medium == "Email" {
		e.text("domain", "@"+domain)
	}
	e.text("communicationType", i.kind.medium)
}

func communicationFields() fieldSet[*communication] {
	f := fieldSet[*communication]{}
	f.number("id", func(i *communication) int32 { return i.id })
	f.text("value", func(i *communication) string { return i.value })
	f.text("communicationType", func(i *communication) string { return i.kind.medium }, "Email", "Phone", "Fax")
	f.flag("defaultFlag", func(i *communication) bool { return i.isDefault })
	f.reference("type", func(i *communication) (int32, string) { return i.kind.id, i.kind.description })
	return f
}

func communicationResource() *resource[*communication] {
	return &resource[*communication]{
		fields: communicationFields(),
		id:     func(i *communication) int32 { return i.id },
		encode: func(_ *call, e *encoder, i *communication) {
			i.encode(e)
			e.number("contactId", i.contact.id)
		},
	}
}

func commTypeResource() *resource[commType] {
	f := fieldSet[commType]{}
	f.number("id", func(t commType) int32 { return t.id })
	f.text("description", func(t commType) string { return t.description })
	return &resource[commType]{fields: f, id: func(t commType) int32 { return t.id }, encode: func(_ *call, e *encoder, t commType) {
		e.number("id", t.id)
		e.text("description", t.description)
		e.flag("phoneFlag", t.medium == "Phone")
		e.flag("faxFlag", t.medium == "Fax")
		e.flag("emailFlag", t.medium == "Email")
		e.flag("defaultFlag", t.id <= 3)
	}}
}

func contactResource() *resource[*contact] {
	f := fieldSet[*contact]{}
	f.number("id", func(p *contact) int32 { return p.id })
	f.text("firstName", func(p *contact) string { return p.firstName })
	f.text("lastName", func(p *contact) string { return p.lastName })
	f.flag("inactiveFlag", func(p *contact) bool { return p.inactive })
	f.flag("defaultFlag", func(p *contact) bool { return p.isDefault })
	f.reference("company", func(p *contact) (int32, string) { return p.company.id, p.company.name })
	f.text("company/identifier", func(p *contact) string { return p.company.identifier })
	f.unset(condition.KindText, "title", "nickName", "relationshipOverride")
	f.stamps(func(p *contact) stamps { return p.stamps })
	return &resource[*contact]{
		fields:   f,
		id:       func(p *contact) int32 { return p.id },
		children: []childCollection[*contact]{childrenOf("communicationItems", communicationFields(), func(p *contact) []*communication { return p.items })},
		encode: func(_ *call, e *encoder, p *contact) {
			e.number("id", p.id)
			e.text("firstName", p.firstName)
			e.text("lastName", p.lastName)
			p.company.ref(e)
			p.company.site(e)
			e.flag("inactiveFlag", p.inactive)
			e.text("defaultPhoneNbr", p.first("Phone"))
			e.flag("defaultFlag", p.isDefault)
			e.list("communicationItems", len(p.items), func(i int) { p.items[i].encode(e) })
			e.info(p.stamps)
		},
	}
}

// contactCandidates narrows contacts down by id or by an address asked for in childConditions.
func contactCandidates(c *call) func(*query) []*contact {
	return func(q *query) []*contact {
		if values, ok := q.child.Exactly("communicationItems/value"); ok && len(values) == 1 {
			return c.server.byEmail[lower(values[0].String())]
		}
		return c.server.contacts.candidates(q)
	}
}

func listContacts(c *call) answer { return list(c, c.server.kinds.contacts, contactCandidates(c)) }

func countContacts(c *call) answer { return count(c, c.server.kinds.contacts, contactCandidates(c)) }

func getContact(c *call) answer {
	return withContact(c, func(p *contact) answer { return one(c, http.StatusOK, c.server.kinds.contacts, p) })
}

// withContact finds the contact of a path.
func withContact(c *call, do func(*contact) answer) answer {
	p := c.server.contacts.get(c.ids[0])
	if p == nil {
		return noRecord("Contact", c.ids[0])
	}
	return do(p)
}

func listCommunications(c *call) answer {
	return withContact(c, func(p *contact) answer {
		return list(c, c.server.kinds.communications, func(*query) []*communication { return p.items })
	})
}

func countCommunications(c *call) answer {
	return withContact(c, func(p *contact) answer {
		return count(c, c.server.kinds.communications, func(*query) []*communication { return p.items })
	})
}

func getCommunication(c *call) answer {
	return withContact(c, func(p *contact) answer {
		for _, item := range p.items {
			if item.id == c.ids[1] {
				return one(c, http.StatusOK, c.server.kinds.communications, item)
			}
		}
		return noRecord("Communication", c.ids[1])
	})
}

func listCommunicationTypes(c *call) answer {
	return list(c, c.server.kinds.commTypes, func(*query) []commType { return commTypes() })
}

func countCommunicationTypes(c *call) answer {
	return count(c, c.server.kinds.commTypes, func(*query) []commType { return commTypes() })
}
