package event

import (
	"context"
	"slices"
	"sync"
)

// problemsKept bounds what a listener that never looks can cost: a run may park
// thousands of tickets, and each of them is in the database anyway.
const problemsKept = 256

// Stamped is an event with its place in the order of publishing.
type Stamped struct {
	Seq   uint64 // counts up from 1 for the life of the hub
	Event Event
}

// Hub hands each event to every listener. The zero value is ready, and so is a
// nil hub, which has no listeners.
type Hub struct {
	mu        sync.Mutex
	seq       uint64
	listeners []*Listener
}

// Publish hands ev to all listeners without waiting for any.
func (h *Hub) Publish(ev Event) {
	if h == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seq++
	for _, l := range h.listeners {
		l.take(Stamped{Seq: h.seq, Event: ev})
	}
}

// Listen returns a listener to everything published from now on. Close it.
func (h *Hub) Listen() *Listener {
	l := &Listener{hub: h, ready: make(chan struct{}, 1)}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.listeners = append(h.listeners, l)
	return l
}

// Listener is one reader's place in the stream of events.
type Listener struct {
	hub   *Hub
	ready chan struct{} // holds a token while something waits

	mu      sync.Mutex
	waiting []Stamped
	closed  bool
}

// Next waits for the next event. It returns false when the listener is closed
// and drained, or ctx is done.
func (l *Listener) Next(ctx context.Context) (Stamped, bool) {
	for {
		l.mu.Lock()
		if len(l.waiting) > 0 {
			next := l.waiting[0]
			l.waiting = slices.Delete(l.waiting, 0, 1)
			l.mu.Unlock()
			return next, true
		}
		closed := l.closed
		l.mu.Unlock()
		if closed {
			return Stamped{}, false
		}
		select {
		case <-l.ready:
		case <-ctx.Done():
			return Stamped{}, false
		}
	}
}

// Close ends the listening; what was published before can still be read. It is
// safe to call twice.
func (l *Listener) Close() {
	l.hub.mu.Lock()
	l.hub.listeners = slices.DeleteFunc(l.hub.listeners, func(o *Listener) bool { return o == l })
	l.hub.mu.Unlock()
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.wake()
}

func (l *Listener) take(s Stamped) {
	l.mu.Lock()
	if i := slices.IndexFunc(l.waiting, func(old Stamped) bool { return replaces(s.Event, old.Event) }); i >= 0 {
		l.waiting = slices.Delete(l.waiting, i, i+1)
	} else if _, ok := s.Event.(Problem); ok {
		l.dropOldProblem()
	}
	l.waiting = append(l.waiting, s)
	l.mu.Unlock()
	l.wake()
}

// dropOldProblem makes room for one more problem.
func (l *Listener) dropOldProblem() {
	oldest, n := -1, 0
	for i, s := range l.waiting {
		if _, ok := s.Event.(Problem); ok {
			if n++; oldest < 0 {
				oldest = i
			}
		}
	}
	if n >= problemsKept {
		l.waiting = slices.Delete(l.waiting, oldest, oldest+1)
	}
}

func (l *Listener) wake() {
	select {
	case l.ready <- struct{}{}:
	default:
	}
}

// replaces tells whether old says nothing any more once new is known.
func replaces(new, old Event) bool {
	switch n := new.(type) {
	case Progress:
		o, ok := old.(Progress)
		return ok && o.Phase == n.Phase
	case Waiting:
		o, ok := old.(Waiting)
		return ok && o.Service == n.Service
	}
	return false
}
