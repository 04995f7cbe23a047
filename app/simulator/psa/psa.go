// Package psa simulates the REST API of ConnectWise PSA: boards, tickets, notes, documents, companies,
// contacts and what belongs to them, in memory and over real HTTP.
//
// It decides what the service would answer, refusals included, and keeps a record of every ticket,
// note and e-mail so that a test can count them. It refuses to know how the product under test works,
// and shares no code with its client, so that the two cannot share a misunderstanding. The one rule:
// what the real service refuses is refused here, with the same status and body; where the documents
// are silent the stricter reading is taken.
//
// A cut connection shows as a panic with http.ErrAbortHandler. net/http turns it into a closed
// connection; a test that calls ServeHTTP itself recovers it and reports a network error.
//
// Files: psa (options, the way of one request), route, access, rights, limit and reply (the front
// door); list, page, field, kinds and encode (reading); form (writing); one or more per kind of record;
// world, technician, inspect, mail and journal (the Go side). Package condition holds the filter language.
package psa

import (
	"cmp"
	"context"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"deskbridge/app/simulator/fault"
)

// Limits says how the server behaves when many requests come.
type Limits int

const (
	// LimitsNone enforces nothing and says so in ratelimit headers.
	LimitsNone Limits = iota
	// LimitsDocumented allows 1,000 requests a minute, announces nothing, and answers 429 beyond.
	LimitsDocumented
)

// Version is the release the simulator claims to be, as Accept headers and answers write it.
const Version = "2026.1"

// Options are the settings of a Server. The zero value of each has a working meaning.
type Options struct {
	Now    func() time.Time                           // the simulator's clock; nil is time.Now
	Sleep  func(context.Context, time.Duration) error // how a stall waits; nil is a real wait
	Faults *fault.Injector                            // nil is a world without faults
	Limits Limits

	Company    string   // the company id at sign-in; "" is acme
	PublicKey  string   // "" is public
	PrivateKey string   // "" is private
	ClientIDs  []string // accepted clientId headers; nil accepts every well-formed GUID
	Seed       uint64   // makes the document guids repeatable

	MaxDocument       int64    // bytes a document may have; 0 is 50 MiB
	RefusedExtensions []string // file name endings documents may not have; nil is a list of program files
	WithoutAllNotes   bool     // an older release: allNotes does not exist
}

// Server is one simulated instance. It is an http.Handler and safe for concurrent use. A new Server holds
// its API member, communication types and nothing else.
type Server struct {
	options Options
	gate    *fault.Gate
	routes  router
	kinds   kinds
	window  window
	journal journal
	pages   lastPages

	// mu guards everything below. A request holds it while it is carried out, never while it waits.
	mu       sync.RWMutex
	codebase string
	granted  map[Right]bool
	random   *rand.Rand
	state
}

// New starts an empty instance.
func New(options Options) *Server {
	options.Company = cmp.Or(options.Company, "acme")
	options.PublicKey = cmp.Or(options.PublicKey, "public")
	options.PrivateKey = cmp.Or(options.PrivateKey, "private")
	options.MaxDocument = cmp.Or(options.MaxDocument, 50<<20)
	if options.RefusedExtensions == nil {
		options.RefusedExtensions = []string{".exe", ".bat", ".cmd", ".com", ".scr", ".js", ".vbs", ".ps1", ".msi"}
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	s := &Server{
		options:  options,
		kinds:    newKinds(),
		codebase: "v2026_1/",
		granted:  map[Right]bool{},
		random:   rand.New(rand.NewPCG(options.Seed, 1)),
		state:    newState(),
	}
	s.routes = newRouter(s)
	for _, right := range Rights() {
		s.granted[right] = true
	}
	s.gate = &fault.Gate{
		Faults: options.Faults, Now: options.Now, Sleep: options.Sleep,
		Throttled: func(w http.ResponseWriter, wait time.Duration) { s.send(w, throttled(wait)) },
		Broken:    func(w http.ResponseWriter, status int) { s.send(w, broken(status)) },
	}
	return s
}

// Upgrade moves the instance to another codebase, such as "v2026_2/": from then on the old codebase
// answers 404, while v4_6_release keeps working.
func (s *Server) Upgrade(codebase string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codebase = codebase
}

// ServeHTTP answers one request. It panics with http.ErrAbortHandler to cut the connection.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if company, ok := companyInfoPath(r.URL.Path); ok && r.Method == http.MethodGet {
		s.send(w, s.companyInfo(r, company))
		return
	}
	c := &call{server: s, request: r}
	c.route, c.ids = s.find(r)
	// Noted before the first byte leaves, so that whoever has the answer also sees the request counted.
	noted := &noting{ResponseWriter: w, note: func(status int) { s.journal.add(s.now(), c, status) }}
	defer noted.once(0)
	if r.Method != http.MethodGet {
		body, refused := s.readBody(r)
		if refused != nil {
			s.send(noted, *refused)
			return
		}
		c.body = body
	}
	s.gate.Pass(noted, r, c.forInjector(), c.admit, c.carryOut)
}

// forInjector describes the request in the words of package fault.
func (c *call) forInjector() fault.Call {
	described := fault.Call{Side: fault.PSA, Method: c.request.Method, Path: c.request.URL.Path}
	if c.route != nil {
		described.Write, described.List, described.Right = c.route.writes, c.route.list, string(c.route.right)
		if c.route.list {
			described.Search = c.request.URL.Query().Get("conditions") + string(c.body) // a search has them in the body
		}
	}
	return described
}

// admit turns away whoever may not do this. The right is looked at before the content, so that an empty
// POST tells whether the right is there.
func (c *call) admit(w http.ResponseWriter, r *http.Request, hits fault.Hits) (*http.Request, bool) {
	refused := c.refusal(r, hits)
	if refused == nil {
		return r, true
	}
	c.server.send(w, *refused)
	return nil, false
}

func (c *call) refusal(r *http.Request, hits fault.Hits) *answer {
	s := c.server
	if wait, over := s.overLimit(); over {
		return new(throttled(wait))
	}
	if refused := s.signIn(r); refused != nil {
		return refused
	}
	if c.route == nil {
		return new(s.unrouted(r))
	}
	if r.Method == http.MethodGet && len(r.URL.RawQuery) > longestQuery {
		return new(plain(http.StatusRequestURITooLong, "The request URL is too long."))
	}
	if right := c.route.right; right != "" && (hits.Has(fault.RevokeRight) || !s.Granted(right)) {
		return new(forbidden(right))
	}
	return nil
}

// longestQuery is how much query the front of the service lets through; longer filters go through
// POST /service/tickets/search (api facts, section 5).
const longestQuery = 10_000

// carryOut does the work of an admitted request.
func (c *call) carryOut(w http.ResponseWriter, r *http.Request, hits fault.Hits) {
	s := c.server
	done := *c // a late save runs on its own copy, after the first has been answered
	done.request, done.hits = r, hits
	result := done.handle()
	result.version = acceptedVersion(r)
	if done.route.list {
		result = s.repeat(&done, result)
	}
	s.send(w, result)
}

// handle runs the route under the lock it needs. The time is taken inside, so that stamps never run backwards.
func (c *call) handle() answer {
	if c.route.writes {
		c.server.mu.Lock()
		defer c.server.mu.Unlock()
	} else {
		c.server.mu.RLock()
		defer c.server.mu.RUnlock()
	}
	c.at = c.server.now().Unix()
	return c.route.handle(c)
}

// now is the instance's own clock: whole seconds, skewed if the clock-skew fault is on.
func (s *Server) now() time.Time { return s.gate.Time().UTC().Truncate(time.Second) }

// href is the address of the API as answers give it.
func (c *call) href() string {
	scheme := "http://"
	if c.request.TLS != nil {
		scheme = "https://"
	}
	return scheme + c.request.Host + "/v4_6_release/apis/3.0"
}

// call is one request on its way through.
type call struct {
	server  *Server
	request *http.Request
	route   *route
	ids     []int32 // the numbers in the path
	body    []byte
	hits    fault.Hits
	at      int64 // unix seconds on the instance's clock
}

func itoa(n int32) string { return strconv.FormatInt(int64(n), 10) }
