package psa_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"deskbridge/app/simulator/psa"
)

func TestCreate_Refusals(t *testing.T) {
	w := newWorld(t)
	w.AddContact(psa.Contact{Company: 2, FirstName: "Ann", LastName: "Lee", Email: "ann@acme.example"})
	w.AddCompany(psa.Company{Name: "Gone", Deleted: true})
	w.AddCompany(psa.Company{Name: "Poor", Status: "Credit Hold"})
	w.AddBoard(psa.Board{Name: "Old", DefaultTeam: "T", Inactive: true})
	w.AddBoard(psa.Board{Name: "Half", DefaultTeam: "T", Statuses: []psa.Status{{Name: "Open"}, {Name: "Retired", Inactive: true}}})
	for name, c := range map[string]struct{ body, code, field string }{
		"nothing":                 {``, "MissingRequiredField", "summary"},
		"no company":              {`{"summary":"a"}`, "MissingRequiredField", "company"},
		"null company":            {`{"summary":"a","company":null}`, "MissingRequiredField", "company"},
		"blank summary":           {`{"summary":"  ","company":{"id":1}}`, "MissingRequiredField", "summary"},
		"long summary":            {`{"summary":"` + strings.Repeat("x", 101) + `","company":{"id":1}}`, "MaxLength", "summary"},
		"long by database count":  {`{"summary":"` + strings.Repeat("😀", 51) + `","company":{"id":1}}`, "MaxLength", "summary"},
		"long reference":          {`{"summary":"a","company":{"id":1},"externalXRef":"` + strings.Repeat("x", 101) + `"}`, "MaxLength", "externalXRef"},
		"long contact name":       {`{"summary":"a","company":{"id":1},"contactName":"` + strings.Repeat("x", 63) + `"}`, "MaxLength", "contactName"},
		"long address":            {`{"summary":"a","company":{"id":1},"contactEmailAddress":"` + strings.Repeat("x", 251) + `"}`, "MaxLength", "contactEmailAddress"},
		"long phone":              {`{"summary":"a","company":{"id":1},"contactPhoneNumber":"` + strings.Repeat("5", 21) + `"}`, "MaxLength", "contactPhoneNumber"},
		"long opening text":       {`{"summary":"a","company":{"id":1},"initialDescription":"` + strings.Repeat("x", 60001) + `"}`, "MaxLength", "initialDescription"},
		"empty company":           {`{"summary":"a","company":{}}`, "MissingRequiredField", "company"},
		"unknown company":         {`{"summary":"a","company":{"id":99}}`, "InvalidReference", "company"},
		"deleted company":         {`{"summary":"a","company":{"identifier":"gone"}}`, "InvalidReference", "company"},
		"company on hold":         {`{"summary":"a","company":{"name":"Poor"}}`, "InvalidReference", "company"},
		"company as a number":     {`{"summary":"a","company":1}`, "InvalidType", "company"},
		"summary as a number":     {`{"summary":1,"company":{"id":1}}`, "InvalidType", "summary"},
		"unknown board":           {`{"summary":"a","company":{"id":1},"board":{"id":99}}`, "InvalidReference", "board"},
		"project board":           {`{"summary":"a","company":{"id":1},"board":{"id":2}}`, "InvalidReference", "board"},
		"board without a team":    {`{"summary":"a","company":{"id":1},"board":{"id":3}}`, "MissingRequiredField", "team"},
		"board not permitted":     {`{"summary":"a","company":{"id":1},"board":{"id":4}}`, "InvalidReference", "board"},
		"inactive board":          {`{"summary":"a","company":{"id":1},"board":{"name":"Old"}}`, "InvalidReference", "board"},
		"inactive status":         {`{"summary":"a","company":{"id":1},"board":{"name":"Half"},"status":{"name":"Retired"}}`, "InvalidReference", "status"},
		"status of another board": {`{"summary":"a","company":{"id":1},"status":{"id":6}}`, "InvalidReference", "status"},
		"unknown status":          {`{"summary":"a","company":{"id":1},"status":{"id":99}}`, "InvalidReference", "status"},
		"type of another board":   {`{"summary":"a","company":{"id":1},"board":{"name":"Half"},"type":{"id":1}}`, "InvalidReference", "type"},
		"contact of another":      {`{"summary":"a","company":{"id":1},"contact":{"id":1}}`, "InvalidReference", "contact"},
		"unknown priority":        {`{"summary":"a","company":{"id":1},"priority":{"id":99}}`, "InvalidReference", "priority"},
		"bad severity":            {`{"summary":"a","company":{"id":1},"severity":"Huge"}`, "InvalidEnum", "severity"},
		"bad flag":                {`{"summary":"a","company":{"id":1},"processNotifications":"no"}`, "InvalidType", "processNotifications"},
		"bad date":                {`{"summary":"a","company":{"id":1},"requiredDate":"2026-01-01T00:00:00+01:00"}`, "InvalidDate", "requiredDate"},
		"project ticket":          {`{"summary":"a","company":{"id":1},"recordType":"ProjectTicket"}`, "InvalidEnum", "recordType"},
		"not an object":           {`[]`, "InvalidJson", ""},
		"unknown parent":          {`{"summary":"a","company":{"id":1},"parentTicketId":7}`, "InvalidReference", "parentTicketId"},
	} {
		r := w.send("POST", "/service/tickets", c.body)
		if r.status != 400 || !strings.Contains(r.text, `"code":"InvalidObject","message":"ticket object is invalid"`) ||
			!strings.Contains(r.text, `"code":"`+c.code+`"`) || !strings.Contains(r.text, `"field":"`+c.field+`"`) && c.field != "" {
			t.Errorf("%s: %d %s", name, r.status, r.text)
		}
	}
	if w.Len() != 0 || len(w.Emails()) != 0 {
		t.Error("a refused ticket left something behind")
	}
	w.SetDefaultBoard(0)
	w.want(w.send("POST", "/service/tickets", `{"summary":"a","company":{"id":1}}`), 400, `"field":"board"`)
}

func TestCreate_Defaults(t *testing.T) {
	w := newWorld(t)
	w.AddContact(psa.Contact{Company: 2, FirstName: "Ann", LastName: "Lee", Email: "ann@acme.example", Phone: "555"})
	r := w.want(w.send("POST", "/service/tickets", `{"summary":"`+strings.Repeat("ä", 100)+`","company":{"id":2},"contact":{"id":1},"unheardOf":1}`), 201,
		`"board":{"id":1,"name":"Help Desk"`, `"status":{"id":1,"name":"New"`, `"team":{"id":1`, `"priority":{"id":3`, `"source":{"id":2`,
		`"contactName":"Ann Lee"`, `"contactEmailAddress":"ann@acme.example"`, `"contactPhoneNumber":"555"`,
		`"severity":"Medium"`, `"closedFlag":false`, `"recordType":"ServiceTicket"`, `"site":{"id":1`,
		`"enteredBy":"Deskbridge"`, `"dateEntered":"2026-03-02T09:00:00Z"`, "/v4_6_release/apis/3.0/service/boards/1/statuses/1")
	if strings.Contains(r.text, "null") || strings.Contains(r.text, "processNotifications") {
		t.Errorf("got %s", r.text)
	}
	w.want(w.send("POST", "/service/tickets", `{"summary":"a","company":{"identifier":"Acme"},"board":{"name":"Escalations"},"team":{"id":99}}`), 400)
	team := w.AddTeam(3, psa.Team{Name: "Second Line"})
	r = w.want(w.send("POST", "/service/tickets", fmt.Sprintf(`{"summary":"a","company":{"identifier":"Acme"},"board":{"name":"Escalations"},"team":{"id":%d}}`, team)), 201, `"Second Line"`)
	w.want(w.send("POST", "/service/tickets", `{"summary":"a","company":{"id":2},"contactEmailLookup":"ANN@acme.example"}`), 201, `"contact":{"id":1`)
	if r.id() != 1002 {
		t.Errorf("the second ticket is %d", r.id())
	}
}

func TestCreate_OpeningNotes(t *testing.T) {
	w := newWorld(t)
	id := w.create(`{"summary":"a","company":{"id":1},"initialDescription":"D","initialInternalAnalysis":"I","initialResolution":"R"}`)
	notes := w.Notes(id)
	if len(notes) != 3 || notes[0].Text != "D" || !notes[0].Discussion || notes[0].Internal ||
		notes[1].Text != "I" || !notes[1].Internal || notes[1].Discussion || notes[2].Text != "R" || !notes[2].Resolution {
		t.Errorf("notes %+v", notes)
	}
}

func TestCreate_ClosedFlagFollowsTheStatus(t *testing.T) {
	w := newWorld(t)
	id := w.create(`{"summary":"a","company":{"id":1},"status":{"name":"Completed"}}`)
	at := fmt.Sprintf("/service/tickets/%d", id)
	w.want(w.get(at), 200, `"closedFlag":true`, `"closedDate":"2026-03-02T09:00:00Z"`, `"closedBy":"Deskbridge"`)
	w.clock.Pass(time.Minute)
	w.want(w.send("PATCH", at, `[{"op":"replace","path":"status","value":{"id":5}}]`), 200, `"closedDate":"2026-03-02T09:00:00Z"`)
	if r := w.want(w.send("PATCH", at, `[{"op":"replace","path":"status","value":{"id":2}}]`), 200, `"closedFlag":false`); strings.Contains(r.text, "closedDate") {
		t.Errorf("still closed: %s", r.text)
	}
}

func TestMail(t *testing.T) {
	w := newWorld(t)
	w.AddContact(psa.Contact{Company: 2, FirstName: "Ann", LastName: "Lee", Email: "ann@acme.example"})
	id := w.create(`{"summary":"a","company":{"id":2},"contact":{"id":1},"owner":{"identifier":"TTech"},"processNotifications":false}`)
	at := fmt.Sprintf("/service/tickets/%d", id)
	w.want(w.send("PATCH", at, `[{"op":"replace","path":"status","value":{"id":2}},{"op":"replace","path":"processNotifications","value":false}]`), 200)
	w.want(w.send("POST", at+"/notes", `{"text":"a","detailDescriptionFlag":true}`), 201)
	w.want(w.send("POST", at+"/notes", `{"text":"a","detailDescriptionFlag":true,"processNotifications":false}`), 201)
	if n := len(w.Emails()); n != 0 {
		t.Fatalf("%d e-mails though none were wanted: %v", n, w.Emails())
	}
	w.want(w.send("POST", at+"/notes", `{"text":"a","internalAnalysisFlag":true,"processNotifications":true}`), 201)
	w.want(w.send("POST", at+"/notes", `{"text":"a","detailDescriptionFlag":true,"processNotifications":true}`), 201)
	w.want(w.send("PATCH", at, `[{"op":"replace","path":"status","value":{"id":3}}]`), 200)
	w.create(`{"summary":"b","company":{"id":1},"contactEmailAddress":"x@y.example"}`)
	var got []string
	for _, mail := range w.Emails() {
		got = append(got, fmt.Sprintf("%d %s %s: %s", mail.Ticket, mail.Kind, mail.To, mail.Reason))
	}
	want := `1001 resources terry@msp.example: new note
1001 contact ann@acme.example: new note
1001 resources terry@msp.example: new note
1001 contact ann@acme.example: ticket updated
1001 resources terry@msp.example: ticket updated
1002 contact x@y.example: new ticket
1002 resources Service Team: new ticket`
	if strings.Join(got, "\n") != want {
		t.Errorf("sent\n%s", strings.Join(got, "\n"))
	}
}

func TestPatch(t *testing.T) {
	w := newWorld(t)
	team := w.AddTeam(3, psa.Team{Name: "Second Line"})
	id := w.create(`{"summary":"a","company":{"id":1},"poNumber":"7","type":{"id":1},"processNotifications":false}`)
	at := fmt.Sprintf("/service/tickets/%d", id)
	patch := func(body string) reply { w.t.Helper(); w.clock.Pass(time.Minute); return w.send("PATCH", at, body) }

	t.Run("whole references, texts and removals", func(t *testing.T) {
		w.want(patch(`[{"op":"replace","path":"status","value":{"id":2}},{"op":"add","path":"externalXRef","value":"k"},{"op":"remove","path":"poNumber"},
			{"op":"replace","path":"owner","value":{"identifier":"ttech"}},{"op":"replace","path":"priority","value":{"id":1}}]`), 200,
			`"status":{"id":2`, `"externalXRef":"k"`, `"owner":{"id":102`, `"priority":{"id":1`, `"lastUpdated":"2026-03-02T09:01:00Z"`)
		if r := w.get(at); strings.Contains(r.text, "poNumber") || w.get(where("/service/tickets", `externalXRef="k"`)).ids() != "1001" {
			t.Errorf("got %s", r.text)
		}
		w.want(patch(`[{"op":"remove","path":"owner"},{"op":"remove","path":"externalXRef"}]`), 200)
		if r := w.get(at); strings.Contains(r.text, `"owner"`) || w.get(where("/service/tickets", `externalXRef="k"`)).text != "[]" {
			t.Errorf("got %s", r.text)
		}
	})
	t.Run("the false 200", func(t *testing.T) {
		before := w.get(at).text
		for _, body := range []string{
			`[{"op":"replace","path":"status/id","value":3}]`, `[{"op":"replace","path":"closedFlag","value":true}]`,
			`[{"op":"replace","path":"id","value":1}]`, `[{"op":"replace","path":"processNotifications","value":false}]`, `[]`,
		} {
			if r := w.want(patch(body), 200); r.text != before {
				t.Errorf("%s changed the ticket to %s", body, r.text)
			}
		}
	})
	t.Run("refusals change nothing", func(t *testing.T) {
		before := w.get(at).text
		for body, part := range map[string]string{
			`[{"op":"replace","path":"/summary","value":"b"}]`: "path '/summary'",
			`[{"op":"replace","path":"Summary","value":"b"}]`:  "path 'Summary'",
			`[{"op":"replace","path":"colour","value":"b"}]`:   "path 'colour'",
			`[{"op":"replace","path":"colour/id","value":1}]`:  "path 'colour/id'",
			`[{"op":"replace","path":"","value":"b"}]`:         "path ''",
			`[{"op":"move","path":"summary","value":"b"}]`:     "'move' is not supported",
			`[{"path":"summary","value":"b"}]`:                 "not supported",
			`{"op":"replace","path":"summary","value":"b"}`:    "array of patch operations",
			``:                                   "array of patch operations",
			`[{"op":"remove","path":"summary"}]`: `"field":"summary"`,
			`[{"op":"remove","path":"company"}]`: `"field":"company"`,
			`[{"op":"replace","path":"status","value":null}]`:                                                      `"field":"status"`,
			`[{"op":"replace","path":"summary","value":"` + strings.Repeat("x", 101) + `"}]`:                       "maximum length of 100",
			`[{"op":"replace","path":"summary","value":"b"},{"op":"replace","path":"status","value":{"id":11}}]`:   "does not belong to the board",
			`[{"op":"replace","path":"status","value":2}]`:                                                         "not of type Reference",
			`[{"op":"replace","path":"board","value":{"id":3}}]`:                                                   "does not belong to the board Escalations",
			`[{"op":"replace","path":"board","value":{"id":2}},{"op":"replace","path":"status","value":{"id":6}}]`: "project board",
			`[{"op":"replace","path":"parentTicketId","value":1001}]`:                                              "parentTicketId",
		} {
			w.want(patch(body), 400, `"code":"InvalidObject"`, part)
			if got := w.get(at).text; got != before {
				t.Fatalf("%s changed the ticket to %s", body, got)
			}
		}
		w.want(w.send("PATCH", "/service/tickets/9", `[]`), 404, "NotFound")
	})
	t.Run("a move brings a status and a team of the new board", func(t *testing.T) {
		w.want(patch(`[{"op":"replace","path":"status","value":{"name":"waiting"}},{"op":"replace","path":"board","value":{"id":3}}]`), 400, `"field":"team"`)
		r := w.want(patch(fmt.Sprintf(`[{"op":"replace","path":"status","value":{"name":"waiting"}},{"op":"replace","path":"board","value":{"id":3}},{"op":"replace","path":"team","value":{"id":%d}}]`, team)), 200,
			`"board":{"id":3`, `"status":{"id":13,"name":"Waiting"`, "Second Line")
		if strings.Contains(r.text, `"type"`) {
			t.Errorf("the old board's type stayed: %s", r.text)
		}
	})
}

func TestPut(t *testing.T) {
	w := newWorld(t)
	id := w.create(`{"summary":"a","company":{"id":1},"externalXRef":"k","contactName":"Ann","initialDescription":"D"}`)
	at := fmt.Sprintf("/service/tickets/%d", id)
	w.want(w.send("PUT", at, `{"summary":"b","company":{"id":1},"board":{"id":1},"status":{"id":1}}`), 400, `"field":"severity"`, `"field":"impact"`)
	r := w.want(w.send("PUT", at, `{"summary":"b","company":{"id":1},"board":{"id":1},"status":{"id":1},"severity":"Low","impact":"Low"}`), 200, `"summary":"b"`)
	if strings.Contains(r.text, "externalXRef") || strings.Contains(r.text, "Ann") || len(w.Notes(id)) != 1 {
		t.Errorf("got %s", r.text)
	}
}

func TestMerge(t *testing.T) {
	w := newWorld(t)
	into := w.create(`{"summary":"a","company":{"id":1},"initialDescription":"A"}`)
	from := w.create(`{"summary":"b","company":{"id":1},"initialDescription":"B"}`)
	at := fmt.Sprintf("/service/tickets/%d/merge", into)
	for _, body := range []string{``, `{"mergeTicketIds":[1002]}`, `{"mergeTicketIds":[],"status":{"id":5}}`, `{"mergeTicketIds":[1001],"status":{"id":5}}`,
		`{"mergeTicketIds":[9],"status":{"id":5}}`, `{"mergeTicketIds":[1002],"status":{}}`, `{"mergeTicketIds":[1002],"status":{"id":15}}`} {
		w.want(w.send("POST", at, body), 400, "ticketMerge object is invalid")
	}
	w.want(w.send("POST", at, fmt.Sprintf(`{"mergeTicketIds":[%d],"status":{"id":5}}`, from)), 201, `"success":true`)
	w.want(w.send("POST", at, fmt.Sprintf(`{"mergeTicketIds":[%d],"status":{"id":5}}`, from)), 400, "already merged")
	w.want(w.get(fmt.Sprintf("/service/tickets/%d", from)), 200, `"mergedParentTicket":{"id":1001`, `"closedFlag":true`)
	w.want(w.get(fmt.Sprintf("/service/tickets/%d", into)), 200, `"hasMergedChildTicketFlag":true`)
	w.want(w.get(fmt.Sprintf("/service/tickets/%d/allNotes", into)), 200, `"text":"A"`, `"text":"B"`, `"mergedFlag":true`)
	if r := w.get(fmt.Sprintf("/service/tickets/%d/notes", into)); strings.Contains(r.text, `"B"`) {
		t.Errorf("notes %s", r.text)
	}
}

func TestTicketsOfABoardThatIsNotPermittedAreNotThere(t *testing.T) {
	w := newWorld(t)
	id := w.AddTicket(psa.Ticket{Summary: "Pay", Board: "Finance", Company: "Catchall", XRef: "k"})
	w.want(w.get(fmt.Sprintf("/service/tickets/%d", id)), 404)
	w.want(w.send("POST", fmt.Sprintf("/service/tickets/%d/notes", id), `{}`), 404)
	for _, path := range []string{"/service/tickets", where("/service/tickets", `externalXRef="k"`)} {
		if r := w.get(path); r.text != "[]" {
			t.Errorf("%s: %s", path, r.text)
		}
	}
	w.want(w.get("/service/tickets/count"), 200, `"count":0`)
}

func TestTechnician(t *testing.T) {
	w := newWorld(t)
	const terry = 102
	id := w.create(`{"summary":"a","company":{"id":1},"externalXRef":"k"}`)
	at := fmt.Sprintf("/service/tickets/%d", id)
	w.clock.Pass(time.Minute)
	if err := w.EditTicket(terry, id, psa.Edit{Status: "waiting", Priority: "Priority 1 - Emergency Response", Owner: "TTech", XRef: new("")}); err != nil {
		t.Fatal(err)
	}
	w.want(w.get(at), 200, `"name":"Waiting"`, `"updatedBy":"TTech"`, `"lastUpdated":"2026-03-02T09:01:00Z"`, `"priority":{"id":1`)
	if r := w.get(where("/service/tickets", `externalXRef="k"`)); r.text != "[]" {
		t.Errorf("still found: %s", r.text)
	}
	w.clock.Pass(time.Minute)
	note, err := w.AddNoteAs(terry, id, psa.Note{Text: "On it", Discussion: true})
	if err != nil {
		t.Fatal(err)
	}
	entry, err := w.AddTimeEntryAs(terry, id, psa.Note{Text: "Drove there", Discussion: true}, time.Hour)
	if err != nil || entry != note {
		t.Errorf("time entry %d, note %d, %v: their ids should collide", entry, note, err)
	}
	w.want(w.get(at+"/notes"), 200, `"createdBy":"TTech"`, `"member":{"id":102`)
	w.want(w.get(at+"/allNotes"), 200, `"noteType":"TicketNote"`, `"noteType":"TimeEntryNote"`, `"timeStart":"2026-03-02T08:02:00Z"`, `"originalAuthor":"Terry Tech"`)
	w.Revoke(psa.TimeEntryInquire)
	if r := w.want(w.get(at+"/allNotes"), 200); strings.Contains(r.text, "Drove") {
		t.Errorf("the role cannot see time entries: %s", r.text)
	}
	if err := errors.Join(w.EditNote(terry, id, note, "Done"), w.Move(terry, id, "Escalations", "In Progress")); err != nil {
		t.Fatal(err)
	}
	w.want(w.get(at), 200, `"board":{"id":3`)
	w.want(w.send("PATCH", at, `[{"op":"replace","path":"summary","value":"b"}]`), 400, `"field":"team"`) // an old value breaks today's rules
	other := w.create(`{"summary":"b","company":{"id":1}}`)
	if err := w.Merge(terry, id, "Closed", other); err != nil {
		t.Fatal(err)
	}
	if got := w.Tickets(); got[1].MergedInto != id || !got[1].Closed {
		t.Errorf("got %+v", got[1])
	}
	if err := w.DeleteTicket(id); err != nil {
		t.Fatal(err)
	}
	w.want(w.get(at), 404, `"code":"NotFound"`)
	for _, err := range []error{
		w.DeleteTicket(id), w.EditTicket(terry, id, psa.Edit{}), w.EditTicket(9, other, psa.Edit{}), w.EditTicket(terry, other, psa.Edit{Status: "x"}),
		w.Move(terry, other, "x", ""), w.Move(terry, other, "Escalations", "x"), w.Merge(terry, other, "Closed", other), w.EditNote(terry, other, 99, "x"),
	} {
		if !errors.Is(err, psa.ErrNotThere) {
			t.Errorf("got %v", err)
		}
	}
}

func TestWalk(t *testing.T) {
	w := newWorld(t)
	w.fill(1203)
	for i := range 3 {
		w.AddNoteAs(w.APIMember(), 1005, psa.Note{Text: fmt.Sprint("n", i), Internal: true})
	}
	seen := 0
	for ticket, notes := range w.Walk() {
		if seen++; ticket.ID != 1000+seen {
			t.Fatalf("ticket %d at place %d", ticket.ID, seen)
		}
		if ticket.ID == 1005 && (len(notes) != 3 || notes[2].Text != "n2") || ticket.ID != 1005 && len(notes) != 0 {
			t.Errorf("ticket %d: notes %v", ticket.ID, notes)
		}
	}
	if seen != 1203 || w.Len() != 1203 {
		t.Errorf("walked %d", seen)
	}
	for range w.All() {
		break
	}
	if _, ok := w.Ticket(1); ok || w.Notes(1) != nil || w.Documents(1) != nil {
		t.Error("ticket 1 is there")
	}
}
