// Package desk is a Zendesk Support account in memory: what the real service answers, refuses, withholds and
// repeats, over real HTTP, plus a Go face through which a test or a generator edits the account and looks at it.
// It decides nothing about what a client should do, and shares no code with one.
// The one rule: whatever a request changed is visible in the exports exactly as Zendesk would show it, sixty
// seconds late and by the second. Marks such as [R] in comments are those of the Zendesk fact page it follows.
package desk

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"deskbridge/app/simulator/fault"
)

// What a simulated account always has.
const (
	ClientID     = "deskbridge"                // the public OAuth client, see Options.Redirects
	AccessToken  = "sim-zendesk-access-token"  // of the administrator, good for 48 hours
	RefreshToken = "sim-zendesk-refresh-token" // its pair; a refresh retires both
	AdminID      = int64(6130907993114)
)

// Limits says how much an account may be asked.
type Limits int

const (
	// NoLimits enforces nothing and says so in the headers, so that a polite client need not wait.
	NoLimits Limits = iota
	// DocumentedLimits enforces what Zendesk documents for an Enterprise account.
	DocumentedLimits
)

// Options of a server. The zero value works.
type Options struct {
	Now    func() time.Time
	Sleep  func(context.Context, time.Duration) error
	Faults *fault.Injector
	Limits Limits

	// Redirects are the addresses the OAuth client may return to, matched exactly. Nil means the loopback ports
	// 19286, 19287 and 19288 on localhost and 127.0.0.1, each with the paths "/" and "/callback".
	Redirects []string
	// PublicURL is how links in answers begin; empty means the host each request was sent to.
	PublicURL string
	// AttachmentURL, when set, is another host's address to which downloads are redirected, as Zendesk may do.
	// It must lead back to this server. That host refuses a request that carries an Authorization header.
	AttachmentURL string
	// PrivateAttachments makes downloads ask for a sign-in.
	PrivateAttachments bool
	// AttachmentLimit is the largest upload in bytes; zero means 50 MB.
	AttachmentLimit int64
	// EventPage is how many events a page of the event export holds before it completes the second; zero means 1000.
	EventPage int
}

// Server is the account. It implements http.Handler and is safe for concurrent use.
type Server struct {
	opt    Options
	gate   *fault.Gate
	routes []route
	log    *requestLog

	mu          sync.Mutex
	lastID      int64
	lastTicket  int64
	users       map[int64]*User
	orgs        map[int64]*Organization
	tickets     map[int64]*ticket
	exportOrder line[exportEntry]
	events      line[*audit]
	sortedLists map[string][]*ticket
	comments    int
	attachments map[int64]*attachment
	fileTokens  map[string]*attachment
	uploads     map[string]*upload
	clients     map[string]client
	codes       map[string]*code
	access      map[string]*grant
	refresh     map[string]*grant
	retries     map[string]remembered
	budgets     budgets
	owed        map[string][]*ticket
	heldBack    map[int64]bool
}

// New returns an account with one administrator, one group and no tickets.
func New(opt Options) *Server {
	s := &Server{
		opt: opt, log: newRequestLog(),
		lastID: AdminID, users: map[int64]*User{}, orgs: map[int64]*Organization{}, tickets: map[int64]*ticket{},
		exportOrder: line[exportEntry]{compare: compareEntries}, events: line[*audit]{compare: compareAudits},
		attachments: map[int64]*attachment{}, fileTokens: map[string]*attachment{}, uploads: map[string]*upload{},
		clients: map[string]client{}, codes: map[string]*code{}, access: map[string]*grant{}, refresh: map[string]*grant{},
		retries: map[string]remembered{}, owed: map[string][]*ticket{}, heldBack: map[int64]bool{},
	}
	s.gate = &fault.Gate{Faults: opt.Faults, Now: opt.Now, Sleep: opt.Sleep, Throttled: throttled, Broken: broken}
	s.routes = routes()
	s.budgets = newBudgets(opt.Limits)
	s.RegisterClient(ClientID, "", defaultRedirects(opt.Redirects)...)
	s.AddUser(User{ID: AdminID, Name: "Avery Admin", Email: "admin@helpdesk.example", Role: "admin"})
	s.keepGrant(&grant{
		user: AdminID, client: ClientID, scopes: []string{"read", "write"}, access: AccessToken, refresh: RefreshToken,
		createdAt: s.now(), accessEnds: s.now().Add(48 * time.Hour), refreshEnds: s.now().Add(90 * 24 * time.Hour),
	})
	return s
}

// question is one request on its way to a handler. Handlers run under the server's lock.
type question struct {
	*http.Request
	body   []byte
	id     int64  // the number in the path, the first if there are two
	word   string // the word in the path
	caller *grant
	user   *User
	hits   fault.Hits
	base   string // how links begin
	now    time.Time
}

type callerKey struct{}

// ServeHTTP answers one request as Zendesk would.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rt, q := s.find(r)
	q.base = s.baseURL(r)
	seen := &statusWriter{ResponseWriter: w}
	defer s.log.note(s.gate.Time(), rt, r, seen)
	call := fault.Call{
		Side: fault.Desk, Method: r.Method, Path: r.URL.Path, Write: rt.write, List: rt.list, Login: rt.login, Right: rt.right,
	}
	s.gate.Pass(seen, r, call,
		func(w http.ResponseWriter, r *http.Request, hits fault.Hits) (*http.Request, bool) {
			caller, refusal := s.admit(w, r, rt, hits)
			if refusal != nil {
				refusal.write(w)
				return r, false
			}
			return r.WithContext(context.WithValue(r.Context(), callerKey{}, caller)), true
		},
		func(w http.ResponseWriter, r *http.Request, hits fault.Hits) {
			q := q
			q.Request, q.hits = r, hits
			q.caller, _ = r.Context().Value(callerKey{}).(*grant)
			s.answer(w, rt, &q)
		})
}

// answer runs the handler and encodes its payload under the lock, and talks to the network outside it.
func (s *Server) answer(w http.ResponseWriter, rt route, q *question) {
	body, refusal := readBody(q.Request, rt.raw, s.attachmentLimit())
	if refusal != nil {
		refusal.write(w)
		return
	}
	q.body = body
	s.mu.Lock()
	q.now = s.now()
	if q.caller != nil {
		q.user = s.users[q.caller.user]
	}
	reply := rt.handle(s, q)
	reply.encode()
	s.mu.Unlock()
	reply.write(w)
}

func (s *Server) baseURL(r *http.Request) string {
	switch {
	case s.opt.PublicURL != "":
		return strings.TrimSuffix(s.opt.PublicURL, "/")
	case r.TLS != nil:
		return "https://" + r.Host
	default:
		return "http://" + r.Host
	}
}

// now is the account's clock in whole seconds, as Zendesk stamps everything.
func (s *Server) now() time.Time { return s.gate.Time().Truncate(time.Second) }

// newID returns an id of the size Zendesk gives to everything but tickets. Ids are 128 apart, so that the events
// of one audit can be numbered behind it.
func (s *Server) newID() int64 {
	s.lastID += 128
	return s.lastID
}

func (s *Server) attachmentLimit() int64 {
	if s.opt.AttachmentLimit > 0 {
		return s.opt.AttachmentLimit
	}
	return 50 << 20
}

// stamp writes a time as Zendesk does.
func stamp(unix int64) string { return time.Unix(unix, 0).UTC().Format("2006-01-02T15:04:05Z") }

// raw encodes a value that cannot fail to encode.
func raw(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
