package connectwise_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"deskbridge/app/connectwise"
)

const (
	clientID = "12345678-90ab-cdef-1234-567890abcdef"
	// base is an address whose API base needs no look-up.
	base = "http://127.0.0.1:9/v4_6_release/apis/3.0"
)

func keys() connectwise.Keys {
	return connectwise.Keys{Company: "acme", Public: "public", Private: "private"}
}

// wire carries requests to a handler in this process and keeps them.
type wire struct {
	mu      sync.Mutex
	handler http.HandlerFunc
	asked   []asked
}

type asked struct {
	Method, Path string
	Query        map[string][]string
	Header       http.Header
	Body         string
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	a := asked{Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Header: r.Header.Clone()}
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		a.Body = string(body)
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	w.mu.Lock()
	w.asked = append(w.asked, a)
	w.mu.Unlock()
	rec := httptest.NewRecorder()
	w.handler(rec, r)
	res := rec.Result()
	res.Request = r
	return res, nil
}

func (w *wire) requests() []asked {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]asked(nil), w.asked...)
}

// over returns a client at address whose requests go to h, and their record.
// Waits take no time.
func over(t testing.TB, address string, h http.HandlerFunc) (*connectwise.Client, *wire) {
	t.Helper()
	w := &wire{handler: h}
	c := at(t, address)
	c.HTTP.HTTP = &http.Client{Transport: w}
	return c, w
}

func at(t testing.TB, address string) *connectwise.Client {
	t.Helper()
	a, err := connectwise.ParseAddress(address)
	if err != nil {
		t.Fatal(err)
	}
	c, err := connectwise.New(a, keys(), clientID)
	if err != nil {
		t.Fatal(err)
	}
	c.HTTP.Sleep = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	t.Cleanup(c.Close)
	return c
}

// always answers every request alike.
func always(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// later moves the client's clock past the time between two look-ups.
func later(c *connectwise.Client) {
	c.Now = func() time.Time { return time.Now().Add(time.Hour) }
}

// quick answers everything with one body, at no cost to speak of.
type quick string

func (q quick) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusCreated, Header: http.Header{"Ratelimit-Limit": {"1000000"}, "Ratelimit-Remaining": {"1000000"}, "Ratelimit-Reset": {"60"}},
		Body: io.NopCloser(strings.NewReader(string(q))), ContentLength: int64(len(q)), Request: r,
	}, nil
}
