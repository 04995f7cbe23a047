// Package rest is the one polite HTTP client both services are reached with.
//
// It decides when a request may leave (budgets, Retry-After, how many at once),
// whether it may be sent again, and what its end means for the caller. It
// refuses to know what either service says in its bodies, and who we are: both
// are handed in.
//
// The one rule: a write is sent again only if it provably never left this
// machine or the service clearly did not take it. Whatever else befalls a write
// ends in an UnknownError, and the caller must look before it acts.
//
// Go's own transport repeats requests too, in silence, when a kept connection
// turns out dead. For writes that is switched off: their body cannot be rewound
// (no GetBody), and without it neither HTTP/1 nor HTTP/2 sends a second copy.
package rest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// Client sends requests to one service. Its exported fields have working zero
// values and are set before the first request; after that it is safe for use
// by many goroutines.
type Client struct {
	// HTTP sends the requests; nil means a transport of our own.
	HTTP *http.Client
	// Authorize puts the credentials on a request, once per attempt.
	Authorize func(context.Context, *http.Request) error
	// Renew is called after a 401 with the request that was rejected. When it
	// returns nil, the request is sent once more.
	Renew func(ctx context.Context, rejected *http.Request) error
	// OnWait hears of every wait of a second or more for a budget.
	OnWait func(until time.Time, why string)
	// MaxInFlight bounds the requests under way at once; zero means 4.
	MaxInFlight int
	// Patience bounds how long one request waits to be let in, all waits for
	// limits together; zero means 15 minutes. Past it comes a LimitError.
	Patience time.Duration
	// Tries bounds the attempts of one request, limits aside; zero means 5.
	Tries int
	// MaxBody bounds an answer in bytes; zero means 64 MiB.
	MaxBody int64
	// UserAgent names us to the service.
	UserAgent string

	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error
	// Rand yields numbers in [0,1) that spread the waits.
	Rand func() float64
	Log  *slog.Logger

	base     *url.URL
	buckets  buckets
	gate     gate
	skew     skew
	requests atomic.Int64
	ready    atomic.Bool
	own      *http.Client
}

// New returns a client for the service at base, whose path leads every request
// path. It returns the error of CheckBase for an address it will not use.
// Budgets are what the service is assumed to allow until it announces more or
// less; the one without a name covers every request.
func New(base *url.URL, budgets ...Budget) (*Client, error) {
	if err := CheckBase(base); err != nil {
		return nil, err
	}
	at := *base
	at.Path = strings.TrimSuffix(at.Path, "/")
	at.RawPath, at.RawQuery, at.Fragment = "", "", ""
	c := &Client{base: &at, own: &http.Client{Transport: newTransport(), CheckRedirect: stayHome}}
	c.buckets.add(budgets)
	return c, nil
}

// CheckBase refuses addresses that secrets must not travel to: anything but
// https, except http on a loopback host.
func CheckBase(base *url.URL) error {
	switch {
	case base == nil || base.Host == "":
		return errors.New("address without a host")
	case base.User != nil:
		return errors.New("address with credentials in it")
	case base.Scheme == "https":
		return nil
	case base.Scheme == "http" && isLoopback(base.Hostname()):
		return nil
	case base.Scheme == "http":
		return fmt.Errorf("address %s is not encrypted; use https", base.Redacted())
	}
	return fmt.Errorf("address %s is not https", base.Redacted())
}

// Base returns the address of the service.
func (c *Client) Base() *url.URL {
	at := *c.base
	return &at
}

// Requests counts the requests sent so far, repeated ones included.
func (c *Client) Requests() int64 { return c.requests.Load() }

// Skew tells how far the service's clock is ahead of ours; it is good to a
// second, and zero until the first answer.
func (c *Client) Skew() time.Duration { return c.skew.get() }

// Close drops idle connections. Requests under way are not disturbed.
func (c *Client) Close() {
	c.http().CloseIdleConnections()
}

func (c *Client) http() *http.Client {
	if c.HTTP != nil {
		return c.HTTP
	}
	return c.own
}

func (c *Client) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

func (c *Client) sleep(ctx context.Context, d time.Duration) error {
	if c.Sleep != nil {
		return c.Sleep(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *Client) random() float64 {
	if c.Rand != nil {
		return c.Rand()
	}
	return rand.Float64()
}

func (c *Client) patience() time.Duration { return orDefault(c.Patience, 15*time.Minute) }
func (c *Client) tries() int              { return orDefault(c.Tries, 5) }
func (c *Client) maxBody() int64          { return orDefault(c.MaxBody, 64<<20) }
func (c *Client) maxInFlight() int        { return orDefault(c.MaxInFlight, 4) }

func orDefault[T int | int64 | time.Duration](v, otherwise T) T {
	if v <= 0 {
		return otherwise
	}
	return v
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
