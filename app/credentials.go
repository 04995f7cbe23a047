package app

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"sync"

	"deskbridge/app/oauth"
	"deskbridge/app/secret"
)

// deskItem and psaItem name what the keychain holds for these settings.
func (s Settings) deskItem() string { return "zendesk/" + hostOf(s.Zendesk.URL) }

func (s Settings) psaItem() string {
	return "connectwise/" + hostOf(s.ConnectWise.URL) + "/" + s.ConnectWise.Company + "/private-key"
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}

// givenPair is the sign-in that the environment hands over; empty if none.
func (a *App) givenPair() oauth.Pair {
	return oauth.Pair{Access: a.env(EnvAccessToken), Refresh: a.env(EnvRefreshToken)}
}

// keepSecrets moves what the environment hands over into the keychain and
// returns what was stored, by name for a person.
func (a *App) keepSecrets(s Settings) (stored []string, err error) {
	if pair := a.givenPair(); given(pair) {
		if err := oauth.Kept(a.opt.Secrets, s.deskItem()).Save(pair); err != nil {
			return nil, err
		}
		if err := a.opt.Secrets.Set(originItem(s.deskItem()), origin(pair)); err != nil {
			return nil, err
		}
		stored = append(stored, "the Zendesk sign-in")
	}
	if key := a.env(EnvPrivateKey); !key.Empty() {
		if err := a.opt.Secrets.Set(s.psaItem(), key); err != nil {
			return nil, err
		}
		stored = append(stored, "the ConnectWise private key")
	}
	return stored, nil
}

func given(p oauth.Pair) bool { return !p.Access.Empty() || !p.Refresh.Empty() }

// privateKey returns the ConnectWise key, from the environment or the keychain.
// It returns ErrNoKey where neither has one.
func (a *App) privateKey(s Settings) (secret.Text, error) {
	if key := a.env(EnvPrivateKey); !key.Empty() {
		return key, nil
	}
	key, err := a.opt.Secrets.Get(s.psaItem())
	if errors.Is(err, secret.ErrNotFound) {
		return "", ErrNoKey
	}
	if err != nil {
		return "", fmt.Errorf("read ConnectWise private key: %w", err)
	}
	return key, nil
}

// vault returns where the Zendesk sign-in is kept: the environment's where it
// hands one over, else the keychain's.
func (a *App) vault(s Settings) oauth.Vault {
	kept := oauth.Kept(a.opt.Secrets, s.deskItem())
	pair := a.givenPair()
	if !given(pair) {
		return kept
	}
	return &givenVault{
		given: pair, secrets: a.opt.Secrets, item: s.deskItem(), kept: kept, warn: a.note,
	}
}

// givenVault starts with a pair from the environment. That pair cannot be
// changed there, and works only until it is renewed; what it became is in the
// keychain, under the fingerprint of the pair it came from. Without a keychain
// it lives as long as the process.
//
// The keychain is asked only when the given access token does not do: asking
// may put a question to somebody who is not there.
type givenVault struct {
	given   oauth.Pair
	secrets secret.Store
	item    string
	kept    oauth.Vault // of commands that run without the variables
	warn    func(string)

	mu     sync.Mutex
	asked  bool
	now    *oauth.Pair // renewed in this process, where there is no keychain
	warned bool
}

// origin is the fingerprint of a given pair.
func origin(p oauth.Pair) secret.Text {
	sum := sha256.Sum256([]byte(p.Access.Reveal() + "\n" + p.Refresh.Reveal()))
	return secret.Text(hex.EncodeToString(sum[:8]))
}

// originItem says which given pair the kept sign-in came from.
func originItem(item string) string { return item + "/origin" }

// successor is where the keychain keeps what became of the given pair: with the
// ordinary sign-in, if that came from the same pair, else apart, because a given
// pair must not overwrite a sign-in that somebody made at this computer.
func (v *givenVault) successor() (oauth.Vault, error) {
	from, err := v.secrets.Get(originItem(v.item))
	if err != nil && !errors.Is(err, secret.ErrNotFound) {
		return nil, err
	}
	if from == origin(v.given) {
		return v.kept, nil
	}
	return oauth.Kept(v.secrets, v.item+"/given/"+origin(v.given).Reveal()), nil
}

// Load returns the newest pair that came from the given one.
func (v *givenVault) Load() (oauth.Pair, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.now != nil {
		return *v.now, nil
	}
	if first := !v.asked; first && !v.given.Access.Empty() {
		v.asked = true
		return v.given, nil
	}
	kept, err := v.successor()
	if err != nil {
		return v.given, nil //nolint:nilerr // without a keychain the given pair is all there is
	}
	if pair, err := kept.Load(); err == nil {
		return pair, nil
	}
	return v.given, nil
}

// Save keeps what the given pair became.
func (v *givenVault) Save(p oauth.Pair) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	kept, err := v.successor()
	if err == nil {
		err = kept.Save(p)
	}
	if err == nil {
		v.now = nil
		return nil
	}
	if !errors.Is(err, secret.ErrUnavailable) {
		return err
	}
	v.now = &p
	if !v.warned {
		v.warned = true
		v.warn("The Zendesk sign-in was renewed, and there is no keychain to keep the new tokens in: " +
			"those in " + EnvAccessToken + " and " + EnvRefreshToken + " are used up. " +
			"This command goes on; sign in again before the next one.")
	}
	return nil
}

// Forget removes what the keychain keeps of the given pair.
func (v *givenVault) Forget() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.now = nil
	kept, err := v.successor()
	if err != nil {
		return err
	}
	return kept.Forget()
}
