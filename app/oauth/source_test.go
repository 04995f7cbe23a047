package oauth_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"deskbridge/app/oauth"
	"deskbridge/app/rest"
	"deskbridge/app/secret"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// issuer is a token endpoint: a refresh token works once.
type issuer struct {
	mu       sync.Mutex
	n        int
	refresh  string // the one that works
	requests int
	bodies   []map[string]any
	// answer, if set, may answer instead; it is asked with the request's number.
	answer func(w http.ResponseWriter, n int, body map[string]any, issue func() string) bool
}

func (i *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.requests++
	var body map[string]any
	text, _ := io.ReadAll(r.Body)
	_ = json.Unmarshal(text, &body)
	i.bodies = append(i.bodies, body)
	issue := func() string {
		i.n++
		i.refresh = fmt.Sprint("refresh-", i.n)
		return fmt.Sprintf(`{"access_token":"access-%d","refresh_token":%q,"token_type":"bearer","expires_in":1800,"refresh_token_expires_in":2592000}`, i.n, i.refresh)
	}
	if i.answer != nil && i.answer(w, i.requests, body, issue) {
		return
	}
	if body["grant_type"] == "refresh_token" && body["refresh_token"] != i.refresh {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"error":"invalid_grant","error_description":"dead"}`)
		return
	}
	_, _ = io.WriteString(w, issue())
}

func (i *issuer) asked() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.requests
}

func restOf(t *testing.T, address string) *rest.Client {
	t.Helper()
	base, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	c, err := rest.New(base)
	if err != nil {
		t.Fatal(err)
	}
	c.Sleep = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	t.Cleanup(c.Close)
	return c
}

func serverOf(t *testing.T, h http.Handler) *oauth.Server {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return &oauth.Server{Rest: restOf(t, srv.URL), ClientID: "deskbridge"}
}

// signedIn is a source with a pair that ends at ends, and its store.
func signedIn(t *testing.T, i *issuer, ends time.Time) (*oauth.Source, *secret.Memory) {
	t.Helper()
	i.refresh = "refresh-0"
	store := &secret.Memory{}
	if err := oauth.Kept(store, "zd").Save(oauth.Pair{Access: "access-0", Refresh: "refresh-0", ExpiresAt: ends}); err != nil {
		t.Fatal(err)
	}
	return sourceOver(t, i, store), store
}

func sourceOver(t *testing.T, i *issuer, store secret.Store) *oauth.Source {
	t.Helper()
	s := oauth.NewSource(serverOf(t, i), oauth.Kept(store, "zd"))
	s.Now = func() time.Time { return noon }
	return s
}

func token(t *testing.T, s *oauth.Source) string {
	t.Helper()
	got, err := s.Token(t.Context())
	if err != nil {
		return err.Error()
	}
	return got.Reveal()
}

func rejected(token string) *http.Request {
	return &http.Request{Header: http.Header{"Authorization": {"Bearer " + token}}}
}

func TestSource_RenewsInTime(t *testing.T) {
	for name, row := range map[string]struct {
		ends time.Time
		want string
	}{
		"long before its end":     {noon.Add(time.Hour), "access-0"},
		"three minutes before":    {noon.Add(3 * time.Minute), "access-0"},
		"a minute before":         {noon.Add(time.Minute), "access-1"},
		"after its end":           {noon.Add(-time.Hour), "access-1"},
		"when nobody said an end": {time.Time{}, "access-0"},
	} {
		i := &issuer{}
		s, store := signedIn(t, i, row.ends)
		if got := token(t, s); got != row.want {
			t.Errorf("%s: %s, want %s", name, got, row.want)
		}
		stored, err := oauth.Kept(store, "zd").Load()
		if err != nil || stored.Access.Reveal() != row.want {
			t.Errorf("%s: stored %q, %v", name, stored.Access.Reveal(), err)
		}
		if row.want == "access-1" {
			if until := s.RenewableUntil(); !until.Equal(noon.Add(30 * 24 * time.Hour)) {
				t.Errorf("%s: renewable until %v", name, until)
			}
			if body := i.bodies[0]; body["expires_in"] != 172800.0 || body["refresh_token_expires_in"] != 7776000.0 || body["client_id"] != "deskbridge" {
				t.Errorf("%s: asked with %v", name, body)
			}
		}
	}
}

func TestSource_FiftyAtOnceAskOnce(t *testing.T) {
	for _, how := range []string{"expired", "rejected"} {
		i := &issuer{}
		ends := noon.Add(-time.Hour)
		if how == "rejected" {
			ends = noon.Add(time.Hour)
		}
		s, _ := signedIn(t, i, ends)
		if how == "rejected" {
			token(t, s)
		}
		var running sync.WaitGroup
		for range 50 {
			running.Go(func() {
				if how == "rejected" {
					if err := s.Renew(t.Context(), rejected("access-0")); err != nil {
						t.Error(err)
					}
				}
				if got := token(t, s); got != "access-1" {
					t.Error(got)
				}
			})
		}
		running.Wait()
		if n := i.asked(); n != 1 {
			t.Errorf("%s: %d requests", how, n)
		}
	}
}

func TestSource_RejectedTokenOfThePast(t *testing.T) {
	i := &issuer{}
	s, _ := signedIn(t, i, noon.Add(-time.Hour))
	token(t, s)
	if err := s.Renew(t.Context(), rejected("access-0")); err != nil || i.asked() != 1 {
		t.Errorf("Renew = %v after %d requests", err, i.asked())
	}
	if err := s.Renew(t.Context(), rejected("access-1")); err != nil || i.asked() != 2 || token(t, s) != "access-2" {
		t.Errorf("Renew = %v after %d requests", err, i.asked())
	}
}

// Another process renewed the pair: its tokens are taken over, and the old
// refresh token is not used a second time.
func TestSource_SomebodyElseRenewed(t *testing.T) {
	i := &issuer{}
	s, store := signedIn(t, i, noon.Add(time.Hour))
	token(t, s)
	if err := oauth.Kept(store, "zd").Save(oauth.Pair{Access: "theirs", Refresh: "their-refresh", ExpiresAt: noon.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if err := s.Renew(t.Context(), rejected("access-0")); err != nil || i.asked() != 0 || token(t, s) != "theirs" {
		t.Errorf("Renew = %v after %d requests", err, i.asked())
	}
}

func TestSource_Refused(t *testing.T) {
	i := &issuer{}
	s, _ := signedIn(t, i, noon.Add(-time.Hour))
	i.refresh = "another"
	for range 3 {
		if _, err := s.Token(t.Context()); !errors.Is(err, oauth.ErrConsentNeeded) {
			t.Errorf("Token = %v", err)
		}
	}
	if n := i.asked(); n != 1 {
		t.Errorf("a dead refresh token was sent %d times", n)
	}
	// A new consent mends it without a restart.
	if err := s.Replace(t.Context(), oauth.Pair{Access: "fresh", Refresh: "another", ExpiresAt: noon.Add(time.Hour)}); err != nil || token(t, s) != "fresh" {
		t.Errorf("Replace = %v", err)
	}
}

// The store got a newer pair while our refresh was on its way.
func TestSource_RefusedButStoredMeanwhile(t *testing.T) {
	i := &issuer{}
	s, store := signedIn(t, i, noon.Add(-time.Hour))
	i.answer = func(w http.ResponseWriter, n int, _ map[string]any, _ func() string) bool {
		if n > 1 {
			return false
		}
		if err := oauth.Kept(store, "zd").Save(oauth.Pair{Access: "theirs", Refresh: "their-refresh", ExpiresAt: noon.Add(time.Hour)}); err != nil {
			t.Error(err)
		}
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"error":"invalid_grant"}`)
		return true
	}
	if got := token(t, s); got != "theirs" || i.asked() != 1 {
		t.Errorf("Token = %s after %d", got, i.asked())
	}
}

func TestSource_LostAnswer(t *testing.T) {
	abort := func(http.ResponseWriter) { panic(http.ErrAbortHandler) }
	for name, row := range map[string]struct {
		answer func(w http.ResponseWriter, n int, issue func() string)
		want   error // nil: a token
		asked  int
	}{
		"done, and the answer lost": {func(w http.ResponseWriter, n int, issue func() string) {
			if n == 1 {
				issue()
				abort(w)
			}
		}, oauth.ErrConsentNeeded, 2},
		"not done": {func(w http.ResponseWriter, n int, _ func() string) {
			if n == 1 {
				abort(w)
			}
		}, nil, 2},
		"the service is away": {func(w http.ResponseWriter, _ int, _ func() string) { w.WriteHeader(http.StatusServiceUnavailable) }, errAway, 2},
		"an answer without tokens": {func(w http.ResponseWriter, n int, issue func() string) {
			if n == 1 {
				issue()
				_, _ = io.WriteString(w, `{}`)
			}
		}, oauth.ErrConsentNeeded, 2},
		"an answer in HTML": {func(w http.ResponseWriter, n int, issue func() string) {
			if n == 1 {
				issue()
				_, _ = io.WriteString(w, `<html>`)
			}
		}, oauth.ErrConsentNeeded, 2},
	} {
		t.Run(name, func(t *testing.T) {
			i := &issuer{}
			s, _ := signedIn(t, i, noon.Add(-time.Hour))
			i.answer = func(w http.ResponseWriter, n int, _ map[string]any, issue func() string) bool {
				wrote := &watched{ResponseWriter: w}
				row.answer(wrote, n, issue)
				return wrote.used
			}
			_, err := s.Token(t.Context())
			switch {
			case row.want == nil && err != nil:
				t.Errorf("Token = %v", err)
			case row.want == errAway:
				if _, ok := errors.AsType[*rest.UnavailableError](err); !ok || errors.Is(err, oauth.ErrConsentNeeded) {
					t.Errorf("Token = %v", err)
				}
				if _, ok := errors.AsType[*rest.UnknownError](err); ok {
					t.Errorf("reads as the caller's own doubt: %v", err)
				}
			case row.want != nil && !errors.Is(err, row.want):
				t.Errorf("Token = %v", err)
			}
			if i.asked() != row.asked {
				t.Errorf("asked %d times", i.asked())
			}
		})
	}
}

var errAway = errors.New("away")

type watched struct {
	http.ResponseWriter
	used bool
}

func (w *watched) WriteHeader(status int)      { w.used = true; w.ResponseWriter.WriteHeader(status) }
func (w *watched) Write(p []byte) (int, error) { w.used = true; return w.ResponseWriter.Write(p) }

// Lifetimes an account does not allow are not insisted on.
func TestSource_LifetimesRefused(t *testing.T) {
	i := &issuer{}
	s, _ := signedIn(t, i, noon.Add(-time.Hour))
	i.answer = func(w http.ResponseWriter, _ int, body map[string]any, issue func() string) bool {
		if body["expires_in"] != nil || body["refresh_token_expires_in"] != nil {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"error":"invalid_request","error_description":"expires_in"}`)
			return true
		}
		// Such an account may not say a lifetime either: soon, then.
		issue()
		_, _ = io.WriteString(w, `{"access_token":"plain","refresh_token":"`+i.refresh+`"}`)
		return true
	}
	if got := token(t, s); got != "plain" || i.asked() != 2 {
		t.Errorf("Token = %s after %d", got, i.asked())
	}
	s.Now = func() time.Time { return noon.Add(10 * time.Minute) }
	if token(t, s); i.asked() != 4 {
		t.Errorf("a token without an end was not renewed soon: %d requests", i.asked())
	}
}

func TestSource_ClientUnknown(t *testing.T) {
	i := &issuer{}
	s, _ := signedIn(t, i, noon.Add(-time.Hour))
	i.answer = func(w http.ResponseWriter, _ int, _ map[string]any, _ func() string) bool {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"error":"invalid_client","error_description":"unknown client"}`)
		return true
	}
	_, err := s.Token(t.Context())
	refused, ok := errors.AsType[*oauth.TokenError](err)
	if !errors.Is(err, oauth.ErrConsentNeeded) || !ok || refused.Code != "invalid_client" {
		t.Errorf("Token = %v", err)
	}
}

func TestSource_NoSignIn(t *testing.T) {
	i := &issuer{}
	if _, err := sourceOver(t, i, &secret.Memory{}).Token(t.Context()); !errors.Is(err, oauth.ErrConsentNeeded) || i.asked() != 0 {
		t.Errorf("Token = %v", err)
	}
	// Given in the environment: used until it is turned away, and no longer.
	s := oauth.NewSource(serverOf(t, i), oauth.InMemory(oauth.Pair{Access: "given"}))
	if got := token(t, s); got != "given" {
		t.Errorf("Token = %s", got)
	}
	if err := s.Renew(t.Context(), rejected("given")); !errors.Is(err, oauth.ErrConsentNeeded) {
		t.Errorf("Renew = %v", err)
	}
	s = oauth.NewSource(serverOf(t, i), oauth.InMemory(oauth.Pair{}))
	if _, err := s.Token(t.Context()); !errors.Is(err, oauth.ErrConsentNeeded) {
		t.Errorf("Token = %v", err)
	}
}

// A caller that gives up does not take the answer with it.
func TestSource_CallerGivesUp(t *testing.T) {
	i := &issuer{}
	s, _ := signedIn(t, i, noon.Add(-time.Hour))
	ctx, cancel := context.WithCancel(t.Context())
	i.answer = func(http.ResponseWriter, int, map[string]any, func() string) bool { cancel(); return false }
	if _, err := s.Token(ctx); err != nil {
		t.Errorf("Token = %v", err)
	}
	if got := token(t, s); got != "access-1" || i.asked() != 1 {
		t.Errorf("Token = %s after %d", got, i.asked())
	}
}

// failing is a store whose nth write fails, as a locked keychain would.
type failing struct {
	secret.Memory
	writes int
	fails  func(n int) bool
}

func (f *failing) Set(name string, value secret.Text) error {
	f.writes++
	if f.fails(f.writes) {
		return fmt.Errorf("write: %w", secret.ErrUnavailable)
	}
	return f.Memory.Set(name, value)
}

func TestSource_StoreDoesNotTakeThePair(t *testing.T) {
	for _, at := range []int{3, 4} { // refresh token, access token of the first renewal
		i := &issuer{refresh: "refresh-0"}
		broken := true
		store := &failing{fails: func(n int) bool { return broken && n >= at }}
		if err := oauth.Kept(store, "zd").Save(oauth.Pair{Access: "access-0", Refresh: "refresh-0", ExpiresAt: noon}); err != nil {
			t.Fatal(err)
		}
		s := sourceOver(t, i, store)
		for range 2 {
			if _, err := s.Token(t.Context()); !errors.Is(err, oauth.ErrNotStored) || !errors.Is(err, secret.ErrUnavailable) {
				t.Errorf("write %d: Token = %v", at, err)
			}
		}
		if i.asked() != 1 {
			t.Errorf("write %d: asked %d times", at, i.asked())
		}
		broken = false
		if got := token(t, s); got != "access-1" || i.asked() != 1 {
			t.Errorf("write %d: once it takes it: %s after %d", at, got, i.asked())
		}
		if stored, err := oauth.Kept(store, "zd").Load(); err != nil || stored.Access != "access-1" || stored.Refresh != "refresh-1" {
			t.Errorf("write %d: stored %+v, %v", at, stored, err)
		}
	}
}

func TestSource_NeverPrintsTokens(t *testing.T) {
	i := &issuer{}
	s, _ := signedIn(t, i, noon.Add(-time.Hour))
	i.refresh = "another"
	_, err := s.Token(t.Context())
	p := oauth.Pair{Access: "access-0", Refresh: "refresh-0"}
	if text := fmt.Sprintf("%v %+v %#v %v", p, p, p, err); strings.Contains(text, "access-0") || strings.Contains(text, "refresh-0") {
		t.Error(text)
	}
}
