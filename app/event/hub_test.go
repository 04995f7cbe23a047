package event_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"deskbridge/app/event"
)

// drain closes l and returns what it still held.
func drain(t *testing.T, l *event.Listener) []event.Stamped {
	t.Helper()
	l.Close()
	var all []event.Stamped
	for {
		s, ok := l.Next(t.Context())
		if !ok {
			return all
		}
		all = append(all, s)
	}
}

func TestHub_EveryListenerHearsEverythingInOrder(t *testing.T) {
	var hub event.Hub
	a, b := hub.Listen(), hub.Listen()
	hub.Publish(event.RunStarted{})
	hub.Publish(event.Problem{Code: "x"})
	hub.Publish(event.RunEnded{Outcome: "partial"})
	for _, l := range []*event.Listener{a, b} {
		got := drain(t, l)
		if len(got) != 3 {
			t.Fatalf("heard %d events, want 3", len(got))
		}
		for i, s := range got {
			if s.Seq != uint64(i+1) {
				t.Errorf("event %d has number %d", i, s.Seq)
			}
		}
	}
}

func TestHub_SlowListenerSeesNewestProgressAndEveryEnding(t *testing.T) {
	var hub event.Hub
	l := hub.Listen()
	for i := range 10_000 {
		hub.Publish(event.Progress{Phase: event.Reading, Done: i})
		hub.Publish(event.Progress{Phase: event.Writing, Done: i})
		hub.Publish(event.Waiting{Service: "zendesk", Until: time.Unix(int64(i), 0)})
		if i%1000 == 0 {
			hub.Publish(event.RunEnded{Outcome: "success"})
		}
	}
	ends, newest := 0, map[event.Phase]int{}
	got := drain(t, l)
	for _, s := range got {
		switch e := s.Event.(type) {
		case event.RunEnded:
			ends++
		case event.Progress:
			newest[e.Phase] = e.Done
		}
	}
	if ends != 10 {
		t.Errorf("heard %d endings, want 10", ends)
	}
	if newest[event.Reading] != 9999 || newest[event.Writing] != 9999 {
		t.Errorf("newest progress %v, want 9999 of both", newest)
	}
	if len(got) != 13 {
		t.Errorf("kept %d events, want 10 endings and 3 merged ones", len(got))
	}
}

func TestHub_ThousandsOfProblemsCostLittle(t *testing.T) {
	var hub event.Hub
	l := hub.Listen()
	hub.Publish(event.RunStarted{})
	for i := range 5_000 {
		hub.Publish(event.Problem{Ticket: int64(i + 1)})
	}
	got := drain(t, l)
	if len(got) != 257 {
		t.Fatalf("kept %d events, want the start and 256 problems", len(got))
	}
	if last := got[len(got)-1].Event.(event.Problem); last.Ticket != 5000 {
		t.Errorf("last problem is about ticket %d, want 5000", last.Ticket)
	}
}

func TestHub_NextEndsWithItsContext(t *testing.T) {
	var hub event.Hub
	l := hub.Listen()
	defer l.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, ok := l.Next(ctx); ok {
		t.Error("got an event from nowhere")
	}
}

func TestHub_ClosingTwiceAndPublishingAfterIsFine(t *testing.T) {
	var hub event.Hub
	l := hub.Listen()
	l.Close()
	l.Close()
	hub.Publish(event.RunStarted{})
	if got := drain(t, l); len(got) != 0 {
		t.Errorf("a closed listener heard %v", got)
	}
	var none *event.Hub
	none.Publish(event.RunStarted{})
}

func TestHub_ManyPublishers(t *testing.T) {
	var hub event.Hub
	l := hub.Listen()
	heard := make(chan int)
	go func() {
		n := 0
		for {
			s, ok := l.Next(context.Background())
			if !ok {
				heard <- n
				return
			}
			if _, ok := s.Event.(event.RunEnded); ok {
				n++
			}
		}
	}()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				hub.Publish(event.Progress{Phase: event.Writing})
				hub.Publish(event.RunEnded{})
			}
		})
	}
	all.Wait()
	l.Close()
	if n := <-heard; n != 800 {
		t.Errorf("heard %d endings, want 800", n)
	}
}
