package reconcile_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"deskbridge/app/reconcile"
	"deskbridge/app/ticket"
)

var epoch = time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)

func policy() reconcile.Policy {
	return reconcile.Policy{
		Board: 1,
		Statuses: map[ticket.Status]int64{
			ticket.New: 10, ticket.Open: 11, ticket.Pending: 12, ticket.Hold: 12, ticket.Solved: 14, ticket.Closed: 14,
		},
		Priorities:     map[ticket.Priority]int64{ticket.NoPriority: 3, ticket.Low: 4, ticket.Normal: 3, ticket.High: 2, ticket.Urgent: 1},
		DefaultCompany: 99,
	}
}

func deskTicket() ticket.Ticket {
	return ticket.Ticket{
		ID: 4711, Subject: "Printer on fire", Description: "It burns.", Status: ticket.New, Priority: ticket.Normal,
		RequesterID: 7, OrganizationID: 5, Public: true, CreatedAt: epoch, UpdatedAt: epoch, ChangedAt: epoch,
	}
}

func firstComment() ticket.Comment {
	return ticket.Comment{ID: 9001, TicketID: 4711, AuthorID: 7, Body: "It burns.", Public: true, CreatedAt: epoch}
}

func people() map[ticket.UserID]ticket.Person {
	return map[ticket.UserID]ticket.Person{7: {ID: 7, Name: "Ada Lovelace", Email: "ada@example.com"}, 8: {ID: 8, Name: "Sam Agent"}}
}

// agreedFields is what the PSA holds after the first carry of deskTicket.
func agreedFields() ticket.Fields {
	return ticket.Fields{Summary: "Printer on fire", Status: 10, Priority: 3, Company: 20, Contact: ticket.Contact{ID: 30}}
}

func linkedInput() reconcile.Input {
	t := deskTicket()
	actual := agreedFields()
	return reconcile.Input{
		Account: "acme", Ticket: &t, CommentsSince: epoch.Add(-time.Hour).Unix(),
		Link:    &ticket.Link{Desk: 4711, PSA: 1, Agreed: ticket.Agreed{Desk: ticket.StateOf(t), PSA: agreedFields()}},
		PSA:     &ticket.PSATicket{ID: 1, Board: 1, Fields: actual, UpdatedBy: "tech", EnteredBy: "api"},
		Held:    map[reconcile.Piece]bool{{Comment: 9001, Part: 1}: true},
		Opened:  9001,
		Authors: people(),
		Company: &reconcile.Placement{Company: 20, Contact: ticket.Contact{ID: 30}},
		Policy:  policy(),
	}
}

// field drives one field of both sides through the table.
type field struct {
	name    string
	set     ticket.FieldSet
	desk    func(*reconcile.Input)  // the desk moves to a value called "new"
	psaNew  func(*ticket.Fields)    // the PSA holds that same new value
	psaTech func(*ticket.Fields)    // a technician moved to something else
	drift   func(*reconcile.Input)  // agreed and actual are equal, yet not what the desk's value stands for
	value   func(ticket.Fields) any // reads the field
}

func fields() []field {
	return []field{
		{
			name: "summary", set: ticket.FieldSummary,
			desk:    func(in *reconcile.Input) { in.Ticket.Subject = "Printer smokes" },
			psaNew:  func(f *ticket.Fields) { f.Summary = "Printer smokes" },
			psaTech: func(f *ticket.Fields) { f.Summary = "HW: printer" },
			drift: func(in *reconcile.Input) {
				in.Link.Agreed.PSA.Summary, in.PSA.Fields.Summary = "Old cut", "Old cut"
			},
			value: func(f ticket.Fields) any { return f.Summary },
		},
		{
			name: "status", set: ticket.FieldStatus,
			desk:    func(in *reconcile.Input) { in.Ticket.Status = ticket.Open },
			psaNew:  func(f *ticket.Fields) { f.Status = 11 },
			psaTech: func(f *ticket.Fields) { f.Status = 12 },
			drift:   func(in *reconcile.Input) { in.Policy.Statuses[ticket.New] = 13 },
			value:   func(f ticket.Fields) any { return f.Status },
		},
		{
			name: "priority", set: ticket.FieldPriority,
			desk:    func(in *reconcile.Input) { in.Ticket.Priority = ticket.Urgent },
			psaNew:  func(f *ticket.Fields) { f.Priority = 1 },
			psaTech: func(f *ticket.Fields) { f.Priority = 2 },
			drift:   func(in *reconcile.Input) { in.Policy.Priorities[ticket.Normal] = 5 },
			value:   func(f ticket.Fields) any { return f.Priority },
		},
		{
			name: "company", set: ticket.FieldCompany,
			desk: func(in *reconcile.Input) {
				in.Ticket.OrganizationID = 6
				in.Company = &reconcile.Placement{Company: 21, Contact: ticket.Contact{ID: 30}}
			},
			psaNew:  func(f *ticket.Fields) { f.Company = 21 },
			psaTech: func(f *ticket.Fields) { f.Company = 22 },
			drift:   func(in *reconcile.Input) { in.Company.Company = 23 },
			value:   func(f ticket.Fields) any { return f.Company },
		},
		{
			name: "contact", set: ticket.FieldContact,
			desk: func(in *reconcile.Input) {
				in.Ticket.RequesterID = 8
				in.Company = &reconcile.Placement{Company: 20, Contact: ticket.Contact{ID: 31}}
			},
			psaNew:  func(f *ticket.Fields) { f.Contact = ticket.Contact{ID: 31, Name: "filled in"} },
			psaTech: func(f *ticket.Fields) { f.Contact = ticket.Contact{ID: 32} },
			drift:   func(in *reconcile.Input) { in.Company.Contact = ticket.Contact{ID: 33} },
			value:   func(f ticket.Fields) any { return f.Contact },
		},
	}
}

// someOtherChange makes the desk move in a field other than f, so that the
// whole ticket is compared while f itself did not change.
func someOtherChange(in *reconcile.Input, f field) {
	if f.set == ticket.FieldPriority {
		in.Ticket.Status = ticket.Pending
		in.PSA.Fields.Status = 12
		return
	}
	in.Ticket.Priority = ticket.High
	in.PSA.Fields.Priority = 2
}

// TestDecide_EveryCell walks the table of app/reconcile: one row per cell, for
// each field.
func TestDecide_EveryCell(t *testing.T) {
	type want struct {
		written, kept, drift, overruled bool
		agreed                          func(in reconcile.Input, f field) any // value agreed afterwards
	}
	newValue := func(in reconcile.Input, f field) any { v := agreedFields(); f.psaNew(&v); return f.value(v) }
	oldValue := func(in reconcile.Input, f field) any { return f.value(in.Link.Agreed.PSA) }
	techValue := func(in reconcile.Input, f field) any { v := agreedFields(); f.psaTech(&v); return f.value(v) }
	cells := []struct {
		name  string
		setup func(*reconcile.Input, field)
		want  want
	}{
		{"neither side changed and they agree", func(in *reconcile.Input, f field) { someOtherChange(in, f) }, want{agreed: oldValue}},
		{"the desk changed", func(in *reconcile.Input, f field) { f.desk(in) }, want{written: true, agreed: newValue}},
		{"a technician changed it", func(in *reconcile.Input, f field) { someOtherChange(in, f); f.psaTech(&in.PSA.Fields) }, want{kept: true, agreed: oldValue}},
		{"both changed to the same", func(in *reconcile.Input, f field) { f.desk(in); f.psaNew(&in.PSA.Fields) }, want{agreed: newValue}},
		{"both changed differently", func(in *reconcile.Input, f field) { f.desk(in); f.psaTech(&in.PSA.Fields) }, want{written: true, overruled: true, agreed: newValue}},
		{"neither changed and yet they differ", func(in *reconcile.Input, f field) { someOtherChange(in, f); f.drift(in) }, want{drift: true, agreed: oldValue}},
		{"adopted and equal", func(in *reconcile.Input, f field) { adopt(in) }, want{agreed: oldValueOfPSA}},
		{"adopted, touched by us alone", func(in *reconcile.Input, f field) {
			adopt(in)
			in.PSA.UpdatedBy = in.PSA.EnteredBy
			f.desk(in)
		}, want{written: true, agreed: newValue}},
		{"adopted, touched by a technician", func(in *reconcile.Input, f field) { adopt(in); f.psaTech(&in.PSA.Fields) }, want{kept: true, agreed: techValue}},
	}
	for _, f := range fields() {
		for _, c := range cells {
			t.Run(f.name+": "+c.name, func(t *testing.T) {
				in := linkedInput()
				c.setup(&in, f)
				plan := reconcile.Decide(in)
				if plan.Need != 0 || plan.Park != nil {
					t.Fatalf("plan needs %b, park %+v", plan.Need, plan.Park)
				}
				var set ticket.FieldSet
				agreed := in.Link.Agreed.PSA
				if plan.Agreed != nil {
					agreed = plan.Agreed.PSA
				}
				for _, op := range plan.Ops {
					if op.Kind != reconcile.Update {
						t.Fatalf("unexpected %s", op.Kind)
					}
					set |= op.Change.Set
					agreed = op.Agreed.PSA
				}
				if got := set.Has(f.set); got != c.want.written {
					t.Errorf("written = %v, want %v", got, c.want.written)
				}
				if got := plan.Kept.Has(f.set); got != c.want.kept {
					t.Errorf("kept = %v, want %v", got, c.want.kept)
				}
				if got := plan.Drift.Has(f.set); got != c.want.drift {
					t.Errorf("drift = %v, want %v", got, c.want.drift)
				}
				if got := plan.Overruled.Has(f.set); got != c.want.overruled {
					t.Errorf("overruled = %v, want %v", got, c.want.overruled)
				}
				if contact, ok := f.value(agreed).(ticket.Contact); ok {
					wantContact, _ := c.want.agreed(in, f).(ticket.Contact)
					if contact.ID != wantContact.ID {
						t.Errorf("agreed contact %d, want %d", contact.ID, wantContact.ID)
					}
				} else if d := cmp.Diff(c.want.agreed(in, f), f.value(agreed)); d != "" {
					t.Errorf("agreed (-want +got):\n%s", d)
				}
			})
		}
	}
}

func oldValueOfPSA(in reconcile.Input, f field) any { return f.value(in.PSA.Fields) }

// adopt turns the input into a link found by marker after the database was lost.
func adopt(in *reconcile.Input) {
	in.Link = &ticket.Link{Desk: 4711, PSA: 1, Adopted: true}
	in.Comments = []ticket.Comment{firstComment()}
	in.Held = map[reconcile.Piece]bool{{Comment: 9001, Part: 1}: true}
}

func TestDecide_NothingChangedNeedsNothing(t *testing.T) {
	in := linkedInput()
	in.PSA, in.Company = nil, nil
	in.Comments = []ticket.Comment{firstComment()}
	plan := reconcile.Decide(in)
	if plan.Need != 0 || len(plan.Ops) != 0 || len(plan.Consumed) != 1 {
		t.Errorf("plan = %+v; want nothing but the comment consumed", plan)
	}
}

func TestDecide_NewTicket(t *testing.T) {
	in := newInput()
	in.Comments = append(in.Comments,
		ticket.Comment{ID: 9003, TicketID: 4711, AuthorID: 8, Body: "secret", Public: false, CreatedAt: epoch.Add(2 * time.Minute)},
		ticket.Comment{ID: 9002, TicketID: 4711, AuthorID: 8, Body: "on my way", Public: true, CreatedAt: epoch.Add(time.Minute)})
	plan := reconcile.Decide(in)
	if len(plan.Ops) != 3 {
		t.Fatalf("%d operations, want 3: %+v", len(plan.Ops), plan)
	}
	create := plan.Ops[0]
	if create.Kind != reconcile.Create || create.Create.Marker != "deskbridge:acme:4711" || create.Comment != 9001 {
		t.Errorf("create = %+v", create)
	}
	wantText := "Ada Lovelace wrote in Zendesk, 2026-05-04 09:00 UTC:\n\nIt burns.\n\n[zd 4711/9001]"
	if create.Create.Discussion != wantText || create.Create.Internal != "" {
		t.Errorf("description = %q, internal = %q", create.Create.Discussion, create.Create.Internal)
	}
	if d := cmp.Diff(agreedFields(), create.Create.Fields); d != "" {
		t.Errorf("fields (-want +got):\n%s", d)
	}
	for i, id := range []ticket.CommentID{9002, 9003} {
		if op := plan.Ops[i+1]; op.Comment != id || op.Note.Internal != (id == 9003) {
			t.Errorf("operation %d = %+v, want comment %d", i+1, op, id)
		}
	}
}

func newInput() reconcile.Input {
	in := linkedInput()
	in.Link, in.PSA, in.Held, in.Opened = nil, nil, nil, 0
	in.Comments = []ticket.Comment{firstComment()}
	return in
}

func TestDecide_FirstCommentPrivateGoesToInternal(t *testing.T) {
	in := newInput()
	in.Comments[0].Public = false
	in.Ticket.Public = true // a later comment is public: is_public must not decide
	op := reconcile.Decide(in).Ops[0]
	if op.Create.Discussion != "" || !strings.Contains(op.Create.Internal, "It burns.") {
		t.Errorf("a private first comment became %+v", op.Create)
	}
}

func TestDecide_AsksForHistory(t *testing.T) {
	t.Run("when the ticket is older than the event export", func(t *testing.T) {
		in := newInput()
		in.CommentsSince = epoch.Add(time.Hour).Unix()
		if need := reconcile.Decide(in).Need; need != reconcile.NeedHistory {
			t.Errorf("need = %b", need)
		}
	})
	t.Run("when its first comment is not there", func(t *testing.T) {
		in := newInput()
		in.Comments[0].CreatedAt = epoch.Add(time.Hour)
		if need := reconcile.Decide(in).Need; need != reconcile.NeedHistory {
			t.Errorf("need = %b", need)
		}
	})
	t.Run("and goes by the description when there is none", func(t *testing.T) {
		in := newInput()
		in.Comments, in.HistoryRead = nil, true
		in.Ticket.Public = false
		op := reconcile.Decide(in).Ops[0]
		if op.Create.Discussion != "" || !strings.HasSuffix(op.Create.Internal, "[zd 4711/description]") {
			t.Errorf("create = %+v", op.Create)
		}
	})
}

func TestDecide_ParksUnmappedValues(t *testing.T) {
	in := newInput()
	in.Ticket.Status = "awaiting_vendor"
	if p := reconcile.Decide(in).Park; p == nil || p.Code != reconcile.HoldStatus || p.Value != "awaiting_vendor" {
		t.Errorf("park = %+v", p)
	}
	in = linkedInput()
	in.Ticket.Priority = "blocker"
	if p := reconcile.Decide(in).Park; p == nil || p.Code != reconcile.HoldPriority {
		t.Errorf("park = %+v", p)
	}
}

func TestDecide_Deleted(t *testing.T) {
	t.Run("before it was first seen: left out", func(t *testing.T) {
		in := newInput()
		in.Ticket.Status = ticket.Deleted
		plan := reconcile.Decide(in)
		if plan.LeftOut == "" || len(plan.Ops) != 0 || len(plan.Consumed) != 1 {
			t.Errorf("plan = %+v", plan)
		}
	})
	t.Run("after it was carried: one internal note, nothing else", func(t *testing.T) {
		in := linkedInput()
		in.Ticket.Status = ticket.Deleted
		plan := reconcile.Decide(in)
		if len(plan.Ops) != 1 || plan.Ops[0].Event != "deleted" || !plan.Ops[0].Note.Internal || plan.Agreed == nil {
			t.Fatalf("plan = %+v", plan)
		}
		in.Held[reconcile.Piece{Event: "deleted", Part: 1}] = true
		in.Link.Agreed = *plan.Agreed
		if again := reconcile.Decide(in); len(again.Ops) != 0 {
			t.Errorf("planned again: %+v", again.Ops)
		}
	})
}

func TestDecide_ClosingStatusComesAfterNotes(t *testing.T) {
	late := ticket.Comment{ID: 9005, TicketID: 4711, AuthorID: 8, Body: "done", Public: true, CreatedAt: epoch.Add(time.Hour)}
	for status, want := range map[ticket.Status]reconcile.Kind{ticket.Solved: reconcile.Note, ticket.Open: reconcile.Update} {
		in := linkedInput()
		in.Ticket.Status = status
		in.Comments = []ticket.Comment{late}
		plan := reconcile.Decide(in)
		if len(plan.Ops) != 2 || plan.Ops[0].Kind != want {
			t.Errorf("%s: operations %+v, want %s first", status, plan.Ops, want)
		}
	}
}

func TestDecide_OwnCommentIsNotCarriedBack(t *testing.T) {
	in := linkedInput()
	in.Comments = []ticket.Comment{{ID: 9009, TicketID: 4711, Body: "from the PSA", Public: true, Marker: "deskbridge:1"}}
	if plan := reconcile.Decide(in); len(plan.Ops) != 0 || len(plan.Consumed) != 1 {
		t.Errorf("plan = %+v", plan)
	}
}

func TestDecide_LongTextIsSplitAndNumbered(t *testing.T) {
	in := newInput()
	in.Policy.NoteLimit = 100
	in.Ticket.Subject = strings.Repeat("word ", 60)
	in.Comments[0].Body = strings.Repeat("Some sentence here. ", 30)
	plan := reconcile.Decide(in)
	if len(plan.Ops) < 5 {
		t.Fatalf("%d operations", len(plan.Ops))
	}
	var all strings.Builder
	for i, op := range plan.Ops {
		if op.Part != i+1 || op.Parts != len(plan.Ops) || op.Comment != 9001 {
			t.Errorf("operation %d: part %d of %d of comment %d", i, op.Part, op.Parts, op.Comment)
		}
		text := op.Create.Discussion + op.Note.Text
		m, ok := ticket.ParseNoteMarker(text)
		if !ok || m.Part != i+1 || m.Parts != len(plan.Ops) {
			t.Errorf("marker of part %d: %+v, %v", i+1, m, ok)
		}
		body := strings.Split(text, "\n\n")
		all.WriteString(strings.Join(body[1:len(body)-1], " ") + " ")
	}
	if got := strings.Count(all.String(), "Some sentence here."); got != 30 {
		t.Errorf("%d sentences arrived, want 30", got)
	}
	if got := strings.Count(all.String(), "word"); got != 60 {
		t.Errorf("%d words of the subject arrived, want 60", got)
	}

	// After a crash behind the create, the rest is cut exactly as before.
	in.Link = &ticket.Link{Desk: 4711, PSA: 1, Agreed: plan.Ops[0].Agreed}
	in.Held, in.Opened = map[reconcile.Piece]bool{{Comment: 9001, Part: 1}: true}, 9001
	rest := reconcile.Decide(in)
	if len(rest.Ops) != len(plan.Ops)-1 {
		t.Fatalf("%d operations left, want %d", len(rest.Ops), len(plan.Ops)-1)
	}
	for i, op := range rest.Ops {
		if op.Note.Text != plan.Ops[i+1].Note.Text {
			t.Errorf("part %d differs after the crash", i+2)
		}
	}
}
