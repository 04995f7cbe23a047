package desk_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"deskbridge/app/simulator/desk"
	"deskbridge/app/simulator/fault"
)

type m = map[string]any

type written struct {
	Ticket struct {
		ID        int64
		Status    string
		Priority  *string
		Subject   string
		UpdatedAt string `json:"updated_at"`
		Tags      []string
	}
	Audit struct {
		ID       int64
		Metadata struct{ Custom map[string]any }
		Events   []struct {
			ID                   int64
			Type                 string
			Public               bool
			Value, PreviousValue any
			FieldName            string `json:"field_name"`
			Attachments          []struct {
				ID         int64
				ContentURL string `json:"content_url"`
				Size       int64
			}
		}
	}
}

type commentPage struct {
	Comments []struct {
		ID, AuthorID int64
		Body         string
		Public       bool
		CreatedAt    string `json:"created_at"`
		Metadata     struct{ Custom map[string]any }
	}
	Users []struct{ ID int64 }
	Meta  struct {
		HasMore     bool   `json:"has_more"`
		AfterCursor string `json:"after_cursor"`
	}
	Links    struct{ Next *string }
	Count    int
	NextPage *string `json:"next_page"`
}

func put(id int64, ticket m) (string, m) {
	return fmt.Sprintf("/api/v2/tickets/%d.json", id), m{"ticket": ticket}
}

func (a *account) update(id int64, ticket m) answer {
	a.t.Helper()
	path, body := put(id, ticket)
	return a.do("PUT", path, body)
}

func TestUpdate_CommentAndFieldsInOneAudit(t *testing.T) {
	a := start(t)
	id := a.ticket(a.old(0))
	got := into[written](a.update(id, m{
		"comment": m{"body": "Done.", "public": false}, "status": "solved", "priority": "high", "metadata": m{"deskbridge": "k1"},
	}).want(200))
	if len(got.Audit.Events) != 3 || got.Audit.Events[0].Type != "Comment" || got.Audit.Events[0].Public || got.Ticket.Status != "solved" {
		t.Fatalf("got %+v", got)
	}
	page := into[commentPage](a.get(fmt.Sprintf("/api/v2/tickets/%d/comments?page[size]=100&sort=-created_at&include=users", id)).want(200))
	if page.Comments[0].ID != got.Audit.Events[0].ID || page.Comments[0].Metadata.Custom["deskbridge"] != "k1" || len(page.Users) != 2 {
		t.Errorf("comment list is %+v", page)
	}
	if page.Links.Next == nil || page.Meta.HasMore {
		t.Errorf("links.next must be there even without more: %+v", page)
	}
	a.get(fmt.Sprintf("/api/v2/tickets/%d/audits.json", id)).want(200, `"deskbridge":"k1"`, `"Create"`)
	a.clock.add(time.Minute)
	events := into[eventPage](a.get(eventsPath + "?start_time=0&include=comment_events").want(200))
	if c := events.Events[1].Children[0]; int64(c["id"].(float64)) != got.Audit.Events[0].ID || c["via"] != "Web service" {
		t.Errorf("the export shows another comment: %v", c)
	}
}

func TestUpdate_VisibilityFollowsTheTicket(t *testing.T) {
	a := start(t)
	person := a.AddUser(desk.User{Name: "Pat"})
	for _, private := range []bool{true, false} {
		id := a.AddTicket(desk.NewTicket{At: a.old(0), Body: "x", Private: private, Requester: person})
		if got := into[written](a.update(id, m{"comment": m{"body": "y"}}).want(200)); got.Audit.Events[0].Public == private {
			t.Errorf("private ticket %v: comment public %v", private, got.Audit.Events[0].Public)
		}
	}
}

func TestUpdate_Refusals(t *testing.T) {
	a := start(t)
	id := a.ticket(a.old(0))
	for name, c := range map[string]struct {
		ticket m
		status int
		part   string
	}{
		"status":   {m{"status": "done"}, 422, `"status":[{"description"`},
		"priority": {m{"priority": "huge"}, 422, "RecordInvalid"},
		"number":   {m{"status": 5}, 400, "InvalidValue"},
		"author":   {m{"comment": m{"body": "x", "author_id": 12}}, 422, "RecordInvalid"},
		"upload":   {m{"comment": m{"body": "x", "uploads": []string{"none"}}}, 422, "RecordInvalid"},
		"long":     {m{"comment": m{"body": strings.Repeat("x", 65536)}}, 422, "too long"},
		"stamp":    {m{"safe_update": true}, 422, "updated_stamp"},
	} {
		t.Run(name, func(t *testing.T) {
			path, body := put(id, c.ticket)
			a.do("PUT", path, body).want(c.status, c.part)
		})
	}
	path, _ := put(id, nil)
	a.do("PUT", path, "{").want(422, "Server could not parse JSON")
	a.do("PUT", path, m{"x": 1}).want(400, "ticket")
	a.update(999, m{"status": "open"}).want(404, "RecordNotFound")
	a.SetStatus(id, "closed")
	a.update(id, m{"comment": m{"body": "too late"}}).want(422, `{"description":"Status: closed prevents ticket update"}`)
	if got, _ := a.Ticket(id); len(got.Comments) != 1 {
		t.Errorf("a refused update left %d comments", len(got.Comments))
	}
}

func TestUpdate_SafeUpdate(t *testing.T) {
	a := start(t)
	id := a.ticket(a.old(0))
	stamp := a.old(0).UTC().Format(time.RFC3339)
	first := into[written](a.update(id, m{"status": "open", "safe_update": true, "updated_stamp": stamp}).want(200))
	a.clock.add(time.Second)
	a.update(id, m{"status": "hold", "safe_update": true, "updated_stamp": stamp}).want(409, "UpdateConflict", "Safe Update prevented the update due to outdated ticket data.")
	a.update(id, m{"status": "hold", "safe_update": true, "updated_stamp": first.Ticket.UpdatedAt}).want(200)
	tags := fmt.Sprintf("/api/v2/tickets/%d/tags.json", id)
	a.do("PUT", tags, m{"tags": []string{"b", "a"}, "safe_update": "true", "updated_stamp": stamp}).want(409)
	a.do("PUT", tags, m{"tags": []string{"b", "a"}}).want(200, `["a","b"]`)
	a.do("DELETE", tags, m{"tags": []string{"b"}}).want(200, `["a"]`)
	a.do("POST", tags, m{"tags": []string{"c"}}).want(201, `["c"]`)
	a.get(tags).want(200, `["c"]`)
}

func TestUpdate_UnpermittedKeysAreWarnedOf(t *testing.T) {
	a := start(t)
	id := a.ticket(a.old(0))
	got := a.update(id, m{"id": id, "subject": "New", "description": "ignored"}).want(200, `"description":"It hums."`)
	if warn := got.header.Get("X-Zendesk-Api-Warn"); !strings.Contains(warn, `:action=>"update", :unpermitted_keys=>["ticket.id"]`) {
		t.Errorf("warning is %q", warn)
	}
}

func TestUpdate_ACustomersReplyReopens(t *testing.T) {
	a := start(t)
	id := a.ticket(a.old(0))
	a.SetStatus(id, "solved")
	before, _ := a.Ticket(id)
	got := into[written](a.update(id, m{"comment": m{"body": "Still broken", "author_id": before.Requester}}).want(200))
	if got.Ticket.Status != "open" {
		t.Errorf("status is %s", got.Ticket.Status)
	}
}

func TestCreate_IdempotencyKey(t *testing.T) {
	a := start(t)
	body := m{"ticket": m{"subject": "Hello", "comment": m{"body": "text"}, "requester": m{"name": "New", "email": "new@client.example"}}}
	send := func(body m) answer {
		return a.do("POST", "/api/v2/tickets", body, "Idempotency-Key", "k1")
	}
	first := send(body).want(201)
	again := send(body).want(201)
	if first.header.Get("X-Idempotency-Lookup") != "miss" || again.header.Get("X-Idempotency-Lookup") != "hit" || first.text != again.text {
		t.Errorf("lookups %q and %q", first.header.Get("X-Idempotency-Lookup"), again.header.Get("X-Idempotency-Lookup"))
	}
	send(m{"ticket": m{"comment": m{"body": "other"}}}).want(400, "IdempotentRequestError")
	a.clock.add(2 * time.Hour)
	if later := send(body).want(201); later.text == first.text {
		t.Error("the key outlived two hours")
	}
	if n, _ := a.Counts(); n != 2 {
		t.Errorf("%d tickets", n)
	}
	a.do("POST", "/api/v2/tickets", m{"ticket": m{"subject": "no text"}}).want(422, "RecordInvalid")
}

func TestComments_CursorPaging(t *testing.T) {
	a := start(t)
	id := a.ticket(a.old(0))
	for i := range 5 {
		a.AddComment(id, desk.NewComment{Author: desk.AdminID, Body: fmt.Sprint(i), At: a.old(i / 2)})
	}
	for _, sort := range []string{"created_at", "-created_at"} {
		var bodies []string
		next := fmt.Sprintf("%s/api/v2/tickets/%d/comments.json?page[size]=4&sort=%s", a.url, id, sort)
		for more := true; more; {
			p := into[commentPage](a.do("GET", next, nil).want(200))
			for _, c := range p.Comments {
				bodies = append(bodies, c.Body)
			}
			more, next = p.Meta.HasMore, *p.Links.Next
		}
		want := []string{"It hums.", "0", "1", "2", "3", "4"}
		if sort[0] == '-' {
			slices.Reverse(want)
		}
		if !slices.Equal(bodies, want) {
			t.Errorf("%s: got %q", sort, bodies)
		}
	}
	p := into[commentPage](a.get(fmt.Sprintf("/api/v2/tickets/%d/comments.json?per_page=4", id)).want(200))
	if p.Count != 6 || p.NextPage == nil || len(p.Comments) != 4 {
		t.Errorf("offset page is %+v", p)
	}
	a.get(fmt.Sprintf("/api/v2/tickets/%d/comments.json?page[size]=101", id)).want(400)
	a.get(fmt.Sprintf("/api/v2/tickets/%d/comments.json?page[size]=1&page[after]=x", id)).want(400)
}

func TestTicketList_NewestFirstAndByExternalID(t *testing.T) {
	a := start(t)
	ids := a.grow(4, 1)
	a.clock.add(time.Hour)
	a.SetPriority(ids[1], "low")
	a.update(ids[2], m{"external_id": "E1"}).want(200)
	a.Delete(ids[3])
	type list struct{ Tickets []struct{ ID int64 } }
	got := into[list](a.get("/api/v2/tickets.json?sort=-updated_at&page[size]=10").want(200))
	if len(got.Tickets) != 3 || got.Tickets[0].ID != ids[2] || got.Tickets[1].ID != ids[1] {
		t.Errorf("got %+v", got)
	}
	if got := into[list](a.get("/api/v2/tickets.json?external_id=E1").want(200)); len(got.Tickets) != 1 || got.Tickets[0].ID != ids[2] {
		t.Errorf("got %+v", got)
	}
	a.get(fmt.Sprintf("/api/v2/tickets/show_many.json?ids=%d,%d,999", ids[0], ids[3])).want(200, `"count":1`)
	a.get("/api/v2/tickets/show_many.json?ids="+strings.Repeat("1,", 101)).want(400, `"max_count":100`, "TooManyValues")
}

func TestUploads(t *testing.T) {
	a := start(t, func(o *desk.Options) { o.PrivateAttachments = true })
	id := a.ticket(a.old(0))
	up := a.do("POST", "/api/v2/uploads.json?filename=a%20b.txt", "hello", "Content-Type", "text/plain").want(201)
	if ct := up.header.Get("Content-Type"); !strings.HasPrefix(ct, "text/plain") {
		t.Errorf("answer claims to be %s", ct)
	}
	var one struct{ Upload struct{ Token string } }
	json.Unmarshal([]byte(up.text), &one)
	a.do("POST", "/api/v2/uploads?filename=c.txt&token="+one.Upload.Token, "two").want(201)
	got := into[written](a.update(id, m{"comment": m{"body": "see files", "uploads": one.Upload.Token}}).want(200))
	files := got.Audit.Events[0].Attachments
	if len(files) != 2 || files[0].Size != 5 {
		t.Fatalf("attachments are %+v", files)
	}
	a.do("GET", files[0].ContentURL, nil).want(200, "hello")
	a.get(fmt.Sprintf("/api/v2/attachments/%d.json", files[1].ID)).want(200, "c.txt")
	a.update(id, m{"comment": m{"body": "again", "uploads": []string{one.Upload.Token}}}).want(422)
	a.bearer = ""
	a.do("GET", files[0].ContentURL, nil).want(401)
	a.bearer = desk.AccessToken

	json.Unmarshal([]byte(a.do("POST", "/api/v2/uploads?filename=d.txt", "x").text), &one)
	a.do("DELETE", "/api/v2/uploads/"+one.Upload.Token+".json", nil).want(204)
	a.do("DELETE", "/api/v2/uploads/"+one.Upload.Token+".json", nil).want(404)
	json.Unmarshal([]byte(a.do("POST", "/api/v2/uploads?filename=d.txt", "x").text), &one)
	a.clock.add(time.Hour)
	a.update(id, m{"comment": m{"body": "late", "uploads": []string{one.Upload.Token}}}).want(422)
}

func TestDownload_RedirectsToAHostThatRefusesOurToken(t *testing.T) {
	a := start(t, func(o *desk.Options) { o.AttachmentURL = "http://files.example" })
	person := a.AddUser(desk.User{Name: "Pat"})
	id := a.AddTicket(desk.NewTicket{At: a.old(0), Body: "x", Requester: person, Files: []desk.File{{Name: "big.bin", Size: 100_000}}})
	c, _ := a.Ticket(id)
	path := fmt.Sprintf("/attachments/token/file%x/", c.Comments[0].Attachments[0].ID)
	got := a.get(path).want(302)
	to, found := strings.CutPrefix(got.header.Get("Location"), "http://files.example")
	if !found {
		t.Fatalf("sent to %s", got.header.Get("Location"))
	}
	a.get(to).want(400, "Only one auth mechanism allowed")
	a.bearer = ""
	var b strings.Builder
	if text := a.get(to).want(200).text; !a.WriteAttachment(&b, c.Comments[0].Attachments[0].ID) || text != b.String() || len(text) != 100_000 {
		t.Errorf("got %d bytes", len(text))
	}
}

func TestFaults_LostAnswerAndLateSave(t *testing.T) {
	a := start(t)
	id := a.ticket(a.old(0))
	comments := func() int { got, _ := a.Ticket(id); return len(got.Comments) }
	path, body := put(id, m{"comment": m{"body": "once"}})
	a.faults.At(1, fault.DropAnswer)
	if _, err := a.try("PUT", path, body); err == nil {
		t.Error("the answer was not dropped")
	}
	if comments() != 2 {
		t.Errorf("%d comments after a lost answer", comments())
	}
	a.faults.At(1, fault.LateSave)
	if _, err := a.try("PUT", path, body); err == nil || comments() != 2 {
		t.Errorf("%d comments at once, error %v", comments(), err)
	}
	a.clock.add(20 * time.Second)
	if comments() != 3 {
		t.Errorf("%d comments after 20 seconds", comments())
	}
	a.faults.At(1, fault.Throttle)
	if got := a.get("/api/v2/users/me").want(429, "Number of allowed API requests"); got.header.Get("Retry-After") != "2" {
		t.Errorf("Retry-After %q", got.header.Get("Retry-After"))
	}
}

func TestRequests_CountsAndDetails(t *testing.T) {
	a := start(t)
	id := a.ticket(a.old(0))
	for range 1005 {
		a.Server.ServeHTTP(discard{}, request("GET", "/api/v2/users/me.json"))
	}
	a.update(id, m{"status": "open"})
	a.get("/api/v2/nothing").want(404, "InvalidEndpoint")
	log := a.Requests()
	if log.Total != 1007 || log.Writes != 1 || log.Routes["PUT /api/v2/tickets/{id}"] != 1 || len(log.Latest) != 1000 {
		t.Errorf("log is %d, %d, %v", log.Total, log.Writes, log.Routes)
	}
	if last := log.Latest[999]; last.Status != 404 || last.Path != "/api/v2/nothing" {
		t.Errorf("last is %+v", last)
	}
	a.ResetRequests()
	if log := a.Requests(); log.Total != 0 || len(log.Latest) != 0 {
		t.Error("reset kept something")
	}
}

func TestMergeAndRedact(t *testing.T) {
	a := start(t)
	ids := a.grow(2, 1)
	a.Merge(ids[0], ids[1])
	from, _ := a.Ticket(ids[0])
	if from.Status != "closed" || !slices.Contains(from.Tags, "closed_by_merge") || len(from.Comments) != 2 {
		t.Errorf("merged ticket is %+v", from)
	}
	a.Redact(ids[1], first(a, ids[1]))
	if into, _ := a.Ticket(ids[1]); into.Comments[0].Body == "It hums." {
		t.Error("the text is still there")
	}
}

func first(a *account, id int64) int64 { got, _ := a.Ticket(id); return got.Comments[0].ID }
