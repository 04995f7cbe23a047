package rest_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"deskbridge/app/rest"
)

// raw is a service that speaks as a script says, byte by byte, and counts the
// requests that arrived whole.
type raw struct {
	net.Listener
	arrived atomic.Int64
}

// listen starts a raw service. answer is called once per request that arrived
// whole, with its number from 1; the connection stays open if it returns true.
func listen(t *testing.T, answer func(conn net.Conn, n int) bool) *raw {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &raw{Listener: l}
	var running sync.WaitGroup
	var mu sync.Mutex
	open := map[net.Conn]bool{}
	running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open[conn] = true
			mu.Unlock()
			running.Go(func() {
				defer conn.Close()
				in := bufio.NewReader(conn)
				for {
					req, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					if _, err := io.Copy(io.Discard, req.Body); err != nil {
						return
					}
					if !answer(conn, int(s.arrived.Add(1))) {
						return
					}
				}
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		for conn := range open {
			_ = conn.Close()
		}
		mu.Unlock()
		running.Wait()
	})
	return s
}

func (s *raw) url() string { return "http://" + s.Addr().String() }

// says answers every request with text and then hangs up.
func says(text string) func(net.Conn, int) bool {
	return func(conn net.Conn, _ int) bool {
		_, _ = io.WriteString(conn, text)
		return false
	}
}

func status(code int, extra ...string) string {
	body := "<html>sorry</html>"
	// Hanging up without saying so would leave a dead connection to the next request.
	return fmt.Sprintf("HTTP/1.1 %d X\r\nConnection: close\r\nContent-Length: %d\r\n%s\r\n%s", code, len(body), strings.Join(extra, ""), body)
}

// kind names what an error is to a caller.
func kind(err error) string {
	if err == nil {
		return "done"
	}
	if _, ok := errors.AsType[*rest.UnknownError](err); ok {
		return "unknown"
	}
	if _, ok := errors.AsType[*rest.LimitError](err); ok {
		return "limit"
	}
	if _, ok := errors.AsType[*rest.UnavailableError](err); ok {
		return "unavailable"
	}
	if said, ok := errors.AsType[*rest.StatusError](err); ok {
		return fmt.Sprintf("status %d", said.Status)
	}
	if errors.Is(err, rest.ErrMalformed) {
		return "malformed"
	}
	return err.Error()
}

// TestOutcomes has one row per way a request can end. What a write ends in, and
// how often it arrived, is the promise the whole program rests on.
func TestOutcomes(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"a\": 1}"
	for _, row := range []struct {
		name        string
		answer      func(net.Conn, int) bool
		read        string
		readCount   int64
		write       string
		writeCount  int64
		renewed     bool
		readTimeout time.Duration
	}{
		{name: "an answer", answer: says(ok), read: "done", readCount: 1, write: "done", writeCount: 1},
		{name: "no content", answer: says("HTTP/1.1 204 No Content\r\n\r\n"), read: "malformed", readCount: 5, write: "unknown", writeCount: 1},
		{name: "hung up before the answer", answer: says(""), read: "unavailable", readCount: 5, write: "unknown", writeCount: 1},
		{name: "cut in the status line", answer: says("HTTP/1.1 2"), read: "unavailable", readCount: 5, write: "unknown", writeCount: 1},
		{name: "cut in the headers", answer: says("HTTP/1.1 200 OK\r\nContent-Le"), read: "unavailable", readCount: 5, write: "unknown", writeCount: 1},
		{name: "cut before the body", answer: says("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n"), read: "unavailable", readCount: 5, write: "unknown", writeCount: 1},
		{name: "cut in the body", answer: says("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"a\""), read: "unavailable", readCount: 5, write: "unknown", writeCount: 1},
		{name: "cut in a chunk", answer: says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{\"a\""), read: "unavailable", readCount: 5, write: "unknown", writeCount: 1},
		{name: "cut between chunks", answer: says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{\"a\"\r\n"), read: "unavailable", readCount: 5, write: "unknown", writeCount: 1},
		{name: "no HTTP at all", answer: says("220 mail.example.com ESMTP\r\n"), read: "unavailable", readCount: 5, write: "unknown", writeCount: 1},
		{name: "half a body that claims to be whole", answer: says("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n{\"a\""), read: "malformed", readCount: 5, write: "unknown", writeCount: 1},
		{name: "a page of HTML", answer: says(status(200)), read: "malformed", readCount: 5, write: "unknown", writeCount: 1},
		{name: "a redirect elsewhere", answer: says(status(302, "Location: https://login.example.com/\r\n")), read: "status 302", readCount: 1, write: "unknown", writeCount: 1},
		{name: "a redirect that keeps the method", answer: says(status(307, "Location: /elsewhere\r\n")), read: "status 307", readCount: 6, write: "unknown", writeCount: 1},
		{name: "400", answer: says(status(400)), read: "status 400", readCount: 1, write: "status 400", writeCount: 1},
		{name: "401", answer: says(status(401)), read: "status 401", readCount: 1, write: "status 401", writeCount: 1},
		{name: "401, and again after renewing", answer: says(status(401)), renewed: true, read: "status 401", readCount: 2, write: "status 401", writeCount: 2},
		{name: "403", answer: says(status(403)), read: "status 403", readCount: 1, write: "status 403", writeCount: 1},
		{name: "404", answer: says(status(404)), read: "status 404", readCount: 1, write: "status 404", writeCount: 1},
		{name: "408", answer: says(status(408)), read: "unavailable", readCount: 5, write: "unknown", writeCount: 1},
		{name: "409", answer: says(status(409)), read: "status 409", readCount: 1, write: "status 409", writeCount: 1},
		{name: "422", answer: says(status(422)), read: "status 422", readCount: 1, write: "status 422", writeCount: 1},
		{name: "500", answer: says(status(500)), read: "unavailable", readCount: 5, write: "unknown", writeCount: 1},
		{name: "501", answer: says(status(501)), read: "status 501", readCount: 1, write: "unknown", writeCount: 1},
		{name: "502", answer: says(status(502)), read: "unavailable", readCount: 5, write: "unknown", writeCount: 1},
		{name: "503", answer: says(status(503)), read: "unavailable", readCount: 5, write: "unknown", writeCount: 1},
		{name: "503 that says when", answer: says(status(503, "Retry-After: 2\r\n")), read: "unavailable", readCount: 5, write: "unknown", writeCount: 1},
		{name: "503 for hours", answer: says(status(503, "Retry-After: 7200\r\n")), read: "limit", readCount: 1, write: "unknown", writeCount: 1},
		{name: "504", answer: says(status(504)), read: "unavailable", readCount: 5, write: "unknown", writeCount: 1},
		{name: "522 of a front", answer: says(status(522)), read: "unavailable", readCount: 5, write: "unknown", writeCount: 1},
		{name: "429 for hours", answer: says(status(429, "Retry-After: 7200\r\n")), read: "limit", readCount: 1, write: "limit", writeCount: 1},
		{name: "429, then an answer", answer: func(conn net.Conn, n int) bool {
			if n < 8 {
				return says(status(429, "Retry-After: 1\r\n"))(conn, n)
			}
			return says(ok)(conn, n)
		}, read: "done", readCount: 8, write: "done", writeCount: 8},
		{name: "503, then an answer", answer: func(conn net.Conn, n int) bool {
			if n < 3 {
				return says(status(503))(conn, n)
			}
			return says(ok)(conn, n)
		}, read: "done", readCount: 3, write: "unknown", writeCount: 1},
		{name: "cut, then an answer", answer: func(conn net.Conn, n int) bool {
			if n < 5 {
				return says("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"a\"")(conn, n)
			}
			return says(ok)(conn, n)
		}, read: "done", readCount: 5, write: "unknown", writeCount: 1},
	} {
		for _, write := range []bool{false, true} {
			name, want, count := "read: "+row.name, row.read, row.readCount
			if write {
				name, want, count = "write: "+row.name, row.write, row.writeCount
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := listen(t, row.answer)
				c := clientOf(t, s.url())
				clock(c)
				if row.renewed {
					c.Renew = func(context.Context, *http.Request) error { return nil }
				}
				var got struct{ A int }
				r := rest.Request{Path: "/x"}
				if write {
					r = rest.Request{Method: http.MethodPost, Path: "/x", Body: []byte(`{"b": 2}`), Write: true}
				}
				_, err := c.JSON(t.Context(), r, &got)
				if kind(err) != want {
					t.Errorf("ended %q, want %q: %v", kind(err), want, err)
				}
				if err == nil && got.A != 1 {
					t.Errorf("got %+v", got)
				}
				if n := s.arrived.Load(); n != count {
					t.Errorf("arrived %d times, want %d", n, count)
				}
			})
		}
	}
}

func TestStall(t *testing.T) {
	for _, row := range []struct {
		write bool
		want  string
		count int64
	}{{false, "unavailable", 2}, {true, "unknown", 1}} {
		t.Run(row.want, func(t *testing.T) {
			hold := make(chan struct{})
			s := listen(t, func(net.Conn, int) bool { <-hold; return false })
			defer close(hold)
			c := clientOf(t, s.url())
			_, err := c.Do(t.Context(), rest.Request{Method: "POST", Body: []byte("{}"), Write: row.write, Timeout: 30 * time.Millisecond, Tries: 2})
			if kind(err) != row.want || s.arrived.Load() != row.count {
				t.Errorf("ended %q after %d: %v", kind(err), s.arrived.Load(), err)
			}
		})
	}
}

// What never left is sent again, writes too, and says so in the end.
func TestNeverLeft(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused := "http://" + l.Addr().String()
	_ = l.Close()
	noTLS := listen(t, says(""))
	for name, address := range map[string]string{
		"connection refused":  refused,
		"TLS handshake fails": "https://" + noTLS.Addr().String(),
	} {
		for _, write := range []bool{false, true} {
			c := clientOf(t, address)
			_, err := c.Do(t.Context(), rest.Request{Method: "POST", Body: []byte("{}"), Write: write})
			if kind(err) != "unavailable" || c.Requests() != 5 {
				t.Errorf("%s, write %v: ended %q after %d: %v", name, write, kind(err), c.Requests(), err)
			}
		}
	}
	if noTLS.arrived.Load() != 0 {
		t.Error("something arrived before the handshake")
	}
}

// Go's transport would send a request again in silence when the kept connection
// it used turns out dead. A POST must not be sent twice, even with a header
// that net/http takes for a promise that it may.
func TestWrite_NotRepeatedByTheTransport(t *testing.T) {
	s := listen(t, func(conn net.Conn, n int) bool {
		if n == 1 {
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
			return true
		}
		return false
	})
	c := clientOf(t, s.url())
	r := rest.Request{
		Method: http.MethodPost, Body: []byte(`{}`), Write: true, Header: http.Header{"Idempotency-Key": {"k"}},
	}
	if _, err := c.Do(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Do(t.Context(), r); kind(err) != "unknown" {
		t.Errorf("the second ended %q: %v", kind(err), err)
	}
	if n := s.arrived.Load(); n != 2 {
		t.Errorf("%d requests arrived, want 2", n)
	}
}

func TestCancel(t *testing.T) {
	arrived := make(chan struct{}, 2)
	hold := make(chan struct{})
	s := listen(t, func(net.Conn, int) bool { arrived <- struct{}{}; <-hold; return false })
	defer close(hold)
	c := clientOf(t, s.url())
	for _, write := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-arrived; cancel() }()
		_, err := c.Do(ctx, rest.Request{Method: "POST", Body: []byte("{}"), Write: write})
		if !errors.Is(err, context.Canceled) || (kind(err) == "unknown") != write {
			t.Errorf("write %v ended in %v", write, err)
		}
		cancel()
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.Do(done, rest.Request{Method: "POST", Body: []byte("{}"), Write: true})
	if !errors.Is(err, context.Canceled) || kind(err) == "unknown" {
		t.Errorf("a write that was called off before it left ended in %v", err)
	}
}
