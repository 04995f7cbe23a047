package rest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"deskbridge/app/rest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve starts a service and a client for it whose waits take no time.
func serve(t *testing.T, h http.HandlerFunc, budgets ...rest.Budget) *rest.Client {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return clientOf(t, srv.URL, budgets...)
}

func clientOf(t *testing.T, address string, budgets ...rest.Budget) *rest.Client {
	t.Helper()
	base, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	c, err := rest.New(base, budgets...)
	if err != nil {
		t.Fatal(err)
	}
	c.Sleep = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	c.Rand = func() float64 { return 0.5 }
	t.Cleanup(c.Close)
	return c
}

// hands is a clock that moves only when somebody sleeps.
type hands struct {
	mu    sync.Mutex
	now   time.Time
	slept []time.Duration
}

func clock(c *rest.Client) *hands {
	h := &hands{now: time.Date(2026, 1, 1, 10, 0, 0, 0, time.UTC)}
	c.Now, c.Sleep = h.Now, h.Sleep
	return h
}

func (h *hands) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *hands) Sleep(ctx context.Context, d time.Duration) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
	h.slept = append(h.slept, d)
	return ctx.Err()
}

func (h *hands) Advance(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

func empty(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{}`)) }

func TestDo_ReadsABody(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/x y" || r.URL.Query().Get("q") != "a b" || r.Header.Get("Accept") != "application/json" {
			t.Errorf("asked for %s with %v", r.URL, r.Header)
		}
		_, _ = w.Write([]byte(`{"ok":true}`))
	})
	res, err := c.Do(t.Context(), rest.Request{Path: "/api/x y", Query: url.Values{"q": {"a b"}}})
	if err != nil || string(res.Body) != `{"ok":true}` || res.Status != 200 {
		t.Fatalf("Do = %v, %v", res, err)
	}
	if c.Requests() != 1 {
		t.Errorf("Requests = %d", c.Requests())
	}
}

func TestDo_KeepsThePathOfTheBase(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprint(w, r.URL.Path)
	}))
	t.Cleanup(srv.Close)
	c := clientOf(t, srv.URL+"/v4_6_release/apis/3.0/")
	res, err := c.Do(t.Context(), rest.Request{Path: "/service/tickets"})
	if err != nil || string(res.Body) != "/v4_6_release/apis/3.0/service/tickets" {
		t.Errorf("Do = %+v, %v", res, err)
	}
}

func TestDo_LargeBody(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	for _, chunked := range []bool{false, true} {
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			if chunked {
				w.(http.Flusher).Flush()
			}
			_, _ = io.WriteString(w, long)
		})
		res, err := c.Do(t.Context(), rest.Request{})
		if err != nil || string(res.Body) != long {
			t.Errorf("chunked %v: %v", chunked, err)
		}
		c.MaxBody = int64(len(long))
		if _, err := c.Do(t.Context(), rest.Request{}); err != nil {
			t.Errorf("chunked %v: a body of just the allowed size: %v", chunked, err)
		}
		c.MaxBody--
		before := c.Requests()
		if _, err := c.Do(t.Context(), rest.Request{}); !errors.Is(err, rest.ErrMalformed) || c.Requests() != before+1 {
			t.Errorf("chunked %v: a body too large: %v after %d", chunked, err, c.Requests()-before)
		}
		if _, err := c.Do(t.Context(), rest.Request{Method: "POST", Write: true}); kind(err) != "unknown" {
			t.Errorf("chunked %v: a write answered too largely: %v", chunked, err)
		}
	}
}

func TestStream_StartsAfreshAfterWhatItCannotRead(t *testing.T) {
	n := 0
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if n++; n == 1 {
			_, _ = io.WriteString(w, `[1,2,`)
			return
		}
		_, _ = io.WriteString(w, `[1,2,3]`)
	})
	var got []int
	err := c.Stream(t.Context(), rest.Request{}, func(_ *rest.Response, body io.Reader) error {
		got = nil
		if err := json.NewDecoder(body).Decode(&got); err != nil {
			return fmt.Errorf("%w: %w", rest.ErrMalformed, err)
		}
		return nil
	})
	if err != nil || len(got) != 3 || n != 2 {
		t.Errorf("got %v after %d: %v", got, n, err)
	}
	own := errors.New("own")
	err = c.Stream(t.Context(), rest.Request{}, func(*rest.Response, io.Reader) error { return own })
	if !errors.Is(err, own) || n != 3 {
		t.Errorf("own error: %v after %d", err, n)
	}
}

func TestRenew(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer new" {
			w.WriteHeader(http.StatusUnauthorized)
		}
		_, _ = io.WriteString(w, `{}`)
	})
	token, renewed := "old", ""
	c.Authorize = func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+token)
		return nil
	}
	c.Renew = func(_ context.Context, r *http.Request) error {
		renewed = r.Header.Get("Authorization")
		token = "new"
		return nil
	}
	body := []byte(`{}`)
	if _, err := c.Do(t.Context(), rest.Request{Method: "POST", Body: body, Write: true}); err != nil || renewed != "Bearer old" {
		t.Errorf("Do = %v, renewed %q", err, renewed)
	}
	own := errors.New("nobody home")
	c.Authorize = func(context.Context, *http.Request) error { return own }
	_, err := c.Do(t.Context(), rest.Request{})
	if _, ok := errors.AsType[*rest.CredentialError](err); !ok || !errors.Is(err, own) {
		t.Errorf("without credentials: %v", err)
	}
	away := &rest.UnavailableError{Err: own}
	c.Authorize = func(context.Context, *http.Request) error { return away }
	_, err = c.Do(t.Context(), rest.Request{})
	if _, ok := errors.AsType[*rest.CredentialError](err); ok || kind(err) != "unavailable" {
		t.Errorf("credentials that cannot be had now: %v", err)
	}
}

func TestRedirect_StaysHome(t *testing.T) {
	abroad := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s was asked with %v", r.URL, r.Header)
	}))
	t.Cleanup(abroad.Close)
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/abroad":
			http.Redirect(w, r, abroad.URL, http.StatusFound)
		case "/home":
			http.Redirect(w, r, "/there", http.StatusFound)
		default:
			_, _ = io.WriteString(w, r.URL.Path+r.Header.Get("Clientid"))
		}
	})
	c.Authorize = func(_ context.Context, r *http.Request) error {
		r.Header.Set("Clientid", "secret")
		return nil
	}
	if _, err := c.Do(t.Context(), rest.Request{Path: "/abroad"}); kind(err) != "status 302" {
		t.Errorf("abroad: %v", err)
	}
	if res, err := c.Do(t.Context(), rest.Request{Path: "/home"}); err != nil || string(res.Body) != "/theresecret" {
		t.Errorf("home: %+v, %v", res, err)
	}
	if _, err := c.Do(t.Context(), rest.Request{Method: "POST", Path: "/home", Write: true}); kind(err) != "unknown" {
		t.Errorf("a redirected write: %v", err)
	}
}

func TestLog_ShowsNoSecrets(t *testing.T) {
	var out bytes.Buffer
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "PUT" {
			panic(http.ErrAbortHandler)
		}
		_, _ = io.WriteString(w, `{"token":"hush"}`)
	})
	c.Log = slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c.Authorize = func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Bearer hush")
		return nil
	}
	q := url.Values{"password": {"hush"}}
	_, _ = c.Do(t.Context(), rest.Request{Path: "/seen", Query: q})
	_, err := c.Do(t.Context(), rest.Request{Method: "PUT", Path: "/lost", Query: q, Body: []byte("hush"), Write: true})
	if got := out.String() + err.Error(); strings.Contains(got, "hush") || !strings.Contains(got, "path=/seen") || !strings.Contains(got, "path=/lost") {
		t.Errorf("log and error:\n%s", got)
	}
}

func TestSkew(t *testing.T) {
	var ahead time.Duration
	h := &hands{now: time.Date(2026, 1, 1, 10, 0, 0, 0, time.UTC)}
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", h.Now().Add(ahead).UTC().Format(http.TimeFormat))
	})
	c.Now = h.Now
	for _, ahead = range []time.Duration{0, time.Hour, -90 * time.Second, 0} {
		if _, err := c.Do(t.Context(), rest.Request{}); err != nil {
			t.Fatal(err)
		}
		if off := (c.Skew() - ahead).Abs(); off > time.Second {
			t.Errorf("skew of %v seen as %v", ahead, c.Skew())
		}
		h.Advance(time.Minute)
	}
}

func TestCheckBase(t *testing.T) {
	for address, fine := range map[string]bool{
		"https://acme.zendesk.com":       true,
		"https://psa.example.com:8443/x": true,
		"http://localhost:8080":          true,
		"http://127.0.0.1:8080":          true,
		"http://[::1]:8080":              true,
		"http://acme.zendesk.com":        false,
		"http://192.0.2.1":               false,
		"http://localhost.example.com":   false,
		"https://user:pw@example.com":    false,
		"ftp://example.com":              false,
		"https://":                       false,
		"acme.zendesk.com":               false,
		"":                               false,
	} {
		base, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if err := rest.CheckBase(base); (err == nil) != fine {
			t.Errorf("CheckBase(%q) = %v", address, err)
		}
		if _, err := rest.New(base); (err == nil) != fine {
			t.Errorf("New(%q) = %v", address, err)
		}
	}
	if rest.CheckBase(nil) == nil {
		t.Error("no address at all is fine")
	}
}

func BenchmarkDo(b *testing.B) {
	srv := httptest.NewServer(http.HandlerFunc(empty))
	defer srv.Close()
	base, err := url.Parse(srv.URL)
	if err != nil {
		b.Fatal(err)
	}
	c, err := rest.New(base, rest.Budget{Limit: 1 << 30, Window: time.Minute})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	body := []byte(`{"summary":"x"}`)
	b.Run("bare", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			res, err := http.Post(srv.URL, "application/json", bytes.NewReader(body))
			if err != nil {
				b.Fatal(err)
			}
			_, _ = io.ReadAll(res.Body)
			_ = res.Body.Close()
		}
	})
	b.Run("polite", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.Do(b.Context(), rest.Request{Method: "POST", Body: body, Write: true}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
