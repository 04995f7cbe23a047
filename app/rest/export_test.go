package rest

import (
	"context"
	"net/http"
	"time"
)

// What the tests of header parsing see.

type Announcement struct {
	Limit, Remaining int
	Reset            time.Duration
}

func Announced(h http.Header, now time.Time) Announcement {
	a := announced(h, now)
	return Announcement{a.limit, a.remaining, a.reset}
}

func AnnouncedNamed(v string, now time.Time) Announcement {
	a := announcedNamed(v, now)
	return Announcement{a.limit, a.remaining, a.reset}
}

func RetryAfter(v string, now time.Time) (time.Duration, bool) {
	return retryAfter(http.Header{"Retry-After": {v}}, now)
}

// Gate drives the adaptive bound without requests.
type Gate struct{ g gate }

func NewGate(most int) *Gate {
	g := &Gate{}
	g.g.open(most)
	return g
}

func (g *Gate) Bound() int { return int(g.g.bound) }

func (g *Gate) Inside() int {
	g.g.mu.Lock()
	defer g.g.mu.Unlock()
	return g.g.inside
}

func (g *Gate) Waiting() int {
	g.g.mu.Lock()
	defer g.g.mu.Unlock()
	return len(g.g.waiting)
}

func (g *Gate) Enter(ctx context.Context) (int, error) { return g.g.enter(ctx) }
func (g *Gate) Leave(round int, well, strain bool)     { g.g.leave(round, well, strain) }
