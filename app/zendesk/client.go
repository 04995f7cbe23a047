// Package zendesk reads a Zendesk account in ticket's words.
//
// It decides which routes answer a question, how pages follow each other, and
// what an error body means. It refuses to know what is done with the answers,
// where tokens come from, and when a request may leave: that is package rest's.
//
// The one rule: a record is never lost in silence. A field that came in an
// unexpected shape counts as empty, a value outside the documented ones is kept
// as it came, and what cannot be told at all ends in an error or in a list of
// tickets to read again.
//
// API facts are quoted by the title of Zendesk's page; "recorded" marks what
// was seen in real traffic.
package zendesk

import (
	"context"
	"io"
	"net"
	"net/url"
	"strings"
	"time"

	"deskbridge/app/rest"
)

// exports is the budget all incremental exports share, as named in the header
// that announces it ("Rate limits": 10 a minute).
const exports = "incremental-exports"

// Budgets returns what an account is assumed to allow until its answers say
// otherwise: 10 exports a minute, and the 400 requests a minute of the plans in
// the middle ("Rate limits").
func Budgets() []rest.Budget {
	return []rest.Budget{
		{Limit: 400, Window: time.Minute},
		{Name: exports, Limit: 10, Window: time.Minute},
	}
}

// Account returns what tells desk accounts apart in markers: the subdomain, or
// the bare host name where the address is not Zendesk's own.
func Account(address *url.URL) string {
	host := strings.ToLower(address.Hostname())
	if sub, ok := strings.CutSuffix(host, ".zendesk.com"); ok && net.ParseIP(host) == nil && sub != "" {
		return sub
	}
	return host
}

// Client reads one account. It is safe for use by many goroutines.
type Client struct {
	// Now is asked when an answer's time has to be judged; nil means time.Now.
	Now func() time.Time

	rest *rest.Client
}

// New returns a client that asks through r, which carries the account's address
// and credentials.
func New(r *rest.Client) *Client {
	if r == nil {
		panic("zendesk: no rest client")
	}
	return &Client{rest: r}
}

// Requests counts the requests sent so far, repeated ones included.
func (c *Client) Requests() int64 { return c.rest.Requests() }

// now is the service's time, as far as it is known.
func (c *Client) now() time.Time {
	if c.Now != nil {
		return c.Now().Add(c.rest.Skew())
	}
	return time.Now().Add(c.rest.Skew())
}

// get asks for one page and hands its body to read, which may be called again
// after an answer that was cut or was not JSON.
func (c *Client) get(ctx context.Context, r rest.Request, read func(io.Reader) error) error {
	err := c.rest.Stream(ctx, r, func(_ *rest.Response, body io.Reader) error { return read(body) })
	return explain(err)
}
