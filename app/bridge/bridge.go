// Package bridge carries out one run: it pulls what is new on the desk, has it
// planned, announces each write in the journal, sends it, and settles it.
//
// It decides the order of things and what a failure means for the rest of the
// run. It refuses to know SQL, HTTP and what either service calls anything. The
// one rule: no byte of a write leaves before its entry is on disk, and a write
// whose answer was lost is searched for before it is ever sent again.
package bridge

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"deskbridge/app/event"
	"deskbridge/app/journal"
	"deskbridge/app/reconcile"
	"deskbridge/app/ticket"
)

// Bridge joins one desk account with one PSA company. Desk, PSA, Store, Policy,
// Account and Start are required; the rest have working zero values.
type Bridge struct {
	Desk    Desk
	PSA     PSA
	Store   Store
	Policy  reconcile.Policy
	Account string    // names the desk account in markers
	Start   time.Time // tickets changed since then take part

	// Workers is how many tickets are under way at once. One makes a run
	// strictly sequential and so repeatable; zero means DefaultWorkers.
	Workers int
	// Patience is how a write in doubt is searched for.
	Patience journal.Patience
	Now      func() time.Time
	Sleep    func(context.Context, time.Duration) error
	Log      *slog.Logger
	Publish  func(event.Event)
	// Requests tells how many requests each side has had so far.
	Requests func() (desk, psa int64)
}

// DefaultWorkers is how many tickets are under way at once. It is more than
// the requests in flight, so that waiting for the disk costs no time; after a
// crash at most this many tickets are in doubt.
const DefaultWorkers = 16

const (
	batchSize    = 128              // tickets loaded and planned together
	intentGroup  = 64               // operations of one ticket announced together
	stopGrace    = 10 * time.Second // for an answer under way when asked to stop
	maxResends   = 3                // of one ticket in one run
	recentSearch = 5_000            // tickets looked through where the PSA does not search by marker
)

// Options is what one run is asked for.
type Options struct {
	// DryRun plans and counts, and writes nothing to the PSA.
	DryRun bool
	// RetryParked tries parked tickets whether or not their time has come.
	RetryParked bool
	// Run is the number of the run, for the journal.
	Run int64
}

// Run makes both sides agree on everything the desk shows by now. It returns
// what was done even with an error; the error is what stopped the run, in
// ticket's words. A cancelled ctx lets writes under way finish, and returns
// ctx's error.
func (b *Bridge) Run(ctx context.Context, opt Options) (Result, error) {
	r := b.newRun(opt)
	r.publish(event.RunStarted{At: r.started, DryRun: opt.DryRun})
	err := r.do(ctx)
	res := r.finish(err)
	r.publish(event.RunEnded{At: r.now(), Took: res.Took, Outcome: string(res.Outcome)})
	return res, err
}

// run is the state of one pass.
type run struct {
	*Bridge
	opt     Options
	started time.Time
	desk0   int64 // requests before the run
	psa0    int64

	directory *directory
	noFilter  bool // the PSA does not search by marker
	// commentsSince is the unix second from which on the event export was read.
	commentsSince int64

	doubts  map[ticket.DeskID]*doubt
	resends map[ticket.DeskID]int

	mu     sync.Mutex
	result Result
	// aside are tickets that this run is done with although they stay staged:
	// parked, or still in doubt.
	aside map[ticket.DeskID]bool
	total int // tickets to do, as far as known
	done  int
}

func (b *Bridge) newRun(opt Options) *run {
	if b.Desk == nil || b.PSA == nil || b.Store == nil || b.Account == "" {
		panic("bridge: Desk, PSA, Store and Account are required")
	}
	filled := *b
	if filled.Workers == 0 {
		filled.Workers = DefaultWorkers
	}
	if filled.Patience.Searches == nil {
		filled.Patience = journal.DefaultPatience()
	}
	if filled.Now == nil {
		filled.Now = time.Now
	}
	if filled.Sleep == nil {
		filled.Sleep = sleep
	}
	if filled.Log == nil {
		filled.Log = slog.New(slog.DiscardHandler)
	}
	r := &run{
		Bridge: &filled, opt: opt, started: filled.Now(),
		doubts: map[ticket.DeskID]*doubt{}, resends: map[ticket.DeskID]int{}, aside: map[ticket.DeskID]bool{},
	}
	r.directory = newDirectory(&filled)
	if b.Requests != nil {
		r.desk0, r.psa0 = b.Requests()
	}
	return r
}

func (r *run) do(ctx context.Context) error {
	if err := r.recover(ctx); err != nil {
		return err
	}
	if err := r.adopt(ctx); err != nil {
		return err
	}
	if err := r.pullAndCarry(ctx); err != nil {
		return err
	}
	return r.resolve(ctx)
}

func (r *run) now() time.Time { return r.Now() }

func (r *run) publish(ev event.Event) {
	if r.Publish != nil {
		r.Publish(ev)
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stops tells whether err ends the whole run rather than one ticket.
func stops(err error) bool {
	var refusal *ticket.Refusal
	switch {
	case err == nil, errors.As(err, &refusal),
		errors.Is(err, ticket.ErrGone), errors.Is(err, ticket.ErrConflict), errors.Is(err, ticket.ErrOutcomeUnknown):
		return false
	default:
		return true
	}
}
