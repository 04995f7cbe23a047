package fault

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Gate stands at the door of one simulated service and plays out the faults that need no knowledge of it. Faults
// only the service can act out (ExpireToken, RevokeToken, RevokeRight, RepeatPage, LateRecord, RefuseXRef) reach
// it through Hits.
type Gate struct {
	Faults *Injector // nil means none
	// Now and Sleep are the world's clock; nil means the real one.
	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error
	// Throttled writes the service's own 429, Retry-After included. Required.
	Throttled func(w http.ResponseWriter, wait time.Duration)
	// Broken writes the service's own 500 or 503. Required.
	Broken func(w http.ResponseWriter, status int)

	mu   sync.Mutex
	late []lateWrite
}

type lateWrite struct {
	dueAt time.Time
	do    func()
}

// Time is the service's clock: Now, moved by ClockSkew.
func (g *Gate) Time() time.Time { return g.now().Add(g.Faults.Skew()) }

// Pass carries one request through. admit signs the caller in and checks rights; it returns the request to go on
// with, or false after it has answered. carryOut does the work. A LateSave runs admit now and carryOut later, on
// a copy of the request. Pass panics with http.ErrAbortHandler to cut the connection, as net/http asks.
func (g *Gate) Pass(w http.ResponseWriter, r *http.Request, call Call,
	admit func(http.ResponseWriter, *http.Request, Hits) (*http.Request, bool),
	carryOut func(http.ResponseWriter, *http.Request, Hits)) {
	g.Settle()
	hits := g.Faults.Begin(call)
	w.Header().Set("Date", g.Time().UTC().Format(http.TimeFormat))
	switch {
	case hits.Has(DropRequest):
		panic(http.ErrAbortHandler)
	case hits.Has(ServerError):
		g.Broken(w, either(hits, http.StatusInternalServerError, http.StatusServiceUnavailable))
		return
	case hits.Has(Throttle):
		g.Throttled(w, cmp.Or(g.Faults.RetryAfter, 2*time.Second))
		return
	}
	if admit != nil {
		var in bool
		if r, in = admit(w, r, hits); !in {
			return
		}
	}
	if hits.Has(LateSave) && call.Write {
		g.putOff(r, hits, carryOut)
		panic(http.ErrAbortHandler)
	}
	if !hits.Has(Stall) && !hits.Has(DropAnswer) && !hits.Has(HTMLError) && !hits.Has(Truncate) {
		carryOut(w, r, hits)
		return
	}
	kept := &answer{header: http.Header{}}
	carryOut(kept, r, hits)
	g.spoil(w, r, call, hits, kept)
}

// spoil hands over an answer that is already true, but late, or not at all, or not as JSON.
func (g *Gate) spoil(w http.ResponseWriter, r *http.Request, call Call, hits Hits, kept *answer) {
	if hits.Has(Stall) {
		if g.sleep(r.Context(), cmp.Or(g.Faults.StallFor, 5*time.Second)) != nil {
			panic(http.ErrAbortHandler)
		}
	}
	switch body := kept.body.Bytes(); {
	case hits.Has(DropAnswer):
		panic(http.ErrAbortHandler)
	case hits.Has(HTMLError):
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		status := http.StatusBadGateway
		if !call.Write {
			status = either(hits, http.StatusServiceUnavailable, http.StatusOK)
		}
		w.WriteHeader(status)
		io.WriteString(w, "<!DOCTYPE html>\n<html><head><title>Please wait</title></head><body><h1>The server is busy</h1></body></html>\n")
	case hits.Has(Truncate):
		copyHeader(w.Header(), kept.header)
		w.WriteHeader(kept.status())
		w.Write(body[:len(body)/2])
	default:
		copyHeader(w.Header(), kept.header)
		w.WriteHeader(kept.status())
		w.Write(body)
	}
}

func (g *Gate) putOff(r *http.Request, hits Hits, carryOut func(http.ResponseWriter, *http.Request, Hits)) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	later := r.Clone(context.WithoutCancel(r.Context()))
	later.Body = io.NopCloser(bytes.NewReader(body))
	g.mu.Lock()
	defer g.mu.Unlock()
	g.late = append(g.late, lateWrite{
		dueAt: g.now().Add(cmp.Or(g.Faults.LateBy, 20*time.Second)),
		do:    func() { carryOut(&answer{header: http.Header{}}, later, hits) },
	})
}

// Settle makes the late writes visible whose time has come. Pass calls it; a service calls it before it lets
// anyone look at its state.
func (g *Gate) Settle() {
	now := g.now()
	g.mu.Lock()
	var due []lateWrite
	g.late = slices.DeleteFunc(g.late, func(l lateWrite) bool {
		if l.dueAt.After(now) {
			return false
		}
		due = append(due, l)
		return true
	})
	g.mu.Unlock()
	for _, l := range due {
		l.do()
	}
}

// Pending is the number of late writes not yet visible.
func (g *Gate) Pending() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.late)
}

func (g *Gate) now() time.Time {
	if g.Now != nil {
		return g.Now()
	}
	return time.Now()
}

func (g *Gate) sleep(ctx context.Context, d time.Duration) error {
	if g.Sleep != nil {
		return g.Sleep(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// answer is what a service said, held back until it is known what the caller gets to see of it.
type answer struct {
	header http.Header
	code   int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) Write(p []byte) (int, error) { return a.body.Write(p) }

func (a *answer) WriteHeader(code int) {
	if a.code == 0 {
		a.code = code
	}
}

func (a *answer) status() int { return cmp.Or(a.code, http.StatusOK) }

func either(hits Hits, odd, even int) int {
	if hits.Odd() {
		return odd
	}
	return even
}

func copyHeader(to, from http.Header) {
	for key, values := range from {
		to[key] = values
	}
}
