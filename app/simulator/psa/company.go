package psa

import "strings"

// company is a customer. Every company has one site.
type company struct {
	key
	identifier, name, website string
	deleted                   bool
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

// state gives the id and name of a company's status.
func (co *company) state() (int32, string) {
	if co.deleted {
		return 2, "Not-Active"
	}
	return 1, "Active"
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
	f.reference("status", (*company).state)
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
			stateID, stateName := co.state()
			e.reference("status", stateID, "name", stateName, "status", "/company/companies/statuses/")
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
