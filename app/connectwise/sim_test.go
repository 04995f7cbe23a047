package connectwise_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"deskbridge/app/bridge"
	"deskbridge/app/connectwise"
	"deskbridge/app/simulator/fault"
	"deskbridge/app/simulator/psa"
	"deskbridge/app/ticket"
)

var _ bridge.PSA = (*connectwise.Client)(nil)

// world is a simulated instance and a client of it that looked up what it needs.
type world struct {
	*connectwise.Client
	sim       *psa.Server
	url       string
	board     int64
	statuses  map[string]int64
	priority  int64
	companies map[string]ticket.Company
}

func simulate(t *testing.T, o psa.Options) *world {
	t.Helper()
	sim := psa.New(o).Standard()
	srv := httptest.NewServer(sim)
	t.Cleanup(srv.Close)
	w := &world{sim: sim, url: srv.URL, Client: at(t, srv.URL), statuses: map[string]int64{}, companies: map[string]ticket.Company{}}
	o.Faults.Pause()
	defer o.Faults.Resume()
	ctx := t.Context()
	boards, err := w.Boards(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range boards {
		if b.Name == "Help Desk" {
			w.board = b.ID
		}
	}
	statuses, err := w.BoardStatuses(ctx, w.board)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range statuses {
		w.statuses[s.Name] = s.ID
	}
	priorities, err := w.Priorities(ctx)
	if err != nil {
		t.Fatal(err)
	}
	w.priority = priorities[2].ID
	companies, err := w.Companies(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range companies {
		w.companies[c.Name] = c
	}
	sim.ResetCounts()
	return w
}

// ask is a ticket as the bridge would ask for it.
func (w *world) ask(n int) ticket.NewTicket {
	return ticket.NewTicket{
		Marker: ticket.Marker("acme", ticket.DeskID(n)), Board: w.board, Discussion: fmt.Sprintf("Text %d", n),
		Fields: ticket.Fields{
			Summary: fmt.Sprintf("Ticket %d", n), Status: w.statuses["New"], Priority: w.priority,
			Company: w.companies["Catchall"].ID, Contact: ticket.Contact{Name: "Jo", Email: "jo@a.example"},
		},
	}
}

func TestSimulator_Setup(t *testing.T) {
	w := simulate(t, psa.Options{})
	ctx := t.Context()
	if err := w.SignIn(ctx); err != nil {
		t.Fatal(err)
	}
	in, err := w.Identify(ctx)
	if err != nil || in.Company != "acme" || in.Codebase != "v2026_1/" {
		t.Errorf("Identify = %+v, %v", in, err)
	}
	if info, err := w.SystemInfo(ctx); err != nil || !strings.HasPrefix(info.Version, "v2026.1") {
		t.Errorf("SystemInfo = %+v, %v", info, err)
	}
	if sources, err := w.Sources(ctx); err != nil || len(sources) != 3 {
		t.Errorf("Sources = %v, %v", sources, err)
	}
	boards, err := w.Boards(ctx)
	if err != nil || len(boards) != 4 || !boards[1].Project || boards[0].Location == 0 {
		t.Errorf("Boards = %+v, %v", boards, err)
	}
	teams, err := w.BoardTeams(ctx, w.board)
	if err != nil || len(teams) != 1 || !teams[0].Default {
		t.Errorf("BoardTeams = %+v, %v", teams, err)
	}
	if _, err := w.BoardStatuses(ctx, boards[3].ID); !errors.Is(err, ticket.ErrForbidden) {
		t.Errorf("statuses of a board without permission: %v", err)
	}
	if _, err := w.BoardStatuses(ctx, 9999); !errors.Is(err, ticket.ErrGone) {
		t.Errorf("statuses of no board: %v", err)
	}
	acme := w.companies["Acme Ltd"]
	w.sim.AddContact(psa.Contact{Company: int(acme.ID), FirstName: "Jo", LastName: "Doe", Email: "Jo@Acme.example", Phone: "1"})
	w.sim.AddContact(psa.Contact{Company: int(w.companies["Catchall"].ID), FirstName: "Al", Email: "al@x.example", Inactive: true})
	contacts, err := w.Contacts(ctx, acme.ID)
	if err != nil || len(contacts) != 1 || contacts[0].Name != "Jo Doe" || !slices.Equal(contacts[0].Emails, []string{"jo@acme.example"}) || contacts[0].Company != acme.ID {
		t.Errorf("Contacts = %+v, %v", contacts, err)
	}
	w.sim.AddCompany(psa.Company{Name: "Old", Deleted: true})
	companies, err := w.Companies(ctx)
	if err != nil || len(companies) != 3 || !companies[2].Inactive || companies[0].Inactive || acme.Identifier != "Acme" {
		t.Errorf("Companies = %+v, %v", companies, err)
	}
}

func TestSimulator_SignInRefused(t *testing.T) {
	sim := httptest.NewServer(psa.New(psa.Options{PublicKey: "public", PrivateKey: "private"}).Standard())
	defer sim.Close()
	client := func(k connectwise.Keys, clientID string) *connectwise.Client {
		a, err := connectwise.ParseAddress(sim.URL)
		if err != nil {
			t.Fatal(err)
		}
		c, err := connectwise.New(a, k, clientID)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		return c
	}
	ctx := t.Context()
	if err := client(connectwise.Keys{Company: "Acme", Public: "public", Private: "private"}, clientID).SignIn(ctx); !errors.Is(err, connectwise.ErrUnknownCompany) {
		t.Errorf("company in other case: %v", err)
	}
	c := client(connectwise.Keys{Company: "acme", Public: "private", Private: "public"}, clientID)
	if err := c.SignIn(ctx); !errors.Is(err, ticket.ErrSignIn) || errors.Is(err, connectwise.ErrUnknownCompany) {
		t.Errorf("swapped keys: %v", err)
	}
	if !c.KeysSwapped(ctx) {
		t.Error("swapped keys were not recognised")
	}
	if client(connectwise.Keys{Company: "acme", Public: "public", Private: "wrong"}, clientID).KeysSwapped(ctx) {
		t.Error("wrong keys count as swapped")
	}
	if err := client(keys(), "not-a-guid").SignIn(ctx); !errors.Is(err, connectwise.ErrClientID) {
		t.Errorf("client id: %v", err)
	}
	if err := at(t, sim.URL+"/v4_6_release/apis/3.0/v4_6_release").SignIn(ctx); err != nil {
		t.Errorf("a base with more behind it: %v", err)
	}
}

func TestSimulator_Life(t *testing.T) {
	w := simulate(t, psa.Options{})
	ctx := t.Context()
	made, err := w.Create(ctx, w.ask(1))
	if err != nil {
		t.Fatal(err)
	}
	if made.Marker != "deskbridge:acme:1" || made.Board != w.board || made.Fields != w.ask(1).Fields || made.UpdatedAt.IsZero() || made.Closed {
		t.Errorf("made %+v", made)
	}
	internal := w.ask(2)
	internal.Discussion, internal.Internal = "", "only us"
	other, err := w.Create(ctx, internal)
	if err != nil {
		t.Fatal(err)
	}
	if notes, err := w.Notes(ctx, other.ID); err != nil || len(notes) != 1 || notes[0].CustomerVisible() || !notes[0].Internal {
		t.Errorf("an internal first comment shows as %+v, %v", notes, err)
	}
	for i := range 3 {
		if _, err := w.AddNote(ctx, made.ID, ticket.NewNote{Text: fmt.Sprintf("note %d", i), Internal: i == 1}); err != nil {
			t.Fatal(err)
		}
	}
	notes, err := w.Notes(ctx, made.ID)
	if err != nil || len(notes) != 4 {
		t.Fatalf("Notes = %+v, %v", notes, err)
	}
	for i, want := range []string{"Text 1", "note 0", "note 1", "note 2"} {
		if n := notes[i]; n.Text != want || n.Internal == n.Discussion || n.Internal != (i == 2) || n.CreatedAt.IsZero() {
			t.Errorf("note %d is %+v", i, n)
		}
	}

	contact := w.sim.AddContact(psa.Contact{Company: int(w.companies["Acme Ltd"].ID), FirstName: "Jo", LastName: "Doe", Email: "jo@acme.example"})
	moved, err := w.Update(ctx, made.ID, ticket.Change{
		Set: ticket.FieldSummary | ticket.FieldStatus | ticket.FieldCompany | ticket.FieldContact,
		Fields: ticket.Fields{
			Summary: "New words", Status: w.statuses["Completed"], Company: w.companies["Acme Ltd"].ID, Contact: ticket.Contact{ID: int64(contact)},
		},
	})
	if err != nil || !moved.Closed || moved.Fields.Contact.ID != int64(contact) || moved.Fields.Contact.Email != "jo@acme.example" {
		t.Fatalf("Update = %+v, %v", moved, err)
	}
	back, err := w.Update(ctx, made.ID, ticket.Change{
		Set:    ticket.FieldCompany | ticket.FieldContact,
		Fields: ticket.Fields{Company: w.companies["Catchall"].ID, Contact: ticket.Contact{Name: "Al", Email: "al@x.example"}},
	})
	if err != nil || back.Fields.Contact != (ticket.Contact{Name: "Al", Email: "al@x.example"}) {
		t.Fatalf("Update = %+v, %v", back, err)
	}
	got, err := w.Get(ctx, []ticket.PSAID{other.ID, made.ID, 99_999})
	if err != nil || len(got) != 2 || got[0] != back {
		t.Errorf("Get = %+v, %v", got, err)
	}
	if mails := w.sim.Emails(); len(mails) != 0 {
		t.Errorf("mail was sent: %+v", mails)
	}

	if _, err := w.Update(ctx, made.ID, ticket.Change{Set: ticket.FieldStatus, Fields: ticket.Fields{Status: 99_999}}); !isRefusal(err) {
		t.Errorf("a status of nowhere: %v", err)
	}
	long := w.ask(3)
	long.Fields.Summary = strings.Repeat("x", 101)
	_, err = w.Create(ctx, long)
	no, ok := errors.AsType[*ticket.Refusal](err)
	if !ok || no.Status != 400 || len(no.Fields) != 1 || !strings.HasPrefix(no.Fields[0], "summary: ") {
		t.Errorf("a long summary: %v", err)
	}
	for _, err := range []error{
		second(w.Update(ctx, 99_999, ticket.Change{Set: ticket.FieldSummary, Fields: ticket.Fields{Summary: "x"}})),
		second(w.AddNote(ctx, 99_999, ticket.NewNote{Text: "x"})),
		second(w.Notes(ctx, 99_999)),
	} {
		if !errors.Is(err, ticket.ErrGone) {
			t.Errorf("a ticket that is not there: %v", err)
		}
	}
}

func isRefusal(err error) bool {
	_, ok := errors.AsType[*ticket.Refusal](err)
	return ok
}

func TestSimulator_Lists(t *testing.T) {
	const many = 2_500
	faults := fault.New(nil, 1)
	w := simulate(t, psa.Options{Faults: faults})
	ctx := t.Context()
	var ids []ticket.PSAID
	var markers []string
	for i := range many {
		xref := ticket.Marker("acme", ticket.DeskID(i+1))
		if i%5 == 4 {
			xref = "other:" + xref
		} else {
			markers = append(markers, xref)
		}
		id := w.sim.AddTicket(psa.Ticket{Summary: "x", Board: "Help Desk", Company: "Catchall", XRef: xref})
		ids = append(ids, ticket.PSAID(id))
	}
	check := func(what string, got, want int, seen map[ticket.PSAID]int) {
		t.Helper()
		for id, n := range seen {
			if n != 1 {
				t.Errorf("%s: ticket %d came %d times", what, id, n)
			}
		}
		if got != want || len(seen) != want {
			t.Errorf("%s: %d of %d tickets", what, got, want)
		}
	}
	for _, troubled := range []bool{false, true} {
		if troubled {
			faults.Set(fault.RepeatPage, 0.3)
			faults.Set(fault.Truncate, 0.1)
			faults.Set(fault.HTMLError, 0.1)
			faults.Set(fault.ServerError, 0.1)
		}
		w.HTTP.Tries = 50
		seen := map[ticket.PSAID]int{}
		n := 0
		err := w.Marked(ctx, "deskbridge:acme:", func(p ticket.PSATicket) error { seen[p.ID]++; n++; return nil })
		if err != nil {
			t.Fatal(err)
		}
		check("Marked", n, len(markers), seen)

		found, err := w.Find(ctx, markers)
		if err != nil {
			t.Fatal(err)
		}
		seen = map[ticket.PSAID]int{}
		for _, p := range found {
			seen[p.ID]++
		}
		check("Find", len(found), len(markers), seen)

		seen, n = map[ticket.PSAID]int{}, 0
		last := ticket.PSAID(1 << 40)
		err = w.Recent(ctx, func(p ticket.PSATicket) bool {
			if p.ID >= last {
				t.Fatalf("ticket %d after %d", p.ID, last)
			}
			last = p.ID
			seen[p.ID]++
			n++
			return true
		})
		if err != nil {
			t.Fatal(err)
		}
		check("Recent", n, many, seen)

		got, err := w.Get(ctx, ids)
		if err != nil {
			t.Fatal(err)
		}
		seen = map[ticket.PSAID]int{}
		for _, p := range got {
			seen[p.ID]++
		}
		check("Get", len(got), many, seen)
	}
	faults.Pause()
	n := 0
	if err := w.Recent(ctx, func(ticket.PSATicket) bool { n++; return n < 10 }); err != nil || n != 10 {
		t.Errorf("Recent went on: %d, %v", n, err)
	}
	stop := errors.New("stop")
	if err := w.Marked(ctx, "deskbridge:acme:", func(ticket.PSATicket) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("Marked: %v", err)
	}
	for _, r := range w.sim.Requests() {
		if len(r.Path)+len(r.Query) > 6_500 {
			t.Errorf("an address of %d signs", len(r.Path)+len(r.Query))
		}
	}
}

func TestSimulator_Find(t *testing.T) {
	w := simulate(t, psa.Options{})
	ctx := t.Context()
	one := w.sim.AddTicket(psa.Ticket{Summary: "x", Board: "Help Desk", Company: "Catchall", XRef: "DeskBridge:acme:17"})
	w.sim.AddTicket(psa.Ticket{Summary: "x", Board: "Help Desk", Company: "Catchall", XRef: "deskbridge:acme:171"})
	two := w.sim.AddTicket(psa.Ticket{Summary: "x", Board: "Help Desk", Company: "Catchall", XRef: "deskbridge:acme:17"})
	got, err := w.Find(ctx, []string{"deskbridge:acme:17"})
	if err != nil || len(got) != 2 || got[0].ID != ticket.PSAID(one) || got[1].ID != ticket.PSAID(two) {
		t.Errorf("Find = %+v, %v", got, err)
	}
	if got, err := w.Find(ctx, nil); err != nil || len(got) != 0 {
		t.Errorf("Find nothing = %v, %v", got, err)
	}
}

func TestSimulator_FilterRefused(t *testing.T) {
	faults := fault.New(nil, 1)
	w := simulate(t, psa.Options{Faults: faults})
	faults.Set(fault.RefuseXRef, 1)
	ctx := t.Context()
	if _, err := w.Find(ctx, []string{"deskbridge:acme:17"}); !errors.Is(err, ticket.ErrFilterRefused) {
		t.Errorf("Find: %v", err)
	}
	if err := w.Marked(ctx, "deskbridge:acme:", nil); !errors.Is(err, ticket.ErrFilterRefused) {
		t.Errorf("Marked: %v", err)
	}
	if err := w.Recent(ctx, func(ticket.PSATicket) bool { return true }); err != nil {
		t.Errorf("Recent: %v", err)
	}
}

func TestSimulator_LostAnswers(t *testing.T) {
	for _, name := range []fault.Name{fault.DropAnswer, fault.DropRequest, fault.Truncate, fault.HTMLError} {
		t.Run(string(name), func(t *testing.T) {
			faults := fault.New(nil, 1)
			w := simulate(t, psa.Options{Faults: faults})
			faults.When(1, name, func(c fault.Call) bool { return c.Write })
			_, err := w.Create(t.Context(), w.ask(1))
			if !errors.Is(err, ticket.ErrOutcomeUnknown) {
				t.Errorf("got %v", err)
			}
			if n := w.sim.Counts().Writes; n > 1 {
				t.Errorf("the write was sent %d times", n)
			}
		})
	}
	t.Run("throttled writes are done once", func(t *testing.T) {
		faults := fault.New(nil, 1)
		w := simulate(t, psa.Options{Faults: faults})
		faults.When(1, fault.Throttle, func(c fault.Call) bool { return c.Write })
		now := time.Now()
		w.HTTP.Now = func() time.Time { now = now.Add(time.Minute); return now }
		if _, err := w.Create(t.Context(), w.ask(1)); err != nil || w.sim.Len() != 1 {
			t.Errorf("%d tickets, %v", w.sim.Len(), err)
		}
	})
}

func TestSimulator_Upgrade(t *testing.T) {
	w := simulate(t, psa.Options{})
	w.sim.Upgrade("v2026_2/")
	later(w.Client)
	if _, err := w.Create(t.Context(), w.ask(1)); err != nil {
		t.Fatal(err)
	}
	if w.sim.Len() != 1 {
		t.Errorf("%d tickets", w.sim.Len())
	}
}

func TestSimulator_Rights(t *testing.T) {
	w := simulate(t, psa.Options{})
	ctx := context.WithoutCancel(t.Context())
	probe := func(r connectwise.Right) (bool, bool, string) {
		t.Helper()
		granted, known, detail, err := w.ProbeRight(ctx, string(r))
		if err != nil {
			t.Errorf("ProbeRight(%s): %v", r, err)
		}
		return granted, known, detail
	}
	if granted, known, detail := probe(connectwise.ServiceTicketsEdit); granted || known {
		t.Errorf("without any ticket: %v, %v, %s", granted, known, detail)
	}
	w.sim.AddTicket(psa.Ticket{Summary: "x", Board: "Help Desk", Company: "Catchall"})
	before := fmt.Sprint(w.sim.Tickets())
	for _, r := range []connectwise.Right{
		connectwise.CompaniesInquire, connectwise.ContactsInquire, connectwise.AttachmentsAdd, connectwise.ServiceTicketsAdd,
		connectwise.ServiceTicketsEdit, connectwise.ServiceTicketsInquire, connectwise.TableSetupInquire, connectwise.MemberInquire,
		connectwise.AttachmentsInquire, connectwise.TimeEntryInquire,
	} {
		if granted, known, detail := probe(r); !granted || !known {
			t.Errorf("%s is there, but: %v, %v, %s", r, granted, known, detail)
		}
		w.sim.Revoke(psa.Right(r))
		if granted, known, detail := probe(r); granted || !known || !strings.Contains(detail, "permission") {
			t.Errorf("%s is missing, but: %v, %v, %s", r, granted, known, detail)
		}
		w.sim.Grant(psa.Right(r))
	}
	for _, r := range []connectwise.Right{connectwise.CloseTicketsEdit, connectwise.MyCompanyInquire} {
		if _, known, detail := probe(r); known || detail == "" {
			t.Errorf("%s: %v, %q", r, known, detail)
		}
	}
	if after := fmt.Sprint(w.sim.Tickets()); after != before {
		t.Errorf("probing changed something:\n%s\n%s", before, after)
	}
	if n := len(w.sim.Emails()); n != 0 {
		t.Errorf("%d mails", n)
	}
	w.sim.Revoke(psa.CloseServiceTicketsAdd)
	closed := w.ask(1)
	closed.Fields.Status = w.statuses["Completed"]
	if _, err := w.Create(ctx, closed); !errors.Is(err, ticket.ErrForbidden) || !strings.Contains(err.Error(), "Close Service Tickets") {
		t.Errorf("closing without the right: %v", err)
	}
}
