// Package connectwise speaks with one ConnectWise PSA instance and answers in
// ticket's words.
//
// It decides how a question is put (addresses, filters, paging, bodies) and what
// an answer means: done, refused, gone, or not known. It refuses to know what is
// carried and why, and anything about Zendesk. Nothing a person wrote ever
// becomes part of a filter or a path.
//
// The one rule: every write says processNotifications false, and a write counts
// as done only when a whole, readable record came back; anything but that or a
// clear refusal is ticket.ErrOutcomeUnknown.
//
// Files: address and keys (what a person types), client, codebase and failure
// (the way of one call), condition and walk (lists), record (what answers hold),
// create, update and note (writes), find (looking up), setup and company (what
// settings choose from), right (what the role allows).
package connectwise

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"deskbridge/app/rest"
)

// accept pins the version of the API, so that fields do not move.
const accept = "application/vnd.connectwise.com+json; version=2025.1"

// perMinute is the documented ceiling of requests; an instance may announce
// another one.
const perMinute = 1_000

// Client is one ConnectWise instance, seen as one API member. It is safe for
// use by many goroutines.
type Client struct {
	// HTTP sends the requests; its fields may be set before the first one.
	HTTP *rest.Client
	// Now is the clock that spaces look-ups of the codebase; nil means time.Now.
	Now func() time.Time

	address Address
	keys    Keys
	headers http.Header // shared by all requests, never changed

	base     atomic.Pointer[string] // path of the API base once known
	lookup   sync.Mutex
	lookedAt time.Time
}

// New returns a client for the instance at address. clientID is the vendor's
// own GUID, which ConnectWise asks of every integration. Nothing is asked yet.
// It panics without an address or a client id; keys may be wrong, which the
// first call tells.
func New(address Address, keys Keys, clientID string) (*Client, error) {
	if address.Zero() || clientID == "" {
		panic("connectwise: New needs an address and a client id")
	}
	company, err := ParseCompany(keys.Company)
	if err != nil {
		return nil, err
	}
	keys.Company = company
	root, err := url.Parse(address.root)
	if err != nil {
		return nil, fmt.Errorf("read address %s: %w", address, err)
	}
	sender, err := rest.New(root, rest.Budget{Limit: perMinute, Window: time.Minute})
	if err != nil {
		return nil, fmt.Errorf("use address %s: %w", address, err)
	}
	c := &Client{HTTP: sender, address: address, keys: keys, headers: http.Header{
		"Accept":        {accept},
		"Authorization": {keys.basic()},
		"Clientid":      {clientID},
	}}
	if address.api != "" {
		c.base.Store(&address.api)
	}
	return c, nil
}

// Address returns where the instance is.
func (c *Client) Address() Address { return c.address }

// Company returns the company id we sign in with.
func (c *Client) Company() string { return c.keys.Company }

// Close drops idle connections.
func (c *Client) Close() { c.HTTP.Close() }

func (c *Client) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// call is one question or one write.
type call struct {
	doing  string // verb and object, for errors: "update ticket"
	of     int64  // the record, 0 for none
	right  Right  // what a 403 is about
	method string // empty means GET
	path   string // behind the API base
	query  url.Values
	body   []byte
	kind   string // media type of body; empty means JSON
	write  bool
	tries  int
	// single says that a 404 means the record named in path.
	single bool
}

func (k *call) String() string {
	if k.of == 0 {
		return k.doing
	}
	return k.doing + " " + strconv.FormatInt(k.of, 10)
}

// do sends k and returns its answer, whose status is 2xx.
func (c *Client) do(ctx context.Context, k *call) (*rest.Response, error) {
	var out *rest.Response
	err := c.send(ctx, k, func(r rest.Request) (err error) {
		out, err = c.HTTP.Do(ctx, r)
		return err
	})
	return out, err
}

// list sends k and decodes the array it answers with. It returns whether the
// answer says that more follows.
func list[T any](ctx context.Context, c *Client, k *call, check func(*T) error) (rows []T, more bool, err error) {
	err = c.send(ctx, k, func(r rest.Request) error {
		return c.HTTP.Stream(ctx, r, func(res *rest.Response, body io.Reader) error {
			rows, more = rows[:0], hasNext(res.Header)
			var err error
			if rows, err = decodeList(body, rows, check); err != nil {
				return fmt.Errorf("%w: %w", rest.ErrMalformed, err)
			}
			return nil
		})
	})
	return rows, more, err
}

// one sends k and decodes the single record it answers with.
func one(ctx context.Context, c *Client, k *call, into any) error {
	return c.send(ctx, k, func(r rest.Request) error {
		_, err := c.HTTP.JSON(ctx, r, into)
		return err
	})
}

// send puts k together, sends it by way of via, and turns its error into ours.
// Where the API base seems to have moved it is looked up, and k sent once more:
// what was not routed was not done.
func (c *Client) send(ctx context.Context, k *call, via func(rest.Request) error) error {
	for again := false; ; again = true {
		base, err := c.apiBase(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", k, err)
		}
		err = via(rest.Request{
			Method: k.method, Path: base + k.path, Query: k.query, Header: c.headers,
			Body: k.body, ContentType: k.kind, Write: k.write, Tries: k.tries,
		})
		if err == nil {
			return nil
		}
		if said, ok := errors.AsType[*rest.StatusError](err); ok && !again && k.astray(said) && c.moved(ctx, base) {
			continue
		}
		return c.failure(k, err)
	}
}

// decodeList reads one JSON array to its end, row by row.
func decodeList[T any](body io.Reader, rows []T, check func(*T) error) ([]T, error) {
	d := json.NewDecoder(body)
	open, err := d.Token()
	if err != nil {
		return rows, err
	}
	if open != json.Delim('[') {
		return rows, fmt.Errorf("a list starts with %v", open)
	}
	for d.More() {
		var row T
		if err := d.Decode(&row); err != nil {
			return rows, err
		}
		if err := check(&row); err != nil {
			return rows, err
		}
		rows = append(rows, row)
	}
	if _, err := d.Token(); err != nil {
		return rows, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return rows, errors.New("text behind the end of a list")
	}
	return rows, nil
}

// decodeWritten reads the record that answers a write. A record without a
// number proves nothing.
func decodeWritten(body []byte, into any, id *int64) error {
	if err := json.Unmarshal(body, into); err != nil {
		if bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
			return errors.New("the answer is a web page")
		}
		return fmt.Errorf("the answer is not readable: %w", err)
	}
	if *id <= 0 {
		return errors.New("the answer names no record")
	}
	return nil
}
