package oauth_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"deskbridge/app/oauth"
	"deskbridge/app/secret"
)

func TestVault_RoundTrip(t *testing.T) {
	store := &secret.Memory{}
	for _, want := range []oauth.Pair{
		{Access: "a b", Refresh: "r s", ExpiresAt: noon, RefreshExpiresAt: noon.Add(time.Hour)},
		{Access: "a", Refresh: "r"},
		{Access: "a"},
		{Refresh: "r", RefreshExpiresAt: noon},
	} {
		for name, v := range map[string]oauth.Vault{"kept": oauth.Kept(store, "zd"), "in memory": oauth.InMemory(oauth.Pair{})} {
			if err := v.Save(want); err != nil {
				t.Fatal(err)
			}
			if got, err := v.Load(); err != nil || got != want {
				t.Errorf("%s: a pair came back changed: %v", name, err)
			}
			if err := v.Forget(); err != nil {
				t.Fatal(err)
			}
			if _, err := v.Load(); !errors.Is(err, oauth.ErrConsentNeeded) {
				t.Errorf("%s: after Forget: %v", name, err)
			}
		}
	}
}

func TestVault_TooLarge(t *testing.T) {
	store := &secret.Memory{}
	v := oauth.Kept(store, "zd")
	old := oauth.Pair{Access: "a", Refresh: "r"}
	if err := v.Save(old); err != nil {
		t.Fatal(err)
	}
	long := secret.Text(strings.Repeat("x", secret.MaxSize))
	for _, p := range []oauth.Pair{{Access: long, Refresh: "r2"}, {Access: "a2", Refresh: long}} {
		if err := v.Save(p); !errors.Is(err, secret.ErrTooLarge) {
			t.Errorf("Save = %v", err)
		}
		if got, err := v.Load(); err != nil || got != old {
			t.Errorf("a refused pair left something behind: %v", err)
		}
	}
}

func TestVault_Unavailable(t *testing.T) {
	v := oauth.Kept(unavailable{}, "zd")
	if _, err := v.Load(); !errors.Is(err, secret.ErrUnavailable) || errors.Is(err, oauth.ErrConsentNeeded) {
		t.Errorf("a locked keychain reads as nobody signed in: %v", err)
	}
	if err := v.Save(oauth.Pair{Access: "a"}); !errors.Is(err, secret.ErrUnavailable) {
		t.Errorf("Save = %v", err)
	}
	if err := v.Forget(); !errors.Is(err, secret.ErrUnavailable) {
		t.Errorf("Forget = %v", err)
	}
}

type unavailable struct{}

func (unavailable) Get(string) (secret.Text, error) { return "", secret.ErrUnavailable }
func (unavailable) Set(string, secret.Text) error   { return secret.ErrUnavailable }
func (unavailable) Delete(string) error             { return secret.ErrUnavailable }

// A crash after any number of writes leaves a sign-in that works: the tokens
// issued last, or nothing lost that was not lost before.
func TestVault_CrashBetweenWrites(t *testing.T) {
	for writes := range 3 {
		for name, old := range map[string]*oauth.Pair{"first sign-in": nil, "renewal": {Access: "access-0", Refresh: "refresh-0", ExpiresAt: noon.Add(time.Hour)}} {
			store := &failing{fails: func(int) bool { return false }}
			if old != nil {
				if err := oauth.Kept(store, "zd").Save(*old); err != nil {
					t.Fatal(err)
				}
			}
			done := store.writes
			store.fails = func(n int) bool { return n > done+writes }
			err := oauth.Kept(store, "zd").Save(oauth.Pair{Access: "access-1", Refresh: "refresh-1", ExpiresAt: noon.Add(time.Hour)})
			if (err == nil) != (writes == 2) {
				t.Fatalf("%s, %d writes: Save = %v", name, writes, err)
			}
			// A new process: nothing is in memory any more. The service knows
			// refresh-1 only.
			store.fails = func(int) bool { return false }
			i := &issuer{refresh: "refresh-1", n: 1}
			s := sourceOver(t, i, store)
			got := token(t, s)
			switch writes {
			case 0:
				// Lost before anything was on disk: the old pair, which the service
				// turns away, or none. Both end in asking the person.
				err := s.Renew(t.Context(), rejected("access-0"))
				if !errors.Is(err, oauth.ErrConsentNeeded) {
					t.Errorf("%s, no write: %s, then %v", name, got, err)
				}
			case 1:
				// The access token of the pair before is not mistaken for this one's.
				if got != "access-2" || i.asked() != 1 {
					t.Errorf("%s, one write: %s after %d requests", name, got, i.asked())
				}
			case 2:
				if got != "access-1" || i.asked() != 0 {
					t.Errorf("%s, both writes: %s after %d requests", name, got, i.asked())
				}
			}
		}
	}
}
