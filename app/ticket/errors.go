package ticket

import (
	"errors"
	"fmt"
	"strings"
)

// What a remote call can come to, in words both clients share. Clients wrap
// these; callers branch with errors.Is and errors.As and never on text.
var (
	// ErrOutcomeUnknown: a write left this machine and no answer says whether
	// it was done. Never send it again before searching for its marker.
	ErrOutcomeUnknown = errors.New("outcome unknown")
	// ErrGone: the record does not exist (any more).
	ErrGone = errors.New("record is gone")
	// ErrSignIn: the service refuses who we are (token or key). Stops a run.
	ErrSignIn = errors.New("sign-in refused")
	// ErrForbidden: who we are is known, but lacks a right. Stops a run.
	ErrForbidden = errors.New("right missing")
	// ErrConflict: the record changed since it was read; plan again.
	ErrConflict = errors.New("changed meanwhile")
	// ErrUnavailable: the service cannot be reached or does not serve now; a
	// write that ends with it provably never left, or was never taken.
	ErrUnavailable = errors.New("service unavailable")
	// ErrMalformed: an answer to a read is not what the service documents.
	ErrMalformed = errors.New("answer not understood")
	// ErrNotYet: the desk has nothing newer than it already showed (its last
	// minute is withheld).
	ErrNotYet = errors.New("nothing to show yet")
	// ErrFilterRefused: the PSA does not search by the asked field.
	ErrFilterRefused = errors.New("filter refused")
	// ErrCursorRefused: the desk does not take a stored cursor any more.
	ErrCursorRefused = errors.New("cursor refused")
)

// Refusal is a clear no to one record: it was not written, and sending the
// same again will not help. It parks that record alone.
type Refusal struct {
	Status  int    // HTTP status
	Code    string // the service's own code, if any
	Message string // the service's own words
	Fields  []string
}

// Error says what the service said.
func (r *Refusal) Error() string {
	s := fmt.Sprintf("refused with %d", r.Status)
	if r.Message != "" {
		s += ": " + r.Message
	}
	if len(r.Fields) > 0 {
		s += " (" + strings.Join(r.Fields, "; ") + ")"
	}
	return s
}
