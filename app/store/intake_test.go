package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"deskbridge/app/journal"
	"deskbridge/app/store"
	"deskbridge/app/ticket"
)

func receive(t *testing.T, c *store.Connection, in journal.Intake) {
	t.Helper()
	must(t, c.Receive(t.Context(), in))
}

func load(t *testing.T, c *store.Connection, id ticket.DeskID) journal.Work {
	t.Helper()
	w, err := c.Load(t.Context(), id)
	must(t, err)
	return w
}

func commentIDs(w journal.Work) []ticket.CommentID {
	var ids []ticket.CommentID
	for _, m := range w.Comments {
		ids = append(ids, m.ID)
	}
	return ids
}

func TestReceive_EverythingComesBack(t *testing.T) {
	c := fresh(t)
	snap := snapshot(6130907993114, at(10))
	snap.Subject = strings.Repeat("ä🔥", 25_000) // 150 kB
	snap.Description = strings.Repeat("x", 64<<10) + "\x00 שלום עולם \u202e"
	odd := comment(33144692244499, snap.ID, at(2))
	odd.AuthorID, odd.Public, odd.Marker = ticket.SystemUser, false, "deskbridge:1"
	odd.Body = strings.Repeat("👩‍🚒", 6_000)
	odd.Attachments = []ticket.Attachment{{ID: 1 << 40, Name: "a \"b\".png", ContentType: "image/png", Size: 1 << 33, URL: "https://example.com/x?y=1&z=2"}}
	person := ticket.Person{ID: 7, Name: "Ada", Email: "ada@example.com", Role: "agent", OrganizationID: 70}
	organization := ticket.Organization{ID: 70, Name: "Acme"}
	positions := journal.Positions{TicketCursor: "MTU3", TicketsTo: at(10), EventsFrom: at(20).Unix(), EventsSince: at(-5)}
	receive(t, c, journal.Intake{
		Tickets: []ticket.Ticket{snap}, Comments: []ticket.Comment{odd, comment(5, snap.ID, at(1))},
		People: []ticket.Person{person}, Organizations: []ticket.Organization{organization}, Positions: &positions,
	})

	got := work(t, c)
	want := []journal.Work{{
		Position: journal.Position{At: at(10), Desk: snap.ID}, Ticket: &snap,
		Comments:  []ticket.Comment{comment(5, snap.ID, at(1)), odd},
		Requester: person, Organization: organization, Authors: map[ticket.UserID]ticket.Person{7: person},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want[0], load(t, c, snap.ID)); diff != "" {
		t.Errorf("Load differs from Work: %s", diff)
	}
	if p, err := c.Positions(t.Context()); err != nil || p != positions {
		t.Errorf("positions %+v, %v", p, err)
	}
}

func TestReceive_BrokenTextIsMended(t *testing.T) {
	c := fresh(t)
	snap := snapshot(1, at(1))
	snap.Subject = "caf\xe9"
	receive(t, c, journal.Intake{Tickets: []ticket.Ticket{snap}})
	if got := load(t, c, 1).Ticket.Subject; got != "caf\uFFFD" {
		t.Errorf("subject %q", got)
	}
}

func TestReceive_TheNewestSnapshotWins(t *testing.T) {
	titled := func(subject string, changed, updated time.Time) ticket.Ticket {
		s := snapshot(1, changed)
		s.Subject, s.UpdatedAt = subject, updated
		return s
	}
	for name, c := range map[string]struct {
		second ticket.Ticket
		want   string
	}{
		"a later change":                     {titled("second", at(20), at(20)), "second"},
		"an earlier change":                  {titled("second", at(5), at(30)), "first"},
		"the same change":                    {titled("second", at(10), at(10)), "first"},
		"the same change of a later update":  {titled("second", at(10), at(11)), "second"},
		"the same change of an early update": {titled("second", at(10), at(9)), "first"},
	} {
		t.Run(name, func(t *testing.T) {
			conn := fresh(t)
			receive(t, conn, journal.Intake{Tickets: []ticket.Ticket{titled("first", at(10), at(10))}})
			receive(t, conn, journal.Intake{Tickets: []ticket.Ticket{c.second}})
			if got := load(t, conn, 1).Ticket.Subject; got != c.want {
				t.Errorf("%s snapshot stands, want the %s", got, c.want)
			}
			if n, err := conn.CountStaged(t.Context()); err != nil || n != 1 {
				t.Errorf("%d staged, %v", n, err)
			}
		})
	}
}

func TestReceive_AgainChangesNothing(t *testing.T) {
	c := fresh(t)
	in := journal.Intake{
		Tickets:   []ticket.Ticket{snapshot(1, at(10)), snapshot(2, at(10))},
		Comments:  []ticket.Comment{comment(11, 1, at(1)), comment(12, 1, at(2)), comment(31, 3, at(3))},
		Touched:   []ticket.DeskID{1, 4},
		Positions: &journal.Positions{TicketCursor: "c"},
	}
	receive(t, c, in)
	before := []journal.Work{load(t, c, 1), load(t, c, 2), load(t, c, 3), load(t, c, 4)}
	receive(t, c, in)
	if diff := cmp.Diff(before, []journal.Work{load(t, c, 1), load(t, c, 2), load(t, c, 3), load(t, c, 4)}); diff != "" {
		t.Error(diff)
	}
}

// carried links ticket 1 with its create and the given notes.
func carried(t *testing.T, c *store.Connection, carries ticket.CommentID, entries ...journal.Entry) {
	t.Helper()
	first := createEntry(snapshot(1, at(10)), carries)
	entries = append([]journal.Entry{first}, entries...)
	must(t, c.Intend(t.Context(), entries))
	for i := range entries {
		entries[i] = settled(entries[i], 501, ticket.NoteID(i))
	}
	must(t, c.Record(t.Context(), journal.Outcome{
		Desk: 1, Entries: entries, Link: &ticket.Link{Desk: 1, PSA: 501, Agreed: first.Agreed, LinkedAt: start},
		Finished: true, Through: at(10),
	}))
}

func TestReceive_ACarriedCommentStaysOut(t *testing.T) {
	c := fresh(t)
	carried(t, c, 11, noteEntry(1, 12, 1, 1), noteEntry(1, 13, 1, 2), noteEntry(1, 14, 1, 2), noteEntry(1, 14, 2, 2))
	receive(t, c, journal.Intake{Comments: []ticket.Comment{
		comment(11, 1, at(1)), // by the create
		comment(12, 1, at(2)), // by a note
		comment(13, 1, at(3)), // one part of two
		comment(14, 1, at(4)), // both parts
		comment(15, 1, at(5)), // new
	}})
	if got := commentIDs(load(t, c, 1)); !slices.Equal(got, []ticket.CommentID{13, 15}) {
		t.Errorf("staged %v", got)
	}
}

func TestReceive_AFirstCommentInParts(t *testing.T) {
	c := fresh(t)
	first := createEntry(snapshot(1, at(10)), 11)
	first.Parts = 2
	rest := noteEntry(1, 11, 2, 2)
	must(t, c.Intend(t.Context(), []journal.Entry{first, rest}))
	link := &ticket.Link{Desk: 1, PSA: 501, Agreed: first.Agreed, LinkedAt: start}
	must(t, c.Record(t.Context(), journal.Outcome{Desk: 1, Entries: []journal.Entry{settled(first, 501, 0)}, Link: link}))
	receive(t, c, journal.Intake{Comments: []ticket.Comment{comment(11, 1, at(1))}})
	if got := commentIDs(load(t, c, 1)); !slices.Equal(got, []ticket.CommentID{11}) {
		t.Errorf("half carried, staged %v", got)
	}
	must(t, c.Record(t.Context(), journal.Outcome{
		Desk: 1, Entries: []journal.Entry{settled(rest, 501, 7)}, Consumed: []ticket.CommentID{11}, Finished: true, Through: at(10),
	}))
	receive(t, c, journal.Intake{Comments: []ticket.Comment{comment(11, 1, at(1))}})
	if got := commentIDs(load(t, c, 1)); len(got) != 0 {
		t.Errorf("carried, staged %v", got)
	}
}

func TestReceive_AConsumedCommentStaysOut(t *testing.T) {
	c := fresh(t)
	link := ticket.Link{Desk: 1, PSA: 501, Adopted: true, LinkedAt: start}
	must(t, c.Adopt(t.Context(), []ticket.Link{link}))
	page := journal.Intake{
		Tickets: []ticket.Ticket{snapshot(1, at(10))}, Comments: []ticket.Comment{comment(11, 1, at(1)), comment(12, 1, at(2))},
	}
	receive(t, c, page)
	link.Adopted, link.Agreed = false, agreed(snapshot(1, at(10)))
	must(t, c.Record(t.Context(), journal.Outcome{ // the PSA held both notes already
		Desk: 1, Link: &link, Consumed: []ticket.CommentID{11, 12}, Finished: true, Through: at(10),
	}))
	receive(t, c, page)
	if w := load(t, c, 1); len(w.Comments) != 0 || len(w.Done) != 0 {
		t.Errorf("staged again: %+v", w)
	}
}

func TestReceive_CommentsOfALinkedTicketAreWork(t *testing.T) {
	c := fresh(t)
	carried(t, c, 11)
	receive(t, c, journal.Intake{Comments: []ticket.Comment{comment(13, 1, at(30)), comment(12, 1, at(20))}})
	list := work(t, c)
	if len(list) != 1 || list[0].Ticket != nil || list[0].Link == nil || !slices.Equal(commentIDs(list[0]), []ticket.CommentID{12, 13}) {
		t.Fatalf("work %+v", list)
	}
	if at := list[0].At; !at.Before(start.Add(30*time.Second)) || at.Before(start.Add(29*time.Second)) {
		t.Errorf("position %v, want just before the newest comment", at)
	}
}

func TestWanted(t *testing.T) {
	c := fresh(t)
	carried(t, c, 11)
	receive(t, c, journal.Intake{
		Tickets:  []ticket.Ticket{snapshot(2, at(10))},
		Comments: []ticket.Comment{comment(12, 1, at(20)), comment(21, 2, at(20)), comment(31, 3, at(20))},
		Touched:  []ticket.DeskID{1, 2, 3, 4},
	})
	wanted := func() []ticket.DeskID {
		ids, err := c.Wanted(t.Context(), 10)
		must(t, err)
		return ids
	}
	if got := wanted(); !slices.Equal(got, []ticket.DeskID{3, 4}) {
		t.Fatalf("wanted %v", got)
	}
	if ids, err := c.Wanted(t.Context(), 1); err != nil || !slices.Equal(ids, []ticket.DeskID{3}) {
		t.Errorf("wanted one: %v, %v", ids, err)
	}
	receive(t, c, journal.Intake{Tickets: []ticket.Ticket{snapshot(3, at(5))}}) // asked for
	if got := load(t, c, 3); got.Ticket == nil || !got.At.Equal(at(5)) || len(got.Comments) != 1 {
		t.Errorf("ticket 3: %+v", got)
	}
	must(t, c.Record(t.Context(), journal.Outcome{Desk: 4, LeftOut: "gone", Finished: true})) // the desk has it no more
	if got := wanted(); len(got) != 0 {
		t.Errorf("still wanted: %v", got)
	}
}

func TestReceive_ALeftOutTicketStaysOut(t *testing.T) {
	c := fresh(t)
	snap := snapshot(1, at(10))
	snap.Status = ticket.Deleted
	receive(t, c, journal.Intake{Tickets: []ticket.Ticket{snap}, Comments: []ticket.Comment{comment(11, 1, at(1))}})
	must(t, c.Record(t.Context(), journal.Outcome{
		Desk: 1, LeftOut: "deleted", Consumed: []ticket.CommentID{11}, Finished: true, Through: at(10),
	}))
	receive(t, c, journal.Intake{Comments: []ticket.Comment{comment(12, 1, at(20))}, Touched: []ticket.DeskID{1}})
	if n, err := c.Counts(t.Context()); err != nil || n.Staged != 0 || n.LeftOut != 1 {
		t.Fatalf("%+v, %v", n, err)
	}
	receive(t, c, journal.Intake{Tickets: []ticket.Ticket{snapshot(1, at(5))}}) // an old page again
	if n, err := c.Counts(t.Context()); err != nil || n.Staged != 0 || n.LeftOut != 1 {
		t.Fatalf("old page: %+v, %v", n, err)
	}
	receive(t, c, journal.Intake{ // restored
		Tickets: []ticket.Ticket{snapshot(1, at(30))}, Comments: []ticket.Comment{comment(13, 1, at(30))},
	})
	if w := load(t, c, 1); w.Ticket == nil || !slices.Equal(commentIDs(w), []ticket.CommentID{13}) {
		t.Errorf("restored: %+v", w)
	}
	if n, err := c.Counts(t.Context()); err != nil || n.Staged != 1 || n.LeftOut != 0 {
		t.Errorf("restored: %+v, %v", n, err)
	}
}

func TestReceive_APastSnapshotOfASettledTicketStaysOut(t *testing.T) {
	c := fresh(t)
	carried(t, c, 11) // through at(10)
	receive(t, c, journal.Intake{Tickets: []ticket.Ticket{snapshot(1, at(9))}})
	if n, err := c.CountStaged(t.Context()); err != nil || n != 0 {
		t.Errorf("an old state would be written back: %d staged, %v", n, err)
	}
	receive(t, c, journal.Intake{Tickets: []ticket.Ticket{snapshot(1, at(10))}})
	if n, err := c.CountStaged(t.Context()); err != nil || n != 1 {
		t.Errorf("the same state is harmless: %d staged, %v", n, err)
	}
}

func TestReceive_PeopleAreKeptUpToDate(t *testing.T) {
	c := fresh(t)
	for _, name := range []string{"Ada", "Ada", "Ada L."} {
		receive(t, c, journal.Intake{
			People:        []ticket.Person{{ID: 7, Name: name}},
			Organizations: []ticket.Organization{{ID: 70, Name: name + " & Co"}},
		})
	}
	receive(t, c, journal.Intake{Tickets: []ticket.Ticket{snapshot(1, at(1))}})
	if w := load(t, c, 1); w.Requester.Name != "Ada L." || w.Organization.Name != "Ada L. & Co" {
		t.Errorf("%+v, %+v", w.Requester, w.Organization)
	}
	unknown, err := c.UnknownPeople(t.Context(), []ticket.UserID{7, 9, 8, 9, 0, ticket.SystemUser})
	slices.Sort(unknown)
	if err != nil || !slices.Equal(unknown, []ticket.UserID{8, 9}) {
		t.Errorf("unknown %v, %v", unknown, err)
	}
}

func TestConnections_KnowNothingOfEachOther(t *testing.T) {
	s := open(t, t.TempDir()+"/deskbridge.db")
	one := connect(t, s)
	two, err := s.Connection(t.Context(), "Other", "MSP")
	must(t, err)
	fillConnection(t, one)
	if n, err := two.Counts(t.Context()); err != nil || n != (store.Counts{}) {
		t.Errorf("%+v, %v", n, err)
	}
	if w := load(t, two, 1); w.Link != nil || w.Done != nil || w.Ticket != nil {
		t.Errorf("%+v", w)
	}
	if fact, err := two.Fact(t.Context(), "adopted"); err != nil || fact != "" {
		t.Errorf("fact %q, %v", fact, err)
	}
	fillConnection(t, two)
	again, err := s.Connection(t.Context(), "ACME", "msp")
	must(t, err)
	if again.Pair() != one.Pair() {
		t.Errorf("%v and %v", again.Pair(), one.Pair())
	}
	pairs, err := s.Connections(t.Context())
	if want := []store.Pair{{DeskAccount: "acme", PSACompany: "msp"}, {DeskAccount: "other", PSACompany: "msp"}}; err != nil || !slices.Equal(pairs, want) {
		t.Errorf("%v, %v", pairs, err)
	}
}
