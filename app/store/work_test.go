package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"deskbridge/app/journal"
	"deskbridge/app/reconcile"
	"deskbridge/app/store"
	"deskbridge/app/ticket"
)

func desks(list []journal.Work) []ticket.DeskID {
	var ids []ticket.DeskID
	for _, w := range list {
		ids = append(ids, w.Desk)
	}
	return ids
}

func TestWork_PagesInOrder(t *testing.T) {
	c := fresh(t)
	var in journal.Intake
	for _, s := range []struct {
		id ticket.DeskID
		at int
	}{{1, 30}, {2, 10}, {3, 20}, {4, 10}, {5, 20}, {1 << 40, 20}} {
		in.Tickets = append(in.Tickets, snapshot(s.id, at(s.at)))
	}
	receive(t, c, in)
	want := []ticket.DeskID{2, 4, 3, 5, 1 << 40, 1}
	for _, size := range []int{1, 2, 4, 100} {
		var got []ticket.DeskID
		var after journal.Position
		for {
			list, err := c.Work(t.Context(), after, time.Time{}, start, size)
			must(t, err)
			if len(list) == 0 {
				break
			}
			got = append(got, desks(list)...)
			after = list[len(list)-1].Position
		}
		if !slices.Equal(got, want) {
			t.Errorf("in pages of %d: %v, want %v", size, got, want)
		}
	}
	until, err := c.Work(t.Context(), journal.Position{}, at(20), start, 100)
	must(t, err)
	if got := desks(until); !slices.Equal(got, want[:5]) {
		t.Errorf("up to a time: %v", got)
	}
}

func TestWork_LeavesOutOpenAndParked(t *testing.T) {
	c := fresh(t)
	receive(t, c, journal.Intake{Tickets: []ticket.Ticket{snapshot(1, at(1)), snapshot(2, at(2)), snapshot(3, at(3))}})
	must(t, c.Intend(t.Context(), []journal.Entry{createEntry(snapshot(2, at(2)), 0)}))
	must(t, c.Record(t.Context(), journal.Outcome{
		Desk: 3, Parked: &journal.Problem{Code: "refused", Message: "No."}, RetryAt: at(60),
	}))
	for now, want := range map[time.Time][]ticket.DeskID{
		at(0): {1}, at(59): {1}, at(60): {1, 3}, {}: {1, 3},
	} {
		list, err := c.Work(t.Context(), journal.Position{}, time.Time{}, now, 100)
		must(t, err)
		if got := desks(list); !slices.Equal(got, want) {
			t.Errorf("at %v: %v, want %v", now, got, want)
		}
	}
}

func TestLoad_TellsAllThatIsKnown(t *testing.T) {
	c := fresh(t)
	if w := load(t, c, 99); cmp.Diff(journal.Work{Position: journal.Position{Desk: 99}}, w) != "" {
		t.Errorf("nothing known: %+v", w)
	}
	update := func(part int) journal.Entry {
		return journal.Entry{
			Key:   journal.Key{Kind: reconcile.Update, Desk: 1, Part: part},
			State: journal.Intended, Parts: 1, PSA: 501, Agreed: agreed(snapshot(1, at(20))), Since: start, Attempts: 1, Run: 3,
		}
	}
	event := journal.Entry{
		Key:   journal.Key{Kind: reconcile.Note, Desk: 1, Event: "deleted", Part: 1},
		State: journal.Intended, Parts: 1, Since: start, Attempts: 1, Run: 3,
	}
	carried(t, c, 11, noteEntry(1, 12, 1, 2), noteEntry(1, 12, 2, 2), update(1), event)
	open := []journal.Entry{update(2), noteEntry(1, 13, 1, 1)}
	must(t, c.Intend(t.Context(), open))
	doubt := open[1].Move(journal.Doubt, at(1), "no answer")
	refused := update(3)
	must(t, c.Intend(t.Context(), []journal.Entry{refused}))
	must(t, c.Record(t.Context(), journal.Outcome{
		Desk: 1, Entries: []journal.Entry{doubt, refused.Move(journal.Refused, at(1), "no")},
	}))

	w := load(t, c, 1)
	if diff := cmp.Diff([]journal.Done{
		{Event: "deleted", Part: 1, Parts: 1, Note: 4},
		{Comment: 11, Part: 1, Parts: 1},
		{Comment: 12, Part: 1, Parts: 2, Note: 1},
		{Comment: 12, Part: 2, Parts: 2, Note: 2},
	}, w.Done, sortDone()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]journal.Entry{update(2), doubt}, w.Open); diff != "" {
		t.Error(diff)
	}
	if w.Updates != 2 {
		t.Errorf("%d updates, want 2: a refused one may take its number again", w.Updates)
	}
	if w.Link == nil || w.Link.PSA != 501 || !w.Link.LinkedAt.Equal(start) {
		t.Errorf("link %+v", w.Link)
	}
	all, err := c.OpenEntries(t.Context())
	must(t, err)
	if diff := cmp.Diff([]journal.Entry{update(2), doubt}, all); diff != "" {
		t.Error(diff)
	}
}

func sortDone() cmp.Option {
	return cmp.Transformer("sorted", func(in []journal.Done) []journal.Done {
		return slices.SortedFunc(slices.Values(in), func(a, b journal.Done) int {
			return int(a.Comment-b.Comment)*10 + a.Part - b.Part
		})
	})
}

func TestWork_WithoutSnapshotKnowsTheAgreedRequester(t *testing.T) {
	c := fresh(t)
	receive(t, c, journal.Intake{
		People:        []ticket.Person{{ID: 7, Name: "Ada"}},
		Organizations: []ticket.Organization{{ID: 70, Name: "Acme"}},
	})
	carried(t, c, 11)
	unknown := comment(12, 1, at(20))
	unknown.AuthorID = 8
	receive(t, c, journal.Intake{Comments: []ticket.Comment{unknown}})
	w := load(t, c, 1)
	if w.Requester.Name != "Ada" || w.Organization.Name != "Acme" || len(w.Authors) != 0 {
		t.Errorf("%+v", w)
	}
}

func TestIntend_OnlyWhereItIsAllowed(t *testing.T) {
	for name, c := range map[string]struct {
		moves    []journal.State
		want     error
		attempts int
	}{
		"announced already": {nil, store.ErrMove, 1},
		"in doubt":          {[]journal.State{journal.Doubt}, store.ErrMove, 1},
		"settled":           {[]journal.State{journal.Settled}, store.ErrMove, 1},
		"refused":           {[]journal.State{journal.Refused}, nil, 2},
		"doubt given up":    {[]journal.State{journal.Doubt, journal.Withdrawn}, nil, 2},
	} {
		t.Run(name, func(t *testing.T) {
			conn := fresh(t)
			e := createEntry(snapshot(1, at(1)), 11)
			must(t, conn.Intend(t.Context(), []journal.Entry{e}))
			last := e
			for _, to := range c.moves {
				last = last.Move(to, at(1), "why")
				must(t, conn.Record(t.Context(), journal.Outcome{Desk: 1, Entries: []journal.Entry{last}}))
			}
			again := e
			again.Since, again.Run = at(9), 2
			err := conn.Intend(t.Context(), []journal.Entry{noteEntry(1, 12, 1, 1), again})
			if !errors.Is(err, c.want) {
				t.Fatalf("%v, want %v", err, c.want)
			}
			open := load(t, conn, 1).Open
			if c.want != nil {
				if slices.ContainsFunc(open, func(e journal.Entry) bool { return e.Kind == reconcile.Note }) {
					t.Error("the rest was announced all the same")
				}
				return
			}
			again.Attempts = c.attempts
			if diff := cmp.Diff(again, open[0]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLinks_InOrderAndReentrant(t *testing.T) {
	c := fresh(t)
	linkMany(t, c, 2500)
	must(t, c.Adopt(t.Context(), []ticket.Link{ // known: stays as it is
		{Desk: 1, PSA: 999, Adopted: true}, {Desk: 1 << 40, PSA: 998, Adopted: true},
	}))
	var last ticket.DeskID
	n := 0
	must(t, c.Links(t.Context(), func(l ticket.Link) error {
		if l.Desk <= last {
			t.Fatalf("%d after %d", l.Desk, last)
		}
		if l.Desk == 1 && (l.PSA != 1 || l.Adopted) || l.Desk == 1<<40 && (!l.Adopted || l.Agreed != ticket.Agreed{}) {
			t.Errorf("link %+v", l)
		}
		last = l.Desk
		if n++; n%500 == 0 {
			return c.SetFact(t.Context(), "seen", "some")
		}
		return nil
	}))
	if n != 2501 {
		t.Errorf("%d links", n)
	}
	stop := errors.New("stop")
	if err := c.Links(t.Context(), func(ticket.Link) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("stopped with %v", err)
	}
}

func TestReads_GiveUp(t *testing.T) {
	c := fresh(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Work(ctx, journal.Position{}, time.Time{}, start, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("work: %v", err)
	}
	if _, err := c.OpenEntries(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("entries: %v", err)
	}
	must(t, c.SetFact(t.Context(), "x", "y"))
}
