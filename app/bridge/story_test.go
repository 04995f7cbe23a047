package bridge_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"deskbridge/app/bridge"
	"deskbridge/app/simulator/desk"
	"deskbridge/app/simulator/psa"
	"deskbridge/app/ticket"
)

// sync runs one whole process without faults and demands that it ends well.
func (w *world) sync(t *testing.T) bridge.Result {
	t.Helper()
	w.clock.Advance(2 * time.Minute)
	res, err := w.life(t, &death{}, 1)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// carried returns the PSA ticket of a desk ticket.
func (w *world) carried(t *testing.T, id int64) psa.Ticket {
	t.Helper()
	for p := range w.psa.All() {
		if p.XRef == ticket.Marker(account, ticket.DeskID(id)) {
			return p
		}
	}
	t.Fatalf("ticket %d is not in the PSA", id)
	return psa.Ticket{}
}

func (w *world) proven(t *testing.T) {
	t.Helper()
	if err := w.truth(); err != nil {
		t.Error(err)
	}
	v, err := w.verify(t)
	if err != nil || !v.OK {
		t.Errorf("verify: %+v %v", v, err)
	}
}

func TestRun_FirstAndSecond(t *testing.T) {
	w := newWorld(t, nil, 1)
	known := w.open(0, false)   // Ada of Acme Ltd, who has a contact
	unknown := w.open(1, false) // Bob, whose organization ConnectWise does not know
	w.desk.AddComment(known, desk.NewComment{Author: w.agent, Body: "public"})
	w.desk.AddComment(known, desk.NewComment{Author: w.agent, Body: "secret", Private: true})
	res := w.sync(t)
	if want := (bridge.TicketCounts{Created: 2}); res.Tickets != want || res.Comments.ToPSA != 2 || res.Outcome != bridge.Success {
		t.Errorf("first run: %+v", res)
	}
	if p := w.carried(t, known); p.Company != "Acme Ltd" || p.Contact == 0 {
		t.Errorf("the known customer's ticket: %+v", p)
	}
	if p := w.carried(t, unknown); p.Company != "Catchall" || p.ContactEmail != "bob@nobody.example" || p.ContactName != "Bob Other" {
		t.Errorf("the unknown customer's ticket: %+v", p)
	}
	w.psa.ResetCounts()
	w.desk.ResetRequests()
	if res := w.sync(t); res.Outcome != bridge.NothingNew {
		t.Errorf("second run: %+v", res)
	}
	if n := w.psa.Counts().Total + w.desk.Requests().Total; n > 3 {
		t.Errorf("an idle run took %d requests", n)
	}
	w.proven(t)
}

func TestRun_ChangesFollow(t *testing.T) {
	w := newWorld(t, nil, 1)
	id := w.open(0, false)
	w.sync(t)
	w.desk.SetStatus(id, "open")
	w.desk.SetPriority(id, "urgent")
	w.desk.SetSubject(id, "Another subject")
	w.desk.SetRequester(id, w.customers[1])
	w.psa.ResetCounts()
	res := w.sync(t)
	if res.Tickets.Updated != 1 {
		t.Errorf("result %+v", res)
	}
	p := w.carried(t, id)
	if p.Status != "In Progress" || p.Priority != "Priority 1 - Emergency Response" || p.Summary != "Another subject" || p.ContactEmail != "bob@nobody.example" {
		t.Errorf("PSA ticket %+v", p)
	}
	if n := w.psa.Counts().Writes; n != 1 {
		t.Errorf("%d writes for one changed ticket", n)
	}
	w.proven(t)
}

func TestRun_TechniciansChangeStaysUntilTheDeskMoves(t *testing.T) {
	w := newWorld(t, nil, 1)
	id := w.open(0, false)
	w.sync(t)
	if err := w.psa.EditTicket(w.tech, w.carried(t, id).ID, psa.Edit{Status: "Waiting", Priority: "Priority 1 - Emergency Response"}); err != nil {
		t.Fatal(err)
	}
	w.desk.SetSubject(id, "Touches the ticket, not its status")
	w.sync(t)
	if p := w.carried(t, id); p.Status != "Waiting" || p.Priority != "Priority 1 - Emergency Response" || p.Summary != "Touches the ticket, not its status" {
		t.Errorf("a technician's change was lost: %+v", p)
	}
	w.proven(t)
	w.desk.SetStatus(id, "solved")
	w.sync(t)
	if p := w.carried(t, id); p.Status != "Completed" || p.Priority != "Priority 1 - Emergency Response" {
		t.Errorf("the desk moved its status alone, and now: %+v", p)
	}
	w.proven(t)
}

func TestRun_OlderTicketComesWithItsWholeHistory(t *testing.T) {
	w := newWorld(t, nil, 1)
	old := w.desk.AddTicket(desk.NewTicket{
		Subject: "Old", Body: "secret beginnings", Private: true, Requester: w.customers[0], At: w.start.Add(-240 * time.Hour),
	})
	w.desk.AddComment(old, desk.NewComment{Author: w.agent, Body: "old answer", At: w.start.Add(-200 * time.Hour)})
	w.desk.AddComment(old, desk.NewComment{Author: w.agent, Body: "new answer"})
	res := w.sync(t)
	if res.Tickets.Created != 1 || res.Comments.ToPSA != 2 {
		t.Errorf("result %+v", res)
	}
	w.proven(t)
}

func TestRun_LostDatabaseAdoptsByMarker(t *testing.T) {
	for name, refuse := range map[string]bool{"by search": false, "looking through all tickets where search is refused": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil, 1)
			var ids []int64
			for n := range 5 {
				ids = append(ids, w.open(n, n == 3))
			}
			w.sync(t)
			w.loseDatabase(t)
			if refuse {
				w.faults.Set("refuse-xref", 1)
			}
			if err := w.psa.EditTicket(w.tech, w.carried(t, ids[0]).ID, psa.Edit{Status: "Waiting"}); err != nil {
				t.Fatal(err)
			}
			w.desk.SetStatus(ids[1], "open") // moved while nobody looked; nobody else touched it
			w.desk.AddComment(ids[2], desk.NewComment{Author: w.agent, Body: "written meanwhile"})
			fresh := w.open(9, false)
			res := w.sync(t)
			if res.Tickets.Adopted != 5 || res.Tickets.Created != 1 || res.Comments.ToPSA != 1 {
				t.Errorf("result %+v", res)
			}
			if p := w.carried(t, ids[0]); p.Status != "Waiting" {
				t.Errorf("a technician's change was overwritten after the loss: %+v", p)
			}
			if p := w.carried(t, ids[1]); p.Status != "In Progress" {
				t.Errorf("the desk's change was not carried after the loss: %+v", p)
			}
			w.carried(t, fresh)
			w.proven(t)
			if res := w.sync(t); res.Outcome != bridge.NothingNew {
				t.Errorf("a run afterwards: %+v", res)
			}
		})
	}
}

func TestRun_UnmappedStatusParksThatTicketAlone(t *testing.T) {
	w := newWorld(t, nil, 1)
	id, other := w.open(0, false), w.open(1, false)
	w.desk.SetStatus(id, "pending")
	waiting := w.policy.Statuses[ticket.Pending]
	delete(w.policy.Statuses, ticket.Pending)
	res := w.sync(t)
	if res.Outcome != bridge.Partial || res.Tickets.Parked != 1 || res.Tickets.Created != 1 {
		t.Errorf("result %+v", res)
	}
	if p := res.Problems; len(p) != 1 || p[0].Code != "unmapped_status" || p[0].Desk != ticket.DeskID(id) || !strings.Contains(p[0].Message, `"pending"`) {
		t.Errorf("problems %+v", p)
	}
	w.carried(t, other)
	w.policy.Statuses[ticket.Pending] = waiting
	if res := w.sync(t); res.Tickets.Created != 1 || len(res.Problems) != 0 {
		t.Errorf("after pairing it: %+v", res)
	}
	w.proven(t)
}

func TestRun_DeletedTickets(t *testing.T) {
	w := newWorld(t, nil, 1)
	never, later := w.open(0, false), w.open(1, false)
	w.desk.Delete(never)
	if res := w.sync(t); res.Tickets.LeftOut != 1 || res.Tickets.Created != 1 {
		t.Errorf("result %+v", res)
	}
	w.desk.Delete(later)
	w.sync(t)
	notes := w.psa.Notes(w.carried(t, later).ID)
	if last := notes[len(notes)-1]; !strings.Contains(last.Text, "was deleted") || last.Discussion {
		t.Errorf("last note %+v", last)
	}
	w.proven(t)
	if res := w.sync(t); res.Outcome != bridge.NothingNew || res.Requests != (bridge.Requests{}) {
		t.Errorf("a run afterwards: %+v", res)
	}
}

func TestRun_MissingPSATicketIsNotRecreated(t *testing.T) {
	w := newWorld(t, nil, 1)
	id := w.open(0, false)
	w.sync(t)
	if err := w.psa.DeleteTicket(w.carried(t, id).ID); err != nil {
		t.Fatal(err)
	}
	w.desk.SetStatus(id, "open")
	res := w.sync(t)
	if len(res.Problems) != 1 || res.Problems[0].Code != bridge.CodeGone || w.psa.Len() != 0 {
		t.Errorf("result %+v, %d PSA tickets", res, w.psa.Len())
	}
}

func TestRun_RefusedTicketParksAndTheOthersGoOn(t *testing.T) {
	w := newWorld(t, nil, 1)
	w.open(0, false)
	w.open(1, false)
	w.policy.DefaultCompany = 4_711 // there is no such company
	res := w.sync(t)
	if res.Tickets.Created != 1 || res.Tickets.Parked != 1 || res.Problems[0].Code != bridge.CodeRefused {
		t.Errorf("result %+v", res)
	}
}

func TestRun_RightMissingStopsTheRun(t *testing.T) {
	w := newWorld(t, nil, 1)
	w.open(0, false)
	w.clock.Advance(2 * time.Minute)
	i := slices.IndexFunc(psa.Rights(), func(r psa.Right) bool { return strings.Contains(string(r), "service-tickets-add") })
	w.psa.Revoke(psa.Rights()[i])
	res, err := w.life(t, &death{}, 1)
	if !errors.Is(err, ticket.ErrForbidden) || res.Outcome != bridge.Failed {
		t.Errorf("result %+v, %v", res, err)
	}
	w.psa.Grant(psa.Rights()[i])
	if res := w.sync(t); res.Tickets.Created != 1 {
		t.Errorf("after it was granted: %+v", res)
	}
	w.proven(t)
}

func TestRun_DryRunWritesNothing(t *testing.T) {
	w := newWorld(t, nil, 1)
	id := w.open(0, false)
	w.desk.AddComment(id, desk.NewComment{Author: w.agent, Body: "secret", Private: true})
	w.clock.Advance(2 * time.Minute)
	err := w.with(t, &death{}, 1, func(b *bridge.Bridge) error {
		res, err := b.Run(context.Background(), bridge.Options{DryRun: true})
		if res.Tickets.Created != 1 || res.Comments.ToPSA != 1 || len(res.Planned) != 2 || !res.Planned[1].Internal {
			t.Errorf("result %+v", res)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := w.psa.Counts().Writes; n != 0 {
		t.Errorf("a dry run made %d writes", n)
	}
	if res := w.sync(t); res.Tickets.Created != 1 || res.Comments.ToPSA != 1 {
		t.Errorf("the run after it: %+v", res)
	}
	w.proven(t)
}

func TestRun_StoppedRunSaysWhatIsLeft(t *testing.T) {
	w := newWorld(t, nil, 1)
	for n := range 5 {
		w.open(n, false)
	}
	w.clock.Advance(2 * time.Minute)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	err := w.with(t, &death{}, 1, func(b *bridge.Bridge) error {
		b.PSA = cancelling{b.PSA, cancel}
		res, err := b.Run(ctx, bridge.Options{})
		if res.Outcome != bridge.Partial || res.Tickets.Created != 1 || res.Left != 4 {
			t.Errorf("result %+v", res)
		}
		return err
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	w.clock.Advance(time.Second)
	if res := w.sync(t); res.Tickets.Created != 4 || res.Tickets.Adopted != 0 {
		t.Errorf("the run after it: %+v; the write under way was not recorded", res)
	}
	w.proven(t)
}

// cancelling asks the run to stop while its first create is under way.
type cancelling struct {
	bridge.PSA
	stop context.CancelFunc
}

func (c cancelling) Create(ctx context.Context, t ticket.NewTicket) (ticket.PSATicket, error) {
	c.stop()
	return c.PSA.Create(ctx, t)
}

// TestVerify_SeesWhatIsWrong plants each kind of damage by hand.
func TestVerify_SeesWhatIsWrong(t *testing.T) {
	plant := map[string]struct {
		damage func(*testing.T, *world, int64)
		found  func(bridge.Verification) []bridge.Finding
	}{
		"a second copy of the ticket": {func(t *testing.T, w *world, id int64) {
			p := w.carried(t, id)
			w.psa.AddTicket(psa.Ticket{Summary: p.Summary, Board: p.Board, Company: p.Company, XRef: p.XRef})
		}, func(v bridge.Verification) []bridge.Finding { return v.Duplicates }},
		"a second copy of a note": {func(t *testing.T, w *world, id int64) {
			p := w.carried(t, id)
			notes := w.psa.Notes(p.ID)
			if _, err := w.psa.AddNoteAs(w.tech, p.ID, psa.Note{Text: notes[1].Text, Discussion: true}); err != nil {
				t.Fatal(err)
			}
		}, func(v bridge.Verification) []bridge.Finding { return v.Duplicates }},
		"a ticket that is gone": {func(t *testing.T, w *world, id int64) {
			if err := w.psa.DeleteTicket(w.carried(t, id).ID); err != nil {
				t.Fatal(err)
			}
		}, func(v bridge.Verification) []bridge.Finding { return v.Missing }},
		"a note that lost its marker": {func(t *testing.T, w *world, id int64) {
			p := w.carried(t, id)
			if err := w.psa.EditNote(w.tech, p.ID, w.psa.Notes(p.ID)[1].ID, "edited away"); err != nil {
				t.Fatal(err)
			}
		}, func(v bridge.Verification) []bridge.Finding { return v.Missing }},
		"a change that was not carried": {func(_ *testing.T, w *world, id int64) {
			w.desk.SetStatus(id, "solved")
		}, func(v bridge.Verification) []bridge.Finding { return v.Different }},
	}
	for name, c := range plant {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil, 1)
			id := w.open(0, false)
			w.desk.AddComment(id, desk.NewComment{Author: w.agent, Body: "public"})
			w.sync(t)
			w.proven(t)
			c.damage(t, w, id)
			w.clock.Advance(2 * time.Minute)
			v, err := w.verify(t)
			if err != nil || v.OK || len(c.found(v)) == 0 {
				t.Errorf("verify: %+v %v", v, err)
			}
		})
	}
}
