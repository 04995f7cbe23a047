package rest

import (
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// newTransport returns a transport for one service: TLS as the platform
// verifies it, proxies as the environment says (never for loopback), and
// connections kept only as long as servers commonly keep theirs, so that a
// write seldom meets one that was just closed.
func newTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 15 * time.Second, KeepAlive: 15 * time.Second}
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dialer.DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          32,
		MaxIdleConnsPerHost:   16,
		IdleConnTimeout:       30 * time.Second,
		TLSHandshakeTimeout:   15 * time.Second,
		ExpectContinueTimeout: time.Second,
		// A laptop that slept holds dead HTTP/2 connections; pings find them.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 15 * time.Second},
	}
}

// stayHome follows a redirect of a read within the same host, and nothing else:
// credentials travel in headers of several names, and a redirected write has
// been answered by somebody who did not do it, or did.
func stayHome(next *http.Request, before []*http.Request) error {
	from := before[0]
	if len(before) > 5 || from.Method != http.MethodGet ||
		next.URL.Scheme != from.URL.Scheme || next.URL.Host != from.URL.Host {
		return http.ErrUseLastResponse
	}
	return nil
}

// answer is the body of one answer on its way in. It remembers how reading
// ended, because decoders report a cut connection as bad JSON.
type answer struct {
	from io.Reader
	left int64
	err  error // what ended it; nil while it goes on
}

func (a *answer) Read(p []byte) (int, error) {
	if a.err != nil {
		return 0, a.err
	}
	if a.left <= 0 {
		// One byte more tells a body of exactly the allowed size from a larger one.
		var one [1]byte
		n, err := io.ReadFull(a.from, one[:])
		switch {
		case n > 0:
			a.err = errTooLarge
		default:
			a.err = err
		}
		return 0, a.err
	}
	if int64(len(p)) > a.left {
		p = p[:a.left]
	}
	n, err := a.from.Read(p)
	a.left -= int64(n)
	a.err = err
	return n, err
}

// skew is the distance between the service's clock and ours.
type skew struct {
	ahead    atomic.Int64
	measured atomic.Int64 // unix nanoseconds
}

func (s *skew) get() time.Duration { return time.Duration(s.ahead.Load()) }

// measure reads the Date of an answer that took from sent to got, at most once
// in ten seconds. A difference within the header's grain is no skew.
func (s *skew) measure(h http.Header, sent, got time.Time) {
	last := s.measured.Load()
	if last != 0 && got.UnixNano()-last < int64(10*time.Second) && got.UnixNano() >= last {
		return
	}
	at, err := http.ParseTime(first(h, "Date"))
	if err != nil {
		return
	}
	s.measured.Store(got.UnixNano())
	ahead := at.Add(500 * time.Millisecond).Sub(sent.Add(got.Sub(sent) / 2))
	if ahead.Abs() <= time.Second+got.Sub(sent)/2 {
		ahead = 0
	}
	s.ahead.Store(int64(ahead))
}
