package rest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// verdict is what one attempt came to.
type verdict int

const (
	done      verdict = iota
	final             // the error stands
	again             // may be sent again, counted
	throttled         // not let in; sent again as long as patience lasts
	rejected          // 401: renew, then once more
)

// send runs the attempts of one request.
func (c *Client) send(ctx context.Context, r *Request, read func(*Response, io.Reader) error) error {
	if !c.ready.Load() {
		c.gate.open(c.maxInFlight())
		c.ready.Store(true)
	}
	tries := c.tries()
	if r.Tries > 0 {
		tries = r.Tries
	}
	var waited time.Duration // for limits
	renewed := false
	for try, turned := 1, 0; ; {
		got, wait, rejectedReq, err := c.attempt(ctx, r, &waited, read)
		switch got {
		case done:
			return nil
		case final:
			return err
		case rejected:
			if renewed || c.Renew == nil {
				return err
			}
			renewed = true
			if err := c.Renew(ctx, rejectedReq); err != nil {
				return credential(ctx, err)
			}
			continue
		case throttled:
			if wait < 0 {
				wait = c.pause(turned+2, time.Minute)
				c.buckets.block(c.now().Add(wait), r.Budgets)
			}
			turned++
			// The next attempt waits at its budgets, together with everybody else.
			continue
		}
		if try++; try > tries {
			return err
		}
		if wait < 0 {
			wait = c.pause(try-2, 30*time.Second)
		}
		if waited += wait; waited > c.patience() {
			return &LimitError{Until: c.now().Add(wait), Why: "service busy"}
		}
		c.announce(wait, "service busy")
		if e := c.sleep(ctx, wait); e != nil {
			return fmt.Errorf("%w (after %w)", e, err)
		}
	}
}

// attempt sends r once, when its budgets and the gate let it in. It returns
// what came of it and how long to wait before the next, negative where the
// service did not say.
func (c *Client) attempt(ctx context.Context, r *Request, waited *time.Duration,
	read func(*Response, io.Reader) error,
) (verdict, time.Duration, *http.Request, error) {
	if err := c.admit(ctx, r, waited); err != nil {
		return final, 0, nil, err
	}
	round, err := c.gate.enter(ctx)
	if err != nil {
		c.buckets.learn(c.now(), r.Budgets, nil)
		return final, 0, nil, err
	}
	var header http.Header // of the answer, for the budgets
	well, strain := false, false
	defer func() {
		c.gate.leave(round, well, strain)
		if header == nil {
			c.buckets.learn(c.now(), r.Budgets, nil)
		}
	}()

	timed, cancel := context.WithTimeout(ctx, r.timeout())
	defer cancel()
	var left atomic.Bool
	if r.Write {
		// The headers leave before the body: without them nothing arrived that a
		// server could act on.
		timed = httptrace.WithClientTrace(timed, &httptrace.ClientTrace{WroteHeaders: func() { left.Store(true) }})
	}
	req, err := c.build(timed, r)
	if err != nil {
		return final, 0, nil, err
	}
	sent := c.now()
	c.requests.Add(1)
	res, err := c.http().Do(req)
	got := c.now()
	if err != nil {
		err = plain(err)
		c.log(ctx, r, 0, got.Sub(sent), err)
		strain = isTimeout(err) && ctx.Err() == nil
		v, err := c.failed(ctx, r, left.Load(), err)
		return v, -1, nil, err
	}
	defer res.Body.Close()
	header = res.Header
	c.buckets.learn(got, r.Budgets, header)
	c.skew.measure(header, sent, got)
	c.log(ctx, r, res.StatusCode, got.Sub(sent), nil)
	in := &answer{from: res.Body, left: c.maxBody()}
	if res.StatusCode/100 != 2 {
		in.left = 64 << 10
		strain = res.StatusCode == http.StatusTooManyRequests || res.StatusCode == http.StatusServiceUnavailable
		v, wait, err := c.refused(r, res, in, got, waited)
		return v, wait, req, err
	}
	err = read(&Response{Status: res.StatusCode, Header: header}, in)
	if err == nil && in.err == nil {
		// Reading to the end lets the connection be used again.
		_, _ = io.CopyN(io.Discard, in, 64<<10)
	}
	if err != nil {
		v, err := c.unread(ctx, r, in, err)
		return v, -1, nil, err
	}
	well = c.now().Sub(sent) < inTime
	return done, 0, nil, nil
}

// admit waits until all budgets of r let it in.
func (c *Client) admit(ctx context.Context, r *Request, waited *time.Duration) error {
	for {
		now := c.now()
		until, why := c.buckets.take(now, r.Budgets)
		if until.IsZero() {
			return nil
		}
		wait := until.Sub(now)
		if *waited+wait > c.patience() {
			return &LimitError{Until: until, Why: why}
		}
		*waited += wait
		c.announce(wait, why)
		if err := c.sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// failed judges an attempt that brought no answer.
func (c *Client) failed(ctx context.Context, r *Request, left bool, err error) (verdict, error) {
	switch {
	case r.Write && left:
		return final, &UnknownError{Method: r.method(), Path: r.Path, Err: err}
	case ctx.Err() != nil:
		return final, ctx.Err()
	}
	return again, &UnavailableError{Method: r.method(), Path: r.Path, Err: err}
}

// refused judges an answer whose status is not 2xx.
func (c *Client) refused(r *Request, res *http.Response, in *answer, now time.Time, waited *time.Duration,
) (verdict, time.Duration, error) {
	// The status says what happened; a body that cannot be read only leaves out
	// the words. Edge protection answers 429 with text or HTML.
	text, _ := readAll(in, res.Header)
	said := &StatusError{Method: r.method(), Path: r.Path, Status: res.StatusCode, Header: res.Header, Body: text}
	wait := time.Duration(-1)
	if d, ok := retryAfter(res.Header, now); ok {
		wait = d
	}
	switch status := res.StatusCode; {
	case status == http.StatusTooManyRequests:
		if wait >= 0 {
			// At least a little, or a service that says 0 would be asked in a tight loop.
			wait = max(wait, 250*time.Millisecond)
			c.buckets.block(now.Add(wait), r.Budgets)
		}
		if *waited+max(wait, 0) > c.patience() {
			return final, 0, &LimitError{Until: now.Add(max(wait, 0)), Why: "throttled by the service"}
		}
		return throttled, wait, said
	case status == http.StatusUnauthorized:
		return rejected, 0, said
	case r.Write && (status < 400 || status >= 500 || status == http.StatusRequestTimeout):
		// A 503 may come from a front whose back end goes on saving.
		return final, 0, &UnknownError{Method: r.method(), Path: r.Path, Err: said}
	case status >= 500 && status != http.StatusNotImplemented,
		status == http.StatusRequestTimeout, status == http.StatusTooEarly:
		return again, wait, &UnavailableError{Method: r.method(), Path: r.Path, Err: said}
	}
	return final, 0, said
}

// unread judges a 2xx answer whose body was not taken in.
func (c *Client) unread(ctx context.Context, r *Request, in *answer, err error) (verdict, error) {
	cut := in.err != nil && !errors.Is(in.err, io.EOF)
	broken := cut || errors.Is(err, ErrMalformed)
	if cut && !errors.Is(err, in.err) {
		err = fmt.Errorf("%w (%w)", in.err, err)
	}
	switch {
	case r.Write && broken:
		return final, &UnknownError{Method: r.method(), Path: r.Path, Err: err}
	case ctx.Err() != nil:
		return final, ctx.Err()
	case errors.Is(in.err, errTooLarge):
		return final, fmt.Errorf("%s %s: %w: %w", r.method(), r.Path, ErrMalformed, err)
	case cut:
		return again, &UnavailableError{Method: r.method(), Path: r.Path, Err: err}
	case broken:
		return again, fmt.Errorf("%s %s: %w", r.method(), r.Path, err)
	}
	return final, err
}

// pause returns the n-th wait, n from zero: growing, spread over half to one
// and a half of its length, so that many clients do not come back in step.
func (c *Client) pause(n int, most time.Duration) time.Duration {
	d := min(500*time.Millisecond<<min(n, 20), most)
	return time.Duration(float64(d) * (0.5 + c.random()))
}

func (c *Client) announce(wait time.Duration, why string) {
	if c.OnWait != nil && wait >= time.Second {
		c.OnWait(c.now().Add(wait), why)
	}
}

// log writes one line per request: never its query, headers or body.
func (c *Client) log(ctx context.Context, r *Request, status int, took time.Duration, err error) {
	if c.Log == nil || !c.Log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	attrs := []slog.Attr{
		slog.String("host", c.base.Host), slog.String("method", r.method()), slog.String("path", r.Path),
		slog.Int("status", status), slog.Duration("took", took),
	}
	if err != nil {
		attrs = append(attrs, slog.String("error", err.Error()))
	}
	c.Log.LogAttrs(ctx, slog.LevelDebug, "request", attrs...)
}

func isTimeout(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	n, ok := errors.AsType[net.Error](err)
	return ok && n.Timeout()
}
