package reconcile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"deskbridge/app/reconcile"
	"deskbridge/app/ticket"
)

// walk is a desk ticket, a PSA and what is remembered, all in memory: edits go
// in on both sides, plans are carried out, and nothing may be left to do.
type walk struct {
	clock    time.Time
	desk     ticket.Ticket
	comments []ticket.Comment
	staged   bool // the desk changed since the last carry

	psa    *ticket.PSATicket
	notes  []ticket.NewNote
	link   *ticket.Link
	held   map[reconcile.Piece]bool
	opened ticket.CommentID
	writes int

	// techMoved are fields a technician set since the desk last moved them.
	techMoved ticket.FieldSet
}

func newWalk() *walk {
	w := &walk{clock: epoch, desk: deskTicket(), held: map[reconcile.Piece]bool{}, staged: true}
	w.comments = []ticket.Comment{firstComment()}
	return w
}

func (w *walk) input() reconcile.Input {
	place := &reconcile.Placement{Company: 20 + int64(w.desk.OrganizationID), Contact: ticket.Contact{ID: 30 + int64(w.desk.RequesterID)}}
	desk := w.desk
	return reconcile.Input{
		Account: "acme", Ticket: &desk, Comments: slices.Clone(w.comments), CommentsSince: epoch.Add(-time.Hour).Unix(),
		Link: w.link, PSA: w.psa, Held: w.held, Opened: w.opened, Authors: people(), Company: place, Policy: policy(),
	}
}

// carry plans and carries out at most limit operations, as a crash would leave it.
func (w *walk) carry(limit int) error {
	plan := reconcile.Decide(w.input())
	if plan.Need != 0 || plan.Park != nil {
		return fmt.Errorf("plan needs %b, park %+v", plan.Need, plan.Park)
	}
	done := 0
	for _, op := range plan.Ops {
		if done == limit {
			return nil
		}
		done++
		w.writes++
		switch op.Kind {
		case reconcile.Create:
			if w.psa != nil {
				return fmt.Errorf("a second create")
			}
			w.psa = &ticket.PSATicket{ID: 1, Fields: op.Create.Fields, EnteredBy: "api", UpdatedBy: "api"}
			w.link = &ticket.Link{Desk: op.Desk, PSA: 1, Agreed: op.Agreed}
			w.opened = op.Comment
			w.held[reconcile.Piece{Comment: op.Comment, Part: 1}] = true
			if op.Create.Discussion != "" {
				w.notes = append(w.notes, ticket.NewNote{Text: op.Create.Discussion})
			} else {
				w.notes = append(w.notes, ticket.NewNote{Text: op.Create.Internal, Internal: true})
			}
		case reconcile.Update:
			for _, f := range fields() {
				if op.Change.Set.Has(f.set) && w.techMoved.Has(f.set) {
					return fmt.Errorf("%s: a technician's change was overwritten though the desk did not move", f.name)
				}
			}
			w.psa.Fields = apply(w.psa.Fields, op.Change)
			w.link.Agreed = op.Agreed
		case reconcile.Note:
			piece := reconcile.Piece{Comment: op.Comment, Event: op.Event, Part: op.Part}
			if w.held[piece] {
				return fmt.Errorf("%+v was sent twice", piece)
			}
			w.held[piece] = true
			w.notes = append(w.notes, op.Note)
		}
	}
	if plan.Agreed != nil {
		w.link.Agreed = *plan.Agreed
	}
	w.staged = false
	return nil
}

func apply(to ticket.Fields, c ticket.Change) ticket.Fields {
	if c.Set.Has(ticket.FieldSummary) {
		to.Summary = c.Fields.Summary
	}
	if c.Set.Has(ticket.FieldStatus) {
		to.Status = c.Fields.Status
	}
	if c.Set.Has(ticket.FieldPriority) {
		to.Priority = c.Fields.Priority
	}
	if c.Set.Has(ticket.FieldCompany) {
		to.Company = c.Fields.Company
	}
	if c.Set.Has(ticket.FieldContact) {
		to.Contact = c.Fields.Contact
	}
	return to
}

// check asserts what must hold whenever nothing is left to do.
func (w *walk) check() error {
	want := []ticket.CommentID{}
	for _, c := range w.comments {
		want = append(want, c.ID)
	}
	var got []ticket.CommentID
	for _, n := range w.notes {
		m, ok := ticket.ParseNoteMarker(n.Text)
		if !ok {
			return fmt.Errorf("a note without marker: %q", n.Text)
		}
		if m.Comment != 0 && m.Part == m.Parts {
			got = append(got, m.Comment)
		}
		if strings.Contains(n.Text, "secret") && !n.Internal {
			return fmt.Errorf("an internal note can be read by customers: %q", n.Text)
		}
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("notes carry %v, want %v", got, want)
	}
	return nil
}

// TestDecide_RandomWalk edits both sides, plans, applies, and plans again:
// nothing is left. Three more runs write nothing.
func TestDecide_RandomWalk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWalk()
		t.Repeat(map[string]func(*rapid.T){
			"desk edits a field": func(t *rapid.T) {
				switch rapid.IntRange(0, 4).Draw(t, "field") {
				case 0:
					w.desk.Subject = rapid.SampledFrom([]string{"Printer", "Printer smokes", strings.Repeat("long ", 40), ""}).Draw(t, "subject")
					w.techMoved &^= ticket.FieldSummary
				case 1:
					w.desk.Status = rapid.SampledFrom(append(ticket.Statuses(), ticket.Deleted)).Draw(t, "status")
					w.techMoved &^= ticket.FieldStatus
				case 2:
					w.desk.Priority = rapid.SampledFrom(ticket.Priorities()).Draw(t, "priority")
					w.techMoved &^= ticket.FieldPriority
				case 3:
					w.desk.OrganizationID = ticket.OrganizationID(rapid.IntRange(0, 2).Draw(t, "organization"))
					w.techMoved &^= ticket.FieldCompany | ticket.FieldContact
				case 4:
					w.desk.RequesterID = ticket.UserID(rapid.IntRange(7, 8).Draw(t, "requester"))
					w.techMoved &^= ticket.FieldContact
				}
				w.staged = true
			},
			"desk comments": func(t *rapid.T) {
				w.clock = w.clock.Add(time.Duration(rapid.IntRange(0, 1).Draw(t, "seconds")) * time.Second)
				public := rapid.Bool().Draw(t, "public")
				body := rapid.SampledFrom([]string{"hello", "", strings.Repeat("text ", 30), "[zd 4711/9001]"}).Draw(t, "body")
				if !public {
					body += "secret"
				}
				w.comments = append(w.comments, ticket.Comment{
					ID: ticket.CommentID(9001 + len(w.comments)), TicketID: 4711, AuthorID: 8, Body: body, Public: public, CreatedAt: w.clock,
				})
				w.staged = true
			},
			"a technician edits a field": func(t *rapid.T) {
				if w.psa == nil || w.staged || w.desk.Status == ticket.Deleted {
					// What the desk changed on a deleted ticket waits for its return.
					t.Skip("nothing settled to edit")
				}
				f := rapid.SampledFrom(fields()).Draw(t, "field")
				before := w.psa.Fields
				f.psaTech(&w.psa.Fields)
				if reconcile.SameFields(before, w.psa.Fields, f.set) != f.set {
					w.techMoved |= f.set
				}
				w.psa.UpdatedBy = "tech"
			},
			"a run breaks off": func(t *rapid.T) {
				if err := w.carry(rapid.IntRange(0, 2).Draw(t, "operations")); err != nil {
					t.Fatal(err)
				}
			},
			"": func(t *rapid.T) {
				// Any state can be brought to rest, and stays there.
				if w.desk.Status == ticket.Deleted && w.link == nil {
					return
				}
				if err := w.carry(1 << 20); err != nil {
					t.Fatal(err)
				}
				writes := w.writes
				for range 3 {
					if err := w.carry(1 << 20); err != nil {
						t.Fatal(err)
					}
				}
				if w.writes != writes {
					t.Fatalf("%d writes after both sides agreed", w.writes-writes)
				}
				if err := w.check(); err != nil {
					t.Fatal(err)
				}
			},
		})
	})
}
