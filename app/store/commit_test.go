package store_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"deskbridge/app/journal"
	"deskbridge/app/store"
	"deskbridge/app/ticket"
)

func TestCommit_EightWritersAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deskbridge.db")
	s := open(t, path)
	c := connect(t, s)
	const writers, each = 8, 12
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for i := range each {
				id := ticket.DeskID(1 + w*each + i)
				if err := oneTicket(t.Context(), c, id); err != nil {
					t.Errorf("ticket %d: %v", id, err)
				}
			}
		})
	}
	for range 2 { // lists never wait for a run, and never see half of it
		group.Go(func() {
			for range each {
				if _, err := c.Counts(t.Context()); err != nil {
					t.Error(err)
				}
				list, err := c.Work(t.Context(), journal.Position{}, time.Time{}, start, 100)
				if err != nil {
					t.Error(err)
				}
				for _, w := range list {
					if w.Ticket == nil || len(w.Comments) != 1 || len(w.Open) != 0 {
						t.Errorf("half a ticket: %+v", w)
					}
				}
			}
		})
	}
	group.Wait()
	n, err := c.Counts(t.Context())
	must(t, err)
	if n.Links != writers*each || n.Staged != 0 || n.InDoubt != 0 {
		t.Errorf("after all: %+v", n)
	}
	must(t, s.Check(t.Context()))
}

// oneTicket takes one ticket from the page to its link.
func oneTicket(ctx context.Context, c *store.Connection, id ticket.DeskID) error {
	snap := snapshot(id, at(int(id)))
	first := comment(ticket.CommentID(id)*10, id, at(1))
	entry := createEntry(snap, first.ID)
	if err := c.Receive(ctx, journal.Intake{Tickets: []ticket.Ticket{snap}, Comments: []ticket.Comment{first}}); err != nil {
		return err
	}
	if err := c.Intend(ctx, []journal.Entry{entry}); err != nil {
		return err
	}
	return c.Record(ctx, journal.Outcome{
		Desk: id, Entries: []journal.Entry{settled(entry, ticket.PSAID(id), 0)},
		Link:     &ticket.Link{Desk: id, PSA: ticket.PSAID(id), Agreed: entry.Agreed, LinkedAt: start},
		Consumed: []ticket.CommentID{first.ID}, Finished: true, Through: snap.ChangedAt, History: []string{"created"},
	})
}

// hold keeps the committer busy until the returned function is called.
func hold(t *testing.T, s *store.Store) (release func()) {
	t.Helper()
	entered, leave, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- s.Do(context.Background(), func() error {
			close(entered)
			<-leave
			return nil
		})
	}()
	<-entered
	return func() {
		close(leave)
		must(t, <-done)
	}
}

// waitFor spins until n requests wait.
func waitFor(s *store.Store, n int) {
	for s.Waiting() < n {
		runtime.Gosched()
	}
}

func TestCommit_ABadRequestFailsAlone(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "deskbridge.db"))
	c := connect(t, s)
	release := hold(t, s)
	const requests = 9
	results := make([]chan error, requests)
	for i := range requests { // all end up in one batch; the fifth is no good
		results[i] = make(chan error, 1)
		go func() {
			if i == 4 {
				results[i] <- s.DoExec(t.Context(), "INSERT INTO fact (connection_id, name, value) VALUES (999, 'x', 'x')")
				return
			}
			results[i] <- c.SetFact(t.Context(), fmt.Sprint("fact ", i), "set")
		}()
		waitFor(s, i+1)
	}
	release()
	for i, result := range results {
		if err := <-result; (err != nil) != (i == 4) {
			t.Errorf("request %d: %v", i, err)
		}
		want := "set"
		if i == 4 {
			want = ""
		}
		if got, err := c.Fact(t.Context(), fmt.Sprint("fact ", i)); err != nil || got != want {
			t.Errorf("fact %d = %q, %v", i, got, err)
		}
	}
}

func TestCommit_GivingUpBeforeItsTurn(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "deskbridge.db"))
	c := connect(t, s)
	release := hold(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() { result <- c.SetFact(ctx, "x", "set") }()
	waitFor(s, 1)
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("gave up: %v", err)
	}
	release()
	must(t, c.SetFact(t.Context(), "y", "set"))
	if got, err := c.Fact(t.Context(), "x"); err != nil || got != "" {
		t.Errorf("written all the same: %q, %v", got, err)
	}
	if err := c.SetFact(ctx, "x", "set"); !errors.Is(err, context.Canceled) {
		t.Errorf("already given up: %v", err)
	}
}

func TestCommit_OnceTakenItCompletes(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "deskbridge.db"))
	ctx, cancel := context.WithCancel(t.Context())
	ran := 0
	err := s.Do(ctx, func() error {
		cancel() // the request is being carried out
		ran++
		return nil
	})
	if err != nil || ran != 1 {
		t.Errorf("ran %d times, %v", ran, err)
	}
}

func TestCommit_CloseLetsTheWaitingFinish(t *testing.T) {
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "deskbridge.db"), store.Options{})
	must(t, err)
	c := connect(t, s)
	release := hold(t, s)
	result, closed := make(chan error, 1), make(chan error, 1)
	go func() { result <- c.SetFact(context.Background(), "x", "set") }()
	waitFor(s, 1)
	go func() { closed <- s.Close() }()
	release()
	must(t, <-result)
	must(t, <-closed)
	if got, err := connect(t, open(t, s.Path())).Fact(t.Context(), "x"); err != nil || got != "set" {
		t.Errorf("fact = %q, %v", got, err)
	}
}

func TestCommit_LockedByAnother(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deskbridge.db")
	s := open(t, path)
	c := connect(t, s)
	must(t, s.DoExec(t.Context(), "PRAGMA busy_timeout = 20"))
	tx, err := openDriver(t, store.WriterDSN(path)).Begin()
	must(t, err)
	if err := c.SetFact(t.Context(), "x", "set"); !errors.Is(err, store.ErrLocked) {
		t.Errorf("locked: %v", err)
	}
	if got, err := c.Fact(t.Context(), "x"); err != nil || got != "" {
		t.Errorf("reading beside it: %q, %v", got, err) // and never "not found"
	}
	must(t, tx.Rollback())
	must(t, c.SetFact(t.Context(), "x", "set"))
}

func TestCommit_FullDisk(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "deskbridge.db"))
	c := connect(t, s)
	fillConnection(t, c)
	before, err := c.Counts(t.Context())
	must(t, err)
	pages, err := s.WriterRead("PRAGMA page_count")
	must(t, err)
	must(t, s.DoExec(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", pages+2)))

	big := pages1000()
	if err := c.Receive(t.Context(), big); !errors.Is(err, store.ErrFull) {
		t.Fatalf("full: %v", err)
	}
	after, err := c.Counts(t.Context())
	must(t, err)
	position, err := c.Positions(t.Context())
	must(t, err)
	if after != before || position.TicketCursor != "c1" {
		t.Errorf("half written: %+v, cursor %q", after, position.TicketCursor)
	}
	must(t, s.DoExec(t.Context(), "PRAGMA max_page_count = 4294967294")) // space again
	must(t, c.Receive(t.Context(), big))
	must(t, s.Check(t.Context()))
	after, err = c.Counts(t.Context())
	must(t, err)
	if after.Staged <= before.Staged {
		t.Errorf("nothing staged: %+v", after)
	}
}

func pages1000() journal.Intake {
	in := pages(1000)[0]
	for i := range in.Tickets { // numbers of their own
		in.Tickets[i].ID += 1000
	}
	for i := range in.Comments {
		in.Comments[i].TicketID += 1000
	}
	return in
}

func TestCommit_ReadOnlyDisk(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "deskbridge.db"))
	c := connect(t, s)
	must(t, s.DoExec(t.Context(), "PRAGMA query_only = 1"))
	if err := c.SetFact(t.Context(), "x", "set"); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("read only: %v", err)
	}
}
