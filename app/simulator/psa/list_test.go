package psa_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"deskbridge/app/simulator/psa"
)

// fill adds n tickets a minute apart, numbered from 1001.
func (w *world) fill(n int) {
	for i := range n {
		w.AddTicket(psa.Ticket{
			Summary: fmt.Sprintf("Ticket %d", i+1), Company: "Catchall", XRef: fmt.Sprintf("key:%d", i+1),
			Status: []string{"New", "In Progress", "Completed"}[i%3],
		})
		w.clock.Pass(time.Minute)
	}
}

// rel gives the address of a Link header entry.
func rel(r reply, name string) string {
	found := regexp.MustCompile(`<([^>]*)>; rel="` + name + `"`).FindStringSubmatch(r.header.Get("Link"))
	if found == nil {
		return ""
	}
	at, _ := url.Parse(found[1])
	return at.RequestURI()
}

func TestList_NavigablePaging(t *testing.T) {
	w := newWorld(t)
	w.fill(30)
	r := w.want(w.get("/service/tickets"), 200)
	if len(r.list()) != 25 || r.list()[0]["id"] != 1001.0 {
		t.Fatalf("%d tickets on a page", len(r.list()))
	}
	if rel(r, "next") == "" || rel(r, "prev") != "" || rel(r, "first") != "" || rel(r, "last") == "" {
		t.Errorf("Link: %s", r.header.Get("Link"))
	}
	r = w.want(w.get("/service/tickets?pageSize=10&page=2"), 200)
	if r.ids() != "1011 1012 1013 1014 1015 1016 1017 1018 1019 1020" {
		t.Errorf("page 2: %s", r.ids())
	}
	for _, c := range []struct{ rel, first string }{{"next", "1021"}, {"prev", "1001"}, {"first", "1001"}, {"last", "1021"}} {
		if got := w.get(rel(r, c.rel)).ids(); !strings.HasPrefix(got, c.first) {
			t.Errorf("%s: %s", c.rel, got)
		}
	}
	for _, path := range []string{"/service/tickets?page=9", "/service/boards?page=2", "/company/contacts"} {
		if r := w.want(w.get(path), 200); r.text != "[]" || r.header.Get("Content-Type") == "" {
			t.Errorf("%s: %q", path, r.text)
		}
	}
	if _, given := w.get("/service/boards").header["Link"]; given {
		t.Error("a single page has a Link")
	}
	w.want(w.get("/service/tickets?pageSize=x"), 400)
	w.want(w.get("/service/tickets/count"), 200, `{"count":30}`)
	w.want(w.get(where("/service/tickets/count", "closedFlag=true")), 200, `{"count":10}`)
	for _, list := range []string{
		"/service/boards", "/service/boards/1/statuses", "/service/boards/1/teams", "/service/boards/1/types", "/service/boards/1/subtypes",
		"/service/boards/1/items", "/service/priorities", "/service/sources", "/company/companies", "/company/companies/statuses", "/company/contacts", "/system/members",
		"/system/userDefinedFields", "/company/communicationTypes", "/service/tickets/1001/notes", "/service/tickets/1001/documents",
	} {
		n := len(w.want(w.get(list), 200).list())
		w.want(w.get(list+"/count"), 200, fmt.Sprintf(`{"count":%d}`, n))
	}
}

func TestList_PageSizeIsCutSilently(t *testing.T) {
	w := newWorld(t)
	w.fill(1005)
	if n := len(w.want(w.get("/service/tickets?pageSize=5000&fields=id"), 200).list()); n != 1000 {
		t.Errorf("%d on a page", n)
	}
}

func TestList_ForwardOnly(t *testing.T) {
	w := newWorld(t)
	w.fill(7)
	forward := header("pagination-type", "forward-only")
	path := where("/service/tickets", "id != 1003") + "&pageSize=2&page=3&orderBy=" + url.QueryEscape("id desc")
	var seen []string
	for range 9 {
		r := w.want(w.get(path, forward), 200)
		seen = append(seen, r.ids())
		if path = rel(r, "next"); path == "" {
			if got, given := r.header["Link"]; !given || got[0] != "" {
				t.Errorf("Link at the end: %q", got)
			}
			break
		}
		if strings.Contains(path, "&page=") || !strings.Contains(path, "pageId=") {
			t.Errorf("next is %s", path)
		}
	}
	if got := strings.Join(seen, "|"); got != "1001 1002|1004 1005|1006 1007" {
		t.Errorf("walked %s", got)
	}
}

func TestList_WalkByID(t *testing.T) {
	w := newWorld(t)
	w.fill(5)
	var seen []string
	for last := 0; ; {
		r := w.want(w.get(where("/service/tickets", fmt.Sprintf("id > %d", last))+"&orderBy=id+asc&pageSize=2"), 200)
		if len(r.list()) == 0 {
			break
		}
		seen = append(seen, r.ids())
		last = int(r.list()[len(r.list())-1]["id"].(float64))
	}
	if got := strings.Join(seen, "|"); got != "1001 1002|1003 1004|1005" {
		t.Errorf("walked %s", got)
	}
}

func TestList_Conditions(t *testing.T) {
	w := newWorld(t)
	w.fill(6)
	w.AddContact(psa.Contact{Company: 2, FirstName: "Ann", LastName: "Lee", Email: "ann@acme.example", Phone: "555"})
	w.want(w.send("POST", "/service/tickets", `{"summary":"Seven","company":{"id":2},"contact":{"id":1},"parentTicketId":1001,"poNumber":"P7"}`), 201)
	for conditions, want := range map[string]string{
		`id=1002`:                                                "1002",
		`id in (1006, 1002, 1002, 1)`:                            "1002 1006",
		`id>=1006`:                                               "1006 1007",
		`id>1004 and closedFlag=False`:                           "1005 1007",
		`externalXRef="key:3"`:                                   "1003",
		`externalXRef="KEY:3"`:                                   "1003",
		`externalXRef in ("key:3","key:1")`:                      "1001 1003",
		`externalXRef="key"`:                                     "",
		`externalXRef="key:3" and id=1004`:                       "",
		`externalXRef = null`:                                    "1007",
		`board/id=1 and status/name="New"`:                       "1001 1004 1007",
		`lastUpdated > [2026-03-02T09:04:00Z]`:                   "1006 1007",
		`_info/lastUpdated>=[2026-03-02T09:06:00Z] and id!=1001`: "1007",
		`_info/dateEntered < [2026-03-02T09:01:00Z]`:             "1001",
		`company/identifier="acme" and contact/name="Ann Lee"`:   "1007",
		`parentTicketId = 1001`:                                  "1007",
		`parentTicketId != null`:                                 "1007",
		`hasChildTicket = true`:                                  "1001",
		`poNumber="p7"`:                                          "1007",
		`summary like "Ticket *" and summary not contains "1" and closedFlag=false`: "1002 1004 1005",
		`configuration/id = null and id < 1002`:                                     "1001",
		`(status/id=1 or status/id=2) and not_there=1`:                              "refused",
		`closedDate != null`:                     "1003 1006",
		`recordType="ServiceTicket" and id=1001`: "1001",
	} {
		r := w.get(where("/service/tickets", conditions))
		if want == "refused" {
			w.want(r, 400, `"code":"ApiFindCondition"`, `"message":"not_there is not a recognized name."`)
			continue
		}
		if got := w.want(r, 200).ids(); got != want {
			t.Errorf("%s: %s, want %s", conditions, got, want)
		}
	}
	if got := w.get("/service/tickets?orderBy=" + url.QueryEscape("closedFlag desc, id desc") + "&pageSize=4").ids(); got != "1006 1003 1007 1005" {
		t.Errorf("ordered %s", got)
	}
	if got := w.get("/service/tickets?orderBy=" + url.QueryEscape("lastUpdated desc") + "&pageSize=3").ids(); got != "1007 1006 1005" {
		t.Errorf("ordered %s", got)
	}
}

func TestList_KnownRefusals(t *testing.T) {
	w := newWorld(t)
	w.fill(1)
	for list, conditions := range map[string][]string{
		"/service/tickets":               {`dateEntered > [2026-01-01T00:00:00Z]`, `configurations/id = 1`, `initialDescription="x"`, `Summary="x"`, `status="New"`},
		"/service/tickets/1001/notes":    {`noteType="TicketNote"`},
		"/service/tickets/1001/allNotes": {`noteType="TicketNote"`},
		"/company/contacts":              {`types/name="End User"`, `name="Ann"`, `communicationItems/value="a@b.c"`},
	} {
		for _, condition := range conditions {
			w.want(w.get(where(list, condition)), 400, `"code":"ApiFindCondition"`, "is not a recognized name.")
		}
	}
	w.want(w.get(where("/service/tickets", `lastUpdated > [2026-01-01T00:00:00+01:00]`)), 400, "ApiFindCondition")
	w.want(w.get(where("/service/tickets", `severity = "Huge"`)), 400, "ApiFindCondition", "not a valid value")
	w.want(w.get("/service/tickets?orderBy=colour"), 400, "colour is not a recognized name.")
	w.want(w.get("/service/tickets?orderBy="+url.QueryEscape("id upwards")), 400, "ApiFindCondition")
	w.want(w.get("/service/tickets?childConditions="+url.QueryEscape("tasks/id=1")), 400, "tasks/id is not a recognized name.")
	w.want(w.get("/service/tickets/count?conditions=x"), 400, "ApiFindCondition")
}

func TestList_Fields(t *testing.T) {
	w := newWorld(t)
	w.fill(1)
	for fields, want := range map[string]string{
		"id":                  `[{"id":1001}]`,
		"id,summary":          `[{"id":1001,"summary":"Ticket 1"}]`,
		"id, status/name":     `[{"id":1001,"status":{"name":"New"}}]`,
		"_info/lastUpdated":   `[{"_info":{"lastUpdated":"2026-03-02T09:00:00Z"}}]`,
		"nonsense":            `[{}]`,
		"board/name,board/id": `[{"board":{"id":1,"name":"Help Desk"}}]`,
	} {
		if r := w.want(w.get("/service/tickets?fields="+url.QueryEscape(fields)), 200); r.text != want {
			t.Errorf("%s: %s", fields, r.text)
		}
	}
	one := w.get("/service/tickets/1001?fields=id,company")
	if one.object()["_info"] != nil || one.object()["company"].(map[string]any)["_info"] == nil || one.object()["summary"] != nil {
		t.Errorf("got %s", one.text)
	}
}

func TestList_Search(t *testing.T) {
	w := newWorld(t)
	w.fill(4)
	long := `id=1 or ` + strings.Repeat(`summary="a long one" or `, 500) + `id>1002`
	w.want(w.get(where("/service/tickets", long)), 414)
	body := fmt.Sprintf(`{"conditions":%q,"orderBy":"id desc","childconditions":"","customfieldconditions":""}`, long)
	if r := w.want(w.send("POST", "/service/tickets/search?pageSize=1&fields=id", body), 200); r.text != `[{"id":1004}]` || rel(r, "next") == "" {
		t.Errorf("got %s, Link %s", r.text, r.header.Get("Link"))
	}
	w.want(w.send("POST", "/service/tickets/search", `{"conditions":"colour=1"}`), 400, "ApiFindCondition")
	w.want(w.send("POST", "/service/tickets/search", `[]`), 400)
	w.want(w.send("POST", "/service/tickets/search", `{}`), 200)
}

func TestList_CustomFields(t *testing.T) {
	w := newWorld(t)
	field := w.AddUserField("Zendesk ID", "Text")
	w.AddUserField("Story Points", "Number")
	id := w.create(fmt.Sprintf(`{"summary":"a","company":{"id":1},"customFields":[{"id":%d,"value":"4711"},{"id":2,"value":5}]}`, field))
	w.create(`{"summary":"b","company":{"id":1}}`)
	for conditions, n := range map[string]int{
		`caption="Zendesk ID" and value="4711"`: 1,
		`caption="Zendesk ID" AND value="4712"`: 0,
		`caption="Story Points" and value=5`:    1,
		`caption="Zendesk ID" and value=5`:      0,
	} {
		r := w.want(w.get("/service/tickets?customFieldConditions="+url.QueryEscape(conditions)), 200)
		if len(r.list()) != n {
			t.Errorf("%s: %s", conditions, r.ids())
		}
	}
	w.want(w.get("/service/tickets?customFieldConditions="+url.QueryEscape(`caption in ("a")`)), 400)
	w.want(w.get("/service/tickets?customFieldConditions="+url.QueryEscape(`colour="a"`)), 400)
	w.want(w.get(fmt.Sprintf("/service/tickets/%d", id)), 200, `"caption":"Zendesk ID"`, `"value":"4711"`)
	if w.send("PATCH", fmt.Sprintf("/service/tickets/%d", id), `[{"op":"replace","path":"customFields","value":[{"id":1,"value":"9"}]}]`); w.Tickets()[0].Custom["Story Points"] != "" {
		t.Error("a field that was not sent is still set")
	}
	w.want(w.send("POST", "/service/tickets", `{"summary":"a","company":{"id":1},"customFields":[{"id":9,"value":1}]}`), 400, "customFields")
	w.want(w.send("POST", "/service/tickets", `{"summary":"a","company":{"id":1},"customFields":[{"id":1,"value":1}]}`), 400, "not a text")
	w.want(w.get("/system/userDefinedFields"), 200, `"caption":"Zendesk ID"`, `"fieldTypeIdentifier":"Text"`)
}

func TestSetup(t *testing.T) {
	w := newWorld(t)
	boards := w.want(w.get("/service/boards"), 200, `"name":"Help Desk"`, `"projectFlag":true`, `"inactiveFlag":false`, `"location":{`)
	if boards.ids() != "1 2 3 4" {
		t.Errorf("boards %s", boards.ids())
	}
	w.want(w.get(where("/service/boards", "projectFlag=false and inactiveFlag=false and name=\"help desk\"")), 200, `"id":1`)
	statuses := w.want(w.get("/service/boards/1/statuses"), 200, `"name":"Completed"`, `"closedStatus":true`, `"defaultFlag":true`)
	if statuses.ids() != "1 2 3 4 5" || w.get("/service/boards/3/statuses").ids() == statuses.ids() {
		t.Error("statuses do not belong to one board each")
	}
	w.want(w.get("/service/boards/1/statuses/2"), 200, `"name":"In Progress"`)
	w.want(w.get("/service/boards/3/statuses/2"), 404)
	w.want(w.get("/service/boards/9/statuses"), 404)
	w.want(w.get("/service/boards/1/teams"), 200, `"name":"Service Team"`, `"defaultFlag":true`, `"boardId":1`)
	if r := w.get("/service/boards/3/teams"); r.text != "[]" {
		t.Errorf("teams %s", r.text)
	}
	w.want(w.get("/service/boards/4/statuses"), 403, "Finance")
	w.want(w.get("/service/boards/1/types"), 200, "Incident")
	w.want(w.get("/service/boards/1/subtypes"), 200, "Software")
	w.want(w.get("/service/boards/1/items"), 200, "Install")
	w.want(w.get("/service/priorities/3"), 200, `"name":"Priority 3 - Normal Response"`, `"defaultFlag":true`, `"level":"Medium"`)
	w.want(w.get("/service/priorities/9"), 404)
	w.want(w.get(where("/service/sources", "defaultFlag=true")), 200, "Email Connector")
	w.want(w.get(where("/company/companies", `identifier="catchall" and deletedFlag=false`)), 200, `"name":"Catchall"`, `"site":{`)
	w.want(w.get(where("/company/companies/statuses", "disallowSavingFlag=true")), 200, `"name":"Credit Hold"`)
	w.want(w.get("/company/companies?childConditions="+url.QueryEscape(`types/name="Client"`)), 200, "Acme")
	w.want(w.get(where("/system/members", `identifier="Deskbridge"`)), 200, `"excludedServiceBoardIds":[4]`, `"serviceDefaultBoard":{"id":1`)
	w.want(w.get(where("/system/members", `licenseClass="F"`)), 200, "TTech")
}
