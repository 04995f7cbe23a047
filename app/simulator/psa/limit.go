package psa

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// perMinute is the documented ceiling; unlimited is what LimitsNone announces.
const (
	perMinute = 1000
	unlimited = 1_000_000
)

// window counts requests in the running minute.
type window struct {
	mu     sync.Mutex
	minute int64
	count  int
}

// overLimit counts a request and says how long its caller has to wait, if it is one too many.
func (s *Server) overLimit() (time.Duration, bool) {
	if s.options.Limits == LimitsNone {
		return 0, false
	}
	now := s.now()
	s.window.mu.Lock()
	defer s.window.mu.Unlock()
	if minute := now.Unix() / 60; minute != s.window.minute {
		s.window.minute, s.window.count = minute, 0
	}
	s.window.count++
	return time.Duration(60-now.Second()) * time.Second, s.window.count > perMinute
}

// announce writes the ratelimit headers of an instance without limits; a limited one is silent.
func (s *Server) announce(h http.Header) {
	if s.options.Limits == LimitsNone {
		h.Set("ratelimit-limit", strconv.Itoa(unlimited))
		h.Set("ratelimit-remaining", strconv.Itoa(unlimited-1))
		h.Set("ratelimit-reset", "60")
	}
}
