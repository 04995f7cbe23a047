package psa_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"deskbridge/app/simulator/psa"
)

func TestNotes(t *testing.T) {
	w := newWorld(t)
	id := w.create(`{"summary":"a","company":{"id":1}}`)
	w.AddContact(psa.Contact{Company: 2, FirstName: "Ann", LastName: "Lee", Email: "ann@acme.example"})
	at := fmt.Sprintf("/service/tickets/%d/notes", id)
	for name, c := range map[string]struct{ body, part string }{
		"no flag":        {`{"text":"a"}`, `"message":"Please choose where to display the notes in order to save this record."`},
		"only the issue": {`{"text":"a","issueFlag":true}`, "Please choose where"},
		"no text":        {`{"internalAnalysisFlag":true}`, `"field":"text"`},
		"blank text":     {`{"text":" \n","internalAnalysisFlag":true}`, `"field":"text"`},
		"long text":      {`{"text":"` + strings.Repeat("x", 60001) + `","internalAnalysisFlag":true}`, "maximum length of 60000"},
		"no such member": {`{"text":"a","internalAnalysisFlag":true,"member":{"id":9}}`, "member/id 9"},
		"no such person": {`{"text":"a","internalAnalysisFlag":true,"contact":{"id":9}}`, "contact/id 9"},
		"a text flag":    {`{"text":"a","internalAnalysisFlag":"yes"}`, "not of type Boolean"},
		"no object":      {`"a"`, "not a valid serviceNote"},
	} {
		t.Run(name, func(t *testing.T) {
			w.want(w.send("POST", at, c.body), 400, `"code":"InvalidObject","message":"serviceNote object is invalid"`, c.part)
		})
	}
	if len(w.Notes(id)) != 0 {
		t.Fatal("a refused note was saved")
	}
	w.want(w.send("POST", "/service/tickets/9/notes", `{"text":"a","internalAnalysisFlag":true}`), 404, `"code":"NotFound"`)

	w.clock.Pass(time.Minute)
	both := w.want(w.send("POST", at, `{"text":"`+strings.Repeat("x", 60000)+`","detailDescriptionFlag":true,"internalAnalysisFlag":true}`), 201,
		`"createdBy":"Deskbridge"`, `"dateCreated":"2026-03-02T09:01:00Z"`, `"detailDescriptionFlag":true,"internalAnalysisFlag":true,"resolutionFlag":false`)
	byMember := w.want(w.send("POST", at, `{"text":"a","resolutionFlag":true,"member":{"id":102}}`), 201, `"createdBy":"TTech"`, `"updatedBy":"Deskbridge"`)
	w.want(w.send("POST", at, `{"text":"a \"quoted\" \\ line\nand \u0001 more","detailDescriptionFlag":true,"contact":{"id":1}}`), 201, `"contact":{"id":1`, `a \"quoted\" \\ line\nand \u0001 more`)
	if got := w.get(at + "?orderBy=id%20desc&pageSize=1").ids(); got != "3" {
		t.Errorf("newest note is %s", got)
	}
	if got := w.get(where(at, `internalAnalysisFlag=true and text like "x*" and dateCreated > [2026-03-02T09:00:00Z]`)).ids(); got != "1" {
		t.Errorf("found %s", got)
	}
	if got := w.get(where(at, `createdBy="ttech" or contact/id=1`)).ids(); got != "2 3" {
		t.Errorf("found %s", got)
	}

	one := fmt.Sprintf("%s/%d", at, byMember.id())
	w.want(w.get(one), 200, `"text":"a"`)
	w.clock.Pass(time.Minute)
	w.want(w.send("PATCH", one, `[{"op":"replace","path":"text","value":"b"},{"op":"replace","path":"member/id","value":1}]`), 200,
		`"text":"b"`, `"resolutionFlag":true`, `"lastUpdated":"2026-03-02T09:02:00Z"`, `"dateCreated":"2026-03-02T09:01:00Z"`)
	w.want(w.get(fmt.Sprintf("/service/tickets/%d", id)), 200, `"lastUpdated":"2026-03-02T09:02:00Z"`)
	w.want(w.send("PATCH", one, `[{"op":"replace","path":"resolutionFlag","value":false}]`), 400, "Please choose where")
	w.want(w.send("PATCH", one, `[{"op":"replace","path":"/text","value":"c"}]`), 400, "path '/text'")
	w.want(w.send("PUT", one, `{"text":"c"}`), 400, "Please choose where")
	w.want(w.send("PUT", one, `{"text":"c","internalAnalysisFlag":true}`), 200, `"resolutionFlag":false`, `"createdBy":"TTech"`)
	w.want(w.send("DELETE", one, ""), 403)
	w.Grant(psa.ServiceTicketsDelete)
	w.want(w.send("DELETE", one, ""), 204)
	w.want(w.get(one), 404)
	w.want(w.get(fmt.Sprintf("%s/%d", at, both.id())), 200)
}

func TestAllNotes_OfChildTickets(t *testing.T) {
	w := newWorld(t)
	parent := w.create(`{"summary":"a","company":{"id":1},"initialDescription":"A"}`)
	w.create(fmt.Sprintf(`{"summary":"b","company":{"id":1},"initialDescription":"B","parentTicketId":%d}`, parent))
	w.want(w.get(fmt.Sprintf("/service/tickets/%d/allNotes", parent)), 200, `"text":"A"`, `"text":"B"`, `"ticket":{"id":1002`)

	old := newWorld(t, func(o *psa.Options) { o.WithoutAllNotes = true })
	id := old.create(`{"summary":"a","company":{"id":1}}`)
	old.want(old.get(fmt.Sprintf("/service/tickets/%d/allNotes", id)), 404)
	old.want(old.get(fmt.Sprintf("/service/tickets/%d/notes", id)), 200)
}

func TestTimeEntries(t *testing.T) {
	w := newWorld(t)
	id := w.create(`{"summary":"a","company":{"id":1}}`)
	w.AddTimeEntryAs(102, id, psa.Note{Text: "Drove there", Internal: true}, time.Hour)
	w.want(w.get(where("/time/entries", fmt.Sprintf(`chargeToType="ServiceTicket" and chargeToId=%d and timeStart < [2026-03-02T09:00:00Z]`, id))), 200,
		`"notes":"Drove there"`, `"addToInternalAnalysisFlag":true`, `"actualHours":1`, `"member":{"id":102`)
	w.want(w.get("/time/entries/count"), 200, `{"count":1}`)
	w.Revoke(psa.TimeEntryInquire)
	w.want(w.get("/time/entries"), 403, "Time Entry, level: Inquire")
}

func TestContacts(t *testing.T) {
	w := newWorld(t)
	body := `{"firstName":"Ann","lastName":"Lee","company":{"id":2},"communicationItems":[{"type":{"id":1},"value":"Ann@acme.example","defaultFlag":true},{"type":{"name":"direct"},"value":"555"}]}`
	r := w.want(w.send("POST", "/company/contacts", body), 201, `"communicationType":"Email"`, `"domain":"@acme.example"`, `"defaultPhoneNbr":"555"`, `"company":{"id":2`)
	w.want(w.send("POST", "/company/contacts", body), 409, `"code":"ConflictingRecord"`)
	w.want(w.send("POST", "/company/contacts", strings.Replace(body, `{"first`, `{"ignoreDuplicates":true,"first`, 1)), 201)
	for _, c := range [][2]string{
		{`{}`, `"field":"firstName"`}, {`{"firstName":"a"}`, `"field":"company"`}, {`{"firstName":"a","company":{"id":9}}`, "company/id 9"},
		{`{"firstName":"a","company":{"id":1},"communicationItems":[{"value":"x"}]}`, `"field":"type"`},
		{`{"firstName":"a","company":{"id":1},"communicationItems":[{"type":{"id":9}}]}`, `"field":"value"`},
		{`{"firstName":"` + strings.Repeat("x", 31) + `","company":{"id":1}}`, "maximum length of 30"},
	} {
		w.want(w.send("POST", "/company/contacts", c[0]), 400, "contact object is invalid", c[1])
	}
	for child, want := range map[string]string{
		`communicationItems/value="ann@ACME.example" and communicationItems/communicationType="Email"`: "1 2",
		`communicationItems/value="ann@acme.example" and communicationItems/communicationType="Phone"`: "",
		`communicationItems/value like "%acme%"`:                                                       "1 2",
		`communicationItems/value="nobody@acme.example"`:                                               "",
	} {
		if got := w.want(w.get("/company/contacts?childConditions="+encode(child)), 200).ids(); got != want {
			t.Errorf("%s: %s, want %s", child, got, want)
		}
	}
	if got := w.get(where("/company/contacts", `company/id=2 and inactiveFlag=false and id>1`)).ids(); got != "2" {
		t.Errorf("found %s", got)
	}
	items := fmt.Sprintf("/company/contacts/%d/communications", r.id())
	w.want(w.get(items), 200, `"contactId":1`, `"value":"555"`)
	w.want(w.get(items+"/1"), 200, "Ann@acme.example")
	w.want(w.get(items+"/99"), 404)
	w.want(w.get("/company/contacts/99/communications"), 404)
	w.want(w.send("POST", items, `{"type":{"id":1},"value":"a.lee@acme.example"}`), 403, "Contacts, level: Edit")
	w.Grant(psa.ContactsEdit)
	w.want(w.send("POST", items, `{"type":{"id":1}}`), 400, `"field":"value"`)
	w.want(w.send("POST", items, `{"type":{"id":1},"value":"a.lee@acme.example"}`), 201)
	if got := w.get("/company/contacts?childConditions=" + encode(`communicationItems/value="a.lee@acme.example"`)).ids(); got != "1" {
		t.Errorf("found %s", got)
	}
	w.want(w.get("/company/communicationTypes"), 200, `"emailFlag":true`)
}
