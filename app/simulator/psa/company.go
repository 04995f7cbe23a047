package psa

import "strings"

// company is a customer. Every company has one site.
type company struct {
	key
	identifier, name, website string
	deleted                   bool
	status                    companyStatus
	stamps
}

func (co *company) ref(e *encoder) {
	e.object("company", func() {
		e.number("id", co.id)
		e.text("identifier", co.identifier)
		e.text("name", co.name)
		e.object("_info", func() { e.link("company", "/company/companies/", co.id) })
	})
}

func (co *company) site(e *encoder) {
	e.reference("site", mainSite, "name", "Main", "site", "/company/companies/"+itoa(co.id)+"/sites/")
}

// companyStatus says among other things whether anything may be saved for a company.
type companyStatus struct {
	id               int32
	name             string
	inactive, locked bool // locked: disallowSavingFlag
}

// companyStatuses are the same in every instance; the first is the default.
func companyStatuses() []companyStatus {
	return []companyStatus{{id: 1, name: "Active"}, {id: 2, name: "Not-Active", inactive: true}, {id: 3, name: "Credit Hold", locked: true}}
}

func companyStatusResource() *resource[companyStatus] {
	f := fieldSet[companyStatus]{}
	f.number("id", func(st companyStatus) int32 { return st.id })
	f.text("name", func(st companyStatus) string { return st.name })
	f.flag("defaultFlag", func(st companyStatus) bool { return st.id == 1 })
	f.flag("inactiveFlag", func(st companyStatus) bool { return st.inactive })
	f.flag("disallowSavingFlag", func(st companyStatus) bool { return st.locked })
	return &resource[companyStatus]{fields: f, id: func(st companyStatus) int32 { return st.id }, encode: func(_ *call, e *encoder, st companyStatus) {
		e.number("id", st.id)
		e.text("name", st.name)
		e.flag("defaultFlag", st.id == 1)
		e.flag("inactiveFlag", st.inactive)
		e.flag("notifyFlag", false)
		e.flag("disallowSavingFlag", st.locked)
	}}
}

func listCompanyStatuses(c *call) answer {
	return list(c, c.server.kinds.companyStatuses, func(*query) []companyStatus { return companyStatuses() })
}

func countCompanyStatuses(c *call) answer {
	return count(c, c.server.kinds.companyStatuses, func(*query) []companyStatus { return companyStatuses() })
}

// companyType is what childConditions on types see.
type companyType struct {
	id   int32
	name string
}

func companyResource() *resource[*company] {
	f := fieldSet[*company]{}
	f.number("id", func(co *company) int32 { return co.id })
	f.text("identifier", func(co *company) string { return co.identifier })
	f.text("name", func(co *company) string { return co.name })
	f.text("website", func(co *company) string { return co.website })
	f.flag("deletedFlag", func(co *company) bool { return co.deleted })
	f.reference("status", func(co *company) (int32, string) { return co.status.id, co.status.name })
	f.reference("site", func(*company) (int32, string) { return mainSite, "Main" })
	f.stamps(func(co *company) stamps { return co.stamps })
	types := fieldSet[companyType]{}
	types.number("id", func(t companyType) int32 { return t.id })
	types.text("name", func(t companyType) string { return t.name })
	customer := []companyType{{1, "Client"}}
	return &resource[*company]{
		fields:   f,
		id:       func(co *company) int32 { return co.id },
		children: []childCollection[*company]{childrenOf("types", types, func(*company) []companyType { return customer })},
		encode: func(_ *call, e *encoder, co *company) {
			e.number("id", co.id)
			e.text("identifier", co.identifier)
			e.text("name", co.name)
			e.reference("status", co.status.id, "name", co.status.name, "status", "/company/companies/statuses/")
			e.text("website", co.website)
			e.flag("deletedFlag", co.deleted)
			e.list("types", len(customer), func(i int) {
				e.number("id", customer[i].id)
				e.text("name", customer[i].name)
			})
			co.site(e)
			e.info(co.stamps)
		},
	}
}

// named says whether a company goes by an identifier or a name.
func (co *company) named(name string) bool {
	return strings.EqualFold(co.identifier, name) || strings.EqualFold(co.name, name)
}
