package rest_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"deskbridge/app/rest"
)

func TestGate_GrowsAndHalves(t *testing.T) {
	g := rest.NewGate(8)
	pass := func(well, strain bool) {
		t.Helper()
		round, err := g.Enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		g.Leave(round, well, strain)
	}
	if g.Bound() != 2 {
		t.Fatalf("starts at %d", g.Bound())
	}
	for range 6 {
		pass(true, false)
	}
	if g.Bound() != 8 {
		t.Errorf("after six good answers: %d", g.Bound())
	}
	pass(false, true)
	if g.Bound() != 4 {
		t.Errorf("after strain: %d", g.Bound())
	}
	pass(true, false)
	if g.Bound() != 4 {
		t.Errorf("one good answer after strain: %d", g.Bound())
	}
	for range 4 {
		pass(true, false)
	}
	if g.Bound() != 5 {
		t.Errorf("one round after strain: %d", g.Bound())
	}
	for range 100 {
		pass(true, false)
	}
	if g.Bound() != 8 {
		t.Errorf("in the end: %d", g.Bound())
	}
	pass(false, false)
	if g.Bound() != 8 {
		t.Errorf("an answer that says nothing moved it to %d", g.Bound())
	}
	for range 10 {
		pass(false, true)
	}
	if g.Bound() != 1 {
		t.Errorf("under lasting strain: %d", g.Bound())
	}
}

// Eight requests that were under way together and all came back throttled are
// one sign of strain, not eight.
func TestGate_HalvesOncePerRound(t *testing.T) {
	g := rest.NewGate(8)
	for range 6 {
		round, _ := g.Enter(t.Context())
		g.Leave(round, true, false)
	}
	var rounds []int
	for range 8 {
		round, _ := g.Enter(t.Context())
		rounds = append(rounds, round)
	}
	for _, round := range rounds {
		g.Leave(round, false, true)
	}
	if g.Bound() != 4 || g.Inside() != 0 {
		t.Errorf("bound %d, inside %d", g.Bound(), g.Inside())
	}
}

func TestGate_GivingUpLeavesNoHole(t *testing.T) {
	g := rest.NewGate(1)
	for range 200 {
		round, err := g.Enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			round, err := g.Enter(ctx)
			if err == nil {
				g.Leave(round, true, false)
			}
			ended <- err
		}()
		go cancel()
		g.Leave(round, true, false)
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		cancel()
	}
	if g.Inside() != 0 || g.Waiting() != 0 {
		t.Errorf("inside %d, waiting %d", g.Inside(), g.Waiting())
	}
}

func TestMaxInFlight(t *testing.T) {
	var now, most atomic.Int64
	c := serve(t, func(http.ResponseWriter, *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for {
			m := most.Load()
			if n <= m || most.CompareAndSwap(m, n) {
				break
			}
		}
	})
	c.MaxInFlight = 3
	var running sync.WaitGroup
	for range 12 {
		running.Go(func() {
			for range 20 {
				if _, err := c.Do(t.Context(), rest.Request{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	running.Wait()
	if m := most.Load(); m > 3 {
		t.Errorf("%d at once", m)
	}
}
