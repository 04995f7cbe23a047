package zendesk_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"go.uber.org/goleak"

	"deskbridge/app/bridge"
	"deskbridge/app/rest"
	"deskbridge/app/zendesk"
)

var _ bridge.Desk = (*zendesk.Client)(nil)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// ask starts a service that answers with h, and a client for it whose waits
// take no time.
func ask(t *testing.T, h http.HandlerFunc) *zendesk.Client {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return zendesk.New(restOf(t, srv.URL))
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

// always answers every request with one body.
func always(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func TestAccount(t *testing.T) {
	for address, want := range map[string]string{
		"https://acme.zendesk.com":    "acme",
		"https://Acme.Zendesk.com/":   "acme",
		"http://127.0.0.1:8080":       "127.0.0.1",
		"http://[::1]:8080":           "::1",
		"https://support.example.com": "support.example.com",
		"https://zendesk.com":         "zendesk.com",
	} {
		at, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := zendesk.Account(at); got != want {
			t.Errorf("Account(%s) = %q, want %q", address, got, want)
		}
	}
}
