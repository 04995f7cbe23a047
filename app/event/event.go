// Package event carries news of a run from where it happens to whoever shows it.
//
// It decides what may be lost on the way and what may not, and refuses to know
// who listens. The one rule: publishing never waits. Progress is merged when a
// listener is slow, so only the newest is seen; how a run began and ended is
// never dropped.
package event

import "time"

// Event is one of the types below; the set is closed.
type Event interface{ event() }

// Phase is what a run is busy with.
type Phase string

// The phases of a run, in order. Reading and writing overlap.
const (
	Recovering Phase = "recovering" // settling what an earlier run left open
	Adopting   Phase = "adopting"   // finding PSA tickets that are ours already
	Reading    Phase = "reading"    // desk exports
	Writing    Phase = "writing"    // tickets and notes into the PSA
	Checking   Phase = "checking"   // looking whether a lost answer was a yes
	Verifying  Phase = "verifying"  // comparing both sides
)

// Progress is how far a phase is, in tickets. Total is zero while it is unknown.
type Progress struct {
	Phase Phase
	Done  int
	Total int
}

// Waiting says that a service made us wait, why, and until when.
type Waiting struct {
	Service string // zendesk or connectwise
	Until   time.Time
	Why     string
}

// RunStarted opens a run.
type RunStarted struct {
	At     time.Time
	DryRun bool
}

// RunEnded closes a run with its outcome: success, partial, failed or nothing_new.
type RunEnded struct {
	At      time.Time
	Took    time.Duration
	Outcome string
}

// Problem is something a person must look at; Ticket is zero when it is not
// about a single desk ticket.
type Problem struct {
	Code    string
	Ticket  int64
	Message string
	Next    string
}

func (Progress) event()   {}
func (Waiting) event()    {}
func (RunStarted) event() {}
func (RunEnded) event()   {}
func (Problem) event()    {}
