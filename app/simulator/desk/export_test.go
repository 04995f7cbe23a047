package desk_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"deskbridge/app/simulator/desk"
	"deskbridge/app/simulator/fault"
)

type ticketPage struct {
	Tickets []struct {
		ID                 int64
		Status             string
		GeneratedTimestamp int64  `json:"generated_timestamp"`
		UpdatedAt          string `json:"updated_at"`
		CommentCount       int    `json:"comment_count"`
	}
	Users, Organizations, Groups []struct{ ID int64 }
	AfterURL                     string `json:"after_url"`
	AfterCursor                  string `json:"after_cursor"`
	EndOfStream                  bool   `json:"end_of_stream"`
}

func (p ticketPage) ids() (ids []int64) {
	for _, t := range p.Tickets {
		ids = append(ids, t.ID)
	}
	return ids
}

const cursorPath = "/api/v2/incremental/tickets/cursor.json"

func (a *account) page(query string) ticketPage {
	a.t.Helper()
	return into[ticketPage](a.get(cursorPath + "?" + query).want(200))
}

func TestTicketExport_PagesInOrderOfTheSecondThenTheID(t *testing.T) {
	a := start(t)
	ids := a.grow(7, 0) // all in one second
	first := a.page("start_time=0&per_page=3")
	if !slices.Equal(first.ids(), ids[:3]) || first.EndOfStream {
		t.Fatalf("first page %v", first)
	}
	text, _ := base64.StdEncoding.DecodeString(first.AfterCursor)
	if want := fmt.Sprintf("%d.0||%d|", a.old(0).Unix(), ids[2]); string(text) != want {
		t.Errorf("cursor is %s, want %s", text, want)
	}
	if !strings.Contains(first.AfterURL, "%3D") && strings.HasSuffix(first.AfterCursor, "=") || !strings.Contains(first.AfterURL, "per_page=3") {
		t.Errorf("after_url is %s", first.AfterURL)
	}
	second := into[ticketPage](a.do("GET", first.AfterURL, nil).want(200))
	third := into[ticketPage](a.do("GET", second.AfterURL, nil).want(200))
	if got := slices.Concat(second.ids(), third.ids()); !slices.Equal(got, ids[3:]) || !third.EndOfStream || second.EndOfStream {
		t.Errorf("rest is %v", got)
	}
	idle := into[ticketPage](a.do("GET", third.AfterURL, nil).want(200))
	if len(idle.Tickets) != 0 || !idle.EndOfStream || idle.AfterCursor != third.AfterCursor {
		t.Errorf("idle page is %v", idle)
	}
}

func TestTicketExport_HoldsBackTheLastMinute(t *testing.T) {
	a := start(t)
	id := a.ticket(a.clock.now())
	cursor := a.page("start_time=0").AfterCursor
	a.clock.add(59 * time.Second)
	if p := a.page("cursor=" + url.QueryEscape(cursor)); len(p.Tickets) != 0 {
		t.Errorf("shown after 59 seconds: %v", p)
	}
	a.clock.add(time.Second)
	if p := a.page("cursor=" + url.QueryEscape(cursor)); !slices.Equal(p.ids(), []int64{id}) {
		t.Errorf("not shown after 60 seconds: %v", p)
	}
	recent := fmt.Sprintf("?start_time=%d", a.clock.now().Unix()-59)
	a.get(cursorPath+recent).want(422, "Too recent start_time")
	a.get("/api/v2/incremental/ticket_events.json"+recent).want(422, "Too recent start_time")
	a.get(cursorPath+"?cursor=nonsense").want(400, "InvalidPaginationParameter")
	a.get(cursorPath).want(400, "InvalidValue")
	a.get(cursorPath + "?start_time=0&per_page=1001").want(400)
}

func TestTicketExport_ChangesDeletionsAndSystemUpdates(t *testing.T) {
	a := start(t)
	ids := a.grow(3, 1)
	cursor := a.page("start_time=0").AfterCursor
	a.SystemUpdate(ids[0])
	a.Delete(ids[1])
	before, _ := a.Ticket(ids[0])
	if !before.UpdatedAt.Before(before.ExportedAt) {
		t.Errorf("a system update moved updated_at: %+v", before)
	}
	a.clock.add(time.Minute)
	p := a.page("cursor=" + url.QueryEscape(cursor))
	if !slices.Equal(p.ids(), ids[:2]) || p.Tickets[1].Status != "deleted" {
		t.Errorf("got %v", p)
	}
	if p := a.page("exclude_deleted=true&cursor=" + url.QueryEscape(cursor)); !slices.Equal(p.ids(), ids[:1]) {
		t.Errorf("exclude_deleted gave %v", p.ids())
	}
	a.get(fmt.Sprintf("/api/v2/tickets/%d.json", ids[1])).want(404, "RecordNotFound")
}

func TestTicketExport_Sideloads(t *testing.T) {
	a := start(t)
	org := a.AddOrganization(desk.Organization{Name: "Client"})
	person := a.AddUser(desk.User{Name: "Pat", Email: "pat@client.example", Organization: org})
	for range 2 {
		id := a.AddTicket(desk.NewTicket{At: a.old(0), Subject: "x", Body: "y", Requester: person})
		a.AddComment(id, desk.NewComment{Author: desk.AdminID, Body: "z", At: a.old(5)})
	}
	p := a.page("start_time=0&include=users,organizations,groups,comment_count")
	if len(p.Users) != 1 || len(p.Organizations) != 1 || len(p.Groups) != 1 || p.Tickets[0].CommentCount != 2 {
		t.Errorf("got %+v", p)
	}
}

func TestTicketExport_FaultsRepeatAndDelayButNeverLose(t *testing.T) {
	a := start(t)
	ids := a.grow(9, 1)
	a.faults.At(2, fault.RepeatPage)
	a.faults.At(1, fault.LateRecord)
	var seen []int64
	next := a.url + cursorPath + "?start_time=0&per_page=3"
	for {
		p := into[ticketPage](a.do("GET", next, nil).want(200))
		seen = append(seen, p.ids()...)
		if p.EndOfStream {
			break
		}
		next = p.AfterURL
	}
	if want := []int64{ids[0], ids[1]}; !slices.Equal(seen[:2], want) {
		t.Errorf("first page %v, want the third ticket held back", seen[:2])
	}
	if len(seen) <= 9 {
		t.Errorf("nothing was repeated: %v", seen)
	}
	slices.Sort(seen)
	if !slices.Equal(slices.Compact(seen), ids) {
		t.Errorf("saw %v, want all of %v", seen, ids)
	}
}

type eventPage struct {
	Events []struct {
		ID, Timestamp int64
		TicketID      int64            `json:"ticket_id"`
		Children      []map[string]any `json:"child_events"`
	} `json:"ticket_events"`
	Count       int
	EndTime     int64  `json:"end_time"`
	NextPage    string `json:"next_page"`
	EndOfStream bool   `json:"end_of_stream"`
}

const eventsPath = "/api/v2/incremental/ticket_events.json"

func TestEventExport_CompletesTheSecondAndRepeatsTheBoundary(t *testing.T) {
	a := start(t, func(o *desk.Options) { o.EventPage = 4 })
	id := a.ticket(a.old(0))
	for _, second := range []int{1, 2, 2, 2, 5} {
		a.AddComment(id, desk.NewComment{Author: desk.AdminID, Body: "note", Private: true, At: a.old(second)})
	}
	a.AddComment(id, desk.NewComment{Author: desk.AdminID, Body: "fresh"})
	p := into[eventPage](a.get(eventsPath + "?start_time=0&include=comment_events").want(200))
	if p.Count != 5 || p.EndTime != a.old(2).Unix() || p.EndOfStream {
		t.Fatalf("first page has %d events to %d, want 5 to the full second", p.Count, p.EndTime)
	}
	p = into[eventPage](a.do("GET", p.NextPage, nil).want(200))
	if p.Count != 4 || p.EndTime != a.old(5).Unix() || !p.EndOfStream {
		t.Fatalf("second page has %d events, want the three of the boundary second and the last: %+v", p.Count, p)
	}
	p = into[eventPage](a.do("GET", p.NextPage, nil).want(200))
	if p.Count != 1 || !p.EndOfStream {
		t.Errorf("idle page has %d events, want the boundary again and not the fresh one", p.Count)
	}
}

// A second that holds a full page leads back to itself: the client must notice that end_time stands still.
func TestEventExport_AFullSecondDoesNotMoveOn(t *testing.T) {
	a := start(t, func(o *desk.Options) { o.EventPage = 2 })
	a.grow(3, 0)
	a.ticket(a.old(1))
	p := into[eventPage](a.get(fmt.Sprintf("%s?start_time=%d", eventsPath, a.old(0).Unix())).want(200))
	if p.Count != 3 || p.EndTime != a.old(0).Unix() || p.EndOfStream {
		t.Errorf("got %d events to %d, end of stream %v", p.Count, p.EndTime, p.EndOfStream)
	}
}

func TestEventExport_Shapes(t *testing.T) {
	a := start(t)
	id := a.ticket(a.old(0))
	a.SetStatus(id, "pending")
	a.AddComment(id, desk.NewComment{Author: -1, Body: "from the system", Private: true})
	a.clock.add(time.Minute)
	with := into[eventPage](a.get(eventsPath + "?start_time=0&include=comment_events").want(200))
	if len(with.Events) != 3 {
		t.Fatalf("got %d events", len(with.Events))
	}
	born := with.Events[0].Children
	if born[0]["event_type"] != "Comment" || born[0]["body"] != "It hums." || born[0]["public"] != true || born[1]["subject"] != "Printer" || born[1]["event_type"] != "Create" {
		t.Errorf("creation is %v", born)
	}
	moved := with.Events[1].Children[0]
	if moved["status"] != "pending" || moved["previous_value"] != "new" || moved["event_type"] != "Change" {
		t.Errorf("change is %v", moved)
	}
	if c := with.Events[2].Children[0]; c["author_id"] != float64(-1) || c["public"] != false {
		t.Errorf("system comment is %v", c)
	}
	without := into[eventPage](a.get(eventsPath + "?start_time=0").want(200))
	if c := without.Events[0].Children[0]; c["comment_present"] != true || c["comment_public"] != true || c["body"] != nil {
		t.Errorf("without the sideload the comment is %v", c)
	}
}

func TestEventExport_LateRecordShowsUpAtTheBoundary(t *testing.T) {
	a := start(t)
	a.grow(3, 1)
	a.faults.At(1, fault.LateRecord)
	p := into[eventPage](a.get(eventsPath + "?start_time=0").want(200))
	if p.Count != 2 || p.EndTime != a.old(2).Unix() {
		t.Fatalf("got %d events to %d", p.Count, p.EndTime)
	}
	if p = into[eventPage](a.do("GET", p.NextPage, nil).want(200)); p.Count != 1 {
		t.Errorf("the late event did not show up: %+v", p)
	}
}

func TestExports_AreForAdmins(t *testing.T) {
	a := start(t)
	for _, role := range []string{"agent", "end-user"} {
		a.bearer, _ = a.MintToken(a.AddUser(desk.User{Name: role, Role: role}))
		a.get(cursorPath+"?start_time=0").want(403, `"title":"Forbidden"`, "You do not have access to this page.")
	}
	a.bearer, _ = a.MintToken(desk.AdminID, "write")
	a.get(cursorPath+"?start_time=0").want(403, "You are missing the following required scopes: read")
	a.bearer = desk.AccessToken
	a.faults.At(1, fault.RevokeRight)
	a.get(eventsPath+"?start_time=0").want(403, "You do not have access to this page.")
	a.get(eventsPath + "?start_time=0").want(200)
}

func TestLimits_DocumentedAreEnforced(t *testing.T) {
	a := start(t, func(o *desk.Options) { o.Limits = desk.DocumentedLimits })
	a.clock.add(20 * time.Second)
	for i := range 10 {
		path := []string{cursorPath, eventsPath}[i%2]
		if h := a.get(path + "?start_time=0").want(200).header; h.Get("Zendesk-Ratelimit-Incremental-Exports") != "" || h.Get("Ratelimit-Limit") != "700" {
			t.Fatalf("headers are %v", h)
		}
	}
	got := a.get(cursorPath + "?start_time=0").want(429)
	if got.text != "Number of allowed API requests per minute exceeded" || !strings.HasPrefix(got.header.Get("Content-Type"), "text/plain") || got.header.Get("Retry-After") != "40" {
		t.Errorf("got %q %v", got.text, got.header)
	}
	a.clock.add(40 * time.Second)
	a.get(cursorPath + "?start_time=0").want(200)

	id := a.ticket(a.old(0))
	path := fmt.Sprintf("/api/v2/tickets/%d", id)
	for range 30 {
		a.do("PUT", path+".json", map[string]any{"ticket": map[string]any{}}).want(200)
	}
	if got := a.do("PUT", path, map[string]any{"ticket": map[string]any{}}).want(429); got.header.Get("Zendesk-Ratelimit-Per-Ticket-Updates") != "total=30; remaining=0; resets=600" {
		t.Errorf("headers are %v", got.header)
	}
}

func TestLimits_NoneIsAnnounced(t *testing.T) {
	a := start(t)
	var last http.Header
	for range 12 {
		last = a.get(cursorPath + "?start_time=0").want(200).header
	}
	for key, want := range map[string]string{
		"Ratelimit-Limit": "1000000", "X-Rate-Limit": "1000000", "Ratelimit-Remaining": "999988",
		"Zendesk-Ratelimit-Incremental-Exports": "total=1000000; remaining=999988; resets=60",
	} {
		if last.Get(key) != want {
			t.Errorf("%s is %q, want %q", key, last.Get(key), want)
		}
	}
}
