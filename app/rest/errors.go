package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// ErrMalformed: the answer to a read is not what the service documents. Readers
// handed to Stream wrap it to have the answer asked for again.
var ErrMalformed = errors.New("answer not understood")

var errTooLarge = errors.New("answer larger than allowed")

// UnknownError ends a write that left this machine without an answer that says
// what became of it. Look for it before sending it again.
type UnknownError struct {
	Method, Path string
	Err          error
}

func (e *UnknownError) Error() string {
	return fmt.Sprintf("%s %s: outcome unknown: %v", e.Method, e.Path, e.Err)
}

// Unwrap returns what happened.
func (e *UnknownError) Unwrap() error { return e.Err }

// StatusError is an answer that says no.
type StatusError struct {
	Method, Path string
	Status       int
	Header       http.Header
	Body         []byte // at most 64 KiB
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("%s %s: status %d", e.Method, e.Path, e.Status)
}

// LimitError: the service does not let us in before Until, which is longer than
// the client's patience. Nothing was done.
type LimitError struct {
	Until time.Time
	Why   string
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("%s: wait until %s", e.Why, e.Until.UTC().Format(time.RFC3339))
}

// UnavailableError: the service was not reached, or answered that it does not
// serve now, as often as was tried. A write that ends so was not done.
type UnavailableError struct {
	Method, Path string
	Err          error
}

func (e *UnavailableError) Error() string {
	return fmt.Sprintf("%s %s: service unavailable: %v", e.Method, e.Path, e.Err)
}

// Unwrap returns what happened; a *StatusError where the service answered.
func (e *UnavailableError) Unwrap() error { return e.Err }

// CredentialError: Authorize or Renew had no credentials to give. The request
// was not sent, or was turned away with the ones it had.
type CredentialError struct{ Err error }

func (e *CredentialError) Error() string { return "credentials: " + e.Err.Error() }

// Unwrap returns what Authorize or Renew returned.
func (e *CredentialError) Unwrap() error { return e.Err }

// credential wraps what Authorize or Renew returned, unless the cause lies
// elsewhere: a token that could not be renewed because the service was away
// says nothing about the sign-in.
func credential(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	if _, ok := errors.AsType[*UnavailableError](err); ok {
		return err
	}
	if _, ok := errors.AsType[*LimitError](err); ok {
		return err
	}
	return &CredentialError{Err: err}
}

// plain drops what net/http puts around an error: the method and the whole
// address, whose query may hold what must not be shown.
func plain(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}
