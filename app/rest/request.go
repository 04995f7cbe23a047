package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// How long one attempt may take where the request does not say: a busy PSA may
// still be saving long after a read would have been given up.
const (
	readTimeout  = 60 * time.Second
	writeTimeout = 180 * time.Second
)

// Request is what to ask for.
type Request struct {
	Method string // empty means GET
	// Path follows the base address; it is not escaped yet.
	Path        string
	Query       url.Values
	Header      http.Header
	Body        []byte
	ContentType string // of Body; empty means application/json
	// Budgets names the budgets this request counts against beside the one that
	// covers all.
	Budgets []string
	// Write says that repeating the request could do it twice.
	Write bool
	// Timeout bounds one attempt; zero means 60 s, or 180 s for a write.
	Timeout time.Duration
	// Tries overrides the client's, for callers who would rather know than wait.
	Tries int
}

// Response is an answer with a 2xx status.
type Response struct {
	Status int
	Header http.Header
	Body   []byte // nil in Stream
}

// Do sends r and returns its answer, the body read whole.
//
// Errors, for errors.As: *UnknownError (a write that may have been done),
// *StatusError (a clear no), *LimitError (not let in within the client's
// patience), *UnavailableError (not reached or not served; a write that ends so
// was not done), *CredentialError (Authorize or Renew had nothing to give). The
// context's error comes as it is where nothing was sent.
func (c *Client) Do(ctx context.Context, r Request) (*Response, error) {
	var out *Response
	err := c.send(ctx, &r, func(res *Response, body io.Reader) error {
		all, err := readAll(body, res.Header)
		if err != nil {
			return err
		}
		res.Body = all
		out = res
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// JSON is Do with the answer's body decoded into into, which may be nil. A body
// that is not JSON ends a read in ErrMalformed after it was asked for again,
// and a write in an UnknownError.
func (c *Client) JSON(ctx context.Context, r Request, into any) (*Response, error) {
	var out *Response
	err := c.send(ctx, &r, func(res *Response, body io.Reader) error {
		all, err := readAll(body, res.Header)
		if err != nil {
			return err
		}
		if into != nil {
			if err := json.Unmarshal(all, into); err != nil {
				return fmt.Errorf("%w: %w", ErrMalformed, err)
			}
		}
		res.Body = all
		out = res
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Stream sends r and hands the body to read while it arrives. An error of read
// that wraps ErrMalformed, or a body that was cut, has a read asked for again:
// read must then start afresh. On a write it becomes an UnknownError. Any other
// error of read is returned as it is.
func (c *Client) Stream(ctx context.Context, r Request, read func(*Response, io.Reader) error) error {
	return c.send(ctx, &r, read)
}

func (r *Request) method() string {
	if r.Method == "" {
		return http.MethodGet
	}
	return r.Method
}

func (r *Request) timeout() time.Duration {
	switch {
	case r.Timeout > 0:
		return r.Timeout
	case r.Write:
		return writeTimeout
	}
	return readTimeout
}

// build makes a fresh request for one attempt.
func (c *Client) build(ctx context.Context, r *Request) (*http.Request, error) {
	at := *c.base
	at.Path += r.Path
	if len(r.Query) > 0 {
		at.RawQuery = r.Query.Encode()
	}
	out := (&http.Request{
		Method:     r.method(),
		URL:        &at,
		Host:       at.Host,
		Proto:      "HTTP/1.1",
		ProtoMajor: 1,
		ProtoMinor: 1,
		Header:     make(http.Header, len(r.Header)+4),
	}).WithContext(ctx)
	for name, values := range r.Header {
		out.Header[name] = values
	}
	if out.Header["Accept"] == nil {
		out.Header["Accept"] = []string{"application/json"}
	}
	if c.UserAgent != "" {
		out.Header["User-Agent"] = []string{c.UserAgent}
	}
	if r.Body != nil {
		kind := r.ContentType
		if kind == "" {
			kind = "application/json"
		}
		out.Header["Content-Type"] = []string{kind}
		out.ContentLength = int64(len(r.Body))
		// GetBody stays nil: see the package comment.
		out.Body = io.NopCloser(bytes.NewReader(r.Body))
	}
	if c.Authorize != nil {
		if err := c.Authorize(ctx, out); err != nil {
			return nil, credential(ctx, err)
		}
	}
	return out, nil
}

// readAll reads a body whole, in one allocation where its length is known.
func readAll(body io.Reader, header http.Header) ([]byte, error) {
	size := 512
	if n, ok := parseCount(first(header, "Content-Length")); ok && n < 1<<20 {
		size = n + 1 // one more, so that the end is seen without growing
	}
	buf := make([]byte, 0, size)
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := body.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if errors.Is(err, io.EOF) {
			return buf, nil
		}
		if err != nil {
			return nil, err
		}
	}
}
