package rest

import (
	"context"
	"sync"
	"time"
)

// inTime is how fast an answer must come for us to dare more at once.
const inTime = 10 * time.Second

// gate bounds how many requests are under way at once. The bound starts at two,
// doubles while all is well until the service first shows strain, grows by one
// per round after that, and halves whenever the service shows strain again.
type gate struct {
	mu       sync.Mutex
	most     int
	bound    float64
	strained bool
	inside   int
	round    int // counts halvings: strain of an older round was already answered
	waiting  []chan struct{}
}

func (g *gate) open(most int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.most == 0 {
		g.most = most
		g.bound = float64(min(2, most))
	}
}

// enter waits for a place and returns the round it was given in.
func (g *gate) enter(ctx context.Context) (int, error) {
	g.mu.Lock()
	if g.inside < int(g.bound) && len(g.waiting) == 0 {
		g.inside++
		round := g.round
		g.mu.Unlock()
		return round, nil
	}
	mine := make(chan struct{})
	g.waiting = append(g.waiting, mine)
	g.mu.Unlock()
	select {
	case <-mine:
		g.mu.Lock()
		defer g.mu.Unlock()
		return g.round, nil
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, w := range g.waiting {
		if w == mine {
			g.waiting = append(g.waiting[:i], g.waiting[i+1:]...)
			return 0, ctx.Err()
		}
	}
	// The place was given in the same moment: hand it on.
	g.inside--
	g.admit()
	return 0, ctx.Err()
}

// leave gives the place back. well is an answer in time; strain is a throttled,
// timed-out or overloaded one; neither leaves the bound alone.
func (g *gate) leave(round int, well, strain bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	switch {
	case strain:
		if round == g.round {
			g.round++
			g.strained = true
			g.bound = max(g.bound/2, 1)
		}
	case well && g.bound < float64(g.most):
		step := 1.0
		if g.strained {
			step = 1 / g.bound
		}
		g.bound = min(g.bound+step, float64(g.most))
	}
	g.admit()
}

func (g *gate) admit() {
	for len(g.waiting) > 0 && g.inside < int(g.bound) {
		g.inside++
		close(g.waiting[0])
		g.waiting = g.waiting[1:]
	}
}
