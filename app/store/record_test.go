package store_test

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"deskbridge/app/journal"
	"deskbridge/app/store"
	"deskbridge/app/ticket"
)

func record(t *testing.T, c *store.Connection, o journal.Outcome) {
	t.Helper()
	must(t, c.Record(t.Context(), o))
}

func lines(t *testing.T, c *store.Connection, id ticket.DeskID) []string {
	t.Helper()
	list, err := c.Activity(t.Context(), id, 100)
	must(t, err)
	var all []string
	for _, a := range list {
		all = append(all, a.Line)
	}
	return all
}

func codes(t *testing.T, c *store.Connection) []string {
	t.Helper()
	list, err := c.Problems(t.Context(), 100)
	must(t, err)
	var all []string
	for _, p := range list {
		all = append(all, p.Code)
	}
	return all
}

func TestRecord_TwiceIsOnce(t *testing.T) {
	c := fresh(t)
	snap := snapshot(1, at(10))
	receive(t, c, journal.Intake{Tickets: []ticket.Ticket{snap}, Comments: []ticket.Comment{comment(11, 1, at(1))}})
	e := createEntry(snap, 11)
	must(t, c.Intend(t.Context(), []journal.Entry{e}))
	o := journal.Outcome{
		Desk: 1, Entries: []journal.Entry{settled(e, 501, 0)},
		Link:     &ticket.Link{Desk: 1, PSA: 501, Agreed: e.Agreed, LinkedAt: start},
		Consumed: []ticket.CommentID{11}, Finished: true, Through: at(10), History: []string{"created", "1 comment"},
	}
	record(t, c, o)
	once := load(t, c, 1)
	record(t, c, o)
	if diff := cmp.Diff(once, load(t, c, 1)); diff != "" {
		t.Error(diff)
	}
	if got := lines(t, c, 1); !slices.Equal(got, []string{"created", "1 comment"}) {
		t.Errorf("history %q", got)
	}
	if once.Ticket != nil || len(once.Comments) != 0 || len(once.Open) != 0 || once.Link == nil {
		t.Errorf("after the outcome: %+v", once)
	}
}

func TestRecord_SettledStaysSettled(t *testing.T) {
	c := fresh(t)
	e := createEntry(snapshot(1, at(1)), 11)
	must(t, c.Intend(t.Context(), []journal.Entry{e}))
	record(t, c, journal.Outcome{Desk: 1, Entries: []journal.Entry{settled(e, 501, 0)}})
	record(t, c, journal.Outcome{Desk: 1, Entries: []journal.Entry{e.Move(journal.Doubt, at(1), "late news")}})
	if w := load(t, c, 1); len(w.Open) != 0 || len(w.Done) != 1 {
		t.Errorf("%+v", w)
	}
}

func TestRecord_ANoteFoundByItsMarker(t *testing.T) {
	c := fresh(t)
	found := settled(noteEntry(1, 12, 1, 1), 501, 9001) // never announced by this database
	record(t, c, journal.Outcome{Desk: 1, Entries: []journal.Entry{found}})
	if w := load(t, c, 1); len(w.Done) != 1 || w.Done[0].Note != 9001 {
		t.Errorf("%+v", w.Done)
	}
}

func TestRecord_FinishLeavesWhatCameMeanwhile(t *testing.T) {
	type staged struct {
		snapshot time.Time
		comments []ticket.CommentID
	}
	for name, c := range map[string]struct {
		before    journal.Intake // what the work was loaded with
		meanwhile journal.Intake
		want      staged
	}{
		"nothing": {
			before: journal.Intake{Tickets: []ticket.Ticket{snapshot(1, at(10))}, Comments: []ticket.Comment{comment(11, 1, at(10))}},
		},
		"a newer snapshot": {
			before:    journal.Intake{Tickets: []ticket.Ticket{snapshot(1, at(10))}, Comments: []ticket.Comment{comment(11, 1, at(10))}},
			meanwhile: journal.Intake{Tickets: []ticket.Ticket{snapshot(1, at(11))}},
			want:      staged{snapshot: at(11)},
		},
		"a comment": {
			before:    journal.Intake{Tickets: []ticket.Ticket{snapshot(1, at(10))}, Comments: []ticket.Comment{comment(11, 1, at(10))}},
			meanwhile: journal.Intake{Comments: []ticket.Comment{comment(12, 1, at(10))}},
			want:      staged{comments: []ticket.CommentID{12}},
		},
		"a comment and its snapshot": {
			before:    journal.Intake{Tickets: []ticket.Ticket{snapshot(1, at(10))}, Comments: []ticket.Comment{comment(11, 1, at(10))}},
			meanwhile: journal.Intake{Comments: []ticket.Comment{comment(12, 1, at(11))}, Tickets: []ticket.Ticket{snapshot(1, at(11))}},
			want:      staged{snapshot: at(11), comments: []ticket.CommentID{12}},
		},
		"the snapshot of the comment's own second": {
			before:    journal.Intake{Comments: []ticket.Comment{comment(11, 1, at(20))}},
			meanwhile: journal.Intake{Tickets: []ticket.Ticket{snapshot(1, at(20))}},
			want:      staged{snapshot: at(20)},
		},
		"another comment of the same second": {
			before:    journal.Intake{Comments: []ticket.Comment{comment(11, 1, at(20))}},
			meanwhile: journal.Intake{Comments: []ticket.Comment{comment(12, 1, at(20))}},
			want:      staged{comments: []ticket.CommentID{12}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			conn := fresh(t)
			carried(t, conn, 9) // linked, through at(10)
			receive(t, conn, c.before)
			w := load(t, conn, 1)
			receive(t, conn, c.meanwhile)
			record(t, conn, journal.Outcome{Desk: 1, Consumed: commentIDs(w), Finished: true, Through: w.At})
			got := load(t, conn, 1)
			var stands time.Time
			if got.Ticket != nil {
				stands = got.Ticket.ChangedAt
			}
			if !stands.Equal(c.want.snapshot) || !slices.Equal(commentIDs(got), c.want.comments) {
				t.Errorf("left snapshot of %v and comments %v", stands, commentIDs(got))
			}
			n, err := conn.CountStaged(t.Context())
			must(t, err)
			if wantWork := c.want.comments != nil || !c.want.snapshot.IsZero(); (n == 1) != wantWork || len(work(t, conn)) != n {
				t.Errorf("%d staged, %d to do", n, len(work(t, conn)))
			}
		})
	}
}

func TestRecord_ParkAndClear(t *testing.T) {
	c := fresh(t)
	receive(t, c, journal.Intake{Tickets: []ticket.Ticket{snapshot(1, at(10))}})
	park := func(code string) {
		record(t, c, journal.Outcome{
			Desk: 1, Parked: &journal.Problem{Code: code, Message: "No.", Next: "Mend it."}, RetryAt: at(0),
			History: []string{"waits: " + code},
		})
	}
	park("refused")
	park("refused")
	if w := load(t, c, 1); w.Attempts != 2 || w.Ticket == nil {
		t.Errorf("parked twice: %+v", w)
	}
	problems, err := c.Problems(t.Context(), 10)
	must(t, err)
	want := []store.Problem{{
		Problem:  journal.Problem{Code: "refused", Desk: 1, Message: "No.", Next: "Mend it."},
		OpenedAt: start, SeenAt: start, Times: 2,
	}}
	if diff := cmp.Diff(want, problems); diff != "" {
		t.Error(diff)
	}
	park("gone")
	if got := codes(t, c); !slices.Equal(got, []string{"gone"}) {
		t.Errorf("problems %v, want the latest alone", got)
	}
	if got := lines(t, c, 1); !slices.Equal(got, []string{"waits: refused", "waits: gone"}) {
		t.Errorf("history %q says it once", got)
	}
	if n, err := c.Counts(t.Context()); err != nil || n.Parked != 1 || n.Problems != 1 {
		t.Errorf("%+v, %v", n, err)
	}

	receive(t, c, journal.Intake{Tickets: []ticket.Ticket{snapshot(1, at(20))}}) // news, still parked
	record(t, c, journal.Outcome{Desk: 1, Finished: true, Through: at(10)})      // the old state went through
	if w := load(t, c, 1); w.Attempts != 0 || w.Ticket == nil {
		t.Errorf("cleared: %+v", w)
	}
	if n, err := c.Counts(t.Context()); err != nil || n.Parked != 0 || n.Problems != 0 || n.Staged != 1 {
		t.Errorf("%+v, %v", n, err)
	}
	record(t, c, journal.Outcome{Desk: 1, Finished: true, Through: at(20)})
	park("refused") // though nothing is staged
	if n, err := c.Counts(t.Context()); err != nil || n.Parked != 1 || n.Problems != 1 {
		t.Errorf("parked without work: %+v, %v", n, err)
	}
}

func TestProblems_NotAboutATicket(t *testing.T) {
	c := fresh(t)
	for range 2 {
		must(t, c.OpenProblem(t.Context(), journal.Problem{Code: "sign_in", Message: "Sign in again."}))
	}
	must(t, c.OpenProblem(t.Context(), journal.Problem{Code: "duplicate", Desk: 3}))
	if got := codes(t, c); !slices.Equal(got, []string{"duplicate", "sign_in"}) {
		t.Errorf("%v", got)
	}
	must(t, c.CloseProblem(t.Context(), "sign_in", 0))
	must(t, c.CloseProblem(t.Context(), "sign_in", 0))
	if got := codes(t, c); !slices.Equal(got, []string{"duplicate"}) {
		t.Errorf("%v", got)
	}
	must(t, c.OpenProblem(t.Context(), journal.Problem{Code: "sign_in"}))
	if got := codes(t, c); !slices.Equal(got, []string{"duplicate", "sign_in"}) {
		t.Errorf("opened again: %v", got)
	}
}

func TestRuns(t *testing.T) {
	c := fresh(t)
	var ids []int64
	for range 3 {
		id, err := c.StartRun(t.Context())
		must(t, err)
		ids = append(ids, id)
	}
	must(t, c.EndRun(t.Context(), ids[1], "success", []byte(`{"created":2}`)))
	runs, err := c.LastRuns(t.Context(), 2)
	must(t, err)
	want := []store.Run{
		{ID: ids[2], StartedAt: start, Counters: []byte{}},
		{ID: ids[1], StartedAt: start, EndedAt: start, Outcome: "success", Counters: []byte(`{"created":2}`)},
	}
	if diff := cmp.Diff(want, runs); diff != "" {
		t.Error(diff)
	}
	if err := c.EndRun(t.Context(), 99, "success", nil); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("unknown run: %v", err)
	}
}

func TestActivity_OfAllTickets(t *testing.T) {
	c := fresh(t)
	for i, line := range []string{"a", "b", "c"} {
		record(t, c, journal.Outcome{Desk: ticket.DeskID(i%2 + 1), History: []string{line}})
	}
	list, err := c.Activity(t.Context(), 0, 2)
	must(t, err)
	want := []store.Activity{{At: start, Desk: 1, Line: "c"}, {At: start, Desk: 2, Line: "b"}}
	if !slices.Equal(list, want) {
		t.Errorf("%v", list)
	}
	if got := lines(t, c, 1); !slices.Equal(got, []string{"a", "c"}) {
		t.Errorf("%v", got)
	}
}

func TestSettings_EachSaveIsAVersion(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "deskbridge.db"))
	if got, err := s.LoadSettings(t.Context(), "app"); err != nil || got.Version != 0 || got.Body != nil {
		t.Errorf("before the first: %+v, %v", got, err)
	}
	for i, body := range []string{`{"a":1}`, `{"a":2}`, `{"a":2}`, `{"a":1}`} {
		version, err := s.SaveSettings(t.Context(), "app", []byte(body))
		must(t, err)
		if want := []int64{1, 2, 2, 3}[i]; version != want {
			t.Errorf("save %d is version %d, want %d", i, version, want)
		}
	}
	_, err := s.SaveSettings(t.Context(), "main", []byte(`{}`))
	must(t, err)
	got, err := s.LoadSettings(t.Context(), "app")
	must(t, err)
	if got.Version != 3 || string(got.Body) != `{"a":1}` || !got.SavedAt.Equal(start) {
		t.Errorf("%+v", got)
	}
	if _, err := s.SaveSettings(t.Context(), "app", []byte(`{"a":`)); err == nil {
		t.Error("half a JSON text was saved")
	}
}

func TestFactsAndCatalog(t *testing.T) {
	c := fresh(t)
	for _, value := range []string{"one", "two", ""} {
		must(t, c.SetFact(t.Context(), "adopted", value))
		if got, err := c.Fact(t.Context(), "adopted"); err != nil || got != value {
			t.Errorf("%q, %v", got, err)
		}
	}
	if body, at, err := c.Catalog(t.Context(), "contacts", "1"); err != nil || body != nil || !at.IsZero() {
		t.Errorf("nothing kept: %q, %v, %v", body, at, err)
	}
	for _, want := range []string{`[1]`, "", string(make([]byte, 1<<20))} {
		must(t, c.SaveCatalog(t.Context(), "contacts", "1", []byte(want), at(1)))
		body, when, err := c.Catalog(t.Context(), "contacts", "1")
		if err != nil || string(body) != want || !when.Equal(at(1)) {
			t.Errorf("%d bytes of %v, %v", len(body), when, err)
		}
	}
}
