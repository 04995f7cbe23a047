package zendesk_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"deskbridge/app/ticket"
)

func TestTickets_OddRecordsSpoilNoOthers(t *testing.T) {
	c := ask(t, always(200, `{
		"users": [{"id": 5, "name": "Ann\r\nX", "email": null, "role": "end-user", "organization_id": null}, {"id": null}, {"id": -1, "name": "System"}],
		"count": 9,
		"tickets": [
			{"id": 33144692244499, "subject": "a\u0000b", "description": "x\r\ny\rz", "status": "deleted", "priority": null, "requester_id": -1,
			 "organization_id": null, "is_public": true, "created_at": "2023-09-18T15:57:42Z", "updated_at": "2023-09-18T16:57:42Z", "generated_timestamp": 1695052663},
			{"id": 2},
			{"id": 3, "subject": {"odd": [1]}, "status": 7, "priority": ["urgent"], "requester_id": "12", "is_public": "yes", "created_at": "yesterday", "updated_at": 5, "generated_timestamp": null, "custom_fields": {}},
			{"id": 4, "subject": null, "raw_subject": "raw", "status": "on-fire", "priority": "low", "updated_at": "2023-09-18T16:57:42Z", "generated_timestamp": 0}
		],
		"organizations": [{"id": 9, "name": "Acme"}, {"id": 10, "name": null}],
		"after_cursor": "abc==", "before_cursor": null, "end_of_stream": true, "after_url": null}`))
	page, err := c.Tickets(t.Context(), "", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Tickets) != 4 || page.Cursor != "abc==" || !page.End || len(page.Organizations) != 2 || len(page.People) != 2 {
		t.Fatalf("page = %+v", page)
	}
	want := ticket.Ticket{
		ID: 33144692244499, Subject: "ab", Description: "x\ny\nz", Status: ticket.Deleted, Priority: ticket.NoPriority, RequesterID: -1, Public: true,
		CreatedAt: time.Date(2023, 9, 18, 15, 57, 42, 0, time.UTC), UpdatedAt: time.Date(2023, 9, 18, 16, 57, 42, 0, time.UTC),
		ChangedAt: time.Unix(1695052663, 0).UTC(),
	}
	if page.Tickets[0] != want {
		t.Errorf("ticket = %+v", page.Tickets[0])
	}
	for i, id := range []ticket.DeskID{33144692244499, 2, 3, 4} {
		if page.Tickets[i].ID != id {
			t.Errorf("ticket %d has id %d", i, page.Tickets[i].ID)
		}
	}
	if odd := page.Tickets[2]; odd.Public || odd.Priority != ticket.NoPriority || !odd.CreatedAt.IsZero() {
		t.Errorf("odd ticket = %+v", odd)
	}
	if last := page.Tickets[3]; last.Subject != "raw" || last.Status != "on-fire" || last.Priority != ticket.Low || !last.ChangedAt.Equal(last.UpdatedAt) {
		t.Errorf("last ticket = %+v", last)
	}
	if page.People[0].Name != "Ann\nX" || page.People[1].ID != ticket.SystemUser {
		t.Errorf("people = %+v", page.People)
	}
}

func TestTickets_Asks(t *testing.T) {
	var asked []string
	c := ask(t, func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		asked = append(asked, fmt.Sprintf("%s start=%s cursor=%s %s %s", r.URL.Path, q.Get("start_time"), q.Get("cursor"), q.Get("per_page"), q.Get("include")))
		_, _ = w.Write([]byte(`{"tickets":[],"after_cursor":null,"end_of_stream":true}`))
	})
	page, err := c.Tickets(t.Context(), "", time.Unix(1700000000, 0))
	if err != nil || page.Cursor != "" || !page.End {
		t.Errorf("first = %+v, %v", page, err)
	}
	page, err = c.Tickets(t.Context(), "a=|", time.Unix(1700000000, 0))
	if err != nil || page.Cursor != "a=|" || !page.End {
		t.Errorf("next = %+v, %v", page, err)
	}
	if _, err := c.Tickets(t.Context(), "", time.Time{}); err != nil {
		t.Error(err)
	}
	want := []string{
		"/api/v2/incremental/tickets/cursor.json start=1700000000 cursor= 1000 users,organizations",
		"/api/v2/incremental/tickets/cursor.json start= cursor=a=| 1000 users,organizations",
		"/api/v2/incremental/tickets/cursor.json start=0 cursor= 1000 users,organizations",
	}
	if !slices.Equal(asked, want) {
		t.Errorf("asked %q", asked)
	}
}

// No answer makes a caller read the same page for ever.
func TestTickets_CursorThatStandsStill(t *testing.T) {
	for body, want := range map[string]string{
		`{"tickets":[{"id":1}],"after_cursor":"x","end_of_stream":false}`: "x",
		`{"tickets":[],"after_cursor":null,"end_of_stream":false}`:        "x",
		`{"tickets":[{"id":1}],"end_of_stream":true}`:                     "x",
		`{"tickets":[{"id":1}],"end_of_stream":false}`:                    "",
	} {
		page, err := ask(t, always(200, body)).Tickets(t.Context(), "x", time.Time{})
		if want == "" != errors.Is(err, ticket.ErrMalformed) || page.Cursor != want || page.End != (want != "") {
			t.Errorf("%s: %+v, %v", body, page, err)
		}
	}
}

func TestTickets_WithoutANumberAreAnError(t *testing.T) {
	n := 0
	c := ask(t, func(w http.ResponseWriter, _ *http.Request) {
		n++
		_, _ = w.Write([]byte(`{"tickets":[{"id":1},{"id":"x"}],"after_cursor":"c"}`))
	})
	if _, err := c.Tickets(t.Context(), "", time.Time{}); !errors.Is(err, ticket.ErrMalformed) || n != 1 {
		t.Errorf("Tickets = %v after %d", err, n)
	}
}

const events = `{"ticket_events": [
	{"id": 1, "ticket_id": 10, "timestamp": 1700000000, "created_at": "2023-11-14T22:13:20Z", "updater_id": 7, "via": "Web service", "event_type": "Audit",
	 "metadata": {"custom": {"deskbridge": "k1"}},
	 "child_events": [
		{"id": 11, "type": "Comment", "event_type": "Comment", "author_id": 8, "body": "**b**", "plain_body": "b\r\nc", "html_body": "<b>b</b>", "public": true, "created_at": "2023-11-14T22:13:20Z",
		 "attachments": [{"id": 3, "file_name": "a.txt", "content_type": "text/plain", "size": 12, "content_url": "https://x/a"}]},
		{"id": 12, "event_type": "Change", "status": "open", "previous_value": "new", "via": {"channel": "web"}}]},
	{"id": 2, "ticket_id": 11, "timestamp": 1700000001, "created_at": "2023-11-14T22:13:21Z", "updater_id": -1, "metadata": null,
	 "child_events": [{"id": 21, "event_type": "Comment", "author_id": null, "body": "only body", "plain_body": "", "public": false},
	                  {"id": 22, "event_type": "Comment", "author_id": -1, "html_body": "<div class=\"zd-comment\"><p>one &amp; two</p><br>three<style>p{}</style></div>"},
	                  {"id": 23, "type": "VoiceComment", "event_type": "VoiceComment", "body": "call", "public": true}]},
	{"id": 3, "ticket_id": 12, "timestamp": 1700000002, "metadata": {"custom": []}, "child_events": null},
	{"id": 4, "ticket_id": 13, "timestamp": 1700000003, "child_events": [{"id": null, "event_type": "Comment", "body": "nameless"}]},
	{"id": 5, "ticket_id": null, "timestamp": 1700000003, "child_events": [{"id": 51, "event_type": "Change"}]}
], "count": 5, "end_of_stream": true, "end_time": 1700000003, "next_page": "x"}`

func TestEvents(t *testing.T) {
	c := ask(t, func(w http.ResponseWriter, r *http.Request) {
		if q := r.URL.Query(); q.Get("start_time") != "1699999999" || q.Get("include") != "comment_events" {
			t.Errorf("asked for %s", r.URL)
		}
		_, _ = w.Write([]byte(events))
	})
	page, err := c.Events(t.Context(), 1699999999)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(page.Touched, []ticket.DeskID{10, 11, 12, 13}) || !slices.Equal(page.Incomplete, []ticket.DeskID{13}) || page.Next != 1700000003 || !page.End {
		t.Errorf("page = %+v", page)
	}
	at := time.Date(2023, 11, 14, 22, 13, 20, 0, time.UTC)
	want := []ticket.Comment{
		{ID: 11, TicketID: 10, AuthorID: 8, Body: "b\nc", Public: true, CreatedAt: at, Marker: "k1",
			Attachments: []ticket.Attachment{{ID: 3, Name: "a.txt", ContentType: "text/plain", Size: 12, URL: "https://x/a"}}},
		{ID: 21, TicketID: 11, AuthorID: -1, Body: "only body", CreatedAt: at.Add(time.Second)},
		{ID: 22, TicketID: 11, AuthorID: -1, Body: "one & two\n\nthree", CreatedAt: at.Add(time.Second)},
		{ID: 23, TicketID: 11, AuthorID: -1, Body: "call", Public: true, CreatedAt: at.Add(time.Second)},
	}
	for i, got := range page.Comments {
		if i >= len(want) || fmt.Sprint(got) != fmt.Sprint(want[i]) {
			t.Errorf("comment %d = %+v", i, got)
		}
	}
	if len(page.Comments) != len(want) {
		t.Errorf("%d comments", len(page.Comments))
	}
}

func TestEvents_EndAndNext(t *testing.T) {
	full := strings.Repeat(`{"id":1,"ticket_id":1,"timestamp":200},`, 1000)
	full = "[" + strings.TrimSuffix(full, ",") + "]"
	for name, row := range map[string]struct {
		body string
		next int64
		end  bool
	}{
		"said to end":                    {`{"ticket_events":[],"end_of_stream":true,"end_time":150}`, 150, true},
		"nothing new, no end time":       {`{"ticket_events":[],"end_of_stream":true,"end_time":null}`, 100, true},
		"end time before the start":      {`{"ticket_events":[],"end_of_stream":true,"end_time":50}`, 100, true},
		"no end_of_stream, not full":     {`{"ticket_events":[{"id":1,"ticket_id":1,"timestamp":200}],"count":1,"end_time":200}`, 200, true},
		"no end_of_stream, full":         {`{"ticket_events":` + full + `,"count":1000,"end_time":200}`, 200, false},
		"full, and no end time":          {`{"ticket_events":` + full + `,"end_of_stream":false}`, 200, false},
		"said to go on, though not full": {`{"ticket_events":[{"id":1,"ticket_id":1,"timestamp":200}],"end_of_stream":false,"end_time":200}`, 200, false},
	} {
		c := ask(t, always(200, row.body))
		page, err := c.Events(t.Context(), 100)
		if err != nil || page.Next != row.next || page.End != row.end || len(page.Incomplete) != 0 {
			t.Errorf("%s: next %d, end %v, incomplete %v, %v", name, page.Next, page.End, page.Incomplete, err)
		}
	}
}

// A second that holds more than the service puts on a page would come for ever.
func TestEvents_StepsOverASecondThatDoesNotEnd(t *testing.T) {
	const second = 1700000000
	created := func(at int64) string { return time.Unix(at, 0).UTC().Format(time.RFC3339) }
	c := ask(t, func(w http.ResponseWriter, r *http.Request) {
		switch q := r.URL.Query(); {
		case strings.Contains(r.URL.Path, "ticket_events"):
			_, _ = fmt.Fprintf(w, `{"ticket_events":[{"id":1,"ticket_id":1,"timestamp":%d},{"id":2,"ticket_id":2,"timestamp":%d}],"end_of_stream":false,"end_time":%d}`, second, second, second)
		case q.Get("cursor") == "":
			if q.Get("start_time") != fmt.Sprint(second) {
				t.Errorf("asked for %s", r.URL)
			}
			_, _ = fmt.Fprintf(w, `{"tickets":[{"id":2,"created_at":%q},{"id":3,"created_at":%q}],"after_cursor":"next","end_of_stream":false}`, created(second), created(second-500))
		default:
			_, _ = fmt.Fprintf(w, `{"tickets":[{"id":4,"created_at":%q},{"id":5,"created_at":%q}],"after_cursor":"last","end_of_stream":true}`, created(second+1), created(second-9))
		}
	})
	page, err := c.Events(t.Context(), second)
	if err != nil || page.Next != second+1 || page.End {
		t.Fatalf("page = %+v, %v", page, err)
	}
	// 4 was created later; 3 and 5 existed and changed since.
	if !slices.Equal(page.Incomplete, []ticket.DeskID{1, 2, 3, 5}) {
		t.Errorf("incomplete = %v", page.Incomplete)
	}
}

func TestComments_Pages(t *testing.T) {
	c := ask(t, func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if r.URL.Path != "/api/v2/tickets/33/comments.json" || q.Get("page[size]") != "100" || q.Get("include") != "users" {
			t.Errorf("asked for %s", r.URL)
		}
		switch q.Get("page[after]") {
		case "":
			_, _ = w.Write([]byte(`{"comments":[{"id":1,"body":"a","public":true,"author_id":5,"metadata":{"custom":{"deskbridge":"k"}}}],"users":[{"id":5,"name":"Ann"}],
				"meta":{"has_more":true,"after_cursor":"x"},"links":{"next":"n"}}`))
		default:
			_, _ = w.Write([]byte(`{"comments":[{"id":2,"body":"b","author_id":5}],"users":[{"id":5,"name":"Ann"}],"meta":{"has_more":false,"after_cursor":"y"},"links":{"next":"n"}}`))
		}
	})
	comments, people, err := c.Comments(t.Context(), 33)
	if err != nil || len(comments) != 2 || len(people) != 1 {
		t.Fatalf("Comments = %+v, %+v, %v", comments, people, err)
	}
	if a, b := comments[0], comments[1]; a.ID != 1 || a.Marker != "k" || !a.Public || b.ID != 2 || b.Public || b.TicketID != 33 {
		t.Errorf("comments = %+v", comments)
	}
	for _, body := range []string{
		`{"comments":[],"meta":{"has_more":true}}`,
		`{"comments":[],"meta":{"has_more":true,"after_cursor":""}}`,
	} {
		c := ask(t, always(200, body))
		if _, _, err := c.Comments(t.Context(), 1); !errors.Is(err, ticket.ErrMalformed) {
			t.Errorf("%s: %v", body, err)
		}
	}
	same := ask(t, always(200, `{"comments":[],"meta":{"has_more":true,"after_cursor":"x"}}`))
	if _, _, err := same.Comments(t.Context(), 1); !errors.Is(err, ticket.ErrMalformed) {
		t.Errorf("a cursor that stands still: %v", err)
	}
}

func TestShowMany_Chunks(t *testing.T) {
	var sizes []int
	c := ask(t, func(w http.ResponseWriter, r *http.Request) {
		ids := strings.Split(r.URL.Query().Get("ids"), ",")
		sizes = append(sizes, len(ids))
		kind := strings.Split(r.URL.Path, "/")[3]
		var out []string
		for _, id := range ids {
			if id != "7" { // gone
				out = append(out, `{"id":`+id+`}`)
			}
		}
		_, _ = fmt.Fprintf(w, `{%q:[%s],"count":1}`, kind, strings.Join(out, ","))
	})
	var ids []ticket.UserID
	for id := range ticket.UserID(250) {
		ids = append(ids, id+1, id+1)
	}
	ids = append(ids, ticket.SystemUser, 0)
	people, err := c.People(t.Context(), ids)
	if err != nil || len(people) != 249 || !slices.Equal(sizes, []int{100, 100, 50}) {
		t.Errorf("%d people in %v, %v", len(people), sizes, err)
	}
	tickets, err := c.TicketsByID(t.Context(), []ticket.DeskID{6, 7})
	if err != nil || len(tickets) != 1 {
		t.Errorf("tickets = %v, %v", tickets, err)
	}
	orgs, err := c.Organizations(t.Context(), []ticket.OrganizationID{8})
	if err != nil || len(orgs) != 1 || orgs[0].ID != 8 {
		t.Errorf("organizations = %v, %v", orgs, err)
	}
	before := len(sizes)
	if got, err := c.People(t.Context(), nil); err != nil || got != nil || len(sizes) != before {
		t.Errorf("nobody = %v, %v", got, err)
	}
}

func TestMe(t *testing.T) {
	for _, body := range []string{
		`{"user":{"id":null,"name":"Anonymous user","role":"end-user"}}`,
		`{"user":null}`,
	} {
		if _, err := ask(t, always(200, body)).Me(t.Context()); !errors.Is(err, ticket.ErrSignIn) {
			t.Errorf("%s: %v", body, err)
		}
	}
	me, err := ask(t, always(200, `{"user":{"id":4,"name":"Lee","email":"lee@example.com","role":"agent","restricted_agent":true,"ticket_restriction":"groups"}}`)).Me(t.Context())
	if err != nil || me.Admin() || !me.Restricted || me.Name != "Lee" {
		t.Errorf("Me = %+v, %v", me, err)
	}
}

func TestToken(t *testing.T) {
	got, err := ask(t, always(200, `{"token":{"id":9,"scopes":["read","write"],"created_at":"2026-01-01T00:00:00Z","expires_at":"2026-01-03T00:00:00Z"}}`)).Token(t.Context())
	if err != nil || got.ID != 9 || !slices.Equal(got.Scopes, []string{"read", "write"}) {
		t.Fatalf("Token = %+v, %v", got, err)
	}
	if left, ends := got.Left(time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)); !ends || left != 24*time.Hour {
		t.Errorf("left %v, %v", left, ends)
	}
	got, err = ask(t, always(200, `{"token":{"id":9,"expires_at":null}}`)).Token(t.Context())
	if _, ends := got.Left(time.Now()); err != nil || ends {
		t.Errorf("Token = %+v, %v", got, err)
	}
}

func TestCheckExports(t *testing.T) {
	for denied, want := range map[string]bool{"tickets/cursor": true, "ticket_events": true, "nothing": false} {
		c := ask(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.URL.Path, denied) {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			_, _ = w.Write([]byte(`{}`))
		})
		if err := c.CheckExports(t.Context()); errors.Is(err, ticket.ErrForbidden) != want || (err != nil) != want {
			t.Errorf("denied %s: %v", denied, err)
		}
	}
}
