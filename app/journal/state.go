// Package journal decides the life of one remote write: which states it has,
// which moves between them are allowed, and when a write whose answer was lost
// may be sent again.
//
// It is pure: it refuses to know the disk, the clock and both services. The one
// rule: nothing that may have been done is ever sent again before it was
// searched for, often enough and long enough after.
package journal

// State is where a write stands.
type State string

// The states a write goes through.
const (
	Intended  State = "intended"  // announced; it may or may not have left
	Doubt     State = "doubt"     // sent, and no answer says what came of it
	Settled   State = "settled"   // done, and its remote id is known
	Refused   State = "refused"   // clearly not done; the service said why
	Withdrawn State = "withdrawn" // clearly not done; we changed our mind
)

// States lists all states, for checks and tests.
func States() []State { return []State{Intended, Doubt, Settled, Refused, Withdrawn} }

// Open tells whether the write still needs an answer.
func (s State) Open() bool { return s == Intended || s == Doubt }
