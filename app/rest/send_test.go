package rest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"deskbridge/app/rest"
)

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

func TestDo_ReadsABody(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/x" || r.URL.Query().Get("q") != "a b" {
			t.Errorf("asked for %s", r.URL)
		}
		_, _ = w.Write([]byte(`{"ok":true}`))
	})
	res, err := c.Do(t.Context(), rest.Request{Path: "/api/x", Query: url.Values{"q": {"a b"}}})
	if err != nil || string(res.Body) != `{"ok":true}` {
		t.Fatalf("Do = %v, %v", res, err)
	}
	if c.Requests() != 1 {
		t.Errorf("Requests = %d", c.Requests())
	}
}
