package psa

import "strings"

// member is somebody who works in the PSA, or an API member.
type member struct {
	key
	identifier, firstName, lastName, email string
	licence                                string // F full, A API
	inactive                               bool
	stamps
}

func (m *member) fullName() string { return joinName(m.firstName, m.lastName) }

func joinName(first, last string) string {
	if first == "" || last == "" {
		return first + last
	}
	return first + " " + last
}

// ref writes a reference under the given member name; nothing for nil.
func (m *member) ref(e *encoder, name string) {
	if m == nil {
		return
	}
	e.object(name, func() {
		e.number("id", m.id)
		e.text("identifier", m.identifier)
		e.text("name", m.fullName())
		e.object("_info", func() { e.link("member", "/system/members/", m.id) })
	})
}

func memberResource() *resource[*member] {
	f := fieldSet[*member]{}
	f.number("id", func(m *member) int32 { return m.id })
	f.text("identifier", func(m *member) string { return m.identifier })
	f.text("firstName", func(m *member) string { return m.firstName })
	f.text("lastName", func(m *member) string { return m.lastName })
	f.text("officeEmail", func(m *member) string { return m.email })
	f.text("primaryEmail", func(m *member) string { return m.email })
	f.text("licenseClass", func(m *member) string { return m.licence }, "A", "C", "F", "X")
	f.flag("inactiveFlag", func(m *member) bool { return m.inactive })
	f.stamps(func(m *member) stamps { return m.stamps })
	return &resource[*member]{fields: f, id: func(m *member) int32 { return m.id }, encode: func(c *call, e *encoder, m *member) {
		e.number("id", m.id)
		e.text("identifier", m.identifier)
		e.text("licenseClass", m.licence)
		e.text("firstName", m.firstName)
		e.text("lastName", m.lastName)
		e.flag("inactiveFlag", m.inactive)
		e.text("hireDate", "2020-01-01T00:00:00Z")
		e.text("officeEmail", m.email)
		e.text("primaryEmail", m.email)
		e.text("defaultEmail", "Office")
		e.text("defaultPhone", "Office")
		e.reference("securityRole", 1, "name", "Service", "securityRole", "/system/securityroles/")
		if m == c.server.api {
			if b := c.server.defaultBoard; b != nil {
				e.reference("serviceDefaultBoard", b.id, "name", b.name, "board", "/service/boards/")
			}
			var excluded []int32
			for _, b := range c.server.boards.rows {
				if b.excluded {
					excluded = append(excluded, b.id)
				}
			}
			e.numbers("excludedServiceBoardIds", excluded)
		}
		e.info(m.stamps)
	}}
}

// named says whether a member goes by an identifier or a name.
func (m *member) named(name string) bool {
	return strings.EqualFold(m.identifier, name) || strings.EqualFold(m.fullName(), name)
}
