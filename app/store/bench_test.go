package store_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"deskbridge/app/journal"
	"deskbridge/app/store"
	"deskbridge/app/ticket"
)

const benchTickets = 10_000

// pages makes export pages of 1,000 tickets, each ticket with three comments.
func pages(tickets int) []journal.Intake {
	body := strings.Repeat("It burns, and smells of toner. ", 17)[:500]
	var all []journal.Intake
	for first := 0; first < tickets; first += 1000 {
		in := journal.Intake{Positions: &journal.Positions{TicketCursor: fmt.Sprint(first), TicketsTo: at(first)}}
		for i := first; i < min(first+1000, tickets); i++ {
			t := snapshot(ticket.DeskID(i+1), at(i))
			t.Description = body
			t.RequesterID = ticket.UserID(1 + i%500)
			t.OrganizationID = ticket.OrganizationID(1 + i%50)
			in.Tickets = append(in.Tickets, t)
			in.People = append(in.People, ticket.Person{ID: t.RequesterID, Name: "Ada", Email: "ada@example.com", Role: "end-user"})
			for k := range 3 {
				m := comment(ticket.CommentID(i*3+k+1), t.ID, at(i))
				m.AuthorID, m.Body = t.RequesterID, body
				in.Comments = append(in.Comments, m)
			}
		}
		for i := range 50 {
			in.Organizations = append(in.Organizations, ticket.Organization{ID: ticket.OrganizationID(i + 1), Name: "Acme"})
		}
		all = append(all, in)
	}
	return all
}

func stage(b testing.TB, c *store.Connection, all []journal.Intake) {
	b.Helper()
	for _, in := range all {
		if err := c.Receive(b.Context(), in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStage(b *testing.B) {
	all := pages(benchTickets)
	for b.Loop() {
		b.StopTimer()
		c := fresh(b)
		b.StartTimer()
		stage(b, c, all)
	}
}

// BenchmarkRestage reads pages that were settled before.
func BenchmarkRestage(b *testing.B) {
	all := pages(benchTickets)
	c := fresh(b)
	stage(b, c, all)
	carry(b, c, 4)
	b.ResetTimer()
	for b.Loop() {
		stage(b, c, all)
	}
}

// carry takes all work through the journal as a run does.
func carry(b testing.TB, c *store.Connection, workers int) {
	b.Helper()
	todo := make(chan journal.Work)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for w := range todo {
				if err := carryOne(b, c, w); err != nil {
					b.Error(err)
				}
			}
		})
	}
	var after journal.Position
	for {
		list, err := c.Work(b.Context(), after, time.Time{}, start, 128)
		must(b, err)
		if len(list) == 0 {
			break
		}
		for _, w := range list {
			todo <- w
		}
		after = list[len(list)-1].Position
	}
	close(todo)
	group.Wait()
}

func carryOne(b testing.TB, c *store.Connection, w journal.Work) error {
	entries := make([]journal.Entry, 0, 3)
	o := journal.Outcome{Desk: w.Desk, Finished: true, Through: w.At, History: []string{"created in ConnectWise"}}
	for i, m := range w.Comments {
		o.Consumed = append(o.Consumed, m.ID)
		if i == 0 {
			entries = append(entries, createEntry(*w.Ticket, m.ID))
		} else {
			entries = append(entries, noteEntry(w.Desk, m.ID, 1, 1))
		}
	}
	if err := c.Intend(b.Context(), entries); err != nil {
		return err
	}
	psa := ticket.PSAID(w.Desk + 1_000_000)
	for i, e := range entries {
		entries[i] = settled(e, psa, ticket.NoteID(int64(w.Desk)*10+int64(i)))
	}
	o.Entries = entries
	o.Link = &ticket.Link{Desk: w.Desk, PSA: psa, Agreed: entries[0].Agreed, LinkedAt: start}
	return c.Record(b.Context(), o)
}

func BenchmarkCarry(b *testing.B) {
	for _, workers := range []int{1, 4, 16} {
		b.Run(fmt.Sprint(workers, " workers"), func(b *testing.B) {
			all := pages(benchTickets)
			for b.Loop() {
				b.StopTimer()
				c := fresh(b)
				stage(b, c, all)
				b.StartTimer()
				carry(b, c, workers)
			}
		})
	}
}

func BenchmarkWork(b *testing.B) {
	c := fresh(b)
	stage(b, c, pages(benchTickets))
	b.ReportAllocs()
	for b.Loop() {
		var after journal.Position
		for {
			list, err := c.Work(b.Context(), after, time.Time{}, start, 128)
			must(b, err)
			if len(list) == 0 {
				break
			}
			after = list[len(list)-1].Position
		}
	}
}

// BenchmarkIdle is what a run with nothing new asks of a large database.
func BenchmarkIdle(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "deskbridge.db"))
	c := connect(b, s)
	linkMany(b, c, 100_000)
	settleMany(b, c, 100_000)
	b.ResetTimer()
	for b.Loop() {
		p, err := c.Positions(b.Context())
		must(b, err)
		must(b, c.Receive(b.Context(), journal.Intake{Positions: &p}))
		_, err = c.Work(b.Context(), journal.Position{}, time.Time{}, start, 128)
		must(b, err)
		_, err = c.Wanted(b.Context(), 100)
		must(b, err)
		_, err = c.OpenEntries(b.Context())
		must(b, err)
	}
}

// BenchmarkCounts is what the window asks for while much is staged.
func BenchmarkCounts(b *testing.B) {
	c := fresh(b)
	linkMany(b, c, 100_000)
	settleMany(b, c, 100_000)
	stage(b, c, pages(100_000))
	b.Run("staged", func(b *testing.B) {
		for b.Loop() {
			_, err := c.CountStaged(b.Context())
			must(b, err)
		}
	})
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
			_, err := c.Counts(b.Context())
			must(b, err)
		}
	})
}

// settleMany gives each ticket a create and two notes.
func settleMany(b testing.TB, c *store.Connection, n int) {
	b.Helper()
	o := journal.Outcome{}
	for i := range n {
		id := ticket.DeskID(i + 1)
		o.Entries = append(o.Entries,
			settled(createEntry(snapshot(id, start), 1), ticket.PSAID(id), 0),
			settled(noteEntry(id, 2, 1, 1), ticket.PSAID(id), 2), settled(noteEntry(id, 3, 1, 1), ticket.PSAID(id), 3))
	}
	must(b, c.Record(b.Context(), o))
}

func linkMany(b testing.TB, c *store.Connection, n int) {
	b.Helper()
	links := make([]ticket.Link, n)
	for i := range links {
		t := snapshot(ticket.DeskID(i+1), start)
		links[i] = ticket.Link{Desk: t.ID, PSA: ticket.PSAID(i + 1), Agreed: agreed(t), LinkedAt: start}
	}
	must(b, c.Adopt(b.Context(), links))
}
