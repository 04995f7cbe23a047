package desk

import (
	"maps"
	"net/http"
	"sync"
	"time"
)

// Request is one line of the request log.
type Request struct {
	At     time.Time `json:"at"`
	Method string    `json:"method"`
	Path   string    `json:"path"`
	Route  string    `json:"route"`  // method and pattern, as in Requests.Routes
	Status int       `json:"status"` // zero if no answer was given
	Write  bool      `json:"write"`
}

// Requests is what the server was asked since it started or since ResetRequests.
type Requests struct {
	Total  int            `json:"total"`
	Writes int            `json:"writes"`
	Routes map[string]int `json:"routes"` // by "METHOD /pattern"
	Latest []Request      `json:"-"`      // the last thousand, oldest first
}

const keptRequests = 1000

// requestLog counts everything and remembers a bounded number of details: a benchmark sends hundreds of thousands.
type requestLog struct {
	mu     sync.Mutex
	counts Requests
	ring   []Request
	next   int
}

func newRequestLog() *requestLog { return &requestLog{counts: Requests{Routes: map[string]int{}}} }

func (l *requestLog) note(at time.Time, rt route, r *http.Request, seen *statusWriter) {
	entry := Request{At: at, Method: r.Method, Path: r.URL.RequestURI(), Route: r.Method + " " + rt.pattern, Status: seen.status, Write: rt.write}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts.Total++
	if rt.write {
		l.counts.Writes++
	}
	l.counts.Routes[entry.Route]++
	if len(l.ring) < keptRequests {
		l.ring = append(l.ring, entry)
		return
	}
	l.ring[l.next] = entry
	l.next = (l.next + 1) % keptRequests
}

// Requests returns the counts and the latest details.
func (s *Server) Requests() Requests {
	l := s.log
	l.mu.Lock()
	defer l.mu.Unlock()
	out := l.counts
	out.Routes = maps.Clone(l.counts.Routes)
	out.Latest = append(append([]Request{}, l.ring[l.next:]...), l.ring[:l.next]...)
	return out
}

// ResetRequests forgets the log.
func (s *Server) ResetRequests() {
	l := s.log
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts, l.ring, l.next = Requests{Routes: map[string]int{}}, nil, 0
}

// statusWriter remembers the status for the log.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}

func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
