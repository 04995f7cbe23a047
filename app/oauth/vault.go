package oauth

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"deskbridge/app/secret"
)

// keychain keeps a pair as two items, since one may not hold both. They are
// written refresh token first: the old pair is dead the moment the new one is
// issued, so of the two new tokens the one that cannot be got again is safe
// first. The access token carries a fingerprint of the refresh token it was
// issued with. An access token that is left from another pair, because the
// second write never came, is recognised by it and not used: it is dead, or
// worse, another person's.
type keychain struct {
	store secret.Store
	name  string
}

// Kept returns the vault in store whose items are called name/refresh and
// name/access.
func Kept(store secret.Store, name string) Vault {
	if store == nil || name == "" {
		panic("oauth: vault without a store or a name")
	}
	return keychain{store: store, name: name}
}

func (k keychain) refreshItem() string { return k.name + "/refresh" }
func (k keychain) accessItem() string  { return k.name + "/access" }

func (k keychain) Load() (Pair, error) {
	refresh, err := k.get(k.refreshItem())
	if err != nil {
		return Pair{}, err
	}
	access, err := k.get(k.accessItem())
	if err != nil {
		return Pair{}, err
	}
	var p Pair
	if until, token, ok := strings.Cut(refresh.Reveal(), " "); ok {
		p.Refresh, p.RefreshExpiresAt = secret.Text(token), stamp(until)
	}
	until, rest, _ := strings.Cut(access.Reveal(), " ")
	if mate, token, ok := strings.Cut(rest, " "); ok && mate == fingerprint(p.Refresh) {
		p.Access, p.ExpiresAt = secret.Text(token), stamp(until)
	}
	if p.Access.Empty() && p.Refresh.Empty() {
		return Pair{}, fmt.Errorf("no tokens stored: %w", ErrConsentNeeded)
	}
	return p, nil
}

// get returns an empty text for an item that is not there.
func (k keychain) get(name string) (secret.Text, error) {
	value, err := k.store.Get(name)
	if errors.Is(err, secret.ErrNotFound) {
		return "", nil
	}
	return value, err
}

func (k keychain) Save(p Pair) error {
	refresh := secret.Text(seconds(p.RefreshExpiresAt) + " " + p.Refresh.Reveal())
	access := secret.Text(seconds(p.ExpiresAt) + " " + fingerprint(p.Refresh) + " " + p.Access.Reveal())
	if max(len(refresh), len(access)) > secret.MaxSize {
		// Checked before the first write: half a pair would be worse than none.
		return fmt.Errorf("store tokens: %w", secret.ErrTooLarge)
	}
	if err := k.store.Set(k.refreshItem(), refresh); err != nil {
		return fmt.Errorf("store refresh token: %w", err)
	}
	if err := k.store.Set(k.accessItem(), access); err != nil {
		return fmt.Errorf("store access token: %w", err)
	}
	return nil
}

func (k keychain) Forget() error {
	return errors.Join(k.store.Delete(k.accessItem()), k.store.Delete(k.refreshItem()))
}

func fingerprint(token secret.Text) string {
	sum := sha256.Sum256([]byte(token.Reveal()))
	return hex.EncodeToString(sum[:8])
}

func seconds(at time.Time) string {
	if at.IsZero() {
		return "0"
	}
	return strconv.FormatInt(at.Unix(), 10)
}

func stamp(s string) time.Time {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}

// memory keeps a pair for the life of the process.
type memory struct {
	mu   sync.Mutex
	pair Pair
}

// InMemory returns a vault that starts with p and forgets with the process: for
// tokens that were given in the environment.
func InMemory(p Pair) Vault { return &memory{pair: p} }

func (m *memory) Load() (Pair, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.pair.Access.Empty() && m.pair.Refresh.Empty() {
		return Pair{}, fmt.Errorf("no tokens given: %w", ErrConsentNeeded)
	}
	return m.pair, nil
}

func (m *memory) Save(p Pair) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.pair = p
	return nil
}

func (m *memory) Forget() error { return m.Save(Pair{}) }
