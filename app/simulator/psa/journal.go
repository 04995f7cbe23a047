package psa

import (
	"maps"
	"net/http"
	"sync"
	"time"
)

// Request is one request as it arrived.
type Request struct {
	At     time.Time
	Method string
	Path   string // as sent
	Query  string // as sent, still encoded
	Route  string // method and pattern, such as "POST /service/tickets/{}/notes"; "" if no route fits
	Body   string // of writes, cut at 4,000 bytes
	Status int    // of the answer; 0 if the connection was cut
}

// keptRequests is how many requests are remembered in full; counters go on for ever.
const keptRequests = 2000

// journal remembers requests.
type journal struct {
	mu     sync.Mutex
	ring   []Request
	at     int // where the next one goes once the ring is full
	counts map[string]int
	total  int
	writes int
}

func (j *journal) add(at time.Time, c *call, status int) {
	kept := Request{At: at, Method: c.request.Method, Path: c.request.URL.Path, Query: c.request.URL.RawQuery, Status: status}
	if c.route != nil {
		kept.Route = c.route.method + " " + c.route.pattern
		if c.route.writes {
			kept.Body = string(c.body[:min(len(c.body), 4000)])
		}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.counts == nil {
		j.counts = map[string]int{}
	}
	j.total++
	j.counts[kept.Route]++
	if c.request.Method != http.MethodGet && (c.route == nil || c.route.writes) {
		j.writes++
	}
	if len(j.ring) < keptRequests {
		j.ring = append(j.ring, kept)
		return
	}
	j.ring[j.at] = kept
	j.at = (j.at + 1) % keptRequests
}

// Requests lists the last 2,000 requests, oldest first.
func (s *Server) Requests() []Request {
	j := &s.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	return append(append([]Request{}, j.ring[j.at:]...), j.ring[:j.at]...)
}

// Counts is how many requests arrived since the start or the last ResetCounts.
type Counts struct {
	Total   int
	Writes  int            // those that change something, refused ones included
	ByRoute map[string]int // keys as in Request.Route
}

// Counts gives the counters.
func (s *Server) Counts() Counts {
	j := &s.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	return Counts{Total: j.total, Writes: j.writes, ByRoute: maps.Clone(j.counts)}
}

// ResetCounts forgets all requests.
func (s *Server) ResetCounts() {
	j := &s.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ring, j.at, j.counts, j.total, j.writes = nil, 0, nil, 0, 0
}
