package zendesk_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"deskbridge/app/rest"
	"deskbridge/app/simulator/desk"
	"deskbridge/app/simulator/fault"
	"deskbridge/app/ticket"
	"deskbridge/app/zendesk"
)

// hands is the clock of both sides; sleeping moves it.
type hands struct {
	mu  sync.Mutex
	now time.Time
}

func (h *hands) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *hands) Sleep(ctx context.Context, d time.Duration) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
	return ctx.Err()
}

// account is a simulated account with a client signed in as its administrator.
type account struct {
	*desk.Server
	clock *hands
	rest  *rest.Client
	zd    *zendesk.Client
	token string
}

func simulated(t *testing.T, opt desk.Options) *account {
	t.Helper()
	a := &account{clock: &hands{now: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}, token: desk.AccessToken}
	opt.Now, opt.Sleep = a.clock.Now, a.clock.Sleep
	a.Server = desk.New(opt)
	srv := httptest.NewServer(a.Server)
	t.Cleanup(srv.Close)
	a.rest = restOf(t, srv.URL)
	a.rest.Now, a.rest.Sleep = a.clock.Now, a.clock.Sleep
	a.rest.Authorize = func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+a.token)
		return nil
	}
	a.zd = zendesk.New(a.rest)
	a.zd.Now = a.clock.Now
	return a
}

// fill puts n tickets with two comments each into the account, some seconds
// apart, and returns how many comments there are.
func (a *account) fill(n int) (comments int) {
	org := a.AddOrganization(desk.Organization{Name: "Acme"})
	ann := a.AddUser(desk.User{Name: "Ann", Email: "ann@example.com", Organization: org})
	at := a.clock.Now().Add(-24 * time.Hour)
	for i := range n {
		at := at.Add(time.Duration(i/3) * time.Second)
		id := a.AddTicket(desk.NewTicket{At: at, Subject: fmt.Sprint("Ticket ", i), Body: "It broke", Requester: ann, Private: i%5 == 0})
		a.AddComment(id, desk.NewComment{Author: desk.AdminID, Body: "Look\r\ninto it", Private: true, At: at.Add(time.Second)})
		a.AddComment(id, desk.NewComment{Author: ann, Body: "Thanks", At: at.Add(2 * time.Second)})
		comments += 3
	}
	return comments
}

// readAll reads both exports to their ends, as a run does.
func (a *account) readAll(t *testing.T) (map[ticket.DeskID]ticket.Ticket, map[ticket.CommentID]ticket.Comment) {
	t.Helper()
	tickets := map[ticket.DeskID]ticket.Ticket{}
	for cursor, n := "", 0; ; n++ {
		page, err := a.zd.Tickets(t.Context(), cursor, time.Unix(0, 0))
		if err != nil || n > 1000 {
			t.Fatalf("page %d: %v", n, err)
		}
		for _, tk := range page.Tickets {
			tickets[tk.ID] = tk
		}
		if cursor = page.Cursor; page.End {
			break
		}
	}
	comments := map[ticket.CommentID]ticket.Comment{}
	for from, n := int64(0), 0; ; n++ {
		page, err := a.zd.Events(t.Context(), from)
		if err != nil || n > 1000 {
			t.Fatalf("event page %d: %v", n, err)
		}
		if len(page.Incomplete) > 0 {
			t.Errorf("page %d is incomplete: %v", n, page.Incomplete)
		}
		for _, c := range page.Comments {
			comments[c.ID] = c
		}
		if from = page.Next; page.End {
			break
		}
	}
	return tickets, comments
}

func TestContract_Exports(t *testing.T) {
	a := simulated(t, desk.Options{EventPage: 50})
	want := a.fill(1200)
	tickets, comments := a.readAll(t)
	if len(tickets) != 1200 || len(comments) != want {
		t.Fatalf("%d tickets and %d comments of %d", len(tickets), len(comments), want)
	}
	for _, there := range a.Server.Tickets() {
		got := tickets[ticket.DeskID(there.ID)]
		if got.Subject != there.Subject || string(got.Status) != there.Status || !got.ChangedAt.Equal(there.ExportedAt) || int64(got.RequesterID) != there.Requester {
			t.Fatalf("%+v, want %+v", got, there)
		}
		for _, c := range there.Comments {
			got := comments[ticket.CommentID(c.ID)]
			if got.Public != c.Public || got.TicketID != ticket.DeskID(there.ID) || int64(got.AuthorID) != c.Author || !got.CreatedAt.Equal(c.At) {
				t.Fatalf("%+v, want %+v", got, c)
			}
		}
	}
	// The comment list says the same as the export.
	listed, people, err := a.zd.Comments(t.Context(), 7)
	if err != nil || len(listed) != 3 || len(people) == 0 {
		t.Fatalf("Comments = %v, %v, %v", listed, people, err)
	}
	for _, c := range listed {
		if fmt.Sprint(c) != fmt.Sprint(comments[c.ID]) {
			t.Errorf("listed %+v, exported %+v", c, comments[c.ID])
		}
	}
}

func TestContract_Faults(t *testing.T) {
	for _, name := range []fault.Name{
		fault.DropAnswer, fault.DropRequest, fault.Throttle, fault.HTMLError, fault.Truncate, fault.Stall, fault.ServerError,
		fault.RepeatPage, fault.LateRecord,
	} {
		t.Run(string(name), func(t *testing.T) {
			set, err := fault.Parse(string(name) + "=0.3")
			if err != nil {
				t.Fatal(err)
			}
			a := simulated(t, desk.Options{EventPage: 20, Faults: fault.New(set, 7)})
			want := a.fill(120)
			tickets, comments := a.readAll(t)
			if name == fault.LateRecord {
				// What is held back comes with the next read from the same place.
				more, moreComments := a.readAll(t)
				for id, tk := range more {
					tickets[id] = tk
				}
				for id, c := range moreComments {
					comments[id] = c
				}
			}
			if len(tickets) != 120 || len(comments) != want {
				t.Errorf("%d tickets and %d comments of %d", len(tickets), len(comments), want)
			}
		})
	}
}

func TestContract_Roles(t *testing.T) {
	a := simulated(t, desk.Options{})
	a.fill(2)
	me, err := a.zd.Me(t.Context())
	if err != nil || !me.Admin() || me.ID != ticket.UserID(desk.AdminID) {
		t.Errorf("Me = %+v, %v", me, err)
	}
	if err := a.zd.CheckExports(t.Context()); err != nil {
		t.Errorf("CheckExports = %v", err)
	}
	token, err := a.zd.Token(t.Context())
	if left, ends := token.Left(a.clock.Now()); err != nil || !ends || left <= 0 || !slices.Contains(token.Scopes, "read") {
		t.Errorf("Token = %+v, %v", token, err)
	}
	agent := a.AddUser(desk.User{Name: "Al", Role: "agent"})
	a.token, _ = a.MintToken(agent)
	if err := a.zd.CheckExports(t.Context()); !errors.Is(err, ticket.ErrForbidden) {
		t.Errorf("CheckExports of an agent = %v", err)
	}
	a.token, _ = a.MintToken(desk.AdminID, "users:read")
	err = a.zd.CheckExports(t.Context())
	if e, ok := errors.AsType[*zendesk.ForbiddenError](err); !ok || len(e.Scopes) == 0 {
		t.Errorf("CheckExports without the scope = %v", err)
	}
	a.RevokeToken(a.token)
	if _, err := a.zd.Me(t.Context()); !errors.Is(err, ticket.ErrSignIn) {
		t.Errorf("Me with a dead token = %v", err)
	}
}

func TestContract_Edges(t *testing.T) {
	a := simulated(t, desk.Options{})
	a.fill(3)
	now := a.clock.Now()
	if _, err := a.zd.Tickets(t.Context(), "", now); !errors.Is(err, ticket.ErrNotYet) {
		t.Errorf("Tickets from now = %v", err)
	}
	if _, err := a.zd.Events(t.Context(), now.Unix()); !errors.Is(err, ticket.ErrNotYet) {
		t.Errorf("Events from now = %v", err)
	}
	if _, err := a.zd.Tickets(t.Context(), "nonsense", now); !errors.Is(err, ticket.ErrCursorRefused) {
		t.Errorf("Tickets from nonsense = %v", err)
	}
	if _, _, err := a.zd.Comments(t.Context(), 99); !errors.Is(err, ticket.ErrGone) {
		t.Errorf("Comments of nothing = %v", err)
	}
	a.Delete(2)
	a.clock.now = now.Add(2 * time.Minute)
	page, err := a.zd.Tickets(t.Context(), "", now.Add(-time.Second))
	if err != nil || len(page.Tickets) != 1 || page.Tickets[0].Status != ticket.Deleted {
		t.Errorf("after a delete: %+v, %v", page.Tickets, err)
	}
	got, err := a.zd.TicketsByID(t.Context(), []ticket.DeskID{1, 2, 3, 77})
	if err != nil || len(got) < 2 || len(got) > 3 || slices.ContainsFunc(got, func(tk ticket.Ticket) bool { return tk.ID == 77 }) {
		t.Errorf("TicketsByID = %+v, %v", got, err)
	}
	people, err := a.zd.People(t.Context(), []ticket.UserID{ticket.UserID(desk.AdminID), 5, ticket.SystemUser})
	if err != nil || len(people) != 1 || people[0].Role != "admin" {
		t.Errorf("People = %+v, %v", people, err)
	}
	idle, err := a.zd.Tickets(t.Context(), page.Cursor, time.Time{})
	if err != nil || len(idle.Tickets) != 0 || !idle.End || idle.Cursor == "" {
		t.Errorf("nothing new: %+v, %v", idle, err)
	}
}

// With the documented limits enforced and unannounced, the exports are never
// asked so often that the service has to say so.
func TestContract_KeepsTheExportLimit(t *testing.T) {
	a := simulated(t, desk.Options{Limits: desk.DocumentedLimits})
	a.fill(5)
	polite, err := rest.New(a.rest.Base(), zendesk.Budgets()...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(polite.Close)
	polite.Now, polite.Sleep, polite.Authorize = a.clock.Now, a.clock.Sleep, a.rest.Authorize
	zd := zendesk.New(polite)
	for range 40 {
		if _, err := zd.Tickets(t.Context(), "", time.Unix(0, 0)); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range a.Requests().Latest {
		if r.Status == http.StatusTooManyRequests {
			t.Fatalf("throttled: %+v", r)
		}
	}
}
