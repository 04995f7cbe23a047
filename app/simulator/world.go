// Package simulator builds a whole small world for Deskbridge to work in: a Zendesk account and a ConnectWise PSA
// instance, filled either by a generator or from recorded answers, served over real HTTP, with faults on request.
// It decides what is in that world and counts what became of it; it refuses to know how the product works, beyond
// the two marks the product leaves in the PSA, which Report reads back.
// The one rule: the same options and the same clock give the same world.
package simulator

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"deskbridge/app/simulator/desk"
	"deskbridge/app/simulator/fault"
	"deskbridge/app/simulator/psa"
)

// How to sign in to a simulated world, beside desk.AccessToken, desk.RefreshToken and desk.ClientID.
const (
	Company    = "acme" // a loaded world takes the company of its recording instead
	PublicKey  = "public"
	PrivateKey = "private"
)

// Options of a world. The zero value is a world of 40 tickets without faults or limits on the real clock.
type Options struct {
	// Tickets is how many tickets a sync carries; zero means 40, negative none. One more was deleted before anyone
	// could see it.
	Tickets int
	// Comments is how many each ticket has beside its description; zero means 2, negative none.
	Comments int
	// Seed decides texts, people and faults.
	Seed uint64
	// LoadDir, when set, fills the world from recorded answers in place of the generator, see load.go.
	LoadDir string
	// Latency is how long each answer takes.
	Latency time.Duration
	// FaultWords are faults as fault.Parse reads them; Faults is an injector of the caller's, which wins.
	FaultWords []string
	Faults     *fault.Injector
	// Limited enforces the documented limits of both services.
	Limited bool

	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error
}

// World is both services and what is in them.
type World struct {
	Desk   *desk.Server
	PSA    *psa.Server
	Faults *fault.Injector
	// Company is the company id ConnectWise asks for at sign-in.
	Company string

	opt Options
}

// New builds a world. It fails on an unknown fault and on a recording that cannot be read.
func New(opt Options) (*World, error) {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Sleep == nil {
		opt.Sleep = pause
	}
	if opt.Faults == nil {
		set, err := fault.Parse(opt.FaultWords...)
		if err != nil {
			return nil, err
		}
		opt.Faults = fault.New(set, opt.Seed)
	}
	w := &World{Faults: opt.Faults, Company: Company, opt: opt}
	if opt.LoadDir != "" {
		if err := w.load(opt.LoadDir); err != nil {
			return nil, fmt.Errorf("load %s: %w", opt.LoadDir, err)
		}
		return w, nil
	}
	w.open(Company)
	generate(w)
	return w, nil
}

// open starts both services, empty.
func (w *World) open(company string) {
	w.Company = company
	deskLimits, psaLimits := desk.NoLimits, psa.LimitsNone
	if w.opt.Limited {
		deskLimits, psaLimits = desk.DocumentedLimits, psa.LimitsDocumented
	}
	w.Desk = desk.New(desk.Options{Now: w.opt.Now, Sleep: w.opt.Sleep, Faults: w.Faults, Limits: deskLimits})
	w.PSA = psa.New(psa.Options{
		Now: w.opt.Now, Sleep: w.opt.Sleep, Faults: w.Faults, Limits: psaLimits, Seed: w.opt.Seed,
		Company: company, PublicKey: PublicKey, PrivateKey: PrivateKey,
	})
}

// DeskHandler serves Zendesk, and GET /simulator/requests beside it.
func (w *World) DeskHandler() http.Handler {
	return w.handler(w.Desk, map[string]func() any{"/simulator/requests": func() any { return w.deskRequests() }})
}

// PSAHandler serves ConnectWise, and GET /simulator/requests and /simulator/report beside it.
func (w *World) PSAHandler() http.Handler {
	return w.handler(w.PSA, map[string]func() any{
		"/simulator/requests": func() any { return w.psaRequests() },
		"/simulator/report":   func() any { return w.Report() },
	})
}

// handler keeps the pages of the simulator itself apart from the service: no sign-in, no faults, no latency.
func (w *World) handler(service http.Handler, pages map[string]func() any) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if page, ours := pages[r.URL.Path]; ours && r.Method == http.MethodGet {
			writeJSON(out, page())
			return
		}
		if strings.HasPrefix(r.URL.Path, "/simulator/") {
			http.NotFound(out, r)
			return
		}
		if w.opt.Latency > 0 && w.opt.Sleep(r.Context(), w.opt.Latency) != nil {
			panic(http.ErrAbortHandler)
		}
		service.ServeHTTP(out, r)
	})
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
