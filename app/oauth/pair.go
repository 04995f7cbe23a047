// Package oauth signs in to Zendesk through the system browser and keeps the
// sign-in alive.
//
// It decides when a token is renewed, who renews it, and where the next pair is
// kept before anyone uses it. It refuses to know what the tokens are used for.
//
// The one rule: a refresh token works once, and its answer is the only copy of
// the next. So there is one refresher at a time, it looks into the store before
// it asks and writes there before it uses, and a refresh once sent is not
// called off because a caller has lost interest.
package oauth

import (
	"errors"
	"time"

	"deskbridge/app/secret"
)

var (
	// ErrConsentNeeded: there is no sign-in, or it cannot be renewed any more. A
	// person has to sign in through the browser.
	ErrConsentNeeded = errors.New("sign-in needed")
	// ErrNotStored: a new pair of tokens could not be stored, and is not used
	// before it is. It is kept in memory and stored on the next call; if the
	// program ends before that works, a person has to sign in again.
	ErrNotStored = errors.New("new tokens could not be stored")
)

// Pair is an access token and what renews it.
type Pair struct {
	Access  secret.Text
	Refresh secret.Text // empty: cannot be renewed
	// ExpiresAt is when Access ends. Zero means that nobody said: it is used
	// until it is turned away.
	ExpiresAt time.Time
	// RefreshExpiresAt is when Refresh ends; zero if not said.
	RefreshExpiresAt time.Time
}

// Vault keeps the pair of one sign-in.
type Vault interface {
	// Load returns ErrConsentNeeded when there is no pair. A pair without Access
	// has to be renewed before use.
	Load() (Pair, error)
	// Save keeps p. If it ends half way, even by a crash, Load returns either
	// what was there or a pair that p's Refresh renews.
	Save(p Pair) error
	// Forget removes the pair.
	Forget() error
}
