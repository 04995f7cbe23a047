package store_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"deskbridge/app/bridge"
	"deskbridge/app/journal"
	"deskbridge/app/reconcile"
	"deskbridge/app/store"
	"deskbridge/app/ticket"
)

var _ bridge.Store = (*store.Connection)(nil)

// start is when the tests take place.
var start = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

func at(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }

func open(t testing.TB, path string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), path, store.Options{Now: func() time.Time { return start }, AppVersion: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func connect(t testing.TB, s *store.Store) *store.Connection {
	t.Helper()
	c, err := s.Connection(t.Context(), "acme", "msp")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// fresh returns a connection of a new database.
func fresh(t testing.TB) *store.Connection {
	t.Helper()
	return connect(t, open(t, filepath.Join(t.TempDir(), "data", "deskbridge.db")))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func snapshot(id ticket.DeskID, changed time.Time) ticket.Ticket {
	return ticket.Ticket{
		ID: id, Subject: fmt.Sprintf("Printer %d is on fire", id), Description: "It burns.",
		Status: ticket.Open, Priority: ticket.High, RequesterID: 7, OrganizationID: 70, Public: true,
		CreatedAt: start, UpdatedAt: changed, ChangedAt: changed,
	}
}

func comment(id ticket.CommentID, of ticket.DeskID, created time.Time) ticket.Comment {
	return ticket.Comment{ID: id, TicketID: of, AuthorID: 7, Body: fmt.Sprintf("comment %d", id), Public: true, CreatedAt: created}
}

func agreed(t ticket.Ticket) ticket.Agreed {
	return ticket.Agreed{Desk: ticket.StateOf(t), PSA: ticket.Fields{
		Summary: t.Subject, Status: 3, Priority: 4, Company: 19297,
		Contact: ticket.Contact{ID: 12, Name: "Ada", Email: "ada@example.com"},
	}}
}

func createEntry(t ticket.Ticket, carries ticket.CommentID) journal.Entry {
	return journal.Entry{
		Key: journal.Key{Kind: reconcile.Create, Desk: t.ID}, State: journal.Intended, Parts: 1, Carries: carries,
		Agreed: agreed(t), Since: start, Attempts: 1, Run: 1,
	}
}

func noteEntry(desk ticket.DeskID, id ticket.CommentID, part, parts int) journal.Entry {
	return journal.Entry{
		Key:   journal.Key{Kind: reconcile.Note, Desk: desk, Comment: id, Part: part},
		State: journal.Intended, Parts: parts, Since: start, Attempts: 1, Run: 1,
	}
}

func settled(e journal.Entry, psa ticket.PSAID, note ticket.NoteID) journal.Entry {
	e = e.Move(journal.Settled, start, "")
	e.PSA, e.Note = psa, note
	return e
}

// work loads everything that can be planned.
func work(t testing.TB, c *store.Connection) []journal.Work {
	t.Helper()
	list, err := c.Work(context.Background(), journal.Position{}, time.Time{}, start, 1000)
	must(t, err)
	return list
}
