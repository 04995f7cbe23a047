package oauth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"deskbridge/app/rest"
	"deskbridge/app/secret"
)

// early is how long before its end a token is renewed, so that none dies on the
// way.
const early = 2 * time.Minute

// Source hands out the access token of one sign-in and renews it. It is safe
// for use by many goroutines; one Source serves a process.
type Source struct {
	Now func() time.Time
	Log *slog.Logger

	server  *Server
	vault   Vault
	current atomic.Pointer[Pair] // stored and in use

	// lock is held by whoever renews. Guarded by it:
	lock    chan struct{}
	pending *Pair       // issued, not stored yet
	dead    secret.Text // refresh token that was turned away
}

// NewSource returns a source of the pair in vault, renewed at server.
func NewSource(server *Server, vault Vault) *Source {
	if server == nil || server.Rest == nil || vault == nil {
		panic("oauth: source without a server or a vault")
	}
	return &Source{server: server, vault: vault, lock: make(chan struct{}, 1)}
}

// Token returns an access token that is good for a while.
//
// It returns ErrConsentNeeded when a person has to sign in, ErrNotStored when
// the store does not take a new pair, and what the store or package rest
// returned when one of them is not there now.
func (s *Source) Token(ctx context.Context) (secret.Text, error) {
	if p := s.current.Load(); p != nil && s.fresh(p) {
		return p.Access, nil
	}
	return s.renew(ctx, "")
}

// Authorize puts the access token on r; it fits rest.Client.
func (s *Source) Authorize(ctx context.Context, r *http.Request) error {
	token, err := s.Token(ctx)
	if err != nil {
		return err
	}
	r.Header["Authorization"] = []string{"Bearer " + token.Reveal()}
	return nil
}

// Renew renews the pair after a request was turned away, unless somebody did so
// since that request was made; it fits rest.Client.
func (s *Source) Renew(ctx context.Context, rejected *http.Request) error {
	token := strings.TrimPrefix(rejected.Header.Get("Authorization"), "Bearer ")
	_, err := s.renew(ctx, secret.Text(token))
	return err
}

// Replace stores the pair of a new consent and uses it from now on.
func (s *Source) Replace(ctx context.Context, p Pair) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.leave()
	s.pending = nil
	if err := s.keep(p); err != nil {
		s.pending = nil // the person is here and can sign in again
		return err
	}
	return nil
}

// Disconnect revokes the sign-in and removes it from the store. The store is
// cleared even when the service could not be told; the error then says so.
func (s *Source) Disconnect(ctx context.Context) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.leave()
	var revoked error
	if p, err := s.vault.Load(); err == nil && !p.Access.Empty() {
		revoked = s.server.Revoke(ctx, p.Access)
	}
	s.current.Store(nil)
	s.pending = nil
	if err := s.vault.Forget(); err != nil {
		return fmt.Errorf("forget tokens: %w", err)
	}
	return revoked
}

// RenewableUntil tells when the sign-in ends if it is not renewed before; zero
// if that is not known.
func (s *Source) RenewableUntil() time.Time {
	if p := s.current.Load(); p != nil {
		return p.RefreshExpiresAt
	}
	return time.Time{}
}

// fresh tells whether p can be used without renewing it first.
func (s *Source) fresh(p *Pair) bool {
	switch {
	case p.Access.Empty():
		return false
	case p.ExpiresAt.IsZero():
		return true
	}
	return s.clock().Add(early).Before(p.ExpiresAt)
}

// renew returns a fresh access token other than rejected.
func (s *Source) renew(ctx context.Context, rejected secret.Text) (secret.Text, error) {
	if err := s.enter(ctx); err != nil {
		return "", err
	}
	defer s.leave()
	if s.pending != nil {
		if err := s.keep(*s.pending); err != nil {
			return "", err
		}
	}
	if p := s.current.Load(); p != nil && s.fresh(p) && p.Access != rejected {
		return p.Access, nil // somebody else renewed it while we waited
	}
	// Another process may have renewed it since: asking with its old refresh
	// token could end the sign-in for both.
	p, err := s.load()
	if err != nil {
		return "", err
	}
	if s.fresh(&p) && p.Access != rejected {
		s.current.Store(&p)
		return p.Access, nil
	}
	return s.refresh(ctx, p)
}

// refresh renews p, once more with what the store holds by then if p turns out
// to be used up. The caller's ctx may end the wait for the lock but not this:
// an answer nobody waits for would take the sign-in with it.
func (s *Source) refresh(ctx context.Context, p Pair) (secret.Text, error) {
	ctx = context.WithoutCancel(ctx)
	for again := false; ; again = true {
		if p.Refresh.Empty() || p.Refresh == s.dead {
			return "", fmt.Errorf("the sign-in has ended: %w", ErrConsentNeeded)
		}
		next, err := s.server.renew(ctx, s.clock, p.Refresh)
		if err == nil {
			if next.Refresh.Empty() {
				next.Refresh, next.RefreshExpiresAt = p.Refresh, p.RefreshExpiresAt
			}
			if err := s.keep(next); err != nil {
				return "", err
			}
			return next.Access, nil
		}
		if refused, ok := errors.AsType[*TokenError](err); ok && refused.Code == "invalid_client" {
			return "", fmt.Errorf("the OAuth client is not known any more: %w: %w", ErrConsentNeeded, err)
		}
		_, lost := errors.AsType[*rest.UnknownError](err)
		used := isUsed(err)
		if !lost && !used {
			return "", fmt.Errorf("renew the sign-in: %w", err)
		}
		stored, loadErr := s.load()
		if loadErr != nil {
			return "", loadErr
		}
		switch {
		case s.fresh(&stored) && stored.Refresh != p.Refresh:
			s.current.Store(&stored)
			return stored.Access, nil
		case stored.Refresh != p.Refresh && !again:
			p = stored
		case lost && !again:
			// The answer is lost. If the request was too, the token still works; if
			// not, asking again says so.
		case used:
			s.dead = p.Refresh
			return "", fmt.Errorf("the sign-in cannot be renewed: %w", ErrConsentNeeded)
		default:
			// Lost twice, so the service is the trouble and not the sign-in. The
			// cause is only quoted: a caller that meets an UnknownError would take
			// it for its own request's.
			return "", &rest.UnavailableError{
				Method: http.MethodPost, Path: "/oauth/tokens", Err: fmt.Errorf("renew the sign-in: %v", err),
			}
		}
	}
}

// isUsed tells whether the refresh token itself was turned away.
func isUsed(err error) bool {
	refused, ok := errors.AsType[*TokenError](err)
	return ok && (refused.Code == "invalid_grant" || refused.Status == http.StatusUnauthorized)
}

func (s *Source) load() (Pair, error) {
	p, err := s.vault.Load()
	if err != nil {
		return Pair{}, fmt.Errorf("read stored tokens: %w", err)
	}
	return p, nil
}

// keep stores p, then uses it. Until it is stored it is pending.
func (s *Source) keep(p Pair) error {
	s.pending = &p
	if err := s.vault.Save(p); err != nil {
		return fmt.Errorf("%w: %w", ErrNotStored, err)
	}
	s.pending = nil
	s.current.Store(&p)
	if s.Log != nil {
		s.Log.Debug("sign-in renewed", "until", p.ExpiresAt)
	}
	return nil
}

// enter waits for the lock as long as ctx lasts.
func (s *Source) enter(ctx context.Context) error {
	select {
	case s.lock <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Source) leave() { <-s.lock }

func (s *Source) clock() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}
