package bridge_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"deskbridge/app/bridge"
	"deskbridge/app/connectwise"
	"deskbridge/app/oauth"
	"deskbridge/app/reconcile"
	"deskbridge/app/rest"
	"deskbridge/app/secret"
	"deskbridge/app/simulator/desk"
	"deskbridge/app/simulator/fault"
	"deskbridge/app/simulator/psa"
	"deskbridge/app/store"
	"deskbridge/app/ticket"
	"deskbridge/app/zendesk"
)

const account = "desk.test"

// clock is the time of a world: it moves only when somebody sleeps.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	c.now = c.now.Add(max(d, 0))
	c.mu.Unlock()
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.Advance(d)
	return nil
}

// errKilled is what everything returns once the process is "dead".
var errKilled = errors.New("killed")

// death counts the steps of a run and strikes at one of them. A step is each
// call that changes the disk, before and after, and each request, after.
type death struct {
	mu   sync.Mutex
	step int
	at   int // 0: never
	dead bool
}

// pass makes one step; it returns false if the process is dead from here on.
func (d *death) pass() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return false
	}
	d.step++
	d.dead = d.step == d.at
	return !d.dead
}

func (d *death) alive() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return !d.dead
}

// wire takes requests straight to a simulator, in this goroutine, so that a
// run with one worker is the same each time.
type wire struct {
	to    http.Handler
	death *death
}

func (w wire) RoundTrip(r *http.Request) (res *http.Response, err error) {
	if !w.death.alive() {
		return nil, errKilled
	}
	var body []byte
	if r.Body != nil {
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body.Close()
	}
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.WroteHeaders != nil {
		trace.WroteHeaders()
	}
	in := r.Clone(r.Context())
	in.Body = io.NopCloser(bytes.NewReader(body))
	in.RequestURI = r.URL.RequestURI()
	in.Host = r.URL.Host
	rec := httptest.NewRecorder()
	defer func() {
		if p := recover(); p != nil {
			if p != http.ErrAbortHandler { //nolint:errorlint // a panic value, not an error chain
				panic(p)
			}
			res, err = nil, io.ErrUnexpectedEOF
		}
		if !w.death.pass() {
			res, err = nil, errKilled
		}
	}()
	w.to.ServeHTTP(rec, in)
	res = rec.Result()
	if want := res.ContentLength; want > 0 && int64(rec.Body.Len()) < want {
		res.Body = io.NopCloser(io.MultiReader(bytes.NewReader(rec.Body.Bytes()), cutReader{}))
	}
	return res, nil
}

// cutReader ends a body the way a cut connection does.
type cutReader struct{}

func (cutReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// world is both services, a clock and a database.
type world struct {
	clock  *clock
	faults *fault.Injector
	desk   *desk.Server
	psa    *psa.Server
	path   string // of the database

	start     time.Time
	vault     *vault
	admin     int64
	agent     int64
	customers []int64
	policy    reconcile.Policy
	tech      int
}

func newWorld(tb testing.TB, set fault.Set, seed uint64) *world {
	tb.Helper()
	w := &world{clock: newClock(), faults: fault.New(set, seed), path: filepath.Join(tb.TempDir(), "deskbridge.db")}
	w.start = w.clock.Now().Add(-24 * time.Hour)
	w.desk = desk.New(desk.Options{Now: w.clock.Now, Sleep: w.clock.Sleep, Faults: w.faults, PublicURL: "https://" + account})
	w.psa = psa.New(psa.Options{Now: w.clock.Now, Sleep: w.clock.Sleep, Faults: w.faults, Seed: seed}).Standard()
	acme := w.desk.AddOrganization(desk.Organization{Name: "Acme Ltd"})
	other := w.desk.AddOrganization(desk.Organization{Name: "Nobody Knows Inc"})
	w.agent = w.desk.AddUser(desk.User{Name: "Sam Agent", Email: "sam@msp.example", Role: "agent"})
	w.customers = []int64{
		w.desk.AddUser(desk.User{Name: "Ada Lovelace", Email: "ada@acme.example", Role: "end-user", Organization: acme}),
		w.desk.AddUser(desk.User{Name: "Bob Other", Email: "bob@nobody.example", Role: "end-user", Organization: other}),
	}
	w.admin = w.desk.Users()[0].ID
	w.signIn()
	w.faults.Pause()
	w.setUp(tb)
	w.faults.Resume()
	return w
}

// setUp reads what a user would choose, and gives Ada a contact.
func (w *world) setUp(tb testing.TB) {
	tb.Helper()
	ctx := context.Background()
	p := w.newPSA(tb, &death{})
	boards, err := p.Boards(ctx)
	if err != nil {
		tb.Fatal(err)
	}
	board := boards[slices.IndexFunc(boards, func(b ticket.Board) bool { return b.Name == "Help Desk" })]
	statuses, err := p.BoardStatuses(ctx, board.ID)
	if err != nil {
		tb.Fatal(err)
	}
	status := func(name string) int64 {
		i := slices.IndexFunc(statuses, func(s ticket.BoardStatus) bool { return s.Name == name })
		if i < 0 {
			tb.Fatalf("no status %q among %+v", name, statuses)
		}
		return statuses[i].ID
	}
	priorities, err := p.Priorities(ctx)
	if err != nil {
		tb.Fatal(err)
	}
	companies, err := p.Companies(ctx)
	if err != nil {
		tb.Fatal(err)
	}
	company := func(name string) int64 {
		return companies[slices.IndexFunc(companies, func(c ticket.Company) bool { return c.Name == name })].ID
	}
	w.psa.AddContact(psa.Contact{Company: int(company("Acme Ltd")), FirstName: "Ada", LastName: "Lovelace", Email: "ada@acme.example"})
	w.tech = w.psa.AddMember(psa.Member{Identifier: "Terry", FirstName: "Terry", LastName: "Tech"})
	w.policy = reconcile.Policy{
		Board: board.ID, DefaultCompany: company("Catchall"),
		Statuses: map[ticket.Status]int64{
			ticket.New: status("New"), ticket.Open: status("In Progress"), ticket.Pending: status("Waiting"),
			ticket.Hold: status("Waiting"), ticket.Solved: status("Completed"), ticket.Closed: status("Closed"),
		},
		Priorities: map[ticket.Priority]int64{
			ticket.NoPriority: priorities[2].ID, ticket.Low: priorities[3].ID, ticket.Normal: priorities[2].ID,
			ticket.High: priorities[1].ID, ticket.Urgent: priorities[0].ID,
		},
	}
	w.psa.ResetCounts()
}

func (w *world) newPSA(tb testing.TB, d *death) *connectwise.Client {
	tb.Helper()
	address, err := connectwise.ParseAddress("http://127.0.0.1/v4_6_release/apis/3.0")
	if err != nil {
		tb.Fatal(err)
	}
	c, err := connectwise.New(address, connectwise.Keys{Company: "acme", Public: "public", Private: "private"}, "00000000-0000-4000-8000-000000000001")
	if err != nil {
		tb.Fatal(err)
	}
	c.Now = w.clock.Now
	w.wire(c.HTTP, w.psa, d)
	return c
}

func (w *world) newDesk(tb testing.TB, d *death) *zendesk.Client {
	tb.Helper()
	tokens := w.restClient(tb)
	w.wire(tokens, w.desk, d)
	source := oauth.NewSource(&oauth.Server{Rest: tokens, ClientID: "deskbridge"}, w.vault)
	source.Now = w.clock.Now
	r := w.restClient(tb, zendesk.Budgets()...)
	w.wire(r, w.desk, d)
	r.Authorize, r.Renew = source.Authorize, source.Renew
	c := zendesk.New(r)
	c.Now = w.clock.Now
	return c
}

func (w *world) restClient(tb testing.TB, budgets ...rest.Budget) *rest.Client {
	tb.Helper()
	base, err := url.Parse("http://127.0.0.1")
	if err != nil {
		tb.Fatal(err)
	}
	r, err := rest.New(base, budgets...)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// signIn is what a person does when the sign-in has ended.
func (w *world) signIn() {
	access, refresh := w.desk.MintToken(w.admin)
	w.vault = &vault{pair: oauth.Pair{Access: secret.Text(access), Refresh: secret.Text(refresh)}}
}

// vault keeps tokens where a crash does not reach them, as a keychain does.
type vault struct {
	pair oauth.Pair
}

func (v *vault) Load() (oauth.Pair, error) { return v.pair, nil }

func (v *vault) Save(p oauth.Pair) error {
	v.pair = p
	return nil
}

func (v *vault) Forget() error {
	v.pair = oauth.Pair{}
	return nil
}

func (w *world) wire(r *rest.Client, to http.Handler, d *death) {
	r.HTTP = &http.Client{Transport: wire{to: to, death: d}}
	r.Now, r.Sleep, r.Rand = w.clock.Now, w.clock.Sleep, func() float64 { return 0.5 }
}

// mortal is a Store that dies with its process: what was not on disk by then
// is lost.
type mortal struct {
	bridge.Store
	death *death
}

// life runs one process from start to end, and reports what it came to.
func (w *world) life(tb testing.TB, d *death, workers int) (bridge.Result, error) {
	tb.Helper()
	var res bridge.Result
	err := w.with(tb, d, workers, func(b *bridge.Bridge) error {
		var err error
		res, err = b.Run(context.Background(), bridge.Options{RetryParked: true})
		return err
	})
	if errors.Is(err, oauth.ErrConsentNeeded) {
		w.signIn() // the answer to a refresh was lost with the process
	}
	return res, err
}

func (w *world) verify(tb testing.TB) (bridge.Verification, error) {
	tb.Helper()
	var v bridge.Verification
	err := w.with(tb, &death{}, 1, func(b *bridge.Bridge) error {
		var err error
		v, err = b.Verify(context.Background())
		return err
	})
	return v, err
}

// with opens the database, wires a bridge and closes everything again.
func (w *world) with(tb testing.TB, d *death, workers int, do func(*bridge.Bridge) error) error {
	tb.Helper()
	ctx := context.Background()
	st, err := store.Open(ctx, w.path, store.Options{Now: w.clock.Now})
	if err != nil {
		return fmt.Errorf("open store: %w", err)
	}
	defer st.Close()
	conn, err := st.Connection(ctx, account, "acme")
	if err != nil {
		return fmt.Errorf("connection: %w", err)
	}
	return do(&bridge.Bridge{
		Desk: w.newDesk(tb, d), PSA: w.newPSA(tb, d), Store: mortal{conn, d}, Policy: w.policy, Account: account, Start: w.start,
		Workers: workers, Now: w.clock.Now, Sleep: w.clock.Sleep,
	})
}

// truth is what the PSA holds, counted from its own state and nothing else.
func (w *world) truth() error {
	holds := map[string][]psa.Ticket{}
	for t := range w.psa.All() {
		if t.XRef != "" {
			holds[t.XRef] = append(holds[t.XRef], t)
		}
	}
	for _, d := range w.desk.Tickets() {
		copies := holds[ticket.Marker(account, ticket.DeskID(d.ID))]
		if d.Status == "deleted" && len(copies) == 0 {
			continue
		}
		if len(copies) != 1 {
			return fmt.Errorf("ticket %d exists %d times", d.ID, len(copies))
		}
		var got, want []int64
		for _, n := range w.psa.Notes(copies[0].ID) {
			m, ok := ticket.ParseNoteMarker(n.Text)
			if !ok || m.Comment == 0 {
				continue
			}
			if m.Part == m.Parts {
				got = append(got, int64(m.Comment))
			}
			public := slices.ContainsFunc(d.Comments, func(c desk.Comment) bool { return c.ID == int64(m.Comment) && c.Public })
			if !public && (n.Discussion || n.Resolution) {
				return fmt.Errorf("internal note %d of ticket %d can be read by customers", m.Comment, d.ID)
			}
		}
		for _, c := range d.Comments {
			want = append(want, c.ID)
		}
		if !slices.Equal(got, want) {
			return fmt.Errorf("ticket %d holds comments %v, want %v", d.ID, got, want)
		}
	}
	if mails := w.psa.Emails(); len(mails) > 0 {
		return fmt.Errorf("%d e-mails went out: %+v", len(mails), mails[0])
	}
	return nil
}

// open adds a desk ticket with further comments.
func (w *world) open(n int, private bool) int64 {
	w.clock.Advance(time.Second)
	id := w.desk.AddTicket(desk.NewTicket{
		Subject: fmt.Sprintf("Ticket %d %s", n, strings.Repeat("of many words ", n%9)), Body: fmt.Sprintf("Body %d 🔥 שלום", n),
		Requester: w.customers[n%len(w.customers)], Private: private, Priority: []string{"", "low", "urgent"}[n%3],
	})
	return id
}

func (m mortal) step(do func() error) error {
	if !m.death.pass() {
		return errKilled
	}
	if err := do(); err != nil {
		return err
	}
	if !m.death.pass() {
		return errKilled
	}
	return nil
}
