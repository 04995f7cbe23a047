package psa

import (
	"net/http"
)

// One location and one department are enough for what the simulator shows.
const (
	mainLocation   int32 = 11
	mainDepartment int32 = 10
	mainSLA        int32 = 1
	mainSite       int32 = 1
)

// place writes the location and the department every setup record hangs on.
func (e *encoder) place() {
	e.reference("location", mainLocation, "name", "Main", "location", "/system/locations/")
	e.object("department", func() {
		e.number("id", mainDepartment)
		e.text("identifier", "Services")
		e.text("name", "Services")
		e.object("_info", func() { e.link("department", "/system/departments/", mainDepartment) })
	})
}

type priority struct {
	key
	name, color, level string
	sort               int32
	isDefault          bool
	stamps
}

func priorityResource() *resource[*priority] {
	f := fieldSet[*priority]{}
	f.number("id", func(p *priority) int32 { return p.id })
	f.text("name", func(p *priority) string { return p.name })
	f.text("color", func(p *priority) string { return p.color })
	f.text("level", func(p *priority) string { return p.level }, "Critical", "High", "Medium", "Low")
	f.number("sortOrder", func(p *priority) int32 { return p.sort })
	f.flag("defaultFlag", func(p *priority) bool { return p.isDefault })
	f.stamps(func(p *priority) stamps { return p.stamps })
	return &resource[*priority]{fields: f, id: func(p *priority) int32 { return p.id }, encode: func(_ *call, e *encoder, p *priority) {
		e.number("id", p.id)
		e.text("name", p.name)
		e.text("color", p.color)
		e.number("sortOrder", p.sort)
		e.flag("defaultFlag", p.isDefault)
		e.text("level", p.level)
		e.info(p.stamps)
	}}
}

type source struct {
	key
	name      string
	isDefault bool
	stamps
}

func sourceResource() *resource[*source] {
	f := fieldSet[*source]{}
	f.number("id", func(s *source) int32 { return s.id })
	f.text("name", func(s *source) string { return s.name })
	f.flag("defaultFlag", func(s *source) bool { return s.isDefault })
	f.stamps(func(s *source) stamps { return s.stamps })
	return &resource[*source]{fields: f, id: func(s *source) int32 { return s.id }, encode: func(_ *call, e *encoder, s *source) {
		e.number("id", s.id)
		e.text("name", s.name)
		e.flag("defaultFlag", s.isDefault)
		e.info(s.stamps)
	}}
}

// userField is the definition of a custom field on tickets.
type userField struct {
	key
	caption, kind string // kind is Text, Number, …
	stamps
}

func userFieldResource() *resource[*userField] {
	f := fieldSet[*userField]{}
	f.number("id", func(u *userField) int32 { return u.id })
	f.text("caption", func(u *userField) string { return u.caption })
	f.text("fieldTypeIdentifier", func(u *userField) string { return u.kind })
	f.number("podId", func(*userField) int32 { return 1 })
	f.stamps(func(u *userField) stamps { return u.stamps })
	return &resource[*userField]{fields: f, id: func(u *userField) int32 { return u.id }, encode: func(_ *call, e *encoder, u *userField) {
		e.number("id", u.id)
		e.number("podId", 1)
		e.text("caption", u.caption)
		e.number("sequenceNumber", u.id)
		e.text("fieldTypeIdentifier", u.kind)
		e.text("entryTypeIdentifier", "EntryField")
		e.flag("requiredFlag", false)
		e.flag("displayOnScreenFlag", true)
		e.flag("readOnlyFlag", false)
		e.flag("listViewFlag", false)
		e.text("connectWiseID", "00000000-0000-4000-8000-"+pad12(u.id))
		e.time("dateCreated", u.entered)
		e.info(u.stamps)
	}}
}

func pad12(id int32) string {
	digits := itoa(id)
	return "000000000000"[:12-len(digits)] + digits
}

// systemInfo tells what the instance is; good for a first test of a connection.
func systemInfo(c *call) answer {
	e := newEncoder(c.href(), nil)
	e.record(func() {
		e.text("version", "v"+Version+".105333")
		e.flag("isCloud", true)
		e.text("serverTimeZone", "UTC")
		e.text("cloudRegion", "NA")
	})
	return answer{status: http.StatusOK, body: e.out}
}
